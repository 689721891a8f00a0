#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "gan_train/eval/evaluator.hpp"

namespace gan {

/// Maximum line width of the table.
inline constexpr std::size_t kTableWidth = 60;

/// Text for a terminal: `title`, what was measured against what, and one line per metric.
std::string metrics_table(const Metrics& metrics, const std::string& title);

/// The same for a feature network's metrics, which have no baselines; the first line says how many
/// samples were compared with what.
std::string network_table(const Metrics& metrics, const std::string& title);

/// One JSON object: the members of `about`, then each metric by name.
std::string network_json(const Metrics& metrics, Json about);

/// One JSON object: the members of `about`, then the record. NaN and infinities become null.
std::string metrics_json(const Metrics& metrics, Json about);

/// A metric in JSON and CSV, with nine digits; `otherwise` if it is not finite.
std::string metric_text(double value, const char* otherwise = "nan");

/// The names, and the values, of all rows, comma-separated. A value that is not finite is "nan".
std::string metrics_csv_names(const Metrics& metrics);
std::string metrics_csv_values(const Metrics& metrics);

}  // namespace gan
