#pragma once

// Made by make_reference.py; do not edit.

namespace gan::reference {

inline constexpr double kFrechet = 0.691843510702;
inline constexpr double kFrechetSingular = 11.4870071789;
inline constexpr double kKernelDistance = 0.223820563207;
inline constexpr double kManifoldOf3[] = {0.556, 0.753333333333, 0.424666666667, 0.506666666667};
inline constexpr double kManifoldOf5[] = {0.682, 0.773333333333, 0.4404, 0.651666666667};
inline constexpr double kManifoldOfFew[] = {1, 1, 1.28666666667, 1};
inline constexpr double kNearestMean = 2.82832284362;
inline constexpr double kNearestMax = 5.62421172015;
inline constexpr double kParzen[] = {-17.1967675921, 0.201793059226};
inline constexpr double kParzenNarrow[] = {-125.649718567, 1.83659276771};
inline constexpr double kTransportOnALine = 0.0761821221157;
inline constexpr double kClassifierScore = 2.20294132839;

}  // namespace gan::reference
