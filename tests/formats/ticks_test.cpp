#include "formats/ticks.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace gan {
namespace {

// The labels of an axis over `values`, on one line.
std::string labels(const std::vector<double>& values, double margin = 0, int count = 6) {
  const auto axis = make_axis(values, margin, count);
  std::string line;
  for (const double tick : axis.ticks) line += axis.label(tick) + " ";
  return line;
}

constexpr double kNoTick = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Ticks, AreMultiplesOfOneTwoOrFive) {
  EXPECT_EQ(labels({0, 0.6}), "0 0.1 0.2 0.3 0.4 0.5 0.6 ");
  EXPECT_EQ(labels({0.35, 2.27}), "0.5 1.0 1.5 2.0 ");
  EXPECT_EQ(labels({-3, 3}), "-3 -2 -1 0 1 2 3 ");
  EXPECT_EQ(labels({0, 46800}), "0 10000 20000 30000 40000 ");
}

TEST(Ticks, AreWholeWhereTheValuesAre) {
  EXPECT_EQ(labels({1, 2, 3}), "1 2 3 ");
  EXPECT_EQ(labels({1, 2.5, 3}), "1.0 1.5 2.0 2.5 3.0 ");
  EXPECT_EQ(labels({1}), "1 ");
}

TEST(Ticks, LeaveOutWhatCannotBeDrawn) {
  EXPECT_EQ(labels({kNoTick, -3, kInfinity, 3, -kInfinity, 1e308}), "-3 -2 -1 0 1 2 3 ");
  EXPECT_EQ(labels({}), "0 0.2 0.4 0.6 0.8 1.0 ");
  EXPECT_EQ(labels({kNoTick}), labels({}));
}

TEST(Ticks, ShowVerySmallAndVeryLargeValues) {
  EXPECT_EQ(labels({0, 6e-5}), "0 1e-5 2e-5 3e-5 4e-5 5e-5 6e-5 ");
  EXPECT_EQ(labels({0, 1.5e7}), "0 5e6 1.0e7 1.5e7 ");
  EXPECT_EQ(labels({1e6, 1e6 + 0.12}),
            "1.00000000e6 1.00000002e6 1.00000004e6 1.00000006e6 1.00000008e6 1.00000010e6 "
            "1.00000012e6 ");
  EXPECT_EQ(labels({-9e299, 9e299}), "-5e299 0 5e299 ");
}

TEST(Ticks, GiveValuesThatAreAllAlikeSomeRoom) {
  EXPECT_EQ(labels({0, 0}), "-1 0 1 ");
  EXPECT_EQ(labels({0.69, 0.69}), "0.65 0.70 0.75 ");
  EXPECT_EQ(labels({0, 5e-324, 1e-310}), labels({0, 1e-320}));
  const auto axis = make_axis(std::vector<double>{7.5, 7.5}, 0, 6);
  EXPECT_LT(axis.low, 7.5);
  EXPECT_GT(axis.high, 7.5);
}

TEST(Ticks, ALogScaleIsForAFewValuesFarBeyondTheOthers) {
  EXPECT_EQ(fitting_scale(std::vector<double>{0.7, 0.9, 1.2, 8e8}), Scale::kLog);
  EXPECT_EQ(fitting_scale(std::vector<double>{-0.7, 0.9, 1.2, -8e8}), Scale::kLog);
  EXPECT_EQ(fitting_scale(std::vector<double>{1e-4, 1e-3, 2, 12}), Scale::kLinear);
  EXPECT_EQ(fitting_scale(std::vector<double>{700, 800, 900, 1e3}), Scale::kLinear);
  EXPECT_EQ(fitting_scale(std::vector<double>{1, 2, kNoTick, kInfinity}), Scale::kLinear);
  EXPECT_EQ(fitting_scale({}), Scale::kLinear);
}

TEST(Ticks, OfALogScaleArePowersOfTen) {
  const auto labels_of = [](const std::vector<double>& values) {
    const auto axis = make_axis(values, 0, 6, Scale::kLog);
    std::string line;
    for (const double tick : axis.ticks) line += axis.label(tick) + " ";
    return line;
  };
  EXPECT_EQ(labels_of({0, 1500}), "0 1 10 100 1000 ");
  EXPECT_EQ(labels_of({0.5, 8e8}), "100 10000 1e6 1e8 ");
  EXPECT_EQ(labels_of({-1500, 20}), "-1000 -100 -10 -1 0 1 10 ");
  const auto axis = make_axis(std::vector<double>{-99, 0, 99}, 0, 6, Scale::kLog);
  EXPECT_DOUBLE_EQ(axis.share(-99), 0);
  EXPECT_DOUBLE_EQ(axis.share(0), 0.5);
  EXPECT_DOUBLE_EQ(axis.share(9), 0.75);
}

TEST(Ticks, MarginIsAPartOfTheLength) {
  const auto axis = make_axis(std::vector<double>{10, 20}, 0.05, 6);
  EXPECT_DOUBLE_EQ(axis.low, 9.5);
  EXPECT_DOUBLE_EQ(axis.high, 20.5);
}

}  // namespace
}  // namespace gan
