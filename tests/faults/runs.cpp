#include "runs.hpp"

#include <algorithm>
#include <set>

#include <ATen/Parallel.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "formats/idx.hpp"
#include "formats/image.hpp"
#include "gan_train/core/random.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/run/run.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan::faults {
namespace {

namespace fs = std::filesystem;

// Images on disk for the kinds that read them, created once per process.
std::string idx_file() {
  static const fs::path path = [] {
    auto file = fs::temp_directory_path() / str("gan_train_faults_", ::getpid(), ".idx");
    const auto header = idx_header({152, 16, 16});
    Bytes bytes(header.begin(), header.end());
    SplitMix64 rng(7);
    for (int i = 0; i < 152 * 16 * 16; ++i) bytes.push_back(static_cast<std::uint8_t>(rng.next()));
    write_file(file, bytes);
    return file;
  }();
  return path.string();
}

void use_dcgan(Config& c) {
  c.model.arch = Arch::kDcgan;
  c.model.generator_widths = {8, 4};
  c.model.discriminator_widths = {4, 8};
}

void use_norm(Config& c) {
  use_dcgan(c);
  c.model.generator_norm = c.model.discriminator_norm = true;
  c.data.drop_last = true;
}

// losses.csv and similar files without columns that depend on the clock.
std::string without_times(const fs::path& path) {
  const Bytes bytes = read_file(path);
  std::string kept;
  for (const auto& row : split({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, '\n')) {
    auto cells = split(row, ',');
    if (cells.size() == 8 && !row.starts_with('{')) cells.resize(6);
    std::erase_if(cells, [](const std::string& cell) {  // in metrics.jsonl
      return cell.find("\"seconds\"") != cell.npos || cell.find("_per_second\"") != cell.npos;
    });
    kept += join(cells, ",") + "\n";
  }
  return kept;
}

std::set<std::string> results_in(const fs::path& root, const std::set<std::string>& ignored) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const auto name = fs::relative(entry.path(), root).string();
    // The log mentions stops, the report quotes the log, and the previous state depends on when it
    // was saved.
    const bool differs = name == "train.log" || name == "report.html" || name == ".lock" ||
                         name.ends_with("previous.pt") || ignored.contains(name);
    const bool is_plot = name.ends_with("losses.png") || name.ends_with("losses.svg");
    if (entry.is_regular_file() && !differs && (can_plot() || !is_plot)) names.insert(name);
  }
  return names;
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"summed_mlp_on_idx",
       [](Config& c) {
         c.data.dataset = DatasetKind::kIdx;
         c.data.path = idx_file();
       }},
      {"mlp_on_idx_on_disk",
       [](Config& c) {
         c.data.dataset = DatasetKind::kIdx;
         c.data.path = idx_file();
         c.data.in_memory = InMemory::kFalse;
       }},
      {"joint_mlp_with_dropout",
       [](Config& c) {
         c.model.dropout = 0.3;
         c.model.init = WeightInit::kGlorot;
         c.data.sampling = Sampling::kReplacement;
         c.train.discriminator_update = DiscriminatorUpdate::kJoint;
         c.train.steps_per_epoch = 10;
       }},
      {"separate_dcgan_on_halves",
       [](Config& c) {
         use_dcgan(c);
         c.model.upsampling = Upsampling::kNearest;
         c.model.kernel = 5;
         c.loss.real_label = {0.9, 0.9};
         c.train.ema = 0.9;
         c.train.discriminator_batch = DiscriminatorBatch::kHalf;
         c.train.discriminator_update = DiscriminatorUpdate::kSeparate;
         c.train.steps_per_epoch = 10;
       }},
      {"normed_dcgan_with_reuse",
       [](Config& c) {
         use_norm(c);
         c.data.synthetic_size = 160;
         c.loss.real_label = {0.8, 1.0};
         c.train.reuse_fake = true;
       }},
      {"normed_dcgan_with_ema",
       [](Config& c) {
         use_norm(c);
         c.data.synthetic_size = 160;
         c.train.ema = 0.9;
       }},
      {"two_discriminator_steps",
       [](Config& c) {
         c.train.discriminator_steps = 2;
         c.data.synthetic_size = 312;
         c.train.ema = 0.5;
       }},
      {"penalised_pairs_on_augmented_images",
       [](Config& c) {
         use_norm(c);
         c.model.discriminator_norm = false;
         c.data.synthetic_size = 160;
         c.loss.kind = LossKind::kRelativistic;
         c.loss.penalty = PenaltyKind::kR1R2;
         c.loss.penalty_every = 3;
         c.optim.schedule = Schedule::kCosine;
         c.optim.warmup_steps = 7;
         c.optim.max_grad_norm = 0.5;
         c.train.ema = 0.9;
         c.train.instance_noise = 0.1;
         c.augment = {.translation = 0.1, .cutout = 0.25, .brightness = 0.1};
       }},
      {"adaptive_augmentation_in_colour",
       [](Config& c) {
         use_norm(c);
         c.model.discriminator_norm = false;
         c.data.channels = 3;
         c.data.synthetic_size = 160;
         c.augment = {
             .mirror = true, .cutout = 0.25, .saturation = 1.0, .contrast = 0.5, .target = 0.01};
       }},
      {"clipped_critic_on_points",
       [](Config& c) {
         c.data.dataset = DatasetKind::kRings;
         c.loss.kind = LossKind::kWasserstein;
         c.loss.penalty = PenaltyKind::kWganGp;
         c.loss.weight_clip = 0.1;
         c.optim.schedule = Schedule::kLinear;
         c.optim.decay_start = 0.3;
         c.train.discriminator_steps = 2;
         c.data.synthetic_size = 312;
       }},
      {"rings_with_uniform_latents",
       [](Config& c) {
         c.data.dataset = DatasetKind::kRings;
         c.model.latent = Latent::kUniform;
         c.optim.discriminator_lr = 1e-3;
       }},
      {"points_measured_on_the_way",
       [](Config& c) {
         c.data.dataset = DatasetKind::kRings;
         c.data.synthetic_size = 400;
         c.train.steps_per_epoch = 10;
         c.train.ema = 0.9;
         c.eval.every = 2;
         c.eval.samples = 100;
         c.train.keep_best = KeepBest::kFid;
       }},
      // Large enough that LibTorch uses both threads.
      {"wide_dcgan_on_two_threads",
       [](Config& c) {
         use_norm(c);
         c.model.generator_widths = {64, 32};
         c.model.discriminator_widths = {32, 64};
         c.data.synthetic_size = 320;
         c.train.batch_size = 32;
         c.train.ema = 0.9;
         c.train.threads = 2;
       }},
      {"wide_mlp_on_two_threads",
       [](Config& c) {
         c.model.generator_widths = c.model.discriminator_widths = {512, 512};
         c.model.dropout = 0.3;
         c.data.synthetic_size = 640;
         c.train.batch_size = 64;
         c.train.discriminator_update = DiscriminatorUpdate::kJoint;
         c.train.threads = 2;
       }},
      {"residual_networks_of_classes",
       [](Config& c) {
         use_norm(c);
         c.data.synthetic_size = 160;
         c.model.arch = Arch::kResnet;
         c.model.conditional = Conditional::kAcgan;
         c.model.discriminator_norm = false;
         c.model.spectral_norm = true;
         c.model.minibatch_stddev = 4;
         c.loss.penalty = PenaltyKind::kR1R2;
         c.train.ema = 0.9;
       }},
      {"packed_classes",
       [](Config& c) {
         c.model.conditional = Conditional::kConcat;
         c.model.pack = 2;
         c.loss.real_label = {0.8, 1.0};
         c.train.reuse_fake = true;
       }},
  };
  return all;
}

Config config_of(const Kind& kind) {
  Config c;
  c.data.dataset = DatasetKind::kShapes;
  c.data.synthetic_size = 152;  // nine and a half batches
  c.data.image_size = 16;
  c.model.latent_dim = 4;
  c.model.generator_widths = {16};
  c.model.discriminator_widths = {16};
  c.train.batch_size = 16;
  c.train.epochs = 5;
  c.train.device = "cpu";
  c.output.samples = 4;
  c.output.checkpoint_every = 2;
  c.output.log_every = 5;
  kind.change(c);
  return c;
}

Config config_of(std::string_view name) {
  return config_of(*std::ranges::find(kinds(), name, &Kind::name));
}

bool train(const Config& config, const fs::path& root, std::int64_t steps,
           const std::function<void()>& each_step) {
  // One thread by default, since tests run side by side.
  at::set_num_threads(std::max(1, static_cast<int>(config.train.threads)));
  const RunFiles files(root);
  const bool resuming = fs::exists(files.state()) || fs::exists(files.previous_state());
  const Dataset data = load_dataset(config.data);
  Trainer trainer(config, data);
  const RunFolder folder(root, resuming ? RunFolder::Open::kResume : RunFolder::Open::kOverwrite);
  Run run(trainer, data, folder);
  if (resuming) run.resume(find_state(root).path);
  const std::int64_t end = trainer.steps_done() + steps;
  Hooks watch;
  watch.stop = [&] {
    if (each_step) each_step();
    return steps > 0 && trainer.steps_done() >= end;
  };
  return run.train(watch);
}

std::string difference(const fs::path& a, const fs::path& b, const std::set<std::string>& ignored) {
  const auto names = results_in(a, ignored);
  if (names != results_in(b, ignored)) return "not the same files";
  for (const auto& name : names) {
    if (name.ends_with(".svg")) continue;  // cairo numbers all surfaces of a process
    const bool same = name.ends_with(".csv") || name.ends_with(".jsonl")
                          ? without_times(a / name) == without_times(b / name)
                          : read_file(a / name) == read_file(b / name);
    if (!same) return name;
  }
  return "";
}

}  // namespace gan::faults
