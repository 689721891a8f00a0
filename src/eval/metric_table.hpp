#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gan {

enum class Better : std::uint8_t {
  kNeither,  ///< real images have the best value, or the number describes another metric
  kLower,
  kHigher
};

/// The name of a metric, and which way is better.
struct MetricRow {
  std::string_view name;   ///< "frechet"
  std::string_view label;  ///< "Fréchet distance"
  Better better = Better::kNeither;
};

/// All metrics of evaluations, the most telling first. The shares of the classes,
/// class_0_percent and so on, are not among them.
std::span<const MetricRow> metric_table();

}  // namespace gan
