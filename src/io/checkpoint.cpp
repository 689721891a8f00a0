#include "gan_train/io/checkpoint.hpp"

#include <algorithm>

#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "dist/ranks.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "io/checkpoint_values.hpp"
#include "io/generator_metadata.hpp"
#include "io/memory_limit.hpp"
#include "losses/penalty.hpp"
#include "models/conditioning.hpp"
#include "models/tensors.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFormatVersion = 1;

struct Parsed {
  Bytes bytes;  // root's tensors point into it
  PtDict root;
};

PtDict parse_checkpoint(ByteView bytes, const std::string& name) {
  auto root = parse_pt(bytes, name);
  if (!is_gan_train(root)) {
    throw run_error(name,
                    ": is a PyTorch file, but not a gan-train checkpoint; gan-sample, gan-eval "
                    "and gan-export take the weights in it with option config");
  }
  const auto version = get<std::int64_t>(root, "version", name);
  if (version != kFormatVersion) {
    throw run_error(name, ": has format version ", version, "; this program reads ",
                    kFormatVersion);
  }
  return root;
}

Parsed read_checkpoint(const fs::path& path) {
  Parsed parsed{.bytes = read_file(path), .root = {}};
  parsed.root = parse_checkpoint(parsed.bytes, path.string());
  return parsed;
}

PtDict header(const char* kind, const Trainer& trainer) {
  const ImageShape& shape = trainer.shape();
  const std::int64_t step = trainer.steps_done();
  PtDict root = {{"format", {std::string("gan-train")}},
                 {"version", {kFormatVersion}},
                 {"kind", {std::string(kind)}},
                 {"epoch", {step / trainer.steps_per_epoch()}},
                 {"step", {step}},
                 {"data_size", {trainer.data_size()}},
                 {"data_sum", {trainer.data_fingerprint()}},
                 {"image_shape", {PtList{{shape.channels}, {shape.height}, {shape.width}}}}};
  add_classes(trainer.classes(), root);
  root.push_back({"config", {config_dict(trainer.config())}});
  return root;
}

// ── Optimisers and running metrics ──

std::vector<std::string> parameter_names(const torch::nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& item : module.named_parameters()) names.push_back(item.key());
  return names;
}

PtDict adam_dict(const Adam& adam, const torch::nn::Module& module, PtBuilder& builder) {
  const auto names = parameter_names(module);
  const auto& state = adam.state();
  return {{"steps", {adam.steps()}},
          {"exp_avg", {builder.build(state.exp_avg, names)}},
          {"exp_avg_sq", {builder.build(state.exp_avg_sq, names)}}};
}

void load_adam(const PtDict& dict, const torch::nn::Module& module, Adam& adam,
               const std::string& where) {
  const auto names = parameter_names(module);
  Adam::State state = adam.state();
  const auto take = [&](const char* key, std::vector<torch::Tensor>& moments) {
    const auto& saved = get<PtDict>(dict, key, where);
    for (std::size_t i = 0; i < names.size(); ++i) {
      copy_into(find(saved, names[i]), moments[i], str(where, ": ", key, " '", names[i], "'"));
    }
  };
  take("exp_avg", state.exp_avg);
  take("exp_avg_sq", state.exp_avg_sq);
  adam.load(state, get_count(dict, "steps", where));
}

PtDict running_dict(const RunningMetrics& running) {
  PtList sums;
  for (const StepMetric& row : kStepMetrics) sums.push_back({running.sums.*row.value});
  return {{"sums", {sums}}, {"steps", {running.steps}}, {"seconds", {running.seconds}}};
}

PtDict health_dict(const HealthState& health) {
  PtList epochs;
  for (const std::int64_t count : health.epochs) epochs.push_back({count});
  return {{"epochs", {epochs}},
          {"largest_g_grad_norm", {health.largest_g_grad_norm}},
          {"last_diversity", {health.last_diversity}}};
}

HealthState read_health(const PtDict& dict, const std::string& name) {
  HealthState health;
  const auto& epochs = get<PtList>(dict, "epochs", name);
  for (std::size_t i = 0; i < kSymptomCount; ++i) {
    const auto* count = i < epochs.size() ? std::get_if<std::int64_t>(&epochs[i].value) : nullptr;
    if (count == nullptr) throw run_error(name, ": its health is not ", kSymptomCount, " counters");
    health.epochs[i] = std::max<std::int64_t>(0, *count);
  }
  health.largest_g_grad_norm = get<double>(dict, "largest_g_grad_norm", name);
  health.last_diversity = get<double>(dict, "last_diversity", name);
  return health;
}

RunningMetrics read_running(const PtDict& dict, const std::string& name) {
  RunningMetrics running;
  const auto& sums = get<PtList>(dict, "sums", name);
  for (std::size_t i = 0; i < kStepMetrics.size(); ++i) {
    const auto* sum = i < sums.size() ? std::get_if<double>(&sums[i].value) : nullptr;
    if (sum == nullptr) {
      throw run_error(name, ": its running metrics are not ", kStepMetrics.size(), " numbers");
    }
    running.sums.*kStepMetrics[i].value = *sum;
  }
  running.steps = get_count(dict, "steps", name);
  running.seconds = get<double>(dict, "seconds", name);
  return running;
}

// Everything that each rank draws, or computes statistics of, by itself: docs/scaling.md.
std::vector<std::string> rank_dependent_parts(const Config& config) {
  const ModelConfig& model = config.model;
  std::vector<std::string> parts;
  if ((model.generator_norm || model.discriminator_norm) && !model.sync_batchnorm) {
    parts.emplace_back("batch norm over a rank's own images");
  }
  if (model.minibatch_stddev > 0) parts.emplace_back("which images minibatch_stddev groups");
  if (model.dropout > 0) parts.emplace_back("dropout");
  if (config.train.instance_noise > 0) parts.emplace_back("instance noise");
  if (config.augment.changes_views()) parts.emplace_back("augmentation");
  if (find_row(penalties(), config.loss.penalty).noise != PenaltyNoise::Kind::kNone) {
    parts.emplace_back("the points of the penalty");
  }
  return parts;
}

// Warns if a state saved by `before` ranks is resumed by another number, and says what will differ.
void warn_if_ranks_changed(std::int64_t before, const Trainer& trainer) {
  const std::int64_t now = trainer.ranks().size();
  if (before == now) return;
  const auto parts = rank_dependent_parts(trainer.config());
  log::warning(str("saved by ", counted(before, "rank"), ", resumed with ", now,
                   ": the result may differ in ",
                   parts.empty() ? "the last bits" : join(parts, ", ")));
}

// Versions differ in the order of sums, in dropout masks and in how the average starts.
void warn_if_version_changed(const PtDict& root, const std::string& name) {
  const PtValue* version = find(root, "gan_train");
  const std::string before = version == nullptr ? "1.0.0" : text_of(*version, "");
  if (before == kVersion) return;
  log::warning(str(name, ": saved by gan-train ", before, ", resumed by ", kVersion,
                   ": the result may differ from that of ", before));
}

}  // namespace

void save_generator(const fs::path& path, const Trainer& trainer) {
  PtBuilder builder;
  PtDict root = header("generator", trainer);
  root.push_back({"generator", {builder.build(*trainer.sampling_generator())}});
  write_file(path, encode_pt(root, path.stem().string()));
}

void save_state(const fs::path& path, const Trainer& trainer, const LoopState& loop) {
  PtBuilder builder;
  const Networks& nets = trainer.networks;
  PtDict root = header("state", trainer);
  root.push_back({"gan_train", {std::string(kVersion)}});
  root.push_back({"generator", {builder.build(*nets.generator)}});
  root.push_back({"discriminator", {builder.build(*nets.discriminator)}});
  // With statistics of its own weights, since gan-sample draws from it.
  if (trainer.ema) root.push_back({"ema", {builder.build(*trainer.sampling_generator())}});
  root.push_back({"g_optimizer", {adam_dict(trainer.g_optimizer, *nets.generator, builder)}});
  root.push_back({"d_optimizer", {adam_dict(trainer.d_optimizer, *nets.discriminator, builder)}});
  if (trainer.config().augment.target > 0) {
    root.push_back({"augmentation", {trainer.augmentation}});
  }
  root.push_back({"epoch_figures", {running_dict(loop.epoch)}});
  root.push_back({"interval_figures", {running_dict(loop.interval)}});
  root.push_back({"health", {health_dict(loop.health)}});
  root.push_back({"rollbacks", {loop.rollbacks}});
  root.push_back({"evaluating", {loop.evaluating}});
  root.push_back({"ranks", {std::int64_t{trainer.ranks().size()}}});
  write_file(path, encode_pt(root, path.stem().string()));
}

void load_state(const fs::path& path, Trainer& trainer, LoopState& loop) {
  const std::string name = path.string();
  const Parsed parsed = read_checkpoint(path);
  const PtDict& root = parsed.root;
  if (get<std::string>(root, "kind", name) != "state") {
    throw run_error(name, ": holds only a generator; resume from last.pt");
  }
  const auto data_size = get<std::int64_t>(root, "data_size", name);
  const ImageShape shape = read_shape(root, name);
  if (data_size != trainer.data_size() || shape != trainer.shape()) {
    throw usage_error(name, ": was trained on ", data_size, " items of ", to_string(shape),
                      ", but the data set now has ", trainer.data_size(), " of ",
                      to_string(trainer.shape()), "; a run can resume only with its own data");
  }
  const PtValue* sum = find(root, "data_sum");  // older files lack it
  if (sum != nullptr && text_of(*sum, "") != trainer.data_fingerprint()) {
    log::warning(name +
                 ": was trained on other data of the same size; the run will not end as it "
                 "would have with its own data");
  }
  const Classes classes = read_classes(root, name);
  if (classes.count != trainer.classes().count) {
    throw usage_error(name, ": was trained on ", classes.count,
                      " classes, but the data set now has ", trainer.classes().count,
                      "; a run can resume only with its own data");
  }
  Networks& nets = trainer.networks;
  copy_into(get<PtDict>(root, "generator", name), *nets.generator, name + ": generator");
  copy_into(get<PtDict>(root, "discriminator", name), *nets.discriminator,
            name + ": discriminator");
  if (trainer.ema) copy_into(get<PtDict>(root, "ema", name), *trainer.ema, name + ": ema");
  load_adam(get<PtDict>(root, "g_optimizer", name), *nets.generator, trainer.g_optimizer, name);
  load_adam(get<PtDict>(root, "d_optimizer", name), *nets.discriminator, trainer.d_optimizer, name);
  if (trainer.config().augment.target > 0) {
    trainer.augmentation = get<double>(root, "augmentation", name);
  }
  loop.epoch = read_running(get<PtDict>(root, "epoch_figures", name), name);
  loop.interval = read_running(get<PtDict>(root, "interval_figures", name), name);
  loop.health = read_health(get<PtDict>(root, "health", name), name);
  loop.rollbacks = get_count(root, "rollbacks", name, kMaxRollbacks);
  // States of version 1.0 do not have it.
  loop.evaluating = find(root, "evaluating") != nullptr && get<bool>(root, "evaluating", name);
  trainer.scale_lr(loop.lr_scale());
  trainer.set_steps_done(get_count(root, "step", name, INT64_MAX / 1000));
  warn_if_version_changed(root, name);
  if (find(root, "ranks") != nullptr) {  // older files lack it
    warn_if_ranks_changed(get_count(root, "ranks", name), trainer);
  }
}

LoadedGenerator load_generator(const fs::path& path) {
  const std::string name = path.string();
  const Bytes bytes = read_file(path);
  if (is_safetensors(bytes)) return load_safetensors(bytes, name);
  const PtDict root = parse_checkpoint(bytes, name);
  LoadedGenerator loaded;
  loaded.config = read_config(root, name);
  loaded.shape = read_shape(root, name);
  loaded.epoch = get<std::int64_t>(root, "epoch", name);
  loaded.step = get<std::int64_t>(root, "step", name);
  loaded.classes = read_classes(root, name);
  const char* key = find(root, "ema") != nullptr ? "ema" : "generator";
  use_own_config(name + ": its config: ",
                 [&] { build_generator(loaded, get<PtDict>(root, key, name), name + ": " + key); });
  return loaded;
}

Config load_checkpoint_config(const fs::path& path) {
  const Parsed parsed = read_checkpoint(path);
  const std::string name = path.string();
  Config config = read_config(parsed.root, name);
  // A run is built from its config before its weights are read.
  use_own_config(name + ": its config: ", [&] {
    build_within(parsed.root, name, [&] {
      make_networks(config.model, read_shape(parsed.root, name), 0,
                    read_classes(parsed.root, name).count);
    });
  });
  return config;
}

void save_tensors(const fs::path& path, const NamedTensors& tensors) {
  PtBuilder builder;
  PtDict root;
  for (const auto& [name, tensor] : tensors) root.push_back({name, builder.build(tensor)});
  write_file(path, encode_pt(root));
}

void save_weights(const fs::path& path, const Trainer& trainer) {
  PtBuilder builder;
  write_file(path,
             encode_pt({{"generator", {builder.build(*trainer.networks.generator)}},
                        {"discriminator", {builder.build(*trainer.networks.discriminator)}}}));
}

}  // namespace gan
