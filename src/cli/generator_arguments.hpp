#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// --ckpt, and what says of weights from elsewhere what network they are of: --config, and
/// --shape and --class-count where the config's data set is not here to be looked at.
class GeneratorArguments {
 public:
  explicit GeneratorArguments(CLI::App& app);
  LoadedGenerator load() const;
  const std::string& checkpoint() const { return checkpoint_; }

 private:
  std::string checkpoint_;
  std::string config_;
  std::string shape_;
  std::int64_t class_count_ = 0;
};

}  // namespace gan
