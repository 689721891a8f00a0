#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <torch/types.h>

#include "cli/commands.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// Tells --help and completion the allowed words; the command itself must refuse others.
CLI::Validator one_of(const std::vector<std::string>& words);

/// Refuses text that is not a number from `min` to `max`, in words. --help reads the range from
/// the validator's name, as it does with CLI::Range.
template <typename Number>
CLI::Validator number_from(Number min, Number max) {
  const auto check = [min, max](const std::string& text) {
    Number value{};
    if (CLI::detail::lexical_cast(text, value) && value >= min && value <= max) {
      return std::string();
    }
    return str(in_quotes(text),
               std::is_integral_v<Number> ? " is not an integer" : " is not a number", " from ",
               min, " to ", max);
  };
  return {check, str("NUMBER in [", min, " - ", max, "]")};
}

/// "grid: one PNG; npy: …": the names in a registry with their help.
template <typename Rows>
std::string help_of(const Rows& rows) {
  std::vector<std::string> parts;
  for (const auto& row : rows) parts.push_back(str(row.name, ": ", row.help));
  return join(parts, "; ");
}

/// Adds -q: once parsed, only warnings and errors are logged to the terminal.
CLI::Option* add_quiet(CLI::App& app, bool& quiet,
                       const std::string& help = "show warnings and errors only");

/// Adds --precision, the precision of sampling.
CLI::Option* add_precision(CLI::App& app, std::string& precision, const std::string& help);

/// Adds --seed, the seed of samples.
CLI::Option* add_seed(CLI::App& app, std::int64_t& seed);

/// Throws an Error if the file's name does not end in one of `extensions`, including when it has no
/// extension. `flag` is the flag that names the file.
void check_extension(std::string_view flag, const std::filesystem::path& path,
                     const std::vector<std::string>& extensions);

/// The path of an input file, unchanged; throws an Error (exit code 2) if the file is missing.
std::string input_file(const std::string& path);

/// The result of `call`; adds `hint` to its usage errors.
template <typename Call>
auto with_hint(const std::string& hint, Call call) {
  try {
    return call();
  } catch (const Error& error) {
    throw Error(str(error.what(), error.exit_code() == Error::kUsage ? hint : ""),
                error.exit_code());
  }
}

/// --json [FILE]: a command prints JSON instead of text; with FILE it prints text and writes the
/// JSON to the file.
class JsonOutput {
 public:
  CLI::Option* declare(CLI::App& app);
  bool is_wanted() const { return !file_.empty(); }
  /// Whether standard output gets the JSON, and no text.
  bool is_printed() const { return file_ == "-"; }
  /// Prints or writes the JSON, if requested.
  void put(const std::string& json) const;

 private:
  std::string file_;
};

/// --device and --threads, for commands that take no config.
class DeviceArguments {
 public:
  void declare(CLI::App& app);
  /// Sets up the process as configure_process() does for training.
  torch::Device set_up() const;

 private:
  TrainConfig train_;
};

/// --config and a flag for every option.
class ConfigArguments {
 public:
  void declare(CLI::App& app);

  /// `config` with the settings of the config file and then of the flags.
  Config apply(Config config = {}) const;

  /// The config of a shipped recipe if one was named, else the defaults.
  Config recipe_config() const;

  /// Whether neither a file nor flags were given.
  bool empty() const { return file_.empty() && flags_.empty(); }

  /// The config file's name without folder and extension; "run" without one.
  std::string recipe() const;

 private:
  std::string file_;
  std::vector<Setting> flags_;
};

}  // namespace gan
