#include "cli/latent_options.hpp"

#include <torch/types.h>

#include "cli/arguments.hpp"
#include "gan_train/core/error.hpp"
#include "io/sample_reader.hpp"
#include "sampling/latents.hpp"

namespace gan {

void add_latent_options(CLI::App& app, LatentOptions& options) {
  auto* count = app.get_option("--count");
  auto* rows = app.get_option("--rows");
  auto* columns = app.get_option("--cols");
  auto* file = app.add_option("--latents", options.file,
                              "read the latents from this .npy file: N x latent_dim of float32 "
                              "or float64, or a file of --save-latents")
                   ->type_name("FILE");
  app.add_option("--truncation", options.truncation,
                 "keep each latent value within this distance of 0, such as 0.7: better but less "
                 "varied images")
      ->check(number_from(1e-6, 100.0))
      ->excludes(file);
  auto* walk = app.add_option("--interpolate", options.visited,
                              "draw a walk through this many latents and back to the first; "
                              "several classes in --class take turns")
                   ->check(number_from(2, 1000))
                   ->excludes(count)
                   ->excludes(rows)
                   ->excludes(app.get_option("--save-labels"));
  app.add_option("--frames", options.frames, "images from each latent to the next (default 16)")
      ->check(number_from(1, 1000))
      ->needs(walk);
  app.add_option("--latent-grid", options.plane,
                 "draw a grid with this many rows and columns, over the plane through three "
                 "latents")
      ->check(number_from(2, 256))
      ->excludes(count)
      ->excludes(rows)
      ->excludes(columns)
      ->excludes(walk)
      ->excludes(app.get_option("--save-labels"));
}

torch::Tensor read_given_latents(const LatentOptions& options, const LoadedGenerator& loaded,
                                 bool asks_for_classes) {
  if (options.file.empty()) return {};
  const std::int64_t size = loaded.config.model.latent_dim;
  auto given = read_latents(input_file(options.file), size, size + loaded.classes.count);
  if (given.size(1) > size && asks_for_classes) {
    throw usage_error(options.file, ": holds the classes too; leave out --class and --save-labels");
  }
  return given;
}

void lay_out_latents(const LatentOptions& options, const ModelConfig& config,
                     SampleInputs& inputs) {
  if (options.visited > 0) {
    inputs.set_latents(latent_walk(config, inputs.first(options.visited), options.frames));
  } else if (options.plane > 0) {
    inputs.set_latents(latent_plane(config, inputs.first(3), options.plane));
  }
}

}  // namespace gan
