#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/describe.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

// Man pages in man(7) macros, generated from the declared commands.

namespace gan {
namespace {

// Reads the code point at `at` in `text` and moves `at` behind it; returns ill-formed bytes
// unchanged.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at++);
  if (first < 0xc0) return first;
  std::uint32_t point = first & (first < 0xe0 ? 0x1fU : first < 0xf0 ? 0x0fU : 0x07U);
  while (at < text.size() && (byte(at) & 0xc0U) == 0x80) point = point << 6 | (byte(at++) & 0x3fU);
  return point;
}

// Escapes `text` for roff; none of its lines may begin with a control character.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool at_line_start = out.empty() || out.back() == '\n';
    const std::uint32_t point = next_code_point(text, at);
    if (at_line_start && (point == '.' || point == '\'')) out += "\\&";
    if (point == '\\') {
      out += "\\e";
    } else if (point == '-') {
      out += "\\-";
    } else if (point < 0x80) {
      out += static_cast<char>(point);
    } else {
      out += formatted("\\[u%04X]", static_cast<unsigned>(point));
    }
  }
  return out;
}

std::string title_line(const std::string& name) {
  std::string upper = name;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return ".TH " + roff(upper) + " 1 \"\" \"gan\\-train " + kVersion + "\" \"User Commands\"\n";
}

std::string option_entries(const CommandFacts& command, bool keys) {
  std::string out;
  for (const auto& option : command.options) {
    if (option.is_key != keys) continue;
    std::vector<std::string> names;
    for (const auto& name : option.names) names.push_back("\\fB" + roff(name) + "\\fR");
    const std::string value =
        option.value.empty() ? ""
                             : (names.empty() ? "" : " ") + ("\\fI" + roff(option.value) + "\\fR");
    // The help of keys already lists their words, and a recipe may also be a file.
    const bool has_words = !keys && option.completion == Completion::kWords;
    out += ".TP\n" + join(names, ", ") + value + "\n" + roff(option.help) +
           (has_words ? " (one of " + roff(join(option.words, ", ")) + ")\n" : "\n");
  }
  return out;
}

constexpr const char* kExitStatus =
    ".SH EXIT STATUS\n0 done; 1 the run failed; 2 a wrong call or config; 130 stopped by Ctrl\\-C "
    "(128 + the signal's number).\n";

std::string command_page(const CommandFacts& command) {
  const std::string name = "gan-" + command.name;
  std::string arguments;
  for (const auto& option : command.options) {
    if (option.names.empty()) arguments += " [\\fI" + roff(option.value) + "\\fR]";
  }
  std::string page = title_line(name) + ".SH NAME\n" + roff(name + " - " + command.help) +
                     "\n.SH SYNOPSIS\n\\fBgan " + roff(command.name) + "\\fR" + arguments +
                     " [\\fIoptions\\fR]\n.SH DESCRIPTION\n" + roff(command.description) +
                     ".\n.SH OPTIONS\n" + option_entries(command, /*keys=*/false);
  if (const auto keys = option_entries(command, /*keys=*/true); !keys.empty()) {
    page += ".SH CONFIG\nEvery key of a config file is also an option.\n" + keys;
  }
  if (!command.footer.empty()) page += ".SH NOTES\n" + roff(command.footer) + "\n";
  return page + kExitStatus + ".SH SEE ALSO\n.BR gan (1)\n";
}

std::string program_page(const std::vector<CommandFacts>& commands) {
  std::string page = title_line("gan") +
                     ".SH NAME\ngan \\- trains generative adversarial networks and draws from "
                     "them\n.SH SYNOPSIS\n\\fBgan\\fR \\fIcommand\\fR [\\fIoptions\\fR]\n"
                     ".SH DESCRIPTION\n\\fBgan\\-train\\fR is \\fBgan train\\fR, and so on.\n"
                     ".SH COMMANDS\n";
  std::string others;
  for (const auto& command : commands) {
    page += ".TP\n\\fB" + roff(command.name) + "\\fR\n" + roff(command.help) + "\n";
    others += (others.empty() ? ".BR " : ",\n.BR ") + roff("gan-" + command.name) + " (1)";
  }
  return page + kExitStatus + ".SH SEE ALSO\n" + others + "\n";
}

struct ManArguments {
  explicit ManArguments(CLI::App& app) {
    app.add_option("command", name, "command whose page to print (default: gan)")
        ->check(one_of(names_of(commands())))
        ->type_name("COMMAND");
    app.add_option("--all", all, "write every page into this folder")->type_name("DIR");
    app.footer("To read a page: gan man train | man -l -");
  }

  std::string name;
  std::string all;
};

int run_man(ManArguments& arguments) {
  const auto& [name, all] = arguments;
  if (!name.empty() && !all.empty()) throw usage_error("--all writes every page; leave out ", name);
  if (!name.empty()) find_row(commands(), name, "command");
  const auto list = describe_commands();
  if (!all.empty()) {
    make_folders(all);
    const std::filesystem::path folder(all);
    write_file(folder / "gan.1", program_page(list));
    for (const auto& row : list) write_file(folder / ("gan-" + row.name + ".1"), command_page(row));
    return 0;
  }
  const auto page =
      name.empty() ? program_page(list) : command_page(find_row(list, name, "command"));
  std::fputs(page.c_str(), stdout);
  return 0;
}

}  // namespace

const Command kManCommand = {"man", "prints the man page of a command, or of the program",
                             declare<ManArguments, run_man>};

}  // namespace gan
