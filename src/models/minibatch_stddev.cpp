#include "models/minibatch_stddev.hpp"

#include <algorithm>

#include "gan_train/core/error.hpp"

namespace gan {

torch::Tensor MinibatchStddevImpl::forward(const torch::Tensor& features) {
  const std::int64_t n = features.size(0);
  const std::int64_t group = std::min(group_, n);
  if (n % group != 0) {
    throw usage_error("model.minibatch_stddev: groups of ", group, " do not divide a batch of ", n);
  }
  const auto groups = features.to(torch::kFloat32).reshape({n / group, group, features.size(1)});
  const auto stddev = (groups.var(1, /*unbiased=*/false) + 1e-8).sqrt().mean(1);
  const auto column = stddev.repeat_interleave(group).unsqueeze(1);
  return torch::cat({features, column.to(features.scalar_type())}, 1);
}

void MinibatchStddevImpl::pretty_print(std::ostream& stream) const {
  stream << "MinibatchStddev(group=" << group_ << ")";
}

}  // namespace gan
