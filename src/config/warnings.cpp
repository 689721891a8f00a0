#include <algorithm>
#include <string>
#include <vector>

#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

bool is_ignored(const Option& option, std::span<const Option> table) {
  const auto& [key, values] = option.ignored_with;
  return !values.empty() &&
         std::ranges::find(values, value_text(find_option(table, key))) != values.end();
}

std::vector<std::string> config_warnings(const Config& config, const Config& usual) {
  Config mine = config;
  Config theirs = usual;
  const auto table = option_table(mine);
  const auto usual_table = option_table(theirs);
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (value_text(table[i]) == value_text(usual_table[i]) || !is_ignored(table[i], table))
      continue;
    const std::string_view key = table[i].ignored_with.key;
    warnings.push_back(str(table[i].key, ": has no effect with ", key, " = ",
                           value_text(find_option(table, key))));
  }
  const LossConfig& loss = config.loss;
  if (loss.kind == LossKind::kWasserstein && loss.penalty == PenaltyKind::kNone &&
      loss.weight_clip == 0) {
    warnings.emplace_back(
        "loss.kind: wasserstein needs a limit on D's slope to measure a distance; set "
        "loss.penalty = wgan_gp or loss.weight_clip");
  }
  return warnings;
}

}  // namespace gan
