#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "config/facts.hpp"

namespace gan {
namespace {

std::string default_text(const Option& option) {
  const std::string value = value_text(option);
  return value.empty() ? "(empty)" : value;
}

void print_plain(const std::vector<Option>& table) {
  for (const Option& option : table) {
    const std::string range = range_text(option);
    std::printf("%s = %s\n    %s%s%s%s\n    %s\n", option.key.c_str(), default_text(option).c_str(),
                type_name(option).c_str(), range.empty() ? "" : ", ", range.c_str(),
                option.alias.empty() ? "" : (", also --" + option.alias).c_str(),
                option.help.c_str());
  }
}

// Notes on an option: its role, who may change it, and when it has no effect.
std::string marks_of(const Option& option) {
  std::string marks = str(option.role);
  if (may_change_at_resume(option, Config())) marks += ", resume";
  if (may_be_searched(option)) marks += ", search";
  return marks;
}

std::string meaning_of(const Option& option) {
  const auto& [key, values] = option.ignored_with;
  if (values.empty()) return option.help;
  return str(option.help, " No effect with `", key, "` = ", join(values, ", "), ".");
}

void print_markdown(const std::vector<Option>& table) {
  std::printf(
      "# Options\n\nEvery key of a config file. Each is also a flag (`--optim.lr 1e-4`). Made by "
      "`gan options --markdown`.\n\nThe role says what a key is for. *resume*: flags may change "
      "the key when a run is resumed. *search*: `gan-tune` may vary it.\n");
  std::string section;
  for (const Option& option : table) {
    const std::string its = option.key.substr(0, option.key.find('.'));
    if (its != section) {
      section = its;
      std::printf(
          "\n## [%s]\n\n| key | type | default | allowed | role | meaning "
          "|\n|---|---|---|---|---|---|\n",
          section.c_str());
    }
    const std::string alias = option.alias.empty() ? "" : " (`--" + option.alias + "`)";
    std::printf("| `%s`%s | %s | `%s` | %s | %s | %s |\n", option.key.c_str(), alias.c_str(),
                type_name(option).c_str(), default_text(option).c_str(), range_text(option).c_str(),
                marks_of(option).c_str(), meaning_of(option).c_str());
  }
}

struct OptionsArguments {
  explicit OptionsArguments(CLI::App& app) {
    auto* as_markdown =
        app.add_flag("--markdown", markdown, "print a Markdown page (docs/options.md)");
    json.declare(app)->excludes(as_markdown);
  }

  bool markdown = false;
  JsonOutput json;
};

int run_options(OptionsArguments& arguments) {
  const auto& [markdown, json] = arguments;
  Config defaults;
  const auto table = option_table(defaults);
  if (!json.is_printed()) markdown ? print_markdown(table) : print_plain(table);
  json.put(to_json(describe_options(table)));
  return 0;
}

}  // namespace

const Command kOptionsCommand = {"options", "prints every key of the config",
                                 declare<OptionsArguments, run_options>};

}  // namespace gan
