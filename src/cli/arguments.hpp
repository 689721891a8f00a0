#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "cli/commands.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

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

/// Adds -q: from then on, only warnings and errors are logged to the terminal.
CLI::Option* add_quiet(CLI::App& app, bool& quiet,
                       const std::string& help = "show warnings and errors only");

/// Adds --precision: that of the drawing of samples.
CLI::Option* add_precision(CLI::App& app, std::string& precision, const std::string& help);

/// Adds the --seed of samples.
CLI::Option* add_seed(CLI::App& app, std::int64_t& seed);

/// Refuses a file whose name ends otherwise than in one of `extensions`; any file where it has no
/// extension. `flag` is what names it.
void check_extension(std::string_view flag, const std::filesystem::path& path,
                     const std::vector<std::string>& extensions);

/// The path of a file to read, as it was given; Error (exit code 2) where there is none.
std::string input_file(const std::string& path);

/// What `call` gives; to its Error about a wrong call, `hint` is added.
template <typename Call>
auto hinting(const std::string& hint, Call call) {
  try {
    return call();
  } catch (const Error& error) {
    throw Error(str(error.what(), error.exit_code() == Error::kUsage ? hint : ""),
                error.exit_code());
  }
}

/// --json [FILE]: a command prints JSON instead of text; with FILE it prints text and writes the
/// JSON there.
class JsonOutput {
 public:
  CLI::Option* declare(CLI::App& app);
  bool is_wanted() const { return !file_.empty(); }
  /// Whether standard output takes JSON, and no text.
  bool is_printed() const { return file_ == "-"; }
  /// Prints or writes it, if it is wanted.
  void put(const std::string& json) const;

 private:
  std::string file_;
};

/// --device and --threads, of commands that take no config.
class DeviceArguments {
 public:
  void declare(CLI::App& app);
  /// Sets the process up as configure_process() does for training.
  torch::Device set_up() const;

 private:
  TrainConfig train_;
};

/// --config and a flag for every option.
class ConfigArguments {
 public:
  void declare(CLI::App& app);

  /// `config` with what the config file and then the flags say.
  Config apply(Config config = {}) const;

  /// What the recipe says where a shipped one was named, else the defaults.
  Config recipe_config() const;

  /// Whether neither was given.
  bool empty() const { return file_.empty() && flags_.empty(); }

  /// The config file's name without folder and extension; "run" without one.
  std::string recipe() const;

 private:
  std::string file_;
  std::vector<Setting> flags_;
};

}  // namespace gan
