#pragma once

#include <cstdint>

#include <torch/types.h>

namespace gan {

/// Metrics that compare two sets of features: [n, d] tensors on the CPU, one row per image,
/// converted to float32. They work in blocks, so memory does not grow with the product of the two
/// counts, and depend on the number of threads only by rounding. Empty or too small sets and
/// different widths are usage errors; values that are not finite or beyond ±1e6 fail the run.

/// Fréchet distance between the Gaussians fitted to two sets (Dowson and Landau 1982; FID,
/// Heusel et al. 2017): |mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), in double. The
/// covariances divide by n - 1 and may be singular; that of a single row is zero.
double frechet_distance(const torch::Tensor& a, const torch::Tensor& b);

/// The Gaussian fitted to a set of features, in double: mean [d] and covariance [d, d], the latter
/// over n - 1.
struct FeatureStatistics {
  torch::Tensor mean, covariance;
};
FeatureStatistics feature_statistics(const torch::Tensor& features);
/// The same for two such Gaussians of equal width.
double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b);
/// Fast if there are fewer features [n, d] than dimensions.
double frechet_distance(const torch::Tensor& a, const FeatureStatistics& b);

/// Kernel distance, KID (Binkowski et al. 2018): unbiased squared MMD with the kernel
/// (x.y / d + 1)^3, mean over subsets, and the standard error of that mean.
struct KernelDistance {
  double value = 0.0;
  /// Standard error over the random subsets, as published: it says nothing about other sets, and is
  /// 0 if both sets fit in one subset, since nothing is drawn.
  double standard_error = 0.0;
};
/// The published values.
inline constexpr std::int64_t kKernelSubsets = 100, kKernelSubsetSize = 1000;
/// Subsets are drawn without replacement and are at most as large as the smaller set; each set
/// needs at least two rows.
KernelDistance kernel_distance(const torch::Tensor& a, const torch::Tensor& b, std::uint64_t seed,
                               std::int64_t subsets = kKernelSubsets,
                               std::int64_t subset_size = kKernelSubsetSize);

/// Of a metric over parts or subsets of the images.
struct MeanAndDeviation {
  double mean = 0.0;
  double deviation = 0.0;
};

/// The kernel distance as torch-fidelity computes it, over the subsets that it draws with its seed.
/// As there, `fake` comes first.
MeanAndDeviation torch_fidelity_kernel_distance(const torch::Tensor& fake,
                                                const torch::Tensor& real);

/// Inception score (Salimans et al. 2016) as torch-fidelity computes it: mean and standard
/// deviation, from logits [n, K], over ten parts of the images in an order drawn with its seed.
MeanAndDeviation torch_fidelity_inception_score(const torch::Tensor& logits);

/// Improved precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al.
/// 2020), all from the distances to the k-th nearest neighbour, excluding the point itself. As in
/// the latter's `prdc`, a point on the edge of a ball is outside. Each set needs k + 1 rows.
struct ManifoldMetrics {
  double precision = 0.0;
  double recall = 0.0;
  double density = 0.0;
  double coverage = 0.0;
};
ManifoldMetrics manifold_metrics(const torch::Tensor& real, const torch::Tensor& fake,
                                 std::int64_t k = 5);

/// Squared distance of each row of `from` to its nearest row of `to`: float32 [n]. Exactly 0 for a
/// copy. Does not exclude the row itself if both sets share it.
torch::Tensor nearest_squared_distances(const torch::Tensor& from, const torch::Tensor& to);

/// Parzen-window log-likelihood of `test` under Gaussians of width `sigma` around `samples`
/// (Breuleux et al. 2011, as in Goodfellow et al. 2014): mean over the test images in nats, and the
/// standard error of that mean (0 for a single image). `sigma` must be within 1e-6 … 1e6.
struct LogLikelihood {
  double mean = 0.0;
  double standard_error = 0.0;
};
LogLikelihood parzen_log_likelihood(const torch::Tensor& samples, const torch::Tensor& test,
                                    double sigma);

/// The width with the highest likelihood of `validation`, out of `count` widths (at least 2) spaced
/// logarithmically from 0.1 to 1, for pixels in [0, 1].
double choose_parzen_width(const torch::Tensor& samples, const torch::Tensor& validation,
                           std::int64_t count = 10);

/// Sliced Wasserstein distance (Rabin et al. 2011): root mean, over `directions` random unit
/// directions, of the squared 2-Wasserstein distances of the projections. The sets may differ in
/// size.
double sliced_wasserstein(const torch::Tensor& a, const torch::Tensor& b, std::uint64_t seed,
                          std::int64_t directions = 128);

/// From class probabilities [n, K]: exp of the mean KL divergence of each image's distribution from
/// the mean distribution (the inception score of Salimans et al. 2016 with this classifier, over
/// all images at once), from 1 to K. Rows that do not sum to 1 are a usage error.
double classifier_score(const torch::Tensor& probabilities);

/// How images are distributed over classes, from class probabilities [n, K].
struct ClassShares {
  torch::Tensor shares;    ///< of the images, by the likeliest class of each: [K] float64
  std::int64_t found = 0;  ///< classes with at least one image
  double kl = 0.0;         ///< Kullback-Leibler divergence of these shares from the data's, in nats
  double confident = 0.0;  ///< share of images whose likeliest class has probability 0.9 or more
};
/// `data_shares` [K] float64 are those of the data; a class missing there counts as a millionth.
ClassShares class_shares(const torch::Tensor& probabilities, const torch::Tensor& data_shares);

/// How samples cover the modes of the data (Srivastava et al. 2017).
struct ModeMetrics {
  std::int64_t found = 0;  ///< modes with a sample nearby
  double within = 0.0;     ///< share of samples that are near a mode
};
/// Near: within three standard deviations (of one coordinate) of the mode's mean. Takes `points`
/// [n, d] of the data, the mode of each, [n] int64 from 0, and `samples` [m, d]. Mismatched sizes
/// are a usage error.
ModeMetrics mode_metrics(const torch::Tensor& points, const torch::Tensor& modes,
                         const torch::Tensor& samples);

}  // namespace gan
