#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gan {

enum class Better : std::uint8_t {
  kNeither,  ///< real images have the best value, or the metric describes another one
  kLower,
  kHigher
};

/// The name of a metric, and which direction is better.
struct MetricRow {
  std::string_view name;   ///< "frechet"
  std::string_view label;  ///< "Fréchet distance"
  Better better = Better::kNeither;
};

/// All metrics of evaluations, the most informative first. Excludes the class shares,
/// class_0_percent and so on.
std::span<const MetricRow> metric_table();

}  // namespace gan
