#include "train/average.hpp"

#include <algorithm>
#include <optional>

#include <torch/nn/module.h>
#include <torch/utils.h>

#include "models/batch_norm.hpp"

namespace gan {

double average_decay(double decay, std::int64_t step) {
  return std::min(decay, static_cast<double>(1 + step) / static_cast<double>(10 + step));
}

void update_average(torch::nn::Module& average, const torch::nn::Module& live, double decay) {
  const torch::NoGradGuard no_grad;
  at::_foreach_lerp_(average.parameters(), live.parameters(), 1.0 - decay);
}

void recompute_statistics(torch::nn::Module& net, const std::function<void()>& passes) {
  std::vector<std::optional<double>> momenta;
  const auto for_each_norm = [&](auto use) {
    net.apply([&](torch::nn::Module& module) { if_batch_norm(module, use); });
  };
  for_each_norm([&](auto& norm) {
    momenta.push_back(norm.options.momentum());
    norm.options.momentum(std::nullopt);  // equally weighted mean of all batches
    norm.reset_running_stats();
  });
  if (momenta.empty()) return;
  const torch::NoGradGuard no_grad;
  const bool was_training = net.is_training();
  net.train();
  passes();
  net.train(was_training);
  auto momentum = momenta.begin();
  for_each_norm([&](auto& norm) { norm.options.momentum(*momentum++); });
}

}  // namespace gan
