#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "cli/sample_inputs.hpp"

namespace gan {

/// Options of gan-sample for the latents of its images.
struct LatentOptions {
  std::string file;
  double truncation = 0.0;   ///< 0: none
  std::int64_t visited = 0;  ///< number of latents that a walk visits
  std::int64_t frames = 16;  ///< frames of a walk from each latent to the next
  std::int64_t plane = 0;    ///< side of a grid in the plane of three latents

  bool has_layout() const { return visited > 0 || plane > 0; }
  /// Number of images in a walk or plane, and of columns when they form a grid.
  std::int64_t count() const { return visited > 0 ? visited * frames : plane * plane; }
  std::int64_t columns() const { return visited > 0 ? frames : plane; }
};

/// Adds the flags to an app that has the other flags of gan-sample.
void add_latent_options(CLI::App& app, LatentOptions& options);

/// Reads the file, if one was named; otherwise undefined. Throws an Error if its latents don't fit,
/// or contain classes although classes are requested too.
torch::Tensor read_given_latents(const LatentOptions& options, const LoadedGenerator& loaded,
                                 bool asks_for_classes);

/// Replaces `inputs` by those of the walk or plane, if one was requested.
void lay_out_latents(const LatentOptions& options, const ModelConfig& config, SampleInputs& inputs);

}  // namespace gan
