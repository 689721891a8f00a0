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

/// Checkpoints are .pt files that describe themselves (docs/formats.md): an
/// ordinary dict for Python's torch.load, read here without running anything
/// from them. Errors name the file and what is wrong with it, and have exit code 1, also where
/// it is the config in the file: "FILE: its config: …". Only where load_state meets other data
/// than the state's own is it a wrong call (2).

/// A generator ready to sample from, on the CPU, in evaluation mode.
struct LoadedGenerator {
  Config config;
  ImageShape shape;
  Classes classes = {};  ///< none: unconditional
  std::int64_t epoch = 0;
  std::int64_t step = 0;
  torch::nn::Sequential generator{nullptr};
};

/// g_<epoch>.pt: the generator to sample from (averaged where train.ema > 0)
/// and what is needed to rebuild it.
void save_generator(const std::filesystem::path& path, const Trainer& trainer);

/// Reads either kind of checkpoint, or a safetensors file of gan-export. An Error where weights or
/// statistics are not finite.
LoadedGenerator load_generator(const std::filesystem::path& path);

/// last.pt: everything needed to go on exactly.
void save_state(const std::filesystem::path& path, const Trainer& trainer, const LoopState& loop);

/// Puts a saved state into a Trainer built for the same networks and data.
void load_state(const std::filesystem::path& path, Trainer& trainer, LoopState& loop);

/// The resolved config that a checkpoint holds.
Config load_checkpoint_config(const std::filesystem::path& path);

/// A .pt file of tensors by name, and one of both networks' weights, as --debug-dump writes them.
void save_tensors(const std::filesystem::path& path, const NamedTensors& tensors);
void save_weights(const std::filesystem::path& path, const Trainer& trainer);

}  // namespace gan
