#include "formats/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/text.hpp"

namespace gan {
namespace {

constexpr double kHuge = 1e300;

double power_of_ten(double value) { return std::floor(std::log10(value) + 1e-9); }

// The smallest of 1, 2, 5 times a power of ten that is at least `raw`.
double nice_step(double raw) {
  const double power = std::pow(10.0, power_of_ten(raw));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-6)) return factor * power;
  }
  return 10 * power;
}

double scaled_value(double value, Scale scale) {
  return scale == Scale::kLog ? std::copysign(std::log10(1 + std::abs(value)), value) : value;
}

// The ticks of a log axis: zero, and powers of ten that are far enough apart.
void add_powers(Axis& axis, int count) {
  const double length = axis.high - axis.low;
  axis.step = std::max(1.0, std::ceil(length / count));
  const double largest = std::max(std::abs(axis.low), std::abs(axis.high));
  axis.ticks = {0.0};
  for (int i = length > count ? 1 : 0; i * axis.step <= largest; ++i) {
    axis.ticks.push_back(std::pow(10.0, i * axis.step));
    axis.ticks.push_back(-axis.ticks.back());
  }
  std::sort(axis.ticks.begin(), axis.ticks.end());
  std::erase_if(axis.ticks, [&](double tick) {
    const double share = axis.share(tick);
    return share < 0 || share > 1;
  });
}

// Widens the axis by `margin`, or by more if all values are equal.
void widen(Axis& axis, double margin) {
  const double magnitude = std::max(std::abs(axis.low), std::abs(axis.high));
  const double length = axis.high - axis.low;
  const double room = magnitude < 1 / kHuge       ? 1.0
                      : length < 1e-9 * magnitude ? 0.1 * magnitude
                                                  : margin * length;
  axis.low -= room;
  axis.high += room;
}

}  // namespace

bool is_drawable(double value) { return std::isfinite(value) && std::abs(value) < kHuge; }

Scale fitting_scale(std::span<const double> values) {
  std::vector<double> sizes;
  for (const double value : values) {
    if (is_drawable(value)) sizes.push_back(std::abs(value));
  }
  if (sizes.empty()) return Scale::kLinear;
  std::sort(sizes.begin(), sizes.end());
  const double usual = std::max(1.0, sizes[sizes.size() / 4]);
  return sizes.back() > 100 * usual ? Scale::kLog : Scale::kLinear;
}

double Axis::share(double value) const { return (scaled_value(value, scale) - low) / (high - low); }

Axis make_axis(std::span<const double> values, double margin, int count, Scale scale) {
  Axis axis;
  axis.scale = scale;
  bool any = false, whole = true;
  for (const double unscaled : values) {
    if (!is_drawable(unscaled)) continue;
    const double value = scaled_value(unscaled, scale);
    axis.low = any ? std::min(axis.low, value) : value;
    axis.high = any ? std::max(axis.high, value) : value;
    whole = whole && value == std::rint(value);
    any = true;
  }
  if (any) widen(axis, margin);
  if (scale == Scale::kLog) {
    add_powers(axis, count);
    return axis;
  }
  axis.step = nice_step((axis.high - axis.low) / count);
  if (any && whole) axis.step = std::max(axis.step, 1.0);
  const double first = std::ceil(axis.low / axis.step - 1e-6);
  const double last = std::floor(axis.high / axis.step + 1e-6);
  for (int i = 0; i <= last - first; ++i) axis.ticks.push_back((first + i) * axis.step);
  return axis;
}

std::string Axis::label(double tick) const {
  if (scale == Scale::kLog) {
    const bool is_short = std::abs(tick) < 1e5;
    return is_short ? formatted("%.0f", tick)
                    : formatted("%s1e%.0f", tick < 0 ? "-" : "", power_of_ten(std::abs(tick)));
  }
  if (std::abs(tick) < step / 2) return "0";
  const double magnitude = std::max(std::abs(low), std::abs(high));
  const int digits = static_cast<int>(-power_of_ten(step));  // after the decimal point
  if (magnitude < 1e6 && step >= 1e-4) {
    return formatted("%.*f", std::max(0, digits), tick);
  }
  const int precision = std::clamp(static_cast<int>(power_of_ten(std::abs(tick))) + digits, 0, 15);
  // 2.5e+06 as 2.5e6
  const std::string text = formatted("%.*e", precision, tick);
  const auto e = text.find('e');
  const auto exponent = parse_int(text.substr(e + 1)).value_or(0);
  return text.substr(0, e + 1) + std::to_string(exponent);
}

}  // namespace gan
