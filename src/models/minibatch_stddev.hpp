#pragma once

#include <torch/nn/cloneable.h>

namespace gan {

/// Minibatch standard deviation (Karras et al. 2018): appends the deviation of the features within
/// a group of the batch as one more feature, so that D can notice images that are all alike. [n, f]
/// -> [n, f + 1].
///
/// A group is a run of consecutive images, so none mixes real and generated images if D gets both
/// in one batch. A batch smaller than a group is one group; otherwise n must be a multiple of the
/// group (Error).
class MinibatchStddevImpl : public torch::nn::Cloneable<MinibatchStddevImpl> {
 public:
  explicit MinibatchStddevImpl(std::int64_t group) : group_(group) {}
  void reset() override {}
  torch::Tensor forward(const torch::Tensor& features);
  void pretty_print(std::ostream& stream) const override;

 private:
  std::int64_t group_;
};
TORCH_MODULE(MinibatchStddev);

}  // namespace gan
