#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gan {

/// Runs a command with its parsed arguments; returns the exit code.
using Runnable = std::function<int()>;

/// A command of the program: `gan <name>`, also called through a link `gan-<name>`.
struct Command {
  std::string_view name;
  std::string_view help;  ///< one line, without a full stop
  /// Declares the command's options without running anything. Call the result after `app` has
  /// parsed.
  Runnable (*declare)(CLI::App& app);
  std::string_view example = {};  ///< a call that a newcomer can type
};

/// Declares a command with `Arguments`, whose constructor takes the CLI::App&.
template <typename Arguments, int (*run)(Arguments&)>
Runnable declare(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>(app);
  return [arguments] { return run(*arguments); };
}

extern const Command kTrainCommand;
extern const Command kSampleCommand;
extern const Command kEvalCommand;
extern const Command kExportCommand;
extern const Command kReportCommand;
extern const Command kTuneCommand;
extern const Command kOptionsCommand;
extern const Command kInitCommand;
extern const Command kListCommand;
extern const Command kInspectCommand;
extern const Command kDoctorCommand;
extern const Command kCompletionCommand;
extern const Command kManCommand;

/// All commands, in the order of the help.
std::span<const Command> commands();

/// Makes every command a subcommand of `program`; parsing a subcommand sets `called`.
void declare_commands(CLI::App& program, Runnable& called);

/// Runs a command line and returns the exit code. The first word is the program's name: `gan`, or a
/// link `gan-<command>`.
int run_program(std::vector<std::string> words);

/// Prints LibTorch, devices and instruction set in use, one per line.
void print_version();

}  // namespace gan
