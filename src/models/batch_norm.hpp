#pragma once

#include <cstdint>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>

#include "dist/ranks.hpp"
#include "gan_train/config/config.hpp"

namespace gan {

/// Batch norm over the batches of all ranks, like torch.nn.SyncBatchNorm. Acts as a plain batch
/// norm before sync_batch_norms() and in evaluation mode. D = 1 takes [n, c], D = 2 [n, c, h, w];
/// every rank must have equally many images.
template <std::size_t D>
class SyncBatchNormImpl : public torch::nn::BatchNormImplBase<D, SyncBatchNormImpl<D>> {
 public:
  using torch::nn::BatchNormImplBase<D, SyncBatchNormImpl<D>>::BatchNormImplBase;
  torch::Tensor forward(const torch::Tensor& input);
  void set_ranks(Ranks& ranks) { ranks_ = &ranks; }

 protected:
  void _check_input_dim(const torch::Tensor& input) override;

 private:
  Ranks* ranks_ = &single_rank();
};

/// Makes the synchronised batch norms of `net` use these ranks, which must outlive it.
void sync_batch_norms(torch::nn::Module& net, Ranks& ranks);

/// Appends a batch norm for `channels`, with D as above; synchronised if `model.sync_batchnorm` is
/// set.
template <std::size_t D>
void push_batch_norm(torch::nn::Sequential& net, const ModelConfig& config, std::int64_t channels);

/// If `module` is itself a batch norm, calls `use` with it as its concrete class.
template <typename Use>
void if_batch_norm(torch::nn::Module& module, Use use) {
  if (auto* flat = module.as<torch::nn::BatchNorm1dImpl>()) use(*flat);
  if (auto* maps = module.as<torch::nn::BatchNorm2dImpl>()) use(*maps);
  if (auto* flat = module.as<SyncBatchNormImpl<1>>()) use(*flat);
  if (auto* maps = module.as<SyncBatchNormImpl<2>>()) use(*maps);
}

}  // namespace gan
