#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

// One script per shell, generated from the declared commands, so that pressing Tab starts no
// program.

namespace gan {
namespace {

using CommandList = std::vector<CommandFacts>;

// Single-quotes a text for a shell; `inside` replaces each quote in it.
std::string quoted_for_shell(const std::string& text, const char* inside) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string(inside) : std::string(1, c);
  return out + "'";
}

std::string command_words(const CommandList& list, const std::string& prefix) {
  std::string words;
  for (const auto& command : list) words += (words.empty() ? "" : " ") + prefix + command.name;
  return words;
}

// ── bash ──

// The completion of an option's value, or of a positional argument.
std::string bash_kind(const OptionFacts& option) {
  switch (option.completion) {
    case Completion::kWords:
      return join(option.words, " ");
    case Completion::kFiles:
      return "@files";
    case Completion::kFolders:
      return "@folders";
    case Completion::kWordsAndFiles:
      return "@files " + join(option.words, " ");
    case Completion::kNothing:
      break;
  }
  return "@nothing";
}

constexpr const char* kBashHead =
    R"bash(# Completion of gan and its commands for bash, made by `gan completion bash`.

_gan() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command=${COMP_WORDS[0]##*/} words= values=
  COMPREPLY=()
)bash";

constexpr const char* kBashWords =
    R"bash(  if [[ $command == gan ]]; then
    command=${COMP_WORDS[1]}
    if ((COMP_CWORD == 1)); then
      mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
      return
    fi
  fi
  command=${command#gan-}
  # bash takes --flag=value for three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
)bash";

constexpr const char* kBashTail =
    R"bash(  # A flag after one that may stand alone.
  [[ $cur != -* ]] || values=
  case $values in
    '') mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
    @nothing) ;;
    @files*)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -W "${values#@files}" -- "$cur"; compgen -f -- "$cur")
      ;;
    @folders)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur") ;;
  esac
}
)bash";

std::string bash_script(const CommandList& list) {
  std::string values, flags, arguments;
  for (const auto& command : list) {
    std::string names;
    for (const auto& option : command.options) {
      if (option.names.empty()) {
        arguments += "    " + command.name + ") values='" + bash_kind(option) + "' ;;\n";
        continue;
      }
      names += (names.empty() ? "" : " ") + join(option.names, " ");
      if (option.value.empty()) continue;
      std::vector<std::string> patterns;
      for (const auto& name : option.names) patterns.push_back(command.name + ":" + name);
      values += "    " + join(patterns, "|") + ") values='" + bash_kind(option) + "' ;;\n";
    }
    flags += "    " + command.name + ") words='" + names + "' ;;\n";
  }
  return kBashHead + ("  local commands='" + command_words(list, "") + "'\n") + kBashWords +
         "  case $command:$prev in\n" + values + "  esac\n  case $command in\n" + flags +
         "  esac\n  # An argument without a flag before it.\n" +
         "  [[ -n $values ]] || case $command in\n" + arguments + "  esac\n" + kBashTail +
         "complete -F _gan gan " + command_words(list, "gan-") + "\n";
}

// ── zsh ──

std::string zsh_action(const OptionFacts& option) {
  const std::string words = join(option.words, " ");
  switch (option.completion) {
    case Completion::kWords:
      return "(" + words + ")";
    case Completion::kFiles:
      return "_files";
    case Completion::kFolders:
      return "_files -/";
    case Completion::kWordsAndFiles:
      // An unescaped colon would end the action.
      return "{_alternative \"recipes\\:recipe\\:(" + words + ")\" \"files\\:file\\:_files\"}";
    case Completion::kNothing:
      break;
  }
  return " ";
}

// Specifications for zsh's _arguments.
std::string zsh_specs(const CommandFacts& command) {
  const auto quoted = [](const std::string& text) { return quoted_for_shell(text, "'\\''"); };
  std::string specs;
  const auto add = [&](const std::string& spec) { specs += " \\\n        " + quoted(spec); };
  for (const auto& option : command.options) {
    std::string help;
    for (const char c : option.help) help += (c == '[' || c == ']' ? "\\" : "") + std::string(1, c);
    const char* colon = option.value_is_optional ? "::" : ":";
    const std::string value =
        option.value.empty() ? "" : colon + option.value + ":" + zsh_action(option);
    if (option.names.empty()) add("*" + value);
    for (const auto& name : option.names) {
      const bool takes_equals = !value.empty() && name.starts_with("--");
      const std::string alone =
          option.names.size() > 1 ? "(" + join(option.names, " ") + ")" : std::string();
      add(alone + name + (takes_equals ? "=" : "") + "[" + help + "]" + value);
    }
  }
  return specs;
}

std::string zsh_script(const CommandList& list) {
  const auto quoted = [](const std::string& text) { return quoted_for_shell(text, "'\\''"); };
  std::string out = "#compdef gan " + command_words(list, "gan-") +
                    "\n# Completion of gan and its commands for zsh, made by `gan completion "
                    "zsh`.\n\n_gan() {\n  local command=${service#gan-}\n  if [[ $service == gan "
                    "]]; then\n    if ((CURRENT == 2)); then\n      local -a commands=(\n";
  for (const auto& command : list) {
    out += "        " + quoted(command.name + ":" + command.help) + "\n";
  }
  out +=
      "      )\n      _describe command commands\n      return\n    fi\n"
      "    command=$words[2]\n    shift words\n    ((CURRENT--))\n  fi\n  case $command in\n";
  for (const auto& command : list) {
    out += "    " + command.name + ")\n      _arguments -S" + zsh_specs(command) + "\n      ;;\n";
  }
  return out + "  esac\n}\n\n_gan \"$@\"\n";
}

// ── fish ──

std::string fish_value(const OptionFacts& option) {
  const std::string words = " -a '" + join(option.words, " ") + "'";
  switch (option.completion) {
    case Completion::kWords:
      return " -x" + words;
    case Completion::kFiles:
      return " -r -F";
    case Completion::kFolders:
      return " -x -a '(__fish_complete_directories)'";
    case Completion::kWordsAndFiles:
      return " -r -F" + words;
    case Completion::kNothing:
      break;
  }
  return " -x";
}

std::string fish_script(const CommandList& list) {
  const auto quoted = [](const std::string& text) { return quoted_for_shell(text, "\\'"); };
  std::string out =
      "# Completion of gan and its commands for fish, made by `gan completion fish`.\n"
      "complete -c gan -f\n";
  for (const auto& command : list) {
    out += "complete -c gan -n __fish_use_subcommand -a " + command.name + " -d " +
           quoted(command.help) + "\n";
  }
  for (const auto& command : list) {
    for (const auto& option : command.options) {
      out += "complete -c gan -n '__fish_seen_subcommand_from " + command.name + "'";
      for (const auto& name : option.names) {
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      // A positional argument is not an option with a value.
      if (option.names.empty()) {
        out += option.completion == Completion::kFolders ? " -a '(__fish_complete_directories)'"
               : option.words.empty()                    ? " -F"
                                                         : " -a '" + join(option.words, " ") + "'";
      } else if (!option.value.empty()) {
        out += fish_value(option);
      }
      out += " -d " + quoted(option.help) + "\n";
    }
    out += "complete -c gan-" + command.name + " -w 'gan " + command.name + "'\n";
  }
  return out;
}

// ── The command ──

struct Shell {
  std::string_view name;
  std::string (*script)(const CommandList& list);
  const char* place;  // where the shell looks for scripts, below share/
};

constexpr Shell kShells[] = {{"bash", bash_script, "bash-completion/completions/gan"},
                             {"zsh", zsh_script, "zsh/site-functions/_gan"},
                             {"fish", fish_script, "fish/vendor_completions.d/gan.fish"}};

struct CompletionArguments {
  explicit CompletionArguments(CLI::App& app) {
    app.add_option("shell", shell, "shell to print the script for")
        ->check(one_of(names_of(kShells)))
        ->type_name("SHELL");
    app.add_option("--all", all,
                   "write the scripts of all three shells below this folder, laid "
                   "out as in an installation")
        ->type_name("DIR");
    app.footer(
        "An installation puts the scripts where the shells find them. To try one now: source "
        "<(gan completion bash)");
  }

  std::string shell;
  std::string all;
};

int run_completion(CompletionArguments& arguments) {
  if (arguments.shell.empty() == arguments.all.empty()) {
    throw usage_error("name a shell: ", join(names_of(kShells), ", "));
  }
  if (!arguments.shell.empty()) {
    const Shell& wanted = find_row(kShells, arguments.shell, "shell");
    std::fputs(wanted.script(describe_commands()).c_str(), stdout);
    return 0;
  }
  const auto list = describe_commands();
  for (const Shell& row : kShells) {
    const auto path = std::filesystem::path(arguments.all) / row.place;
    make_folders(path.parent_path());
    write_file(path, row.script(list));
  }
  return 0;
}

}  // namespace

const Command kCompletionCommand = {"completion",
                                    "prints a tab-completion script for bash, zsh or fish",
                                    declare<CompletionArguments, run_completion>};

}  // namespace gan
