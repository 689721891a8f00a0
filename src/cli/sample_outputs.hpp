#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gan_train/io/checkpoint.hpp"
#include "io/sample_writer.hpp"

namespace gan {

/// Options of gan-sample for the output of its images.
struct SampleOutputOptions {
  std::string format;  ///< "": that of format_name(), unless only --gif or --stdout is used
  std::string out;
  std::string gif;
  std::int64_t fps = 10;
  std::int64_t scale = 0;  ///< 0: as trained
  std::string preview;
  bool to_stdout = false;

  bool writes_file() const {
    return !to_stdout && (gif.empty() || !format.empty() || !out.empty());
  }
  /// --format, else the format of the extension of --out, else grid.
  std::string format_name() const;
  bool writes_pictures() const {
    return !gif.empty() || (writes_file() && (format_name() == "grid" || format_name() == "png"));
  }
  bool writes_grid() const { return writes_file() && format_name() == "grid"; }
};

void add_output_options(CLI::App& app, SampleOutputOptions& options);

/// All writers of the images, the path of --format's file, and a text that names all outputs.
struct SampleOutputs {
  std::vector<std::unique_ptr<SampleWriter>> writers;
  std::string path;
  std::string places;
};

/// Opens the outputs for `count` images of that generator, in `columns` if they form a grid.
SampleOutputs open_outputs(const SampleOutputOptions& options, const LoadedGenerator& loaded,
                           std::int64_t count, std::int64_t columns);

}  // namespace gan
