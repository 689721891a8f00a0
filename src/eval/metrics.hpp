#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

/// Metrics that compare two sets of features: [n, d] tensors on the CPU, one row an image, taken as
/// float32. All are blocked, so that memory does not grow with the product of the two counts, and
/// none depends on the number of threads by more than rounding. A set that is empty or too small
/// for the metric, or sets of different widths, are a usage error; values that are not finite or
/// beyond ±1e6 fail the run.

/// Fréchet distance between the Gaussians fitted to two sets (Dowson and Landau 1982; FID,
/// Heusel et al. 2017): |mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in double. The
/// covariances divide by n - 1 and may be singular; that of a single row is zero.
double frechet_distance(const torch::Tensor& a, const torch::Tensor& b);

/// The Gaussian fitted to a set of features, in double: its mean [d], and its covariance [d, d]
/// over n - 1.
struct FeatureStatistics {
  torch::Tensor mean, covariance;
};
FeatureStatistics feature_statistics(const torch::Tensor& features);
/// The same distance of two such Gaussians of one width.
double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b);
/// Quick where there are fewer features [n, d] than dimensions.
double frechet_distance(const torch::Tensor& a, const FeatureStatistics& b);

/// Kernel distance, KID (Binkowski et al. 2018): unbiased squared MMD with the kernel
/// (x.y / d + 1)^3, mean over subsets, and the standard error of that mean.
struct KernelDistance {
  double value = 0.0;
  /// Of the drawing of subsets, as published: it does not tell how other sets would have scored,
  /// and is 0 where both sets fit in one subset, so that there is nothing to draw.
  double standard_error = 0.0;
};
/// As published.
inline constexpr std::int64_t kKernelSubsets = 100, kKernelSubsetSize = 1000;
/// Subsets are drawn without replacement, and are no larger than the smaller set; each set needs
/// two rows.
KernelDistance kernel_distance(const torch::Tensor& a, const torch::Tensor& b, std::uint64_t seed,
                               std::int64_t subsets = kKernelSubsets,
                               std::int64_t subset_size = kKernelSubsetSize);

/// Of values over parts or subsets of images.
struct MeanAndDeviation {
  double mean = 0.0;
  double deviation = 0.0;
};

/// The kernel distance as torch-fidelity gives it, over the subsets that it draws with its seed;
/// `fake` comes first there.
MeanAndDeviation torch_fidelity_kernel_distance(const torch::Tensor& fake,
                                                const torch::Tensor& real);

/// Inception score (Salimans et al. 2016) as torch-fidelity gives it: from logits [n, K], mean and
/// standard deviation over ten parts of the images in an order that it draws with its seed.
MeanAndDeviation torch_fidelity_inception_score(const torch::Tensor& logits);

/// Improved precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al.
/// 2020), all from the distances to the k-th nearest neighbour, itself left out. As in the `prdc`
/// of the latter, a point on the edge of a ball is outside. Each set needs k + 1 rows.
struct ManifoldMetrics {
  double precision = 0.0;
  double recall = 0.0;
  double density = 0.0;
  double coverage = 0.0;
};
ManifoldMetrics manifold_metrics(const torch::Tensor& real, const torch::Tensor& fake,
                                 std::int64_t k = 5);

/// Squared distance of each row of `from` to its nearest row of `to`: float32 [n]. Exactly 0 for a
/// copy. A row of both sets is its own nearest.
torch::Tensor nearest_squared_distances(const torch::Tensor& from, const torch::Tensor& to);

/// Parzen-window log-likelihood of `test` under Gaussians of width `sigma` around `samples`
/// (Breuleux et al. 2011, as in Goodfellow et al. 2014): mean over the test images in nats, and
/// the standard error of that mean (0 for a single image). `sigma` lies within 1e-6 … 1e6.
struct LogLikelihood {
  double mean = 0.0;
  double standard_error = 0.0;
};
LogLikelihood parzen_log_likelihood(const torch::Tensor& samples, const torch::Tensor& test,
                                    double sigma);

/// The width that gives the highest likelihood to `validation`, of `count` widths (at least 2)
/// spaced evenly in the logarithm from 0.1 to 1 for pixels in [0, 1].
double choose_parzen_width(const torch::Tensor& samples, const torch::Tensor& validation,
                           std::int64_t count = 10);

/// Sliced Wasserstein distance (Rabin et al. 2011): root mean, over `directions` random unit
/// directions, of the squared 2-Wasserstein distances of the projections; for sets of any sizes.
double sliced_wasserstein(const torch::Tensor& a, const torch::Tensor& b, std::uint64_t seed,
                          std::int64_t directions = 128);

/// From class probabilities [n, K]: exp of the mean KL divergence from each image's to the mean
/// distribution (the inception score of Salimans et al. 2016 with this classifier, over all images
/// at once): 1 to K. Rows that do not sum to 1 are a usage error.
double classifier_score(const torch::Tensor& probabilities);

/// What classes images are taken for, from class probabilities [n, K].
struct ClassShares {
  torch::Tensor shares;    ///< of the images, the likeliest class of each: [K] float64
  std::int64_t found = 0;  ///< classes that are there
  double kl = 0.0;         ///< Kullback-Leibler divergence from these shares to the data's, nats
  double confident = 0.0;  ///< share of images whose likeliest class has 0.9 or more
};
/// Beside the shares [K] float64 of the data. A class that these lack counts as a millionth.
ClassShares class_shares(const torch::Tensor& probabilities, const torch::Tensor& data_shares);

/// How points keep to the modes of the data (Srivastava et al. 2017).
struct ModeMetrics {
  std::int64_t found = 0;  ///< modes with a sample near them
  double within = 0.0;     ///< share of samples that are near a mode
};
/// Near: within three standard deviations (of a coordinate) of its mean. `points` [n, d] of the
/// data with the mode of each, [n] int64 from 0; `samples` [m, d]. Sizes that don't fit are a usage
/// error.
ModeMetrics mode_metrics(const torch::Tensor& points, const torch::Tensor& modes,
                         const torch::Tensor& samples);

}  // namespace gan
