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

/// A field of any enum of choices.hpp, by the names of its values.
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

/// Where an option's value lies in one particular Config.
using Field = std::variant<bool*, std::int64_t*, double*, std::string*, Widths*, LabelRange*,
                           ImageSize*, ChoiceField>;

/// What an option is for. A search varies the model and its training; a resumed run may change how
/// it runs and what is shown of it.
enum class Role : std::uint8_t { kData, kModel, kTraining, kRunning, kWatching };
template <>
inline constexpr Named<Role> kNames<Role>[] = {{Role::kData, "data"},
                                               {Role::kModel, "model"},
                                               {Role::kTraining, "training"},
                                               {Role::kRunning, "running"},
                                               {Role::kWatching, "watching"}};

/// Values of another option, as value_text writes them.
struct OtherValues {
  std::string_view key;
  std::vector<std::string> values;
};

/// One row of the option table: everything there is to know of one option.
struct Option {
  std::string key;  ///< "optim.lr": the key `lr` in section [optim], the flag --optim.lr
  Role role;
  Field field;
  std::string help;
  /// Allowed values: bounds of numbers (each of a list, both ends of a label)…
  double min = 0.0;
  double max = 0.0;
  /// …whether a bound itself is excluded…
  bool above_min = false;
  bool below_max = false;
  /// …or the few numbers that there are.
  std::vector<std::string> numbers = {};
  /// A shorter flag ("lr" for --lr), if any.
  std::string alias = {};
  /// Whether `gan init` writes it even at its default.
  bool everyday = false;
  /// Whether a resumed run keeps it though its role may change.
  bool kept_at_resume = false;
  /// Values of another option with which this one has no effect.
  OtherValues ignored_with = {};
};

/// The table, its fields pointing into `config`, which must outlive it.
std::vector<Option> option_table(Config& config);

/// Calls `use` with an option's value, that of a choice as its name (std::string).
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

/// The row of that key, or an Error.
const Option& find_option(std::span<const Option> table, std::string_view key);

/// Whether a resumed run of `config` may change the option.
bool may_change_at_resume(const Option& option, const Config& config);

/// Whether another option of `table` has a value with which this one has no effect.
bool is_ignored(const Option& option, std::span<const Option> table);

/// Whether a search may vary the option.
bool may_be_searched(const Option& option);

/// The words that an option's value may be; none where it is free.
const std::vector<std::string>& choices_of(const Option& option);

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
inline constexpr std::uint64_t kMaxConfigBytes = 256 << 10;

/// Reads a config file by its extension (.ini, .yaml, .yml).
ParsedSettings read_settings(const std::filesystem::path& path);

/// Sets each setting in turn, later ones winning. Throws one Error (exit code
/// 2) that holds every mistake, `mistakes` first, a line each.
void apply_settings(std::span<const Option> table, const std::vector<Setting>& settings,
                    std::vector<std::string> mistakes = {});

/// "" or what is wrong with the spelling of a device (auto, cpu, cuda, cuda:N);
/// whether this machine has it is another matter.
std::string device_problem(const std::string& device);

/// Error (exit code 2) where an enum in the config has a value that is none of its own.
void check_choices(const Config& config);

/// check_choices(), and what takes more than one key, such as reuse_fake with half batches; an
/// Error (exit code 2) naming all mistakes. Ranges, which apply_settings checks, are not looked at.
void check_config(const Config& config);

/// What a config may hold but hardly means, a line each: options other than in `usual`, the config
/// that it began with, that have no effect, such as loss.penalty_weight without a penalty; and a
/// Wasserstein loss without a bound.
std::vector<std::string> config_warnings(const Config& config, const Config& usual = {});

/// A Config from defaults and one file, checked by option_table and check_config.
Config load_config(const std::filesystem::path& path);

/// The whole config as YAML, in table order; load_config reads it back equal.
std::string to_yaml(const Config& config);
/// Whether `folder` is a run's: whether it holds a config.yaml that to_yaml() wrote.
bool holds_run(const std::filesystem::path& folder);
/// The rows of a table likewise, without a heading.
std::string to_yaml(std::span<const Option> table);

}  // namespace gan
