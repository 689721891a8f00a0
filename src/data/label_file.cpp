#include "data/label_file.hpp"

#include <cstring>
#include <vector>

#include "core/file.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

static torch::Tensor read_npy_labels(const std::filesystem::path& path, std::uint64_t limit) {
  const Bytes bytes = read_file(path, limit);
  const NpyArray array = parse_npy(bytes, path.string());
  const bool wide = array.dtype == "<i8";
  if (array.shape.size() != 1 || (!wide && array.dtype != "|u1")) {
    throw usage_error(path.string(), ": holds '", array.dtype, "' of ", array.shape.size(),
                      " dimensions; labels have one dimension, of int64 or uint8");
  }
  auto labels = torch::empty({array.shape[0]}, wide ? torch::kInt64 : torch::kUInt8);
  if (labels.numel() > 0) std::memcpy(labels.data_ptr(), array.values.data(), labels.nbytes());
  return labels.to(torch::kInt64);
}

torch::Tensor read_labels(const std::filesystem::path& path, std::int64_t images,
                          const DataConfig& config) {
  const auto limit = static_cast<std::uint64_t>(config.max_mib) << 20;
  const auto labels = extension_of(path) == ".npy"
                          ? read_npy_labels(path, limit)
                          : torch::tensor(read_idx_labels(path, limit), torch::kInt64);
  if (labels.size(0) != images) {
    throw usage_error(path.string(), ": holds ", labels.size(0), " labels, but there are ", images,
                      " images; they must match");
  }
  return labels;
}

}  // namespace gan
