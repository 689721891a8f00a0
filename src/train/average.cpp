#include "average.hpp"

#include <optional>

#include <torch/torch.h>

namespace gan {
namespace {

// The options of each batch norm in `net` are what `use` gets.
template <typename Use>
void for_each_norm(torch::nn::Module& net, Use use) {
  net.apply([&](torch::nn::Module& module) {
    if (auto* flat = module.as<torch::nn::BatchNorm1d>()) use(*flat);
    if (auto* maps = module.as<torch::nn::BatchNorm2d>()) use(*maps);
  });
}

}  // namespace

void update_average(torch::nn::Module& average, const torch::nn::Module& live, double decay) {
  const torch::NoGradGuard no_grad;
  at::_foreach_lerp_(average.parameters(), live.parameters(), 1.0 - decay);
  const auto buffers = live.named_buffers();
  for (auto& buffer : average.named_buffers()) buffer.value().copy_(buffers[buffer.key()]);
}

void recompute_statistics(torch::nn::Module& net, const std::function<void()>& passes) {
  std::vector<std::optional<double>> momenta;
  for_each_norm(net, [&](auto& norm) {
    momenta.push_back(norm.options.momentum());
    norm.options.momentum(std::nullopt);  // the mean of all batches, each counting the same
    norm.reset_running_stats();
  });
  if (momenta.empty()) return;
  const torch::NoGradGuard no_grad;
  const bool was_training = net.is_training();
  net.train();
  passes();
  net.train(was_training);
  auto momentum = momenta.begin();
  for_each_norm(net, [&](auto& norm) { norm.options.momentum(*momentum++); });
}

}  // namespace gan
