#pragma once

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/idx.hpp"
#include "gan_train/data/dataset.hpp"
#include "temp_folder.hpp"

namespace gan {

/// Writes these bytes to a file, with channels last if there are several.
inline void write_idx_file(const std::filesystem::path& path, torch::Tensor values) {
  if (values.dim() == 4) values = values.permute({0, 2, 3, 1});
  if (values.dim() == 4 && values.size(3) == 1) values = values.squeeze(3);
  values = values.to(torch::kUInt8).contiguous();
  const std::string header = idx_header(values.sizes().vec());
  Bytes bytes(header.begin(), header.end());
  const auto* begin = values.const_data_ptr<std::uint8_t>();
  bytes.insert(bytes.end(), begin, begin + values.numel());
  write_file(path, bytes, /*durable=*/false);
}

/// Writes the shapes that `config` describes to a folder, and points `config` to it.
class ShapesOnDisk {
 public:
  explicit ShapesOnDisk(DataConfig& config) {
    config.dataset = DatasetKind::kShapes;
    const Dataset made = load_dataset(config);
    write_idx_file(folder_ / "train-images-idx3-ubyte", made.samples);
    write_idx_file(folder_ / "train-labels-idx1-ubyte", made.labels);
    config.dataset = DatasetKind::kIdx;
    config.path = folder_.path().string();
  }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
};

/// Loads the data set of `config`, into memory or left on disk.
inline Dataset load_held(DataConfig config, bool in_memory) {
  config.in_memory = in_memory ? InMemory::kTrue : InMemory::kFalse;
  return load_dataset(config);
}

}  // namespace gan
