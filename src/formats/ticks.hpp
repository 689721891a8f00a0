#pragma once

#include <span>
#include <string>
#include <vector>

namespace gan {

enum class Scale {
  kLinear,
  kLog  ///< sign(v) log10(1 + |v|): also defined for zero and negative values
};

/// An axis of a plot: its range, and ticks at multiples of 1, 2 or 5 times a power of ten or, on a
/// log scale, at powers of ten.
struct Axis {
  double low = 0;  ///< after scaling
  double high = 1;
  double step = 1;  ///< between two ticks, after scaling
  std::vector<double> ticks;
  Scale scale = Scale::kLinear;

  /// The position of a value: 0 at the low end, 1 at the high end.
  double share(double value) const;

  /// A tick as text, with enough digits to tell it from its neighbours.
  std::string label(double tick) const;
};

/// Whether a plot can show it: finite, and too small to overflow.
bool is_drawable(double value);

/// Log if a few values would flatten all others: if the maximum is over 100 times their lower
/// quartile, and over 100.
Scale fitting_scale(std::span<const double> values);

/// An axis for the drawable values in `values`, extended by `margin` of its length at both ends,
/// with about `count` ticks; integer ticks if all values are integers.
Axis make_axis(std::span<const double> values, double margin, int count,
               Scale scale = Scale::kLinear);

}  // namespace gan
