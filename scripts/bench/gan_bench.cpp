// Times training steps and sampling of recipes on random images, and what this
// machine's matrix product gives at best:
//
//     gan_bench [--rounds N] [--set KEY=VALUE]... CONFIG...
//
// Prints a line a config: NAME step_ms gflops_per_step gemm_gflops_per_s sample_ms
// (medians; 10,000 images are sampled). scripts/bench.sh runs it beside PyTorch.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"
#include "gan_train/train/device.hpp"
#include "gan_train/train/sample.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double median_ms(int rounds, const std::function<void()>& work) {
  for (int i = 0; i < 3; ++i) work();
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) times.push_back(milliseconds(work));
  return median(times);
}

// Products and sums of one item's way through a network: twice the weights that
// each output value meets. The rest (norms, activations) is not counted.
double flops(torch::nn::Sequential net, torch::Tensor x) {
  const torch::NoGradGuard no_grad;
  double sum = 0.0;
  net->eval();
  for (auto& layer : *net) {
    const auto in = x;
    x = layer.forward(x);
    const auto module = layer.ptr();
    const auto parameters = module->named_parameters(false);
    const auto* weight = parameters.find("weight");
    if (weight == nullptr || weight->dim() < 2) continue;
    // A transposed convolution spreads each input value over its kernel, others gather.
    const bool spreads = module->as<torch::nn::ConvTranspose2d>() != nullptr;
    const auto& map = spreads ? in : x;
    const double places = weight->dim() == 4 ? static_cast<double>(map.size(2) * map.size(3)) : 1.0;
    sum += 2.0 * static_cast<double>(weight->numel()) * places;
  }
  net->train();
  return sum;
}

// One step: each network's way forward, and twice that back where its weights learn
// or once where only its input's gradient is wanted.
double step_flops(const Trainer& trainer) {
  const TrainConfig& train = trainer.config().train;
  const ModelConfig& model = trainer.config().model;
  const Conditioning& conditioning = trainer.conditioning();
  const auto classes = torch::zeros({model.pack}, torch::kInt64);
  const double g = flops(
      trainer.networks.generator,
      conditioning.generator_input(torch::zeros({1, model.latent_dim}), classes.narrow(0, 0, 1)));
  const auto& shape = trainer.shape();
  const auto images = torch::zeros({model.pack, shape.channels, shape.height, shape.width});
  const double d =
      flops(trainer.networks.discriminator, conditioning.discriminator_input(images, classes)) /
      static_cast<double>(model.pack);
  const auto whole = static_cast<double>(train.batch_size);
  const double half = train.discriminator_batch == "half" ? whole / 2 : whole;
  const auto k = static_cast<double>(train.discriminator_steps);
  const double fakes = train.reuse_fake ? 0.0 : whole * g;
  return k * (half * g + 2 * half * 3 * d) + fakes + whole * (2 * g + 2 * d);
}

double gemm_gflops_per_s(int rounds) {
  constexpr std::int64_t kSize = 1536;
  const auto a = torch::randn({kSize, kSize});
  const auto b = torch::randn({kSize, kSize});
  auto c = torch::empty({kSize, kSize});
  const double ms = median_ms(rounds, [&] { torch::matmul_out(c, a, b); });
  return 2.0 * kSize * kSize * kSize / ms / 1e6;
}

void bench(const std::filesystem::path& path, const std::vector<Setting>& changes, int rounds) {
  Config config = load_config(path);
  apply_settings(option_table(config), changes);
  configure_process(config.train);
  torch::manual_seed(1);
  const ImageShape shape{1, 28, 28};
  const Dataset data{"random", shape, torch::randint(256, {20000, 1, 28, 28}, torch::kUInt8),
                     torch::randint(10, {20000}, torch::kInt64)};
  Trainer trainer(config, data);
  const double step = median_ms(rounds, [&] { trainer.step(); });
  const auto inputs =
      draw_inputs(config.model, trainer.conditioning().class_count(), 10000, 1, Stream::kSample, 0);
  const double sample = median_ms(3, [&] { generate(trainer.sampling_generator(), inputs); });
  std::printf("%s %.2f %.3f %.1f %.1f\n", path.stem().c_str(), step, step_flops(trainer) / 1e9,
              gemm_gflops_per_s(rounds), sample);
  std::fflush(stdout);
}

}  // namespace
}  // namespace gan

int main(int argc, char** argv) {
  int rounds = 20;
  std::vector<gan::Setting> changes;
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word == "--rounds" && i + 1 < argc) {
        rounds = static_cast<int>(gan::parse_int(argv[++i]).value_or(20));
      } else if (word == "--set" && i + 1 < argc) {
        const auto parts = gan::split(argv[++i], '=');
        changes.push_back({parts.at(0), parts.at(1), "--set"});
      } else {
        gan::bench(word, changes, rounds);
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gan_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
