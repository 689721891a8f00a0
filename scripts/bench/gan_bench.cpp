// Times training steps and sampling of recipes on random images, and measures this machine's best
// matrix product:
//
//     gan_bench [options] CONFIG...
//
// Prints one line per config: NAME step_ms gflop_per_step gemm_gflops_per_s sample_ms peak_rss_mib
// (medians; 10,000 images are sampled). scripts/bench.sh compares it with PyTorch,
// scripts/bench/growth.py runs it over sizes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "flops.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/sampling/sample.hpp"
#include "models/conditioning.hpp"
#include "profile.hpp"
#include "timing.hpp"
#include "train/device.hpp"

namespace gan {
namespace {

struct BenchArguments {
  std::vector<std::string> configs;
  std::vector<std::string> settings;
  int rounds = 20;
  std::int64_t images = 20000;
  std::int64_t image_size = 28;
  std::int64_t channels = 1;
  bool profile = false;
  bool step_only = false;
};

double peak_rss_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

Config read_config(const std::filesystem::path& path, const std::vector<std::string>& settings) {
  std::vector<Setting> changes;
  for (const auto& setting : settings) {
    const std::size_t at = setting.find('=');
    if (at == std::string::npos) throw usage_error("--set ", setting, ": write KEY=VALUE");
    changes.push_back({setting.substr(0, at), setting.substr(at + 1), "--set"});
  }
  Config config = load_config(path);
  apply_settings(option_table(config), changes);
  return config;
}

void bench(const std::filesystem::path& path, const BenchArguments& a) {
  const Config config = read_config(path, a.settings);
  configure_process(config.train);
  torch::manual_seed(1);
  const ImageShape shape{a.channels, a.image_size, a.image_size};
  const Dataset data{
      "random", shape,
      torch::randint(256, {a.images, shape.channels, shape.height, shape.width}, torch::kUInt8),
      torch::randint(10, {a.images}, torch::kInt64)};
  Trainer trainer(config, data);
  if (a.profile) return print_profile(trainer, a.rounds);
  const double step = median_ms(a.rounds, [&] {
    trainer.step();
    if (trainer.device().is_cuda()) torch::cuda::synchronize(trainer.device().index());
  });
  double sample = 0.0, gemm = 0.0;
  if (!a.step_only) {
    const auto inputs = draw_inputs(config.model, trainer.conditioning().class_count(), 10000, 1,
                                    Stream::kSample, 0);
    sample = median_ms(
        3, [&] { generate(trainer.sampling_generator(), inputs, config.train.precision); }, 1);
    gemm = gemm_gflops_per_s(a.rounds);
  }
  std::printf("%s %.2f %.3f %.1f %.1f %.0f\n", path.stem().c_str(), step, step_flops(trainer) / 1e9,
              gemm, sample, peak_rss_mib());
  std::fflush(stdout);
}

}  // namespace
}  // namespace gan

int main(int argc, char** argv) {
  CLI::App app("Times training steps and sampling of recipes on random images", "gan_bench");
  gan::BenchArguments a;
  app.add_option("CONFIG", a.configs, "config files")->required();
  app.add_option("--set", a.settings, "change an option: KEY=VALUE")->allow_extra_args(false);
  app.add_option("--rounds", a.rounds, "steps timed")->check(CLI::PositiveNumber);
  app.add_option("--images", a.images, "images in the data set")->check(CLI::PositiveNumber);
  app.add_option("--image-size", a.image_size, "their height and width")
      ->check(CLI::PositiveNumber);
  app.add_option("--channels", a.channels, "1 for grey, 3 for colour")
      ->check(CLI::IsMember({1, 3}));
  app.add_flag("--profile", a.profile, "show where a step's time goes, one row per operator");
  app.add_flag("--step-only", a.step_only, "time no sampling and no matrix product");
  CLI11_PARSE(app, argc, argv);
  try {
    for (const auto& config : a.configs) gan::bench(config, a);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gan_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
