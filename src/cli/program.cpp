#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/recipes.hpp"
#include "config/facts.hpp"
#include "core/file.hpp"
#include "core/terminal.hpp"
#include "gan_train/core/registry.hpp"
#include "tune/space.hpp"

namespace gan {
namespace {

void print_help() {
  std::fputs(
      "gan-train: trains GANs and draws images from them\n\n"
      "usage: gan <command> [options]\n"
      "       gan-<command> [options]\n\n",
      stdout);
  const std::size_t width = terminal_width(STDOUT_FILENO);
  for (const auto& command : commands()) {
    const std::string name = formatted("  %-12s", std::string(command.name).c_str());
    std::fputs(wrap(command.help, width, name, std::string(name.size(), ' ')).c_str(), stdout);
  }
  std::fputs(
      "\n  gan <command> --help   the options of a command\n"
      "  gan --version          this program, LibTorch, devices\n\n"
      "first steps:\n"
      "  gan-doctor\n",
      stdout);
  for (const Command* command : {&kTrainCommand, &kSampleCommand, &kEvalCommand, &kReportCommand}) {
    std::printf("  %s\n", std::string(command->example).c_str());
  }
}

bool is_config(const std::string& name) {
  const auto is_it = [&](const auto& recipe) { return recipe.stem() == name; };
  return is_config_name(name) || std::ranges::any_of(shipped_recipes(), is_it);
}

Error unknown_argument(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const auto takes = [&](const char* flag) { return command.get_option_no_throw(flag) != nullptr; };
  if (!word.starts_with('-')) {
    const bool after_json = takes("--json") && command.count("--json") > 0;
    const std::string flag = after_json ? "--json=" : is_config(name) ? "--config " : "--ckpt ";
    const bool fits = takes(flag.substr(0, flag.size() - 1).c_str());
    return usage_error("unexpected argument ", word,
                       fits ? str("; did you mean ", flag, word, "?") : "", " (see --help)");
  }
  std::vector<std::string> known;
  for (const auto* option : command.get_options()) {
    for (const auto& flag : option->get_lnames()) {
      // A key of the config without its section?
      if ("--" + flag.substr(flag.find('.') + 1) == name) {
        return usage_error("unknown option ", word, "; did you mean '--", flag, "'? (see --help)");
      }
      known.push_back("--" + flag);
    }
  }
  return usage_error("unknown option ", word, did_you_mean(name, known), " (see --help)");
}

// The value of --json is optional: the next word is its value only if it is "-" or names a .json
// file.
void give_json_its_value(std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != "--json") continue;
    const bool has_value =
        i + 1 < words.size() && (words[i + 1] == "-" || extension_of(words[i + 1]) == ".json");
    if (!has_value) words[i] += "=-";
  }
}

// The library says "config key data.path" and "option format"; on the command line these are flags.
std::string with_flags(std::string message, const CLI::App& command) {
  const auto replace = [&](const std::string& words, const std::string& by) {
    const auto at = message.find(words);
    const auto end = at + words.size();
    constexpr std::string_view kInNames = "abcdefghijklmnopqrstuvwxyz_-";
    if (at == std::string::npos) return;
    if (end < message.size() && kInNames.find(message[end]) != std::string_view::npos) return;
    message.replace(at, words.size(), by);
  };
  Config config;
  SearchConfig search;
  auto table = option_table(config);
  for (Option& row : search_table(search)) {
    row.alias = row.key.substr(row.key.find('.') + 1);
    table.push_back(std::move(row));
  }
  for (const Option& row : table) {
    const std::string flag = "--" + (row.alias.empty() ? row.key : row.alias);
    if (command.get_option_no_throw(flag) == nullptr) continue;
    replace("config key " + row.key, str("config key ", row.key, " (", flag, ")"));
  }
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) replace("option " + name, "--" + name);
  }
  return message;
}

// Expands "~": a shell does so in ~/a, but not in --out=~/a.
void expand_home_in(std::string& word) {
  const auto begin = word.starts_with("--") ? word.find('=') + 1 : 0;
  const std::string value = word.substr(begin);
  if (value.starts_with('~')) word = word.substr(0, begin) + expand_home(value);
}

std::string in_words(std::string cli11_message) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {" excludes ", " can't be combined with "}, {": 1 required ", ": "}};
  for (const auto& [notation, words] : kWords) {
    const auto at = cli11_message.find(notation);
    if (at != std::string::npos) cli11_message.replace(at, notation.size(), words);
  }
  return cli11_message;
}

int run_command(const std::string& name, std::vector<std::string> words) {
  CLI::App program;
  Runnable called;
  declare_commands(program, called);
  const CLI::App& command = *program.get_subcommand(name);
  give_json_its_value(words);
  for (std::string& word : words) expand_home_in(word);
  words.insert(words.begin(), name);
  std::reverse(words.begin(), words.end());  // CLI11 expects them in reverse order
  try {
    program.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    const auto example = find_row(commands(), name, "command").example;
    std::fputs(help_page(command, "gan " + name, example, terminal_width(STDOUT_FILENO)).c_str(),
               stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    // Unknown arguments are reported first: one may be a misspelling of a missing one.
    const auto unknown = program.remaining(/*recurse=*/true);
    if (!unknown.empty()) throw unknown_argument(command, unknown.front());
    throw usage_error(in_words(error.what()), " (see --help)");
  }
  try {
    return called();
  } catch (const Error& error) {
    throw Error(with_flags(error.what(), command), error.exit_code());
  }
}

}  // namespace

std::span<const Command> commands() {
  static const std::array kCommands = {
      kTrainCommand,  kSampleCommand,     kEvalCommand, kExportCommand,  kReportCommand,
      kTuneCommand,   kInitCommand,       kListCommand, kInspectCommand, kOptionsCommand,
      kDoctorCommand, kCompletionCommand, kManCommand};
  return kCommands;
}

void declare_commands(CLI::App& program, Runnable& called) {
  program.require_subcommand(0, 1);
  program.set_help_flag("-h,--help", "show this help");
  for (const Command& command : commands()) {
    std::string description(command.help);
    description[0] = static_cast<char>(std::toupper(description[0]));
    auto* app = program.add_subcommand(std::string(command.name), description);
    app->final_callback([&called, run = command.declare(*app)] { called = run; });
  }
}

int run_program(std::vector<std::string> words) {
  const std::string program = std::filesystem::path(words.at(0)).filename().string();
  if (program.starts_with("gan-")) {
    words[0] = program.substr(4);
  } else {
    words.erase(words.begin());
  }
  const std::string word = words.empty() ? "--help" : words[0];
  if (word == "--help" || word == "-h" || word == "help") {
    print_help();
    return 0;
  }
  if (word == "--version" || word == "-V") {
    print_version();
    return 0;
  }
  find_row(commands(), word, "command");
  words.erase(words.begin());
  return run_command(word, std::move(words));
}

}  // namespace gan
