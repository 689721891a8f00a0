#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <torch/types.h>

#include "eval/resize.hpp"
#include "gan_train/config/choices.hpp"

namespace gan {

/// Outputs of a feature network for n images.
struct NetworkFeatures {
  torch::Tensor features;  ///< [n, d] float32 on the CPU
  torch::Tensor logits;    ///< undefined if the network has none
};

/// Network inputs [n, 3, side, side] on the network's device -> features there.
using NetworkForward = std::function<NetworkFeatures(const torch::Tensor&)>;

/// A trained network by whose features images are compared.
struct FeatureNetworkRow {
  FeatureKind kind;
  std::string_view title;    ///< "Inception-v3 of FID"
  std::int64_t side;         ///< pixels per side of its square input
  std::int64_t features;     ///< per image
  std::string_view file;     ///< name of its published weights
  std::string_view sha256;   ///< of that file
  std::string_view licence;  ///< of the weights
  NetworkForward (*load)(const std::filesystem::path& weights, torch::Device device,
                         torch::ScalarType precision);
};

/// All feature networks. To add one, add a FeatureKind, a row and a function.
std::span<const FeatureNetworkRow> feature_networks();
/// The network of a kind; null for kinds that need no trained network.
const FeatureNetworkRow* find_feature_network(FeatureKind kind);

/// Pictures of any sizes, loaded one at a time.
struct PictureSource {
  std::string name;
  std::int64_t size = 0;
  /// The i-th picture: uint8 [3, h, w]. Called from several threads at once.
  std::function<torch::Tensor(std::int64_t)> picture;
  std::string key;  ///< identifies the pictures; "" if unknown
};

/// The source of images, uint8 [n, c, h, w] with 1 or 3 channels.
PictureSource source_of(std::string name, torch::Tensor images);

/// Settings of the feature computation.
struct FeatureSettings {
  FeatureKind kind = FeatureKind::kInception;
  EvalProtocol protocol = EvalProtocol::kPytorchFid;
  /// Computes in bfloat16: faster on some processors; features are off by about 1 %.
  bool bf16 = false;
};

/// A feature network with its weights.
class FeatureNetwork {
 public:
  FeatureNetwork(const FeatureSettings& settings, const std::filesystem::path& weights,
                 torch::Device device);

  /// The features of the first `count` pictures, in batches; each thread holds one picture at full
  /// size.
  NetworkFeatures features_of(const PictureSource& source, std::int64_t count) const;

  const FeatureNetworkRow& row() const { return row_; }
  const FeatureSettings& settings() const { return settings_; }
  /// "inception", or with the settings that matter "inception_pytorch-fid", "…_bf16".
  std::string id() const;
  /// "Inception-v3 of FID, protocol pytorch-fid".
  std::string text() const;
  /// SHA-256 of the weights' file.
  const std::string& weights_sha256() const { return weights_sha256_; }
  bool has_published_weights() const { return weights_sha256_ == row_.sha256; }

 private:
  Resizing resizing() const;

  FeatureSettings settings_;
  const FeatureNetworkRow& row_;
  torch::Device device_;
  std::string weights_sha256_;
  NetworkForward forward_;
};

}  // namespace gan
