#include "gan_train/eval/report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <sstream>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

constexpr std::size_t kLabelColumn = 27;
constexpr std::size_t kNumberColumn = 11;

std::string short_number(double value) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, std::abs(value) >= 1000 ? "%.0f" : "%.4g", value);
  return text;
}

// Characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padding(std::string_view text, std::size_t width) {
  const std::size_t used = columns_of(text);
  return std::string(width > used ? width - used : 0, ' ');
}

std::string table_line(const std::string& label, const std::vector<std::string>& cells) {
  std::string line = label + padding(label, kLabelColumn);
  for (const auto& cell : cells) line += padding(cell, kNumberColumn) + cell;
  return line + '\n';
}

// Text in lines of kTableWidth, those after the first indented; a longer word keeps a line alone.
std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string word, lines, line;
  while (words >> word) {
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > kTableWidth) {
      lines += line + '\n';
      line = "  " + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return lines + line + '\n';
}

}  // namespace

std::string figure_text(double value, const char* otherwise) {
  if (!std::isfinite(value)) return otherwise;
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

double Metrics::value(std::string_view name) const {
  for (const auto& row : rows) {
    if (row.name == name) return row.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string metrics_table(const Metrics& metrics, const std::string& title) {
  std::string text = wrapped(title) + wrapped("against: " + metrics.reference) +
                     wrapped("features: " + metrics.features) + '\n';
  text += table_line("", {"samples", "real", "noise"});
  for (const auto& row : metrics.rows) {
    text += table_line(
        row.label, {short_number(row.value), short_number(row.floor), short_number(row.ceiling)});
  }
  return text;
}

std::string metrics_json(const Metrics& metrics, const AboutFields& about) {
  std::string json = "{\n";
  for (const auto& [key, value] : about) {
    const auto* text = std::get_if<std::string>(&value);
    json += "  " + json_string(key) + ": " +
            (text ? json_string(*text) : std::to_string(std::get<std::int64_t>(value))) + ",\n";
  }
  json += "  \"features\": " + json_string(metrics.features) +
          ",\n  \"reference\": " + json_string(metrics.reference) +
          ",\n  \"samples\": " + std::to_string(metrics.samples) + ",\n  \"figures\": {";
  const char* joint = "\n";
  for (const auto& row : metrics.rows) {
    json +=
        str(joint, "    ", json_string(row.name), ": {\"value\": ", figure_text(row.value, "null"),
            ", \"real\": ", figure_text(row.floor, "null"),
            ", \"noise\": ", figure_text(row.ceiling, "null"), "}");
    joint = ",\n";
  }
  return json + "\n  }\n}\n";
}

std::string metrics_csv_names(const Metrics& metrics) {
  std::vector<std::string> names;
  for (const auto& row : metrics.rows) names.push_back(row.name);
  return join(names, ",");
}

std::string metrics_csv_values(const Metrics& metrics) {
  std::vector<std::string> values;
  for (const auto& row : metrics.rows) values.push_back(figure_text(row.value));
  return join(values, ",");
}

}  // namespace gan
