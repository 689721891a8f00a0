#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "config/parse.hpp"
#include "core/text.hpp"

namespace gan {
namespace {

// The first words of a run's config.yaml.
constexpr std::string_view kConfigMark = "# gan-train";

// Words that a YAML reader may not read as text.
bool is_reserved(std::string word) {
  constexpr std::array<std::string_view, 10> kWords = {"true", "false", "yes", "no", "on",
                                                       "off",  "null",  "y",   "n",  "~"};
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_plain(const std::string& text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/";
  constexpr std::string_view kLater = "0123456789.-";
  if (text.empty() || kLetters.find(text[0]) == std::string_view::npos) return false;
  const auto fits = [&](char c) {
    return kLetters.find(c) != std::string_view::npos || kLater.find(c) != std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), fits) && !is_reserved(text);
}

std::string double_quoted(const std::string& text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20 || code == 0x7f) {
      out += "\\x";
      out += kHex[code >> 4U];
      out += kHex[code & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

// Not yaml-cpp's Emitter: it replaces some Unicode characters, so the value would not read back
// unchanged.
std::string yaml_value(const Option& option) {
  const auto text = value_text(option);
  if (const auto* widths = std::get_if<Widths*>(&option.field); widths && !(*widths)->empty()) {
    return "[" + text + "]";
  }
  const bool words = std::holds_alternative<std::string*>(option.field) ||
                     std::holds_alternative<ChoiceField>(option.field);
  // Before YAML 1.2, 1:30 was the number ninety.
  const bool range = text.find(':') != std::string::npos;
  return (words && !is_plain(text)) || range ? double_quoted(text) : text;
}

std::string to_yaml(std::span<const Option> table) {
  std::string out, section;
  for (const auto& option : table) {
    const auto dot = option.key.find('.');
    if (option.key.compare(0, dot, section) != 0) {
      section = option.key.substr(0, dot);
      out += section + ":\n";
    }
    out += "  " + option.key.substr(dot + 1) + ": " + yaml_value(option) + "\n";
  }
  return out;
}

std::string to_yaml(const Config& config) {
  Config copy = config;
  return std::string(kConfigMark) + ": every option with its value\n" + to_yaml(option_table(copy));
}

bool holds_run(const std::filesystem::path& folder) {
  const auto path = folder / "config.yaml";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string start(kConfigMark.size(), ' ');
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) &&
         start == kConfigMark;
}

}  // namespace gan
