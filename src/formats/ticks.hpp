#pragma once

#include <span>
#include <string>
#include <vector>

namespace gan {

/// One axis of a plot: what it spans, and ticks at multiples of 1, 2 or 5 times
/// a power of ten.
struct Axis {
  double low = 0;
  double high = 1;
  double step = 1;
  std::vector<double> ticks;

  /// A tick as text, with the digits that tell it from its neighbours.
  std::string label(double tick) const;
};

/// Whether a plot shows it: finite, and far enough from overflow to reckon with.
bool is_drawable(double value);

/// An axis over the drawable ones of `values`, widened by `margin` of its length
/// on either side, with about `count` ticks; whole ticks if all values are.
Axis make_axis(std::span<const double> values, double margin, int count);

}  // namespace gan
