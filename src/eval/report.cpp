#include "eval/report.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/json.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kLabelColumn = 27;
constexpr std::size_t kNumberColumn = 11;

std::string short_number(double value) {
  if (!std::isfinite(value)) return "-";
  return formatted(std::abs(value) >= 1000 ? "%.0f" : "%.4g", value);
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

}  // namespace

std::string metric_text(double value, const char* otherwise) {
  if (!std::isfinite(value)) return otherwise;
  return formatted("%.9g", value);
}

double Metrics::value(std::string_view name) const {
  for (const auto& row : rows) {
    if (row.name == name) return row.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

static std::string class_line(const std::string& name, std::size_t width,
                              const std::vector<std::string>& cells) {
  constexpr std::size_t kWidths[] = {9, 8, 9, 11, 10, 8};
  std::string line = padding(name, width) + name;
  for (std::size_t i = 0; i < cells.size(); ++i)
    line += ' ' + padding(cells[i], kWidths[i] - 1) + cells[i];
  return line + '\n';
}

// One line per class and, below, the mean over the classes for real images.
static std::string class_table(const std::vector<ClassMetrics>& classes) {
  std::size_t width = 5;
  for (const auto& one : classes) width = std::max(width, columns_of(shown(one.name)));
  const std::vector<std::string> heads = {"share %",   "data %",   "asked %",
                                          "precision", "coverage", "Fréchet"};
  std::string text = "\n" + class_line("class", width, heads);
  double precision = 0.0, coverage = 0.0, frechet = 0.0;
  const auto n = static_cast<double>(classes.size());
  for (const ClassMetrics& one : classes) {
    text += class_line(shown(one.name), width,
                       {short_number(one.percent), short_number(one.data_percent),
                        short_number(one.confirmed_percent), short_number(one.precision.value),
                        short_number(one.coverage.value), short_number(one.frechet.value)});
    precision += one.precision.real / n;
    coverage += one.coverage.real / n;
    frechet += one.frechet.real / n;
  }
  return text + class_line("real", width,
                           {"", "", "", short_number(precision), short_number(coverage),
                            short_number(frechet)});
}

// Class shares are also in the table of the classes.
static bool is_class_share(const Metric& row) {
  return row.name.starts_with("class_") && row.name.ends_with("_percent");
}

std::string metrics_table(const Metrics& metrics, const std::string& title) {
  std::string text;
  for (const auto& line :
       {title, "against: " + metrics.reference, "features: " + metrics.features}) {
    text += wrap(line, kTableWidth, "", "  ");
  }
  text += '\n';
  text += table_line("", {"samples", "real", "noise"});
  for (const auto& row : metrics.rows) {
    if (!metrics.classes.empty() && is_class_share(row)) continue;
    text += table_line(row.label,
                       {short_number(row.value), short_number(row.real), short_number(row.noise)});
  }
  return metrics.classes.empty() ? text : text + class_table(metrics.classes);
}

// Rounded to nine digits.
static Json metric_json(double value) {
  const auto shown = parse_double(metric_text(value, "null"));
  return shown ? Json(*shown) : Json();
}

std::string network_table(const Metrics& metrics, const std::string& title) {
  std::string text = wrap(str(title, " against ", metrics.reference), kTableWidth, "", "  ");
  text += wrap("features: " + metrics.features, kTableWidth, "", "  ") + '\n';
  for (const auto& row : metrics.rows) {
    text += table_line(row.label, {formatted("%.6g", row.value)});
  }
  return text;
}

std::string network_json(const Metrics& metrics, Json about) {
  about["reference"] = metrics.reference;
  about["samples"] = metrics.samples;
  for (const auto& row : metrics.rows) about[row.name] = metric_json(row.value);
  return to_json(about);
}

static Json class_json(std::int64_t label, const ClassMetrics& one) {
  Json row = {{"class", label},
              {"name", one.name},
              {"samples", one.samples},
              {"percent", metric_json(one.percent)},
              {"data_percent", metric_json(one.data_percent)},
              {"as_asked_percent", metric_json(one.confirmed_percent)}};
  for (const Metric* metric : {&one.precision, &one.recall, &one.coverage, &one.frechet}) {
    row[metric->name] = {{"value", metric_json(metric->value)},
                         {"real", metric_json(metric->real)}};
  }
  return row;
}

std::string metrics_json(const Metrics& metrics, Json about) {
  Json values = Json::object();
  for (const auto& row : metrics.rows) {
    values[row.name] = {{"value", metric_json(row.value)},
                        {"real", metric_json(row.real)},
                        {"noise", metric_json(row.noise)}};
  }
  about["features"] = metrics.features;
  about["reference"] = metrics.reference;
  about["samples"] = metrics.samples;
  about["figures"] = std::move(values);
  Json classes = Json::array();
  for (const auto& one : metrics.classes) {
    classes.push_back(class_json(static_cast<std::int64_t>(classes.size()), one));
  }
  if (!classes.empty()) about["classes"] = std::move(classes);
  return to_json(about);
}

std::string metrics_csv_names(const Metrics& metrics) {
  std::vector<std::string> names;
  for (const auto& row : metrics.rows) names.push_back(row.name);
  return join(names, ",");
}

std::string metrics_csv_values(const Metrics& metrics) {
  std::vector<std::string> values;
  for (const auto& row : metrics.rows) values.push_back(metric_text(row.value));
  return join(values, ",");
}

}  // namespace gan
