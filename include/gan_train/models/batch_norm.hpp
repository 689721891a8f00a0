#pragma once

#include <cstdint>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include "gan_train/config/config.hpp"

namespace gan {

/// Batch norm over the batches of all ranks together: what torch.nn.SyncBatchNorm is to
/// PyTorch. On its own, and in evaluation mode, a plain batch norm. D = 1 takes [n, c], D = 2
/// [n, c, h, w]; every rank has as many images.
template <std::size_t D>
class SyncBatchNormImpl : public torch::nn::BatchNormImplBase<D, SyncBatchNormImpl<D>> {
 public:
  using torch::nn::BatchNormImplBase<D, SyncBatchNormImpl<D>>::BatchNormImplBase;
  torch::Tensor forward(const torch::Tensor& input);

 protected:
  void _check_input_dim(const torch::Tensor& input) override;
};

/// Adds a batch norm of `channels` for D as above, over all ranks where `model.sync_batchnorm` says
/// so and there are many.
template <std::size_t D>
void push_batch_norm(torch::nn::Sequential& net, const ModelConfig& config, std::int64_t channels);

/// If `module` itself is a batch norm, `use` gets it as the class it is.
template <typename Use>
void if_batch_norm(torch::nn::Module& module, Use use) {
  if (auto* flat = module.as<torch::nn::BatchNorm1dImpl>()) use(*flat);
  if (auto* maps = module.as<torch::nn::BatchNorm2dImpl>()) use(*maps);
  if (auto* flat = module.as<SyncBatchNormImpl<1>>()) use(*flat);
  if (auto* maps = module.as<SyncBatchNormImpl<2>>()) use(*maps);
}

}  // namespace gan
