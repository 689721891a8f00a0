#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <torch/types.h>

namespace gan {

/// Number of rows with that many columns in a block of at most 16 MiB of floats.
std::int64_t rows_per_block(std::int64_t columns);

/// The squared distances of one row of a set to all rows of another.
///
/// A single-precision matrix product gives each distance within a known bound. If that leaves a
/// comparison undecided, the distance is computed again in double from the rows. So comparisons are
/// those of an exact computation, whatever the blocks, threads and BLAS.
class DistanceRow {
 public:
  /// Whether the squared distance to row `j` is below `bound`.
  bool closer(std::int64_t j, double bound) const {
    const double norms = norm_ + norms_[j];
    const double product = 2.0 * static_cast<double>(products_[j]);
    if (norms * (1.0 - error_) - product >= bound) return false;
    return norms * (1.0 + error_) - product < bound || exact(j) < bound;
  }
  /// The squared distance to row `j`, in double.
  double exact(std::int64_t j) const;

  std::int64_t index() const { return index_; }
  std::int64_t size() const { return size_; }

 private:
  friend void for_each_distance_row(const torch::Tensor&, const torch::Tensor&,
                                    const std::function<void(const DistanceRow&)>&);

  std::int64_t index_ = 0;
  std::int64_t size_ = 0;
  std::int64_t width_ = 0;
  const float* row_ = nullptr;       // [d]
  const float* others_ = nullptr;    // [size, d]
  const float* products_ = nullptr;  // [size], of the rows minus the mean
  const double* norms_ = nullptr;    // [size], squared, of the rows minus the mean
  double norm_ = 0.0;
  double error_ = 0.0;  // of a distance, relative to the sum of the squared norms
};

/// Calls `visit` with each row of `from` in turn. Both sets must come from check_features().
void for_each_distance_row(const torch::Tensor& from, const torch::Tensor& to,
                           const std::function<void(const DistanceRow&)>& visit);

/// Squared distance of each row of `from` to its k-th nearest row of `to`, excluding itself if both
/// are one set. At least k such rows are needed.
std::vector<double> kth_nearest_squared(const torch::Tensor& from, const torch::Tensor& to,
                                        std::int64_t k, bool one_set);

}  // namespace gan
