#include <algorithm>
#include <chrono>
#include <cmath>

#include <ATen/Parallel.h>
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
  config.model.generator_widths = {32, 16};
  config.model.discriminator_widths = {16, 32, 64};
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

// True if every weight tensor has changed.
bool all_differ(const std::vector<torch::Tensor>& before, const std::vector<torch::Tensor>& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (torch::equal(before[i], after[i])) return false;
  }
  return true;
}

// Steps per second; stops if a loss is not finite.
double train_for(Trainer& trainer, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto first = trainer.steps_done();
  const auto start = Clock::now();
  double spent = 0;
  bool finite = true;
  do {
    finite = trainer.step().isfinite().all().item<bool>();
    spent = std::chrono::duration<double>(Clock::now() - start).count();
  } while (finite && spent < seconds);
  return static_cast<double>(trainer.steps_done() - first) / spent;
}

// Steps per second with the usual threads and with one thread, measured alternately. `one` is 0 if
// training uses a GPU or one thread anyway.
struct Rates {
  double all = 0;
  double one = 0;
  bool all_are_slower() const { return all < 0.95 * one; }  // by more than measurements vary
};

Rates measure_rates(Trainer& trainer, double seconds) {
  const int threads = at::get_num_threads();
  train_for(trainer, seconds / 8);  // warms up
  if (threads == 1 || !trainer.device().is_cpu()) return {train_for(trainer, seconds), 0};
  constexpr int kTurns = 3;
  Rates best;
  for (int turn = 0; turn < kTurns; ++turn) {
    best.all = std::max(best.all, train_for(trainer, seconds / (2 * kTurns)));
    at::set_num_threads(1);
    best.one = std::max(best.one, train_for(trainer, seconds / (2 * kTurns)));
    at::set_num_threads(threads);
  }
  return best;
}

std::string text_of(const Rates& rates) {
  const auto number = [](double rate) { return formatted("%.*f", rate < 10 ? 1 : 0, rate); };
  const int threads = at::get_num_threads();
  if (rates.one == 0) return number(rates.all) + " per second";
  std::string text = str(number(rates.all), " per second with ", threads, " threads, ",
                         number(rates.one), " with one");
  if (rates.all_are_slower()) {
    text += str(" (other programs use these cores, or the networks are small: try --threads ",
                std::max(1, threads / 2), ")");
  }
  return text;
}

Finding trial(double seconds) {
  const Config config = trial_config();
  configure_process(config.train);
  Trainer trainer(config, load_dataset(config.data));
  const auto before = copy_of(trainer.networks);
  const Rates rates = measure_rates(trainer, seconds);
  const auto steps = trainer.steps_done();
  const bool finite = trainer.is_finite();
  const bool moved = all_differ(before, copy_of(trainer.networks));
  const std::string text =
      str(steps, " steps on ", trainer.device().str(), " in ", trainer.precision(), ", ",
          text_of(rates), "; losses ", finite ? "finite" : "NOT finite", ", weights ",
          moved ? "moved" : "did NOT move");
  using Status = Finding::Status;
  const auto rounded = [](double rate) { return std::round(rate * 10) / 10; };
  return {"training",
          !finite || !moved        ? Status::kBad
          : rates.all_are_slower() ? Status::kNote
                                   : Status::kGood,
          text,
          {{"steps", steps},
           {"steps_per_second", rounded(rates.all)},
           {"steps_per_second_with_one_thread", rounded(rates.one)},
           {"device", trainer.device().str()},
           {"precision", trainer.precision()},
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
