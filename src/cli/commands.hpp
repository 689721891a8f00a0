#pragma once

#include <span>
#include <string_view>

namespace gan {

/// A command of the program: `gan <name>`, also called through a link `gan-<name>`.
struct Command {
  std::string_view name;
  std::string_view help;
  /// Takes the arguments after the command's name; returns the exit code.
  int (*run)(int argc, char** argv);
};

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

/// All commands, in the order that help lists them.
std::span<const Command> commands();

/// LibTorch, devices and instruction set in use, a line each.
void print_version();

}  // namespace gan
