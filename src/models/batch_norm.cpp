#include "models/batch_norm.hpp"

#include <torch/autograd.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "dist/ranks.hpp"

namespace gan {
namespace {

// Sums over all ranks. Every rank's loss depends on the sum, so its gradient is also a sum over
// ranks. The group is passed along, since autograd may run backward() on another thread.
class SumOverRanks : public torch::autograd::Function<SumOverRanks> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& values, Ranks* ranks) {
    context->saved_data["ranks"] = reinterpret_cast<std::int64_t>(ranks);
    auto sum = values.detach().contiguous().clone();
    ranks->sum(sum);
    return sum;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): autograd saves only numbers and tensors
    auto* ranks = reinterpret_cast<Ranks*>(context->saved_data["ranks"].toInt());
    return {SumOverRanks::apply(gradients[0], ranks), torch::Tensor()};
  }
};

}  // namespace

template <std::size_t D>
torch::Tensor SyncBatchNormImpl<D>::forward(const torch::Tensor& input) {
  using Base = torch::nn::BatchNormImplBase<D, SyncBatchNormImpl<D>>;
  if (!this->is_training() || !ranks_->has_peers()) return Base::forward(input);
  this->_check_input_dim(input);
  const std::int64_t c = input.size(1);
  const std::vector<std::int64_t> all =
      D == 1 ? std::vector<std::int64_t>{0} : std::vector<std::int64_t>{0, 2, 3};
  const std::vector<std::int64_t> places =
      D == 1 ? std::vector<std::int64_t>{1, c} : std::vector<std::int64_t>{1, c, 1, 1};
  const std::int64_t values = input.numel() / c * ranks_->size();
  const auto count = static_cast<double>(values);
  const auto x = input.to(torch::kFloat32);
  const auto mean = SumOverRanks::apply(x.sum(all), ranks_) / count;
  const auto centred = x - mean.view(places);
  const auto variance = SumOverRanks::apply(centred.square().sum(all), ranks_) / count;
  if (this->running_mean.defined()) {
    const torch::NoGradGuard no_grad;
    const double momentum = this->options.momentum().value_or(0.1);
    this->num_batches_tracked.add_(1);
    this->running_mean.lerp_(mean, momentum);
    this->running_var.lerp_(variance * (count / (count - 1)), momentum);
  }
  const auto scale = (variance + this->options.eps()).rsqrt() * this->weight;
  return (centred * scale.view(places) + this->bias.view(places)).to(input.scalar_type());
}

template <std::size_t D>
void SyncBatchNormImpl<D>::_check_input_dim(const torch::Tensor& input) {
  TORCH_CHECK(input.dim() == (D == 1 ? 2 : 4), "batch norm of ", D, " dimensions got ",
              input.sizes());
}

template <std::size_t D>
void push_batch_norm(torch::nn::Sequential& net, const ModelConfig& config, std::int64_t channels) {
  using Plain = std::conditional_t<D == 1, torch::nn::BatchNorm1d, torch::nn::BatchNorm2d>;
  const auto options = torch::nn::BatchNormOptions(channels).eps(config.norm_eps);
  if (config.sync_batchnorm) {
    net->push_back(std::make_shared<SyncBatchNormImpl<D>>(options));
  } else {
    net->push_back(Plain(options));
  }
}

void sync_batch_norms(torch::nn::Module& net, Ranks& ranks) {
  net.apply([&](torch::nn::Module& module) {
    if (auto* flat = module.as<SyncBatchNormImpl<1>>()) flat->set_ranks(ranks);
    if (auto* maps = module.as<SyncBatchNormImpl<2>>()) maps->set_ranks(ranks);
  });
}

template class SyncBatchNormImpl<1>;
template class SyncBatchNormImpl<2>;
template void push_batch_norm<1>(torch::nn::Sequential&, const ModelConfig&, std::int64_t);
template void push_batch_norm<2>(torch::nn::Sequential&, const ModelConfig&, std::int64_t);

}  // namespace gan
