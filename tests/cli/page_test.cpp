#include "call.hpp"
#include "cli/describe.hpp"

// The program's documentation of itself: help, man pages, completion, docs/options.md.

namespace gan {
namespace {

class Page : public Call {
 public:
  ~Page() override { unsetenv("COLUMNS"); }

 protected:
  static std::string print(const std::string& line) {
    const Outcome outcome = call(line);
    EXPECT_EQ(outcome.code, 0) << line << '\n' << outcome.err;
    EXPECT_EQ(outcome.err, "") << line;
    return outcome.out;
  }
};

TEST_F(Page, HelpListsEveryCommand) {
  const auto text = print("gan --help");
  for (const char* line : {"gan", "gan -h", "gan help"}) EXPECT_EQ(print(line), text);
  for (const Command& command : commands()) {
    expect_says(text, str("\n  ", command.name, " "));
    const std::string name(command.name);
    EXPECT_EQ(print("gan " + name + " --help"), print("/usr/bin/gan-" + name + " -h")) << name;
  }
}

TEST_F(Page, HelpFitsTheTerminal) {
  for (const std::size_t width : {60, 100}) {
    setenv("COLUMNS", std::to_string(width).c_str(), 1);
    for (const auto& line : split(print("gan"), '\n')) EXPECT_LE(columns_of(line), width) << line;
    for (const Command& command : commands()) {
      for (const auto& line : split(print("gan " + std::string(command.name) + " --help"), '\n')) {
        EXPECT_LE(columns_of(line), width) << line;
      }
    }
  }
  std::string text = join(split(print("gan-sample --help"), '\n'), " ");
  for (auto at = text.find("  "); at != std::string::npos; at = text.find("  ")) text.erase(at, 1);
  for (const char* words : {" -n,--count INT how many images (default 100",
                            " or a safetensors file (required) ", " --preview show the grid",
                            " frames per second of the GIF (default 10; 1 to 50; with --gif)"}) {
    expect_says(text, words);
  }
  expect_says(print("gan-train --help"), "\nExample:\n  gan-train --config ");
  expect_says(print("gan-train --help"), "(one of debug, info, ");
  expect_says(print("gan-tune --help"), "\n  optim.beta1                       0, 0.5\n");
}

TEST_F(Page, Version) {
  for (const char* line : {"gan --version", "gan -V"}) {
    const auto text = print(line);
    for (const char* words : {"gan-train 2.", "LibTorch  2.", "CPU  ", " thread", "MPI  "}) {
      expect_says(text, words);
    }
  }
}

// Every declared option appears on every page made from the declarations.
TEST_F(Page, CompletionAndManPagesKnowEveryOption) {
  print("gan completion --all share");
  print("gan man --all pages");
  EXPECT_TRUE(std::filesystem::exists("share/bash-completion/completions/gan"));
  EXPECT_TRUE(std::filesystem::exists("share/zsh/site-functions/_gan"));
  const std::string scripts[] = {print("gan completion bash"), print("gan completion zsh"),
                                 print("gan completion fish")};
  EXPECT_EQ(scripts[2], text_of("share/fish/vendor_completions.d/gan.fish"));
  EXPECT_EQ(print("gan man"), text_of("pages/gan.1"));
  std::size_t options = 0;
  for (const CommandFacts& command : describe_commands()) {
    const auto page = print("gan man " + command.name);
    EXPECT_EQ(page, text_of("pages/gan-" + command.name + ".1"));
    for (const OptionFacts& option : command.options) {
      for (const auto& name : option.names) {
        std::string escaped;
        for (const char c : name) escaped += (c == '-' ? "\\" : "") + std::string(1, c);
        expect_says(page, "\\fB" + escaped + "\\fR");
        for (const auto& script : scripts) expect_says(script, name.substr(name.rfind('-') + 1));
        ++options;
      }
    }
  }
  EXPECT_GT(options, 200u);
}

TEST_F(Page, OneGrammarForAllCommands) {
  for (const CommandFacts& command : describe_commands()) {
    for (const OptionFacts& option : command.options) {
      const auto has = [&](const char* name) {
        return std::ranges::find(option.names, name) != option.names.end();
      };
      const std::string where = command.name + " " + join(option.names, ",");
      EXPECT_EQ(has("-o"), has("--out")) << where;
      EXPECT_EQ(has("-c"), has("--config")) << where;
      EXPECT_EQ(has("-q"), has("--quiet")) << where;
      if (has("--config")) {
        EXPECT_EQ(option.completion, Completion::kWordsAndFiles) << where;
      }
      if (has("--json")) {
        EXPECT_TRUE(option.value_is_optional) << where;
      }
      if (has("--ckpt")) {
        EXPECT_EQ(option.value, "FILE") << where;
      }
      const bool is_runs = command.name == "report" && option.names.empty();
      if (is_runs || has("--resume")) {
        EXPECT_EQ(option.completion, Completion::kFolders) << where;
      }
    }
  }
}

TEST_F(Page, OptionsAreThoseOfTheDocs) {
  const auto text = print("gan options --markdown");
  EXPECT_EQ(text_of(SOURCE_DIR "/docs/options.md"), text)
      << "write it again: gan options --markdown > docs/options.md";
  const auto plain = print("gan options");
  const auto json = print("gan options --json");
  std::size_t keys = 0;
  for (const auto& line : split(text, '\n')) {
    if (!line.starts_with("| `")) continue;
    const auto key = line.substr(3, line.find('`', 3) - 3);
    expect_says(plain, key + " = ");
    expect_says(json, "\"" + key + "\": {");
    ++keys;
  }
  EXPECT_GT(keys, 60u);
}

}  // namespace
}  // namespace gan
