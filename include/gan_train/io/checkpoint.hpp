#pragma once

#include <cstdint>
#include <filesystem>

#include <torch/nn/modules/container/sequential.h>

#include "gan_train/config/config.hpp"
#include "gan_train/core/classes.hpp"
#include "gan_train/core/shape.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

struct LoopState;

/// Checkpoints are self-describing .pt files (docs/formats.md): a plain dict for Python's
/// torch.load, read here without running any code in them. Errors name the file and have exit code
/// 1, also for a mistake in its config: "FILE: its config: …". The exception is load_state with
/// data other than the state's own: exit code 2.

/// A generator ready for sampling, on the CPU, in evaluation mode.
struct LoadedGenerator {
  Config config;
  ImageShape shape;
  Classes classes = {};  ///< none: unconditional
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  torch::nn::Sequential generator{nullptr};
};

/// g_<epoch>.pt: the generator to sample from (the average if train.ema > 0) and everything needed
/// to rebuild it.
void save_generator(const std::filesystem::path& path, const Trainer& trainer);

/// Reads either kind of checkpoint, or a safetensors file of gan-export. Throws an Error if weights
/// or batch-norm statistics are not finite.
LoadedGenerator load_generator(const std::filesystem::path& path);

/// last.pt: everything needed to resume exactly.
void save_state(const std::filesystem::path& path, const Trainer& trainer, const LoopState& loop);

/// Loads a saved state into a Trainer built for the same networks and data.
void load_state(const std::filesystem::path& path, Trainer& trainer, LoopState& loop);

/// The resolved config that a checkpoint holds.
Config load_checkpoint_config(const std::filesystem::path& path);

/// Writes a .pt file of named tensors, or of both networks' weights, for --debug-dump.
void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors);
void save_weights(const std::filesystem::path& path, const Trainer& trainer);

}  // namespace gan
