#include "cli/help.hpp"

#include <algorithm>
#include <sstream>

#include "cli/describe.hpp"
#include "core/text.hpp"

namespace gan {
namespace {

class Page : public CLI::Formatter {
 public:
  Page(std::string_view example, std::size_t width)
      : example_(example), width_(width), indent_(width < kWide ? kNarrowIndent : kWideIndent) {
    label("Positionals", "Arguments");
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    const std::string type = option->get_type_name();
    const std::string value = type.substr(0, type.find_first_of(":{"));
    const std::string name = option->get_name(is_positional, true);
    std::string line = "  " + name.substr(0, name.find('{'));  // then the value of a bare flag
    if (!is_positional && !value.empty() && option->get_items_expected_max() > 0) {
      line += option->get_items_expected_min() == 0 ? "[=" + value + "]" : " " + value;
    }
    const std::string margin(indent_, ' ');
    const std::string text = meaning(*option, type);
    if (line.size() + 2 > indent_) return line + "\n" + wrap(text, width_, margin, margin);
    return wrap(text, width_, line.append(indent_ - line.size(), ' '), margin);
  }

  std::string make_description(const CLI::App* app) const override {
    return wrap(app->get_description() + ".", width_);
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    const std::string usage = wrap(CLI::Formatter::make_usage(app, name), width_, "", "  ");
    return example_.empty() ? usage : usage + "Example:\n  " + example_ + "\n";
  }

  std::string make_footer(const CLI::App* app) const override {
    if (app->get_footer().empty()) return "";
    std::string out;
    std::istringstream footer(app->get_footer());
    for (std::string line; std::getline(footer, line);) out += wrapped_line(line);
    return out;
  }

 private:
  static constexpr std::size_t kWide = 80, kWideIndent = 30, kNarrowIndent = 6;

  // Keeps the two columns of "  name  text".
  std::string wrapped_line(const std::string& line) const {
    const auto gap = line.starts_with("  ") ? line.find("  ", 2) : std::string::npos;
    if (gap == std::string::npos) return wrap(line, width_);
    const auto text = line.find_first_not_of(' ', gap);
    const std::string margin(width_ < kWide ? kNarrowIndent : text, ' ');
    if (width_ < kWide)
      return line.substr(0, gap) + "\n" + wrap(line.substr(text), width_, margin, margin);
    return wrap(line.substr(text), width_, line.substr(0, text), margin);
  }

  // CLI11 includes what is allowed in the type's name: "INT:INT in [1 - 64]", "TEXT:{grid,png}".
  static std::string meaning(const CLI::Option& option, const std::string& type) {
    std::vector<std::string> notes;
    if (option.get_required()) notes.emplace_back("required");
    const auto open = type.find(" in ["), dash = type.find(" - ", open);
    if (open != std::string::npos && dash != std::string::npos) {
      const auto from = open + std::string_view(" in [").size();
      const std::string least = type.substr(from, dash - from);
      const std::string most = type.substr(dash + 3, type.rfind(']') - dash - 3);
      const bool is_bound = parse_double(most).value_or(0.0) < kNoBound;
      notes.push_back(is_bound ? least + " to " + most : "at least " + least);
    }
    const std::string& text = option.get_description();
    const auto words = words_in(type);
    const auto is_told = [&](const std::string& word) {
      return text.find(word) != std::string::npos;
    };
    if (!std::ranges::all_of(words, is_told)) notes.push_back("one of " + join(words, ", "));
    add_others("with", option.get_needs(), notes);
    add_others("not with", option.get_excludes(), notes);
    if (notes.empty()) return text;
    // One pair of brackets: "how many (default 100; at least 1)".
    return text.ends_with(')') ? text.substr(0, text.size() - 1) + "; " + join(notes, "; ") + ")"
                               : text + " (" + join(notes, "; ") + ")";
  }

  static void add_others(const std::string& how, const std::set<CLI::Option*>& others,
                         std::vector<std::string>& notes) {
    std::vector<std::string> names;
    // The last long name is the short form of a config key, and hidden options have it too.
    for (const auto* other : others) names.push_back("--" + other->get_lnames().back());
    std::sort(names.begin(), names.end());  // a set of pointers has no defined order
    if (!names.empty()) notes.push_back(how + " " + join(names, ", "));
  }

  static constexpr double kNoBound = 1e6;  // larger limits only keep numbers in range

  std::string example_;
  std::size_t width_;
  std::size_t indent_;
};

}  // namespace

std::string help_page(const CLI::App& app, const std::string& name, std::string_view example,
                      std::size_t width) {
  std::string page = Page(example, width).make_help(&app, name, CLI::AppFormatMode::Normal);
  if (const auto gap = page.find("\n\n\n"); gap != std::string::npos) page.erase(gap, 1);
  return page;
}

}  // namespace gan
