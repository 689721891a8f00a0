#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// Widest line of the table.
inline constexpr std::size_t kTableWidth = 60;

/// The text for a terminal: what was measured against what, and a line a metric. `title` comes
/// first.
std::string metrics_table(const Metrics& metrics, const std::string& title);

/// The same of a feature network's metrics, which have no baselines; the first line says how many
/// samples were compared with what.
std::string network_table(const Metrics& metrics, const std::string& title);

/// One JSON object: `about`, then each metric under its name.
std::string network_json(const Metrics& metrics, Json about);

/// One JSON object: `about`, then the record. NaN and infinities become null.
std::string metrics_json(const Metrics& metrics, Json about);

/// A metric in JSON and CSV, to nine digits; `otherwise` where it is no finite number.
std::string metric_text(double value, const char* otherwise = "nan");

/// The names, and the values, of all rows, comma-separated. A value that is no number is "nan".
std::string metrics_csv_names(const Metrics& metrics);
std::string metrics_csv_values(const Metrics& metrics);

}  // namespace gan
