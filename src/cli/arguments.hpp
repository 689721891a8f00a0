#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gan_train/config/option.hpp"

#include "commands.hpp"

namespace gan {

/// The option table with the names that the registries hold as choices.
std::vector<Option> full_option_table(Config& config);

/// Parses a command line. CLI11's complaints become Errors (exit code 2) that
/// suggest a near flag; true where help was printed and nothing is left to do.
bool parse_arguments(CLI::App& app, int argc, char** argv);

/// Shows `see` the options of a command, which is not run.
void show_arguments(const Command& command, const std::function<void(const CLI::App&)>& see);

/// Tells --help and completion which words there are, and leaves it to the command to refuse
/// others.
CLI::Validator one_of(const std::vector<std::string>& words);

/// --config and a flag for every option.
class ConfigArguments {
 public:
  explicit ConfigArguments(CLI::App& app);

  /// What the config file and then the flags say, set upon `config`.
  void apply(Config& config) const;

  /// Whether neither was given.
  bool empty() const { return file_.empty() && flags_.empty(); }

  /// The config file's name without folder and extension; "run" without one.
  std::string recipe() const;

 private:
  std::string file_;
  std::vector<Setting> flags_;
};

/// runs/<name>-<date-time>: where nobody says where to write.
std::filesystem::path new_run_folder(const std::string& name);

}  // namespace gan
