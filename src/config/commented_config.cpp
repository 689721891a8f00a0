#include "config/facts.hpp"
#include "config/parse.hpp"
#include "core/text.hpp"

namespace gan {
namespace {

constexpr std::size_t kCommentWidth = 78;

// The value as the INI reader expects it: quoted if it would be cut off otherwise.
std::string ini_value(const Option& option) {
  const auto text = value_text(option);
  const bool cut = text.starts_with('"') || text.find_first_of("#;") != std::string::npos ||
                   trim(text).size() != text.size();
  return cut ? "\"" + text + "\"" : text;
}

std::string explanation(const Option& option, const std::string& default_text) {
  const auto range = range_text(option);
  return option.help + " (" + (range.empty() ? type_name(option) : range) + "; default " +
         (default_text.empty() ? "empty" : default_text) + ")";
}

// The option's lines: its meaning, and `key = value`, commented out if unset.
std::string row_text(const Option& option, const std::string& default_text, bool ini) {
  const std::string indent = ini ? "" : "  ";
  const std::string comment = indent + "# ";
  const std::string value = ini ? ini_value(option) : yaml_value(option);
  return '\n' + wrap(explanation(option, default_text), kCommentWidth, comment, comment) + indent +
         (value_text(option) == default_text ? "#" : "") +
         option.key.substr(option.key.find('.') + 1) + (ini ? " =" : ":") +
         (value.empty() ? "" : " " + value) + '\n';
}

}  // namespace

std::string commented_config(std::span<const Option> table, ConfigFormat format,
                             std::string_view heading, bool all) {
  const bool ini = format == ConfigFormat::kIni;
  Config defaults;
  const auto usual = option_table(defaults);
  std::string out(heading);
  for (std::size_t i = 0; i < table.size();) {
    const std::string section = table[i].key.substr(0, table[i].key.find('.'));
    std::string rows;
    bool any_set = false;
    for (; i < table.size() && table[i].key.starts_with(section + "."); ++i) {
      const std::string default_text = value_text(usual[i]);
      const bool is_set = value_text(table[i]) != default_text;
      any_set = any_set || is_set;
      if (all || is_set || table[i].everyday) rows += row_text(table[i], default_text, ini);
    }
    if (rows.empty()) continue;
    // In YAML, a section without keys would not be a map.
    out += str('\n', ini ? "[" + section + "]" : (any_set ? "" : "#") + section + ":", '\n', rows);
  }
  return out;
}

}  // namespace gan
