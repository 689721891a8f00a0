#include <chrono>
#include <cmath>

#include <torch/types.h>

#include "cli/doctor.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/train/trainer.hpp"
#include "train/device.hpp"

namespace gan {
namespace {

Config trial_config() {
  Config config;
  config.data.dataset = DatasetKind::kShapes;
  config.data.synthetic_size = 512;
  config.model.arch = Arch::kDcgan;
  config.model.latent_dim = 16;
  config.model.generator_widths = {16, 8};
  config.model.discriminator_widths = {8, 16};
  config.train.batch_size = 32;
  return config;
}

std::vector<torch::Tensor> copy_of(const Networks& nets) {
  std::vector<torch::Tensor> copies;
  for (const auto& net : {nets.generator, nets.discriminator}) {
    for (const auto& weights : net->parameters()) copies.push_back(weights.detach().clone());
  }
  return copies;
}

// Whether each tensor of weights has moved.
bool all_differ(const std::vector<torch::Tensor>& before, const std::vector<torch::Tensor>& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (torch::equal(before[i], after[i])) return false;
  }
  return true;
}

Finding trial(double seconds) {
  using Clock = std::chrono::steady_clock;
  const Config config = trial_config();
  configure_process(config.train);
  Trainer trainer(config, load_dataset(config.data));
  const auto before = copy_of(trainer.networks);
  const auto start = Clock::now();
  double spent = 0;
  bool finite = true;
  do {
    finite = trainer.step().isfinite().all().item<bool>();
    spent = std::chrono::duration<double>(Clock::now() - start).count();
  } while (finite && spent < seconds);

  const auto steps = trainer.steps_done();
  const double rate = static_cast<double>(steps) / spent;
  finite = finite && trainer.is_finite();
  const bool moved = all_differ(before, copy_of(trainer.networks));
  const std::string text =
      formatted("%lld steps on %s, %.*f a second; losses %s, weights %s",
                static_cast<long long>(steps), trainer.device().str().c_str(), rate < 10 ? 1 : 0,
                rate, finite ? "finite" : "NOT finite", moved ? "moved" : "did NOT move");
  return {"training",
          finite && moved ? Finding::Status::kGood : Finding::Status::kBad,
          text,
          {{"steps", steps},
           {"steps_per_second", std::round(rate * 10) / 10},
           {"device", trainer.device().str()},
           {"losses_finite", finite},
           {"weights_moved", moved}}};
}

}  // namespace

Finding try_training(double seconds) {
  try {
    return trial(seconds);
  } catch (const std::exception& error) {
    const std::string what = error.what();
    return {"training", Finding::Status::kBad, what.substr(0, what.find('\n')), {}};
  }
}

}  // namespace gan
