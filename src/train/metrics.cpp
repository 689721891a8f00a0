#include "gan_train/train/metrics.hpp"

#include <torch/types.h>

namespace gan {

StepMetrics step_metrics(const torch::Tensor& values) {
  const auto read = values.to(torch::kCPU, torch::kFloat64).contiguous();
  StepMetrics metrics;
  for (std::size_t i = 0; i < kStepMetrics.size(); ++i) {
    metrics.*kStepMetrics[i].value = read.const_data_ptr<double>()[i];
  }
  return metrics;
}

void RunningMetrics::add(const StepMetrics& metrics) {
  for (const StepMetric& row : kStepMetrics) sums.*row.value += metrics.*row.value;
  ++steps;
}

StepMetrics RunningMetrics::mean() const {
  StepMetrics mean;
  for (const StepMetric& row : kStepMetrics) {
    if (steps > 0) mean.*row.value = sums.*row.value / static_cast<double>(steps);
  }
  return mean;
}

}  // namespace gan
