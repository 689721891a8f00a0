#include "eval/features.hpp"

#include <torch/types.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

// The kernel distance's cubes of products of such values still fit in a float.
constexpr double kMaxFeature = 1e6;

torch::Tensor check_feature_set(const char* metric, const torch::Tensor& set, std::int64_t min) {
  if (set.dim() != 2 || set.size(1) < 1) {
    throw usage_error(metric,
                      ": features are a row of numbers for each image, but got a tensor of ",
                      set.sizes());
  }
  if (set.size(0) < min) {
    throw usage_error(metric, ": needs at least ", min, " image", min == 1 ? "" : "s",
                      " in each set, but got ", set.size(0), "; use more");
  }
  const auto rows = set.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  // Written so that NaN fails the test.
  if (!(rows.abs().max().item<double>() <= kMaxFeature)) {
    throw run_error(metric, ": some features are not finite or beyond ±", kMaxFeature,
                    "; has the generator diverged?");
  }
  return rows;
}

}  // namespace

FeatureSets check_features(const char* metric, const torch::Tensor& a, const torch::Tensor& b,
                           std::int64_t min) {
  FeatureSets sets = {check_feature_set(metric, a, min), check_feature_set(metric, b, min)};
  if (sets.a.size(1) != sets.b.size(1)) {
    throw usage_error(metric, ": the sets have ", sets.a.size(1), " and ", sets.b.size(1),
                      " features per image; compare features of one kind");
  }
  return sets;
}

}  // namespace gan
