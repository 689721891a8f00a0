#pragma once

#include <string>

#include "core/file.hpp"
#include "formats/graph.hpp"
#include "formats/pt.hpp"
#include "gan_train/io/checkpoint.hpp"

namespace gan {

// How a generator describes itself in files that are not checkpoints.

/// Whether a safetensors file comes from gan-export. A "config" alone is not enough.
bool is_gan_train(const Metadata& metadata);

/// The generator's config, shape and classes, and their meaning for programs that run it.
Metadata generator_metadata(const LoadedGenerator& loaded);

/// The config in the metadata; throws an Error if there is none.
Config config_from_metadata(const Metadata& metadata, const std::string& name);

/// Builds the generator from the other members of `loaded` and loads these weights.
void build_generator(LoadedGenerator& loaded, const PtDict& weights, const std::string& where);

/// Loads a generator from a self-describing safetensors file; throws an Error for other files.
LoadedGenerator load_safetensors(ByteView bytes, const std::string& name);

}  // namespace gan
