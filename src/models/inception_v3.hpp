#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <torch/types.h>

#include "models/frozen_convolution.hpp"

namespace gan {

/// The Inception-v3 that defines FID (Heusel et al. 2017): torchvision's layout with 1,008 outputs,
/// average pools that exclude the padding, and a max pool in the last block.
class InceptionV3 {
 public:
  static constexpr std::int64_t kInputSize = 299;
  static constexpr std::int64_t kFeatures = 2048;
  static constexpr std::int64_t kClasses = 1008;

  /// Loads the weights in `pt_inception-2015-12-05-6726825d.pth`, or in any file with the same
  /// names and shapes. Throws an Error that names the file and the tensor that does not fit.
  explicit InceptionV3(const std::filesystem::path& weights, torch::Device device = torch::kCPU,
                       torch::ScalarType precision = torch::kFloat32);

  /// Images [n, 3, 299, 299] float32 in [-1, 1] -> the last average pool, [n, kFeatures].
  torch::Tensor features(const torch::Tensor& images) const;
  /// Those features -> logits [n, kClasses] without their bias, as the Inception score uses them.
  torch::Tensor logits(const torch::Tensor& features) const;

 private:
  torch::Tensor conv(const std::string& name, const torch::Tensor& maps) const;
  torch::Tensor block_a(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_b(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_c(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_d(const std::string& name, const torch::Tensor& x) const;
  torch::Tensor block_e(const std::string& name, const torch::Tensor& x, bool last) const;

  torch::ScalarType precision_;
  std::map<std::string, FrozenConvolution> convolutions_;
  torch::Tensor head_;  // [kClasses, kFeatures]
};

}  // namespace gan
