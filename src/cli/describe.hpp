#pragma once

#include <string>
#include <vector>

namespace gan {

/// The kind of completion for a value on the command line.
enum class Completion { kNothing, kWords, kFiles, kFolders, kWordsAndFiles };

/// An option of a command, for man pages and completion.
struct OptionFacts {
  std::vector<std::string> names;  ///< "-c", "--config"; empty for a positional argument
  std::string value;               ///< "FILE", "integer"; "" for a flag without a value
  std::string help;
  std::vector<std::string> words;  ///< allowed values
  Completion completion = Completion::kNothing;
  bool value_is_optional = false;
  bool is_key = false;  ///< a key of the config
};

/// A command.
struct CommandFacts {
  std::string name;
  std::string help;  ///< one line, without a full stop
  std::string description;
  std::string footer;
  std::vector<OptionFacts> options;
};

/// The words that an option allows. CLI11 includes them in its type's name: "TEXT:{grid,png}".
std::vector<std::string> words_in(const std::string& type);

/// All commands as they declare themselves, without running any.
std::vector<CommandFacts> describe_commands();

}  // namespace gan
