#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gan_train/io/checkpoint.hpp"
#include "io/sample_writer.hpp"

namespace gan {

/// What gan-sample says of where its images go.
struct SampleOutputOptions {
  std::string format;  ///< "": format_name's, where neither --gif nor --stdout stands in for it
  std::string out;
  std::string gif;
  std::int64_t fps = 10;
  std::int64_t scale = 0;  ///< 0: as trained
  std::string preview;
  bool to_stdout = false;

  bool writes_file() const {
    return !to_stdout && (gif.empty() || !format.empty() || !out.empty());
  }
  /// --format, or what the name of --out promises, or grid.
  std::string format_name() const;
  bool writes_pictures() const {
    return !gif.empty() || (writes_file() && (format_name() == "grid" || format_name() == "png"));
  }
  bool writes_grid() const { return writes_file() && format_name() == "grid"; }
};

void add_output_options(CLI::App& app, SampleOutputOptions& options);

/// All that takes the images, the path of --format's file, and words for all of them.
struct SampleOutputs {
  std::vector<std::unique_ptr<SampleWriter>> writers;
  std::string path;
  std::string places;
};

/// Ready for `count` images of that generator, in `columns` where they make a grid.
SampleOutputs open_outputs(const SampleOutputOptions& options, const LoadedGenerator& loaded,
                           std::int64_t count, std::int64_t columns);

}  // namespace gan
