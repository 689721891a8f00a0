#include "profile.hpp"

#include <cstdio>
#include <string>

#include <torch/autograd.h>
#include <torch/nn.h>
#include <torch/utils.h>

#include "flops.hpp"
#include "gan_train/sampling/sample.hpp"
#include "models/conditioning.hpp"
#include "timing.hpp"

namespace gan {
namespace {

// How often a step goes through a network: forward, back to its weights, back to its input.
struct Passes {
  double forward;
  double weights;
  double input;
};

struct LayerTimes {
  double forward = 0.0;
  double weights = 0.0;
  double input = 0.0;
};

LayerTimes time_layer(torch::nn::AnyModule& layer, const torch::Tensor& in, int rounds) {
  LayerTimes times;
  {
    const torch::NoGradGuard no_grad;
    times.forward = median_ms(rounds, [&] { layer.forward(in); });
  }
  const auto x = in.detach().requires_grad_(true);
  const auto out = layer.forward(x.clone());  // which a layer may write over
  if (out.grad_fn() == nullptr) return times;
  const auto upstream = torch::ones_like(out);
  const auto back = [&](const std::vector<torch::Tensor>& to) {
    return median_ms(rounds, [&] {
      torch::autograd::grad({out}, to, {upstream}, /*retain_graph=*/true, false, true);
    });
  };
  times.input = back({x});
  const auto weights = layer.ptr()->parameters();
  if (!weights.empty()) times.weights = back(weights);
  return times;
}

void print_row(const std::string& name, const LayerTimes& times, double total, double rate) {
  std::printf("%-34.34s%9.2f%9.2f%9.2f%9.2f", name.c_str(), times.forward, times.weights,
              times.input, total);
  std::printf(rate > 0 ? "%9.0f\n" : "\n", rate);
}

std::string name_of(const torch::nn::Module& layer) {
  std::string name = layer.name();
  name = name.substr(name.rfind(':') + 1);
  if (name.ends_with("Impl")) name.resize(name.size() - 4);
  for (const auto& item : layer.named_parameters(false)) {
    if (item.key() == "weight") name += " " + c10::str(item.value().sizes());
  }
  return name;
}

double profile_net(const char* title, torch::nn::Sequential net, torch::Tensor x, Passes passes,
                   int rounds) {
  double sum = 0.0;
  bool first = true;
  for (auto& layer : *net) {
    const LayerTimes times = time_layer(layer, x, rounds);
    const auto in = x;
    x = layer.forward(x).detach();
    // The first layer's input needs no gradient, but for D's in G's step.
    const double inputs = first ? passes.input - passes.weights : passes.input;
    const double total =
        passes.forward * times.forward + passes.weights * times.weights + inputs * times.input;
    const double work = layer_flops(*layer.ptr(), in, x) * static_cast<double>(in.size(0)) / 1e6;
    print_row(title + (" " + name_of(*layer.ptr())), times, total, work / times.forward);
    sum += total;
    first = false;
  }
  return sum;
}

double profile_adam(const char* title, Adam& adam, int rounds) {
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : adam.parameters()) gradients.push_back(torch::zeros_like(parameter));
  const double ms = median_ms(rounds, [&] { adam.step(gradients); });
  print_row(title, {}, ms, 0);
  return ms;
}

}  // namespace

void print_profile(Trainer& trainer, int rounds) {
  const TrainConfig& train = trainer.config().train;
  const double whole = median_ms(rounds, [&] { trainer.step(); });
  const auto k = static_cast<double>(train.discriminator_steps);
  const std::int64_t n = train.batch_size;
  const double half = train.discriminator_batch == DiscriminatorBatch::kHalf ? 0.5 : 1.0;
  const auto inputs = draw_inputs(trainer.config().model, trainer.conditioning().class_count(), n,
                                  1, Stream::kSample, 0)
                          .to(trainer.device());
  auto shape = one_image(trainer).sizes().vec();
  shape[0] = n / trainer.config().model.pack;
  const auto images = torch::empty(shape, trainer.device()).uniform_(-1, 1);

  std::printf("%-34s%9s%9s%9s%9s%9s\n", "ms on a batch of images", "forward", "d/weight", "d/input",
              "a step", "GFLOP/s");
  const double g_forwards = k * half + (train.reuse_fake ? 0 : 1);
  double sum = profile_net("G", trainer.networks.generator, inputs, {g_forwards, 1, 1}, rounds);
  sum += profile_net("D", trainer.networks.discriminator, images,
                     {2 * k * half + 1, 2 * k * half, 2 * k * half + 1}, rounds);
  sum += profile_adam("Adam of G", trainer.g_optimizer, rounds);
  sum += k * profile_adam("Adam of D", trainer.d_optimizer, rounds);
  print_row("sum of these", {}, sum, 0);
  print_row("the step itself", {}, whole, step_flops(trainer) / whole / 1e6);
}

}  // namespace gan
