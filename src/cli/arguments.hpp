#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

#include "commands.hpp"

namespace gan {

/// Parses a command line. CLI11's complaints become Errors (exit code 2) that
/// suggest a near flag; true where help was printed and nothing is left to do.
bool parse_arguments(CLI::App& app, int argc, char** argv);

/// Shows `see` the options of a command, which is not run.
void show_arguments(const Command& command, const std::function<void(const CLI::App&)>& see);

/// Tells --help and completion which words there are, and leaves it to the command to refuse
/// others.
CLI::Validator one_of(const std::vector<std::string>& words);

/// "grid: one PNG; npy: …": the names in a registry with their help.
template <typename Rows>
std::string help_of(const Rows& rows) {
  std::vector<std::string> parts;
  for (const auto& row : rows) parts.push_back(str(row.name, ": ", row.help));
  return join(parts, "; ");
}

/// Adds -q: nothing but warnings and errors is logged to the terminal from then on.
void add_quiet(CLI::App& app, bool& quiet,
               const std::string& help = "show warnings and errors only");

/// The path of a file to read, as it was given; Error (exit code 2) where there is none.
std::string input_file(const std::string& path);

/// --device and --threads, of commands that take no config.
class DeviceArguments {
 public:
  explicit DeviceArguments(CLI::App& app);
  /// Sets the process up as configure_process() does for training.
  torch::Device set_up() const;

 private:
  TrainConfig train_;
};

/// --config and a flag for every option.
class ConfigArguments {
 public:
  explicit ConfigArguments(CLI::App& app);

  /// `config` with what the config file and then the flags say.
  Config apply(Config config = {}) const;

  /// Whether neither was given.
  bool empty() const { return file_.empty() && flags_.empty(); }

  /// The config file's name without folder and extension; "run" without one.
  std::string recipe() const;

 private:
  std::string file_;
  std::vector<Setting> flags_;
};

}  // namespace gan
