#pragma once

#include <string>
#include <vector>

namespace gan {

/// What completes a value on the command line.
enum class Completion { kNothing, kWords, kFiles, kFolders, kWordsAndFiles };

/// An option of a command as man page and completion show it.
struct OptionFacts {
  std::vector<std::string> names;  ///< "-c", "--config"; none of an argument without a flag
  std::string value;               ///< the word for its value, "" of a flag: "FILE", "integer"
  std::string help;
  std::vector<std::string> words;  ///< that its value may be
  Completion completion = Completion::kNothing;
  bool value_is_optional = false;
  bool is_key = false;  ///< of the config
};

/// A command.
struct CommandFacts {
  std::string name;
  std::string help;  ///< a line, without a full stop
  std::string description;
  std::string footer;
  std::vector<OptionFacts> options;
};

/// All commands as they declare themselves; none is run.
std::vector<CommandFacts> describe_commands();

}  // namespace gan
