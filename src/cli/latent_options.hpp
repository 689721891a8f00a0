#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "cli/sample_inputs.hpp"

namespace gan {

/// What gan-sample says of the latents that images are drawn from.
struct LatentOptions {
  std::string file;
  double truncation = 0.0;   ///< 0: none
  std::int64_t visited = 0;  ///< latents that a walk visits
  std::int64_t frames = 16;  ///< of a walk, from each to the next
  std::int64_t plane = 0;    ///< the side of a grid in the plane of three latents

  bool are_laid_out() const { return visited > 0 || plane > 0; }
  /// Images that a walk or a plane has, and how many of them make a row of a grid.
  std::int64_t count() const { return visited > 0 ? visited * frames : plane * plane; }
  std::int64_t columns() const { return visited > 0 ? frames : plane; }
};

/// Adds the flags, to an app that has those of gan-sample.
void add_latent_options(CLI::App& app, LatentOptions& options);

/// Reads the file, if one was named; else undefined. Error where its latents don't fit, or
/// bring classes that are asked for too.
torch::Tensor read_given(const LatentOptions& options, const LoadedGenerator& loaded,
                         bool asks_for_classes);

/// Makes `inputs` those of the walk or the plane, if one was asked for.
void lay_out_latents(const LatentOptions& options, const ModelConfig& config, SampleInputs& inputs);

}  // namespace gan
