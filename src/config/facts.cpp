#include "gan_train/config/facts.hpp"

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

struct JsonWriter {
  Json operator()(const LabelRange& label) const { return JsonArray{label.lo, label.hi}; }
  Json operator()(const auto& value) const { return value; }
};

}  // namespace

Json json_value(const Option& option) { return visit_value(option, JsonWriter()); }

Json describe_options(std::span<const Option> table) {
  const Config defaults;
  JsonObject keys;
  for (const Option& option : table) {
    JsonObject facts = {{"type", type_name(option)},
                        {"default", json_value(option)},
                        {"allowed", range_text(option)},
                        {"meaning", option.help}};
    if (!option.alias.empty()) facts.push_back({"flag", "--" + option.alias});
    facts.push_back({"role", str(option.role)});
    facts.push_back({"resume", may_change_at_resume(option, defaults)});
    facts.push_back({"search", may_be_searched(option)});
    if (const auto& [key, values] = option.ignored_with; !values.empty()) {
      JsonArray words;
      for (const auto& value : values) words.emplace_back(value);
      facts.push_back({"ignored_with", JsonObject{{std::string(key), std::move(words)}}});
    }
    keys.push_back({option.key, std::move(facts)});
  }
  return keys;
}

Json differences_from_defaults(const Config& config) {
  Config mine = config;
  Config defaults;
  const auto table = option_table(mine);
  const auto usual = option_table(defaults);
  JsonObject differences;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (value_text(table[i]) == value_text(usual[i])) continue;
    differences.push_back({table[i].key, JsonObject{{"value", json_value(table[i])},
                                                    {"default", json_value(usual[i])}}});
  }
  return differences;
}

}  // namespace gan
