#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gan_train/config/config.hpp"

namespace gan {

/// Where an option's value lies in one particular Config.
using Field = std::variant<bool*, std::int64_t*, double*, std::string*, Widths*, LabelRange*>;

/// One row of the option table: everything there is to know of one knob.
struct Option {
  std::string key;  ///< "optim.lr": the key `lr` in section [optim], the flag --optim.lr
  Field field;
  std::string help;
  /// Allowed values: bounds of numbers (each of a list, both ends of a label)…
  double min = 0.0;
  double max = 0.0;
  /// …whether a bound itself is excluded…
  bool above_min = false;
  bool below_max = false;
  /// …or the words to choose from; none for free text, and none in option_table for names
  /// in a registry.
  std::vector<std::string> choices = {};
  /// A shorter flag ("lr" for --lr), if any.
  std::string alias = {};
};

/// The table, its fields pointing into `config`, which must outlive it. It takes any text as
/// model.arch, loss.kind, loss.penalty and data.dataset, whose registries lie in later layers and
/// refuse unknown names when these are looked up; full_option_table (train/options.hpp) knows them
/// at once.
std::vector<Option> option_table(Config& config);

std::string type_name(const Option& option);   ///< "integer", "list of integers", …
std::string range_text(const Option& option);  ///< "> 0 and at most 1", "one of a, b", …
std::string value_text(const Option& option);  ///< as set_value would read it back

/// Reads `text` into the option's field. Returns "" or what is wrong with it
/// and what is allowed; then the field is unchanged.
std::string set_value(const Option& option, std::string_view text);

/// One `key = value` of a file or the command line.
struct Setting {
  std::string key;
  std::string value;
  std::string origin;  ///< "configs/x.ini:12" or "--optim.lr"
};

/// What was read from a file: its settings in order, and its malformed lines
/// and duplicate keys as whole messages ("x.ini:3: …").
struct ParsedSettings {
  std::vector<Setting> settings;
  std::vector<std::string> mistakes;
};

/// Reads the text of an INI or YAML config; `name` is what messages call it.
ParsedSettings parse_ini(std::string_view text, std::string_view name);
ParsedSettings parse_yaml(std::string_view text, std::string_view name);

/// What a config file may hold. A hundred times the largest shipped one, and what costs
/// a reader at most 64 MiB, whatever stands in it.
inline constexpr std::uint64_t kMostConfigBytes = 256 << 10;

/// Reads a config file by its extension (.ini, .yaml, .yml).
ParsedSettings read_settings(const std::filesystem::path& path);

/// Sets each setting in turn, later ones winning. Throws one Error (exit code
/// 2) that holds every mistake, `mistakes` first, a line each.
void apply_settings(std::span<const Option> table, const std::vector<Setting>& settings,
                    std::vector<std::string> mistakes = {});

/// "" or what is wrong with the spelling of a device (auto, cpu, cuda, cuda:N);
/// whether this machine has it is another matter.
std::string device_problem(const std::string& device);

/// Checks that take more than one key, such as reuse_fake with half batches;
/// an Error (exit code 2) naming them all. Values of one key, which apply_settings checks, are not
/// looked at.
void check_config(const Config& config);

/// What a config may hold but hardly means, a line each: keys other than their defaults that
/// nothing reads, such as loss.penalty_weight without a penalty, and a Wasserstein loss without a
/// bound.
std::vector<std::string> config_doubts(const Config& config);

/// A Config from defaults and one file, checked by option_table and check_config.
Config load_config(const std::filesystem::path& path);

/// The whole config as YAML, in table order; load_config reads it back equal.
std::string to_yaml(const Config& config);
/// The rows of a table likewise, without a heading.
std::string to_yaml(std::span<const Option> table);

}  // namespace gan
