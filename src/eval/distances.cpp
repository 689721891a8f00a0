#include "eval/distances.hpp"

#include <algorithm>
#include <limits>

#include <torch/types.h>

#include "core/long_work.hpp"
#include "eval/features.hpp"
#include "eval/metrics.hpp"

namespace gan {

std::int64_t rows_per_block(std::int64_t columns) {
  constexpr std::int64_t kBlock = 1 << 22;
  return std::max<std::int64_t>(1, kBlock / columns);
}

double DistanceRow::exact(std::int64_t j) const {
  const float* other = others_ + j * width_;
  double sum = 0.0;
  for (std::int64_t i = 0; i < width_; ++i) {
    const double difference = static_cast<double>(row_[i]) - static_cast<double>(other[i]);
    sum += difference * difference;
  }
  return sum;
}

void for_each_distance_row(const torch::Tensor& from, const torch::Tensor& to,
                           const std::function<void(const DistanceRow&)>& visit) {
  // Moving both sets to the origin keeps the distances, and fewer must be computed again in double.
  const auto mean = to.mean(0);
  const auto near_from = from - mean;
  const auto near_to = to - mean;
  const auto from_norms = near_from.to(torch::kDouble).square().sum(1);
  const auto to_norms = near_to.to(torch::kDouble).square().sum(1);

  DistanceRow row;
  row.size_ = to.size(0);
  row.width_ = to.size(1);
  row.others_ = to.const_data_ptr<float>();
  row.norms_ = to_norms.const_data_ptr<double>();
  // A product of d terms is off by at most d/2^24 of |a||b| (Higham 2002, section 3.1), for any
  // order of summation, and 2|a||b| <= |a|^2 + |b|^2; moving the rows adds at most 4/2^24.
  row.error_ = static_cast<double>(row.width_ + 8) * 0x1p-24;
  const std::int64_t step = rows_per_block(row.size_);
  for (std::int64_t begin = 0; begin < from.size(0); begin += step) {
    report_long_work("comparing images", begin, from.size(0));
    const std::int64_t end = std::min(begin + step, from.size(0));
    const auto products = near_from.slice(0, begin, end).mm(near_to.t());
    for (row.index_ = begin; row.index_ < end; ++row.index_) {
      row.row_ = from.const_data_ptr<float>() + row.index_ * row.width_;
      row.norm_ = from_norms.const_data_ptr<double>()[row.index_];
      row.products_ = products.const_data_ptr<float>() + (row.index_ - begin) * row.size_;
      visit(row);
    }
  }
}

std::vector<double> kth_nearest_squared(const torch::Tensor& from, const torch::Tensor& to,
                                        std::int64_t k, bool one_set) {
  std::vector<double> result;
  for_each_distance_row(from, to, [&](const DistanceRow& row) {
    // The k smallest so far, in ascending order.
    std::vector<double> nearest(static_cast<std::size_t>(k),
                                std::numeric_limits<double>::infinity());
    for (std::int64_t j = 0; j < row.size(); ++j) {
      if ((one_set && j == row.index()) || !row.closer(j, nearest.back())) continue;
      nearest.back() = row.exact(j);
      std::rotate(std::upper_bound(nearest.begin(), nearest.end() - 1, nearest.back()),
                  nearest.end() - 1, nearest.end());
    }
    result.push_back(nearest.back());
  });
  return result;
}

torch::Tensor nearest_squared_distances(const torch::Tensor& from, const torch::Tensor& to) {
  const FeatureSets sets = check_features("nearest neighbours", from, to);
  return torch::tensor(kth_nearest_squared(sets.a, sets.b, 1, /*one_set=*/false), torch::kFloat32);
}

}  // namespace gan
