#include "cli/describe.hpp"

#include <algorithm>

#include "cli/arguments.hpp"
#include "cli/recipes.hpp"
#include "core/text.hpp"

namespace gan {
namespace {

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const auto& path : shipped_recipes()) names.push_back(path.stem().string());
  return names;
}

Completion completion_of(const OptionFacts& facts) {
  if (facts.value == "RECIPE") return Completion::kWordsAndFiles;
  if (!facts.words.empty()) return Completion::kWords;
  const bool is_key_of_a_folder =
      std::ranges::find(facts.names, "--output.dir") != facts.names.end();
  if (facts.value == "DIR" || is_key_of_a_folder) return Completion::kFolders;
  const bool names_a_file = facts.value == "FILE" || facts.value == "PATH";
  return names_a_file || (facts.is_key && facts.value == "text") ? Completion::kFiles
                                                                 : Completion::kNothing;
}

// Adds what the config's table knows about a key in addition to its help.
void add_key_facts(OptionFacts& facts, const Option& key) {
  facts.is_key = true;
  facts.words = choices_of(key);
  if (facts.value == "boolean") facts.words = {"true", "false"};
  const std::string range = range_text(key);
  const std::string value = value_text(key);
  facts.help += (range.empty() ? " (" : " (" + range + "; ") + "default " +
                (value.empty() ? "empty" : value) + ")";
}

OptionFacts facts_of(const CLI::Option& option, const std::vector<Option>& keys) {
  OptionFacts facts;
  for (const auto& name : option.get_snames()) facts.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) facts.names.push_back("--" + name);
  facts.help = option.get_description();
  const bool takes_value = option.get_items_expected_max() > 0;
  const std::string type = takes_value ? option.get_type_name() : "";
  facts.value = type.substr(0, type.find(':'));
  facts.value_is_optional = takes_value && option.get_items_expected_min() == 0;
  facts.words = facts.value == "RECIPE" ? recipe_names() : words_in(type);
  for (const Option& key : keys) {
    const auto& names = option.get_lnames();
    if (std::find(names.begin(), names.end(), key.key) != names.end()) add_key_facts(facts, key);
  }
  facts.completion = completion_of(facts);
  return facts;
}

}  // namespace

std::vector<std::string> words_in(const std::string& type) {
  const auto open = type.find('{');
  const auto close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  return split(type.substr(open + 1, close - open - 1), ',');
}

std::vector<CommandFacts> describe_commands() {
  Config defaults;
  const auto keys = option_table(defaults);
  CLI::App program;
  Runnable called;
  declare_commands(program, called);
  std::vector<CommandFacts> all;
  for (const Command& command : commands()) {
    const CLI::App& app = *program.get_subcommand(std::string(command.name));
    CommandFacts facts{
        app.get_name(), std::string(command.help), app.get_description(), app.get_footer(), {}};
    for (const auto* option : app.get_options()) facts.options.push_back(facts_of(*option, keys));
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace gan
