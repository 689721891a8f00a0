#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// --ckpt and, for weights without their own config, --config; also --shape and --class-count if
/// the config's data set is not available.
class GeneratorArguments {
 public:
  /// Returns --ckpt; the caller may make it required.
  CLI::Option* declare(CLI::App& app);
  /// Throws an Error that says what is wrong with the file, or with the flags that describe it.
  LoadedGenerator load() const;
  const std::string& checkpoint() const { return checkpoint_; }

 private:
  std::string checkpoint_;
  std::string config_;
  std::string shape_;
  std::int64_t class_count_ = 0;
};

}  // namespace gan
