#pragma once

#include <span>
#include <string>
#include <vector>

namespace gan {

enum class Scale {
  kLinear,
  kLog  ///< sign(v) log10(1 + |v|): takes zero and negative values too
};

/// One axis of a plot: what it spans, and ticks at multiples of 1, 2 or 5 times
/// a power of ten or, on a log scale, at powers of ten.
struct Axis {
  double low = 0;  ///< as scaled
  double high = 1;
  double step = 1;  ///< between two ticks, as scaled
  std::vector<double> ticks;
  Scale scale = Scale::kLinear;

  /// Where a value lies: 0 at the low end, 1 at the high one.
  double share(double value) const;

  /// A tick as text, with the digits that tell it from its neighbours.
  std::string label(double tick) const;
};

/// Whether a plot shows it: finite, and far enough from overflow to reckon with.
bool is_drawable(double value);

/// Log if a few values would press all others flat: if the highest is over a hundred times their
/// lower quartile, and over a hundred.
Scale fitting_scale(std::span<const double> values);

/// An axis over the drawable ones of `values`, widened by `margin` of its length
/// on either side, with about `count` ticks; whole ticks if all values are.
Axis make_axis(std::span<const double> values, double margin, int count,
               Scale scale = Scale::kLinear);

}  // namespace gan
