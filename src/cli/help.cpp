#include "cli/help.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace gan {
namespace {

class Page : public CLI::Formatter {
 public:
  explicit Page(std::size_t width)
      : width_(width), indent_(width < kWide ? kNarrowIndent : kWideIndent) {}

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
    return wrap(app->get_description(), width_);
  }

  std::string make_footer(const CLI::App* app) const override {
    if (app->get_footer().empty()) return "";
    std::string out;
    for (const auto& line : split(app->get_footer(), '\n')) out += wrap(line, width_);
    return out;
  }

 private:
  static constexpr std::size_t kWide = 80, kWideIndent = 30, kNarrowIndent = 6;

  // CLI11 includes the allowed range in the type's name: "INT:INT in [1 - 64]".
  static std::string meaning(const CLI::Option& option, const std::string& type) {
    std::vector<std::string> notes;
    if (option.get_required()) notes.emplace_back("required");
    const auto open = type.find(" in ["), dash = type.find(" - ", open);
    if (open != std::string::npos && dash != std::string::npos) {
      const auto from = open + std::string_view(" in [").size();
      notes.push_back(type.substr(from, dash - from) + " to " +
                      type.substr(dash + 3, type.rfind(']') - dash - 3));
    }
    add_others("with", option.get_needs(), notes);
    add_others("not with", option.get_excludes(), notes);
    return option.get_description() + (notes.empty() ? "" : " (" + join(notes, "; ") + ")");
  }

  static void add_others(const std::string& how, const std::set<CLI::Option*>& others,
                         std::vector<std::string>& notes) {
    std::vector<std::string> names;
    // The last long name is the short form of a config key, and hidden options have it too.
    for (const auto* other : others) names.push_back("--" + other->get_lnames().back());
    std::sort(names.begin(), names.end());  // a set of pointers has no defined order
    if (!names.empty()) notes.push_back(how + " " + join(names, ", "));
  }

  std::size_t width_;
  std::size_t indent_;
};

}  // namespace

std::string help_page(const CLI::App& app, const std::string& name, std::size_t width) {
  return Page(width).make_help(&app, name, CLI::AppFormatMode::Normal);
}

}  // namespace gan
