#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gan {

enum class Better : std::uint8_t {
  kNeither,  ///< the best is what real images score, or the number only tells of another
  kLower,
  kHigher
};

/// What is known of a metric whatever was measured.
struct MetricRow {
  std::string_view name;   ///< "frechet"
  std::string_view label;  ///< "Fréchet distance"
  Better better = Better::kNeither;
};

/// All metrics of evaluations, the most telling first. The shares of the classes,
/// class_0_percent and so on, are not among them.
std::span<const MetricRow> metric_table();

}  // namespace gan
