#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "config/parse.hpp"

namespace gan {
namespace {

// NOLINTBEGIN(bugprone-unchecked-optional-access): the order of the events decides which of key and
// list are set.

// Reads events instead of a tree of nodes: events have line numbers, keep duplicate keys apart, and
// cost nothing for a file that is an alias bomb.
class YamlReader : public YAML::EventHandler {
 public:
  explicit YamlReader(SettingsBuilder& builder) : builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    // Skips the whole document: nothing ends this skip.
    if (++documents_ > 1)
      skip(mark, "a second YAML document begins here; a config is a single one");
  }
  void OnDocumentEnd() override {}

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_plain(mark, tag, anchor);
    scalar(mark, value);
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_plain(mark, "", anchor);
    const bool value = skipped_ == 0 && depth_ == 1 && key_ && !list_;
    if (value && !key_->empty() && key_->find('.') == std::string::npos) {
      open_section(mark);  // an empty section
      OnMapEnd();
    } else if (depth_ > 0) {
      scalar(mark, "");
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    mistake(mark, "YAML aliases (*name) are not supported; write the value out");
    if (skipped_ == 0) skip_item();
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_plain(mark, tag, anchor);
    if (skipped_ == 0 && depth_ == 0) {
      depth_ = 1;
    } else if (skipped_ == 0 && depth_ == 1 && key_ && !list_) {
      open_section(mark);
    } else {
      skip(mark, "nested too deep; a config is 'section:' with 'key: value' lines below it");
    }
  }

  void OnMapEnd() override {
    if (skipped_ > 0) return end_skip();
    section_.clear();
    --depth_;
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_plain(mark, tag, anchor);
    if (skipped_ == 0 && key_ && !list_) {
      list_ = "";
      items_ = 0;
    } else {
      skip(mark, "a list is not expected here; write 'key: [value, …]'");
    }
  }

  void OnSequenceEnd() override {
    if (skipped_ > 0) return end_skip();
    set(*list_);
    list_.reset();
  }

 private:
  template <typename... Args>
  void mistake(const YAML::Mark& mark, const Args&... text) {
    builder_.mistake(mark.line + 1, text...);
  }

  void check_plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      mistake(mark, "YAML anchors (&name) are not supported; leave the anchor out");
    // yaml-cpp's notation for "no tag": "?" for plain values, "!" for quoted ones.
    if (!tag.empty() && tag != "?" && tag != "!") {
      mistake(mark, "YAML tags (!name) are not supported; leave the tag out");
    }
  }

  void scalar(const YAML::Mark& mark, const std::string& value) {
    if (skipped_ > 0) return;
    if (depth_ == 0) {
      mistake(mark, in_quotes(value),
              " is not a config; expected 'section:' or 'section.key: value'");
    } else if (list_) {
      if (items_++ > 0) *list_ += ", ";
      *list_ += value;
    } else if (key_) {
      set(value);
    } else {
      if (value.empty()) mistake(mark, "a value without a key");
      key_ = value;
      key_line_ = mark.line + 1;
    }
  }

  void set(const std::string& value) {
    // An empty key has already been reported.
    if (!key_->empty()) builder_.add(key_line_, section_, *key_, value);
    key_.reset();
  }

  void open_section(const YAML::Mark& mark) {
    const auto [first, fresh] = section_lines_.emplace(*key_, key_line_);
    if (!fresh) {
      mistake(mark, "duplicate section ", in_quotes(*key_), "; first given on line ",
              first->second);
    }
    section_ = *key_;
    key_.reset();
    depth_ = 2;
  }

  void skip(const YAML::Mark& mark, std::string_view why) {
    if (skipped_++ == 0) mistake(mark, why);
  }

  void end_skip() {
    if (--skipped_ == 0) skip_item();
  }

  // Called after something unreadable in the place of a key or a value.
  void skip_item() {
    if (list_ || depth_ == 0) return;
    key_ = key_ ? std::nullopt : std::optional<std::string>("");
  }

  SettingsBuilder& builder_;
  int documents_ = 0;
  int depth_ = 0;    // open maps: 1 inside the document, 2 inside a section
  int skipped_ = 0;  // open maps and lists that are being skipped
  std::string section_;
  std::optional<std::string> key_;  // the key whose value comes next
  int key_line_ = 0;
  std::optional<std::string> list_;  // the items so far, while inside a list
  std::size_t items_ = 0;
  std::map<std::string, int> section_lines_;
};
// NOLINTEND(bugprone-unchecked-optional-access)

bool is_indented_with_tab(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos || line[begin] == '#') return false;
  return line.substr(0, begin).find('\t') != std::string_view::npos;
}

// Checks for lines that yaml-cpp would skip or report obscurely: it treats byte 4 as the end of the
// file, guesses at UTF-16, and joins a tabbed line to the one before.
void check_lines(std::string_view text, SettingsBuilder& builder) {
  for (int line = 1; !text.empty(); ++line) {
    const auto shown = take_line(text);
    if (!is_text_line(shown)) builder.mistake(line, "the line is not text in UTF-8");
    if (is_indented_with_tab(shown)) {
      builder.mistake(line, "the line is indented with a tab; YAML needs spaces");
    }
  }
}

}  // namespace

ParsedSettings parse_yaml(std::string_view text, std::string_view name) {
  SettingsBuilder builder(name);
  check_lines(text, builder);
  if (builder.has_mistakes()) return builder.take();
  std::istringstream stream{std::string(text)};
  YamlReader reader(builder);
  try {
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(reader)) parser.HandleNextDocument(reader);
  } catch (const YAML::DeepRecursion& problem) {
    // Deep nesting was already reported, hundreds of levels before this exception.
    if (!builder.has_mistakes()) builder.mistake(problem.mark.line + 1, problem.msg);
  } catch (const YAML::Exception& problem) {
    builder.mistake(std::max(problem.mark.line, 0) + 1, "malformed YAML: ", problem.msg);
  }
  return builder.take();
}

}  // namespace gan
