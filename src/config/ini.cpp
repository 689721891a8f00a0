#include "config/parse.hpp"
#include "core/text.hpp"

namespace gan {
namespace {

constexpr std::size_t kMaxLineBytes = 4096;

// Position of a comment: # or ; at the start or after white space.
std::size_t find_comment(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool mark = text[i] == '#' || text[i] == ';';
    if (mark && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) return i;
  }
  return text.size();
}

std::string_view without_comment(std::string_view text) {
  return trim(text.substr(0, find_comment(text)));
}

class IniReader {
 public:
  explicit IniReader(SettingsBuilder& builder) : builder_(builder) {}

  void read_line(std::string_view line) {
    ++line_;
    if (line.size() > kMaxLineBytes) {
      return builder_.mistake(line_, "the line is longer than ", kMaxLineBytes, " bytes");
    }
    if (!is_text_line(line)) return builder_.mistake(line_, "the line is not text in UTF-8");
    line = trim(line);
    if (without_comment(line).empty()) return;
    if (line.front() == '[') return read_section(without_comment(line));
    read_pair(line);
  }

 private:
  void read_section(std::string_view line) {
    const bool closed = line.find(']') == line.size() - 1;
    const auto name = closed ? trim(line.substr(1, line.size() - 2)) : std::string_view();
    if (name.empty()) return builder_.mistake(line_, in_quotes(line), " is not a [section]");
    section_ = name;
  }

  void read_pair(std::string_view line) {
    const auto equals = line.find('=');
    const auto key = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || find_comment(line) < equals || key.empty()) {
      return builder_.mistake(line_, in_quotes(without_comment(line)),
                              " is neither 'key = value' nor a [section]; comments begin with #");
    }
    auto value = trim(line.substr(equals + 1));
    if (value.starts_with('"') || value.starts_with('\'')) {
      const auto end = value.find(value.front(), 1);
      if (end == std::string_view::npos) {
        return builder_.mistake(line_, "no closing quote in ", in_quotes(value));
      }
      if (!without_comment(value.substr(end + 1)).empty()) {
        return builder_.mistake(line_, "text after the closing quote in ", in_quotes(value));
      }
      value = value.substr(1, end - 1);
    } else {
      // Keep the blank before the value: `key = # nothing` has an empty value.
      value = without_comment(value);
    }
    builder_.add(line_, section_, std::string(key), std::string(value));
  }

  SettingsBuilder& builder_;
  std::string section_;
  int line_ = 0;
};

}  // namespace

ParsedSettings parse_ini(std::string_view text, std::string_view name) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  SettingsBuilder builder(name);
  IniReader reader(builder);
  while (!text.empty()) reader.read_line(take_line(text));
  return builder.take();
}

}  // namespace gan
