#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "gan_train/config/config.hpp"

namespace gan {

/// A field of any enum of choices.hpp, read and set by the names of its values.
struct ChoiceField {
  template <Choice Enum>
  ChoiceField(Enum* of)  // NOLINT(google-explicit-constructor): as implicit as a pointer
      : field(of),
        names(names_of(kNames<Enum>)),
        get([](const void* from) { return name_of(*static_cast<const Enum*>(from)); }),
        set([](void* to, std::string_view name) {
          *static_cast<Enum*>(to) = from_name<Enum>(name, "value");
        }) {}

  void* field;
  std::vector<std::string> names;
  std::string_view (*get)(const void* from);
  void (*set)(void* to, std::string_view name);
};

/// Where an option's value is stored in one particular Config.
using Field = std::variant<bool*, std::int64_t*, double*, std::string*, Widths*, LabelRange*,
                           ImageSize*, ChoiceField>;

/// The purpose of an option. A search may vary kModel and kTraining; a resumed run may change
/// kRunning and kWatching.
enum class Role : std::uint8_t { kData, kModel, kTraining, kRunning, kWatching };
template <>
inline constexpr Named<Role> kNames<Role>[] = {{Role::kData, "data"},
                                               {Role::kModel, "model"},
                                               {Role::kTraining, "training"},
                                               {Role::kRunning, "running"},
                                               {Role::kWatching, "watching"}};

/// Values of another option, written as value_text writes them.
struct OtherValues {
  std::string_view key;
  std::vector<std::string> values;
};

/// One row of the option table: everything known about one option.
struct Option {
  std::string key;  ///< "optim.lr": the key `lr` in section [optim], the flag --optim.lr
  Role role;
  Field field;
  std::string help;
  /// Allowed values: bounds of a number (also of each number in a list and both ends of a label),
  double min = 0.0;
  double max = 0.0;
  /// whether a bound itself is excluded,
  bool above_min = false;
  bool below_max = false;
  /// or the few numbers allowed.
  std::vector<std::string> numbers = {};
  /// A shorter flag ("lr" for --lr); empty: none.
  std::string alias = {};
  /// Whether `gan init` writes it even when it has its default.
  bool everyday = false;
  /// Whether a resumed run keeps it although its role would allow a change.
  bool kept_at_resume = false;
  /// Values of another option that make this one have no effect.
  OtherValues ignored_with = {};
};

/// The option table. Its fields point into `config`, which must outlive it.
std::vector<Option> option_table(Config& config);

/// Calls `use` with an option's value; an enum is passed as its name (std::string).
template <typename Use>
auto visit_value(const Option& option, Use use) {
  return std::visit(
      [&](const auto& field) {
        if constexpr (std::is_pointer_v<std::decay_t<decltype(field)>>) {
          return use(std::as_const(*field));
        } else {
          return use(std::string(field.get(field.field)));
        }
      },
      option.field);
}

/// The row with that key; throws an Error if there is none.
const Option& find_option(std::span<const Option> table, std::string_view key);

/// Whether a resumed run of `config` may change the option.
bool may_change_at_resume(const Option& option, const Config& config);

/// Whether the current value of another option in `table` makes this one have no effect.
bool is_ignored(const Option& option, std::span<const Option> table);

/// Whether a search may vary the option.
bool may_be_searched(const Option& option);

/// The allowed values of an option that takes one of a fixed set; else empty.
const std::vector<std::string>& choices_of(const Option& option);

std::string type_name(const Option& option);   ///< "integer", "list of integers", …
std::string range_text(const Option& option);  ///< "> 0 and at most 1", "one of a, b", …
std::string value_text(const Option& option);  ///< in the form that set_value reads

/// Reads `text` into the option's field. Returns "", or what is wrong with the text and what is
/// allowed; the field is then unchanged.
std::string set_value(const Option& option, std::string_view text);

/// One `key = value` of a file or the command line.
struct Setting {
  std::string key;
  std::string value;
  std::string origin;  ///< "configs/x.ini:12" or "--optim.lr"
};

/// Contents of a config file: its settings in order, and whole messages ("x.ini:3: …") for
/// malformed lines and duplicate keys.
struct ParsedSettings {
  std::vector<Setting> settings;
  std::vector<std::string> mistakes;
};

/// Reads the text of an INI or YAML config; messages call it `name`.
ParsedSettings parse_ini(std::string_view text, std::string_view name);
ParsedSettings parse_yaml(std::string_view text, std::string_view name);

/// Maximum size of a config file: a hundred times the largest shipped one. Reading any file of this
/// size takes at most 64 MiB of memory.
inline constexpr std::uint64_t kMaxConfigBytes = 256 << 10;

/// Reads a config file by its extension (.ini, .yaml, .yml).
ParsedSettings read_settings(const std::filesystem::path& path);

/// Applies the settings in order, later ones winning. Throws one Error (exit code 2) with all
/// mistakes, `mistakes` first, one per line.
void apply_settings(std::span<const Option> table, const std::vector<Setting>& settings,
                    std::vector<std::string> mistakes = {});

/// Returns "", or what is wrong with the spelling of a device (auto, cpu, cuda, cuda:N). Does not
/// check that this machine has the device.
std::string device_problem(const std::string& device);

/// Throws an Error (exit code 2) if an enum in the config holds a value outside its range.
void check_choices(const Config& config);

/// check_choices() and the rules that involve several keys, such as reuse_fake with half batches.
/// Throws one Error (exit code 2) with all mistakes. Does not check ranges; apply_settings does.
void check_config(const Config& config);

/// Warnings about settings that are allowed but probably unintended, one per line: options that
/// differ from `usual`, the config it started from, but have no effect (loss.penalty_weight without
/// a penalty), and a Wasserstein loss without a Lipschitz constraint.
std::vector<std::string> config_warnings(const Config& config, const Config& usual = {});

/// A Config from the defaults and one file, checked by option_table and check_config.
Config load_config(const std::filesystem::path& path);

/// The whole config as YAML, in table order; load_config reads back an equal Config.
std::string to_yaml(const Config& config);
/// Whether `folder` belongs to a run: it holds a config.yaml written by to_yaml().
bool holds_run(const std::filesystem::path& folder);
/// The rows of a table as YAML, without a heading.
std::string to_yaml(std::span<const Option> table);

}  // namespace gan
