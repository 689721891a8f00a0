#pragma once

#include <torch/nn/modules/container/sequential.h>

namespace gan {

/// shortcut(x) + branch(x) (He et al. 2016). Parameters are named branch.* and shortcut.*.
class ResidualImpl : public torch::nn::Module {
 public:
  ResidualImpl(torch::nn::Sequential branch, torch::nn::Sequential shortcut);
  torch::Tensor forward(const torch::Tensor& input);
  std::shared_ptr<torch::nn::Module> clone(
      const std::optional<torch::Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& stream) const override;

 private:
  torch::nn::Sequential branch_;
  torch::nn::Sequential shortcut_;
};
TORCH_MODULE(Residual);

}  // namespace gan
