#include "eval/metric_table.hpp"

namespace gan {

std::span<const MetricRow> metric_table() {
  static constexpr MetricRow kRows[] = {
      {"frechet", "Fréchet distance", Better::kLower},
      {"kid", "kernel distance (KID)", Better::kLower},
      {"kid_error", "  its standard error"},
      {"kid_deviation", "  deviation over subsets"},
      {"inception_score", "Inception score", Better::kHigher},
      {"inception_score_deviation", "  deviation over 10 parts"},
      {"precision", "precision", Better::kHigher},
      {"recall", "recall", Better::kHigher},
      {"density", "density", Better::kHigher},
      {"coverage", "coverage", Better::kHigher},
      {"classifier_score", "classifier score", Better::kHigher},
      {"confident_percent", "confident (>= 0.9), %"},
      {"classes_found", "classes found", Better::kHigher},
      {"class_kl", "class shares, KL to data's", Better::kLower},
      {"as_asked_percent", "of the requested class, %", Better::kHigher},
      {"sliced_wasserstein", "sliced Wasserstein, pixels", Better::kLower},
      {"modes_found", "modes found", Better::kHigher},
      {"near_modes_percent", "near a mode, %", Better::kHigher},
      {"nearest", "nearest training image"},
      {"nearest_ratio", "  ratio to real images'"},
      {"parzen", "Parzen log-likelihood", Better::kHigher},
      {"parzen_error", "  its standard error"},
      {"parzen_width", "  its width"},
  };
  return kRows;
}

}  // namespace gan
