#include "cli/sample_outputs.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <unistd.h>

#include "cli/arguments.hpp"
#include "cli/preview.hpp"
#include "core/file.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {

void add_output_options(CLI::App& app, SampleOutputOptions& options) {
  auto* format = app.add_option("--format", options.format, help_of(sample_formats()))
                     ->check(one_of(names_of(sample_formats())));
  auto* out = app.add_option("-o,--out", options.out,
                             "file to write, or folder for png; without --format, its extension "
                             "sets the format")
                  ->type_name("PATH");
  app.add_option("--scale", options.scale,
                 "enlarge each pixel to a square of this many pixels (default: as trained)")
      ->check(number_from(1, 64));
  auto* gif = app.add_option("--gif", options.gif,
                             "write an animated GIF, one image per frame: alone, or in addition "
                             "to --format and --out")
                  ->type_name("FILE");
  app.add_option("--fps", options.fps, "frames per second of the GIF (default 10)")
      ->check(number_from(1, 50))
      ->needs(gif);
  auto* preview = add_preview(app, options.preview);
  app.add_flag("--stdout", options.to_stdout,
               "write raw bytes to standard output: height x width x channels per image")
      ->excludes(out)
      ->excludes(format)
      ->excludes(preview);
}

// The first format whose files have the extension of `path`; null if there is none.
static const SampleFormat* format_of_extension(const std::filesystem::path& path) {
  std::string extension = extension_of(path);
  if (extension == ".idx3-ubyte") extension = ".idx";
  const auto formats = sample_formats();
  const auto found = std::ranges::find_if(formats, [&](const SampleFormat& format) {
    return !extension.empty() && extension == extension_of(format.path);
  });
  return found == formats.end() ? nullptr : &*found;
}

std::string SampleOutputOptions::format_name() const {
  if (!format.empty()) return format;
  const SampleFormat* by_extension = format_of_extension(out);
  return by_extension != nullptr ? std::string(by_extension->name) : "grid";
}

// Refuses a file name whose extension belongs to another kind of file.
static void check_name(const SampleFormat& format, const std::filesystem::path& path) {
  if (path == "-") throw usage_error("--out -: use --stdout to write to standard output");
  const std::string extension = extension_of(path);
  const SampleFormat* by_extension = format_of_extension(path);
  constexpr std::array<std::string_view, 11> kNotWritten = {
      ".jpg", ".jpeg", ".gif", ".npz", ".tif", ".tiff", ".bmp", ".webp", ".pt", ".csv", ".html"};
  const bool unwritten = std::ranges::find(kNotWritten, extension) != kNotWritten.end();
  const bool fits =
      by_extension != nullptr && extension_of(by_extension->path) == extension_of(format.path);
  if (fits || (by_extension == nullptr && !unwritten)) return;
  throw usage_error(path.string(), ": --format ", format.name, " writes names like ", format.path,
                    "; choose such a name, or another --format");
}

static void check_draws_images(const LoadedGenerator& loaded, std::string_view flag) {
  if (!loaded.shape.is_point()) return;
  throw usage_error(flag, ": this generator draws points, not images; use --format grid or ",
                    "npy-float");
}

SampleOutputs open_outputs(const SampleOutputOptions& options, const LoadedGenerator& loaded,
                           std::int64_t count, std::int64_t columns) {
  if (!options.preview.empty() && !options.writes_grid()) {
    throw usage_error("--preview: shows the grid, but none is written; add --format grid");
  }
  const OutputConfig& trained = loaded.config.output;
  // Pictures to look at are scaled and, if the recipe says so, inverted.
  const auto file = [&](std::string_view path, bool is_to_look_at) {
    const std::int64_t scale = is_to_look_at ? trained.sample_scale : 1;
    return SampleFile{.path = path,
                      .count = count,
                      .shape = loaded.shape,
                      .range = loaded.config.data.range,
                      .grid = {.columns = columns,
                               .scale = options.scale > 0 ? options.scale : scale,
                               .dark_on_light = trained.dark_on_light && is_to_look_at}};
  };
  SampleOutputs outputs;
  if (!options.gif.empty()) {
    check_draws_images(loaded, "--gif");
    outputs.writers.push_back(make_gif_writer(file(options.gif, true), options.fps));
    outputs.places = options.gif;
  }
  const std::string_view also = outputs.places.empty() ? "" : " and ";
  if (options.to_stdout) {
    check_draws_images(loaded, "--stdout");
    if (isatty(STDOUT_FILENO) == 1) {
      throw usage_error("--stdout: writes raw bytes; send them to a program or a file");
    }
    outputs.writers.push_back(make_stdout_writer(file("", false)));
    outputs.places += str(also, "standard output");
  }
  if (!options.writes_file()) return outputs;

  const SampleFormat& format = find_row(sample_formats(), options.format_name(), "format");
  if (!format.takes_points) check_draws_images(loaded, str("--format ", format.name));
  check_name(format, options.out);
  outputs.path = options.out.empty() ? format.path : options.out;
  outputs.writers.push_back(format.make(file(outputs.path, format.name == "grid")));
  outputs.places += str(also, outputs.path);
  return outputs;
}

}  // namespace gan
