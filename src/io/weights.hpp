#pragma once

#include <filesystem>
#include <string>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// Weights that bring no config: a PyTorch state_dict of the generator (torch.save of one, or
/// of a dict with one under "generator" and perhaps one under "discriminator"), or a
/// safetensors file. Names and shapes must be those of the config's network; one Error lists
/// all that are not.

/// A generator of that config and shape with such weights. Error (exit code 2) for a file that
/// brings its own config: load_generator(path) is for those.
LoadedGenerator load_generator(const std::filesystem::path& path, const Config& config,
                               const ImageShape& shape, const Classes& classes);

/// Puts such weights, or those of any checkpoint, into a Trainer that has not trained yet: into
/// the generator and its average, and into the discriminator where the file holds one. Returns
/// whether it did.
bool init_from(const std::filesystem::path& path, Trainer& trainer);

}  // namespace gan
