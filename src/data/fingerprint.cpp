#include "gan_train/data/fingerprint.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "gan_train/core/sha256.hpp"

namespace gan {

std::string fingerprint(const Dataset& data) {
  const std::int64_t count = std::min<std::int64_t>(data.size(), 64);
  const auto spread = torch::arange(count).mul(data.size()).div(count, "floor");
  const auto items = data.items(spread).contiguous();
  return sha256_hex({static_cast<const std::uint8_t*>(items.const_data_ptr()), items.nbytes()});
}

}  // namespace gan
