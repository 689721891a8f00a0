#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

#include "config/parse.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kMaxWidths = 32;
constexpr std::string_view kAuto = "auto";  // a list that the program chooses

std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(double value) { return format_double(value); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(const std::string& value) { return value; }
std::string text_of(const LabelRange& value) {
  const auto lo = format_double(value.lo);
  return value.lo == value.hi ? lo : lo + ":" + format_double(value.hi);
}
std::string text_of(const ImageSize& value) {
  const auto width = std::to_string(value.width);
  return value.width == value.height ? width : width + "x" + std::to_string(value.height);
}
std::string text_of(const Widths& value) {
  if (value.empty()) return std::string(kAuto);
  std::vector<std::string> parts;
  for (const auto width : value) parts.push_back(std::to_string(width));
  return join(parts, ", ");
}

// Most bounds are whole numbers, which to_chars might write as 1e+06.
std::string bound_text(double bound) {
  const bool whole = bound >= -0x1p53 && bound <= 0x1p53 && std::rint(bound) == bound;
  return whole ? std::to_string(static_cast<std::int64_t>(bound)) : format_double(bound);
}

template <typename Number>
bool in_range(const Option& option, Number value) {
  const auto x = static_cast<double>(value);
  const bool above = option.above_min ? x > option.min : x >= option.min;
  const bool below = option.below_max ? x < option.max : x <= option.max;
  return above && below;
}

// Says what is wrong with a text and what is allowed.
std::string wrong(const Option& option, std::string_view text, std::string_view what) {
  const auto shown = trim(text).empty() ? std::string("an empty value") : in_quotes(text);
  const auto allowed = range_text(option);
  return str(shown, " ", what, allowed.empty() ? "" : "; allowed: ", allowed);
}

template <typename Number>
std::string set_number(const Option& option, std::string_view text, std::optional<Number> value,
                       std::string_view kind, Number& field) {
  if (!value) return wrong(option, text, str("is not ", kind));
  if (!in_range(option, *value)) return wrong(option, text, "is out of range");
  field = *value;
  return "";
}

std::string set(const Option& option, std::string_view text, std::int64_t& field) {
  return set_number(option, text, parse_int(trim(text)), "an integer", field);
}

std::string set(const Option& option, std::string_view text, double& field) {
  // Many countries write a decimal comma.
  std::string with_point(trim(text));
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  if (with_point != trim(text) && parse_double(with_point)) {
    return str(in_quotes(text), " is not a number; did you mean ", with_point, "?");
  }
  return set_number(option, text, parse_double(trim(text)), "a number", field);
}

std::string set(const Option& option, std::string_view text, bool& field) {
  std::string word(trim(text));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool yes = word == "true" || word == "yes" || word == "on" || word == "1";
  const bool no = word == "false" || word == "no" || word == "off" || word == "0";
  if (!yes && !no) return wrong(option, text, "is neither true nor false");
  field = yes;
  return "";
}

std::string set(const Option&, std::string_view text, std::string& field) {
  // Python also reads the checkpoint's config, and needs UTF-8.
  if (!is_utf8(text)) return in_quotes(text) + " is not text in UTF-8";
  if (text.find('\0') != std::string_view::npos) return in_quotes(text) + " holds a NUL character";
  try {
    field = expand_home(text);  // all are paths except train.device, which never begins with "~"
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string set(const Option&, std::string_view text, const ChoiceField& choice) {
  choice.set(choice.field, text);
  return "";
}

std::string set(const Option& option, std::string_view text, Widths& field) {
  if (trim(text).empty() || trim(text) == kAuto) {
    field.clear();
    return "";
  }
  const auto parts = split(text, ',');
  if (parts.size() == 1 && trim(text).find(' ') != std::string_view::npos) {
    return in_quotes(text) + " is not a list; separate numbers by commas, as in 64, 32";
  }
  if (parts.size() > kMaxWidths) {
    return str("has ", parts.size(), " numbers; at most ", kMaxWidths, " are allowed");
  }
  Widths widths(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (auto problem = set(option, parts[i], widths[i]); !problem.empty()) return problem;
  }
  field = std::move(widths);
  return "";
}

// Reads one side, or WIDTHxHEIGHT.
std::string set(const Option& option, std::string_view text, ImageSize& field) {
  ImageSize size;
  const auto cross = text.find_first_of("xX");
  if (auto problem = set(option, text.substr(0, cross), size.width); !problem.empty()) {
    return problem;
  }
  size.height = size.width;
  if (cross != std::string_view::npos) {
    auto problem = set(option, text.substr(cross + 1), size.height);
    if (problem.empty() && (size.width == 0) != (size.height == 0)) {
      problem = str(in_quotes(text), " gives only one side; write both, as in 64x96, or 0");
    }
    if (!problem.empty()) return problem;
  }
  field = size;
  return "";
}

std::string set(const Option& option, std::string_view text, LabelRange& field) {
  LabelRange label;
  const auto colon = text.find(':');
  const auto first = text.substr(0, colon);
  if (auto problem = set(option, first, label.lo); !problem.empty()) return problem;
  label.hi = label.lo;
  if (colon != std::string_view::npos) {
    if (auto problem = set(option, text.substr(colon + 1), label.hi); !problem.empty()) {
      return problem;
    }
  }
  if (label.lo > label.hi) {
    return str(in_quotes(text), " goes from high to low; write ",
               text_of(LabelRange{label.hi, label.lo}));
  }
  field = label;
  return "";
}

template <typename Value>
std::string set(const Option& option, std::string_view text, Value* field) {
  return set(option, text, *field);
}

}  // namespace

std::string type_name(const Option& option) {
  struct Name {
    std::string operator()(const bool*) const { return "boolean"; }
    std::string operator()(const std::int64_t*) const { return "integer"; }
    std::string operator()(const double*) const { return "number"; }
    std::string operator()(const std::string*) const { return "text"; }
    std::string operator()(const Widths*) const { return "list of integers"; }
    std::string operator()(const LabelRange*) const { return "number or range"; }
    std::string operator()(const ImageSize*) const { return "size"; }
    std::string operator()(const ChoiceField&) const { return "text"; }
  };
  return std::visit(Name(), option.field);
}

const std::vector<std::string>& choices_of(const Option& option) {
  const auto* choice = std::get_if<ChoiceField>(&option.field);
  return choice != nullptr ? choice->names : option.numbers;
}

std::string range_text(const Option& option) {
  const auto& choices = choices_of(option);
  if (!choices.empty()) return "one of " + join(choices, ", ");
  if (std::holds_alternative<bool*>(option.field)) return "true or false";
  if (std::holds_alternative<std::string*>(option.field)) return "";
  const auto min = bound_text(option.min);
  const auto max = bound_text(option.max);
  if (std::holds_alternative<ImageSize*>(option.field))
    return min + " to " + max + ", or WIDTHxHEIGHT";
  if (!option.above_min && !option.below_max) return min + " to " + max;
  return (option.above_min ? "> " : "at least ") + min + " and " +
         (option.below_max ? "< " : "at most ") + max;
}

std::string value_text(const Option& option) {
  return visit_value(option, [](const auto& value) { return text_of(value); });
}

std::string set_value(const Option& option, std::string_view text) {
  const auto& choices = choices_of(option);
  if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
    auto near = text.size() > 1 ? did_you_mean(text, choices) : "";
    if (option.key == "data.dataset" && text.find("mnist") != std::string_view::npos) {
      near = "; did you mean idx, the format of MNIST's files?";
    }
    return wrong(option, text, "is not known") + near;
  }
  return std::visit([&](const auto& field) { return set(option, text, field); }, option.field);
}

}  // namespace gan
