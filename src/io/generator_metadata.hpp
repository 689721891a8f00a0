#pragma once

#include <string>

#include "core/file.hpp"
#include "formats/graph.hpp"
#include "formats/pt.hpp"
#include "gan_train/io/checkpoint.hpp"

namespace gan {

// How a generator describes itself in files that are no checkpoints.

/// Whether a safetensors file is one of gan-export. A "config" alone does not make it one.
bool is_gan_train(const Metadata& metadata);

/// Its config, shape and classes, and what they mean for whoever runs it.
Metadata generator_metadata(const LoadedGenerator& loaded);

/// The config among these; Error where there is none.
Config config_from_metadata(const Metadata& metadata, const std::string& name);

/// Builds the generator from what the rest of `loaded` says and gives it these weights.
void build_generator(LoadedGenerator& loaded, const PtDict& weights, const std::string& where);

/// A generator from a safetensors file that describes it; Error where it does not.
LoadedGenerator load_safetensors(ByteView bytes, const std::string& name);

}  // namespace gan
