#pragma once

#include <filesystem>
#include <string>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// Weights without a config: a PyTorch state_dict of the generator (torch.save of one, or of a dict
/// with one under "generator" and optionally one under "discriminator"), or a safetensors file.
/// Names and shapes must match the config's network; one Error lists all that do not.

/// A generator of that config and shape with such weights. Throws an Error (exit code 2) for a file
/// that contains its own config: use load_generator(path) for those.
LoadedGenerator load_generator(const std::filesystem::path& path, const Config& config,
                               const ImageShape& shape, const Classes& classes);

/// Loads such weights, or those of any checkpoint, into an untrained Trainer: into the generator
/// and its average, and into the discriminator if the file has one. Returns whether it has.
bool init_from(const std::filesystem::path& path, Trainer& trainer);

}  // namespace gan
