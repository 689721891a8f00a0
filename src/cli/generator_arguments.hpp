#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// --ckpt, and for weights without a config of their own --config, with --shape and --class-count
/// where the config's data set is not here.
class GeneratorArguments {
 public:
  /// Returns --ckpt, which the caller may require.
  CLI::Option* declare(CLI::App& app);
  /// Error that says what is wrong with the file, or with what it is said to hold.
  LoadedGenerator load() const;
  const std::string& checkpoint() const { return checkpoint_; }

 private:
  std::string checkpoint_;
  std::string config_;
  std::string shape_;
  std::int64_t class_count_ = 0;
};

}  // namespace gan
