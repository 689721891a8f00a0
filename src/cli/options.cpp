#include <cstdio>

#include "gan_train/config/facts.hpp"

#include "arguments.hpp"
#include "commands.hpp"

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

void print_markdown(const std::vector<Option>& table) {
  std::printf(
      "# Options\n\nEvery key of a config file; each is a flag too (`--optim.lr 1e-4`). "
      "Made by `gan options --markdown`.\n");
  std::string section;
  for (const Option& option : table) {
    const std::string its = option.key.substr(0, option.key.find('.'));
    if (its != section) {
      section = its;
      std::printf(
          "\n## [%s]\n\n| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n",
          section.c_str());
    }
    const std::string alias = option.alias.empty() ? "" : " (`--" + option.alias + "`)";
    std::printf("| `%s`%s | %s | `%s` | %s | %s |\n", option.key.c_str(), alias.c_str(),
                type_name(option).c_str(), default_text(option).c_str(), range_text(option).c_str(),
                option.help.c_str());
  }
}

int run_options(int argc, char** argv) {
  CLI::App app("Prints every key of the config with its type, default, range and meaning",
               "gan options");
  bool markdown = false;
  bool json = false;
  auto* as_markdown = app.add_flag("--markdown", markdown, "as docs/options.md");
  app.add_flag("--json", json, "as JSON")->excludes(as_markdown);
  if (parse_arguments(app, argc, argv)) return 0;
  Config defaults;
  const auto table = full_option_table(defaults);
  if (json) {
    std::fputs(to_json(describe_options(table)).c_str(), stdout);
  } else {
    markdown ? print_markdown(table) : print_plain(table);
  }
  return 0;
}

}  // namespace

const Command kOptionsCommand = {"options", "prints every key of the config", run_options};

}  // namespace gan
