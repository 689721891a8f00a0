#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <torch/types.h>

#include "core/long_work.hpp"
#include "eval/distances.hpp"
#include "eval/features.hpp"
#include "eval/metrics.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

// Log-density of each test image under windows of each width around the samples: double [widths,
// n]. The distances, the most expensive part, are computed once for all widths.
torch::Tensor parzen_log_densities(const torch::Tensor& samples, const torch::Tensor& test,
                                   const std::vector<double>& widths) {
  const auto [centres, images] = check_features("Parzen window", samples, test);
  const auto mean = centres.mean(0);
  const auto near_centres = centres - mean;
  const auto half_norms = near_centres.square().sum(1) / 2;
  const auto dimensions = static_cast<double>(centres.size(1));
  const auto count = static_cast<double>(centres.size(0));

  auto densities = torch::empty({std::ssize(widths), images.size(0)}, torch::kDouble);
  const std::int64_t step = rows_per_block(centres.size(0));
  for (std::int64_t begin = 0; begin < images.size(0); begin += step) {
    report_long_work("Parzen windows", begin, images.size(0));
    const std::int64_t end = std::min(begin + step, images.size(0));
    const auto block = images.slice(0, begin, end) - mean;
    // -|x - c|^2 / 2 as x.c - |c|^2 / 2 - |x|^2 / 2: [block, samples]
    const auto exponents = torch::addmm(half_norms, block, near_centres.t(), -1.0, 1.0)
                               .sub_(block.square().sum(1, /*keepdim=*/true) / 2)
                               .clamp_max_(0);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const double variance = widths[i] * widths[i];
      const double scale =
          std::log(count) + dimensions / 2 * std::log(2.0 * std::numbers::pi * variance);
      densities[static_cast<std::int64_t>(i)].slice(0, begin, end) =
          torch::logsumexp(exponents / variance, 1).to(torch::kDouble) - scale;
    }
  }
  return densities;
}

}  // namespace

LogLikelihood parzen_log_likelihood(const torch::Tensor& samples, const torch::Tensor& test,
                                    double sigma) {
  if (!(sigma >= 1e-6 && sigma <= 1e6)) {
    throw usage_error("Parzen window: a width of ", sigma, "; it must be from 1e-6 to 1e6");
  }
  const auto densities = parzen_log_densities(samples, test, {sigma});
  const auto images = static_cast<double>(test.size(0));
  const double spread = images > 1 ? densities.std().item<double>() : 0.0;
  return {.mean = densities.mean().item<double>(), .standard_error = spread / std::sqrt(images)};
}

double choose_parzen_width(const torch::Tensor& samples, const torch::Tensor& validation,
                           std::int64_t count) {
  if (count < 2)
    throw usage_error("Parzen window: ", count, " widths to choose from; take 2 or more");
  std::vector<double> widths;
  for (std::int64_t i = 0; i < count; ++i) {
    widths.push_back(std::pow(10.0, static_cast<double>(i) / static_cast<double>(count - 1) - 1.0));
  }
  const auto means = parzen_log_densities(samples, validation, widths).mean(1);
  return widths[static_cast<std::size_t>(means.argmax().item<std::int64_t>())];
}

}  // namespace gan
