#include "config/facts.hpp"

#include <nlohmann/json.hpp>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

struct JsonWriter {
  Json operator()(const LabelRange& label) const { return {label.lo, label.hi}; }
  Json operator()(const ImageSize& size) const {
    if (size.width == size.height) return size.width;
    return str(size.width, "x", size.height);
  }
  Json operator()(const auto& value) const { return value; }
};

}  // namespace

Json json_value(const Option& option) { return visit_value(option, JsonWriter()); }

Json describe_options(std::span<const Option> table) {
  const Config defaults;
  Json keys = Json::object();
  for (const Option& option : table) {
    Json facts = {{"type", type_name(option)},
                  {"default", json_value(option)},
                  {"allowed", range_text(option)},
                  {"meaning", option.help}};
    if (!option.alias.empty()) facts["flag"] = "--" + option.alias;
    facts["role"] = str(option.role);
    facts["resume"] = may_change_at_resume(option, defaults);
    facts["search"] = may_be_searched(option);
    if (const auto& [key, values] = option.ignored_with; !values.empty()) {
      facts["ignored_with"] = {{std::string(key), values}};
    }
    keys[option.key] = std::move(facts);
  }
  return keys;
}

Json differences_from_defaults(const Config& config) {
  Config mine = config;
  Config defaults;
  const auto table = option_table(mine);
  const auto usual = option_table(defaults);
  Json differences = Json::object();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (value_text(table[i]) == value_text(usual[i])) continue;
    differences[table[i].key] = {{"value", json_value(table[i])},
                                 {"default", json_value(usual[i])}};
  }
  return differences;
}

}  // namespace gan
