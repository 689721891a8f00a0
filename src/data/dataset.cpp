#include "gan_train/data/dataset.hpp"

#include <torch/torch.h>

#include "gan_train/core/registry.hpp"

namespace gan {

bool is_made_up(const DataConfig& config) {
  return find_row(dataset_kinds(), config.dataset, "data set").made_up;
}

Dataset load_dataset(const DataConfig& config) {
  Dataset data = find_row(dataset_kinds(), config.dataset, "data set").load(config);
  if (config.limit > 0 && config.limit < data.size()) {
    data.samples = data.samples.narrow(0, 0, config.limit).clone();
    if (data.labels.defined()) data.labels = data.labels.narrow(0, 0, config.limit).clone();
  }
  return data;
}

std::optional<Dataset> load_test_set(const DataConfig& config) {
  const auto load_test = find_row(dataset_kinds(), config.dataset, "data set").load_test;
  return load_test != nullptr ? load_test(config) : std::nullopt;
}

void check_memory(const DataConfig& config, std::int64_t items, std::int64_t bytes) {
  const std::int64_t most = (config.max_mib << 20) / bytes;
  if (items <= most) return;
  throw usage_error("data.max_mib: ", items, " items of ", bytes, " bytes are more than ",
                    config.max_mib, " MiB; ask for at most ", most, " or raise it");
}

torch::Tensor gather(const torch::Tensor& samples, const torch::Tensor& indices,
                     std::string_view range) {
  const auto items = samples.index_select(0, indices);
  const bool symmetric = items.scalar_type() == torch::kUInt8 && range != "unit";
  return symmetric ? items.to(torch::kFloat32).div_(127.5).sub_(1.0) : unit_values(items);
}

torch::Tensor unit_values(const torch::Tensor& items) {
  const bool bytes = items.scalar_type() == torch::kUInt8;
  return bytes ? items.to(torch::kFloat32).div_(255.0) : items;
}

torch::Tensor to_pixels(const torch::Tensor& images, std::string_view range) {
  const auto scaled = range == "unit" ? images.mul(255.0) : images.add(1.0).mul_(127.5);
  return scaled.round_().clamp_(0, 255).to(torch::kUInt8).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace gan
