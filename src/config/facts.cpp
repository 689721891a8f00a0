#include "gan_train/config/facts.hpp"

namespace gan {
namespace {

struct FieldReader {
  Json operator()(const LabelRange* label) const { return JsonArray{label->lo, label->hi}; }
  Json operator()(const auto* field) const { return *field; }
};

}  // namespace

Json json_value(const Option& option) { return std::visit(FieldReader(), option.field); }

Json describe_options(std::span<const Option> table) {
  JsonObject keys;
  for (const Option& option : table) {
    JsonObject facts = {{"type", type_name(option)},
                        {"default", json_value(option)},
                        {"allowed", range_text(option)},
                        {"meaning", option.help}};
    if (!option.alias.empty()) facts.push_back({"flag", "--" + option.alias});
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
