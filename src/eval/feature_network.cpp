#include "eval/feature_network.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "core/long_work.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "models/efficientnet_lite0.hpp"
#include "models/inception_v3.hpp"

namespace gan {
namespace {

constexpr std::int64_t kNetworkBatch = 32;

NetworkForward load_inception(const std::filesystem::path& weights, torch::Device device,
                              torch::ScalarType precision) {
  const auto net = std::make_shared<const InceptionV3>(weights, device, precision);
  return [net](const torch::Tensor& images) -> NetworkFeatures {
    const auto features = net->features(images);
    return {features, net->logits(features)};
  };
}

NetworkForward load_lite0(const std::filesystem::path& weights, torch::Device device,
                          torch::ScalarType) {
  const auto net = std::make_shared<const EfficientNetLite0>(weights, device);
  return
      [net](const torch::Tensor& images) -> NetworkFeatures { return {net->features(images), {}}; };
}

constexpr FeatureNetworkRow kNetworks[] = {
    {.kind = FeatureKind::kInception,
     .title = "Inception-v3 of FID",
     .side = InceptionV3::kInputSize,
     .features = InceptionV3::kFeatures,
     .file = "pt_inception-2015-12-05-6726825d.pth",
     .sha256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
     .licence = "Apache-2.0",
     .load = load_inception},
    {.kind = FeatureKind::kLite0,
     .title = "EfficientNet-Lite0",
     .side = EfficientNetLite0::kInputSize,
     .features = EfficientNetLite0::kFeatures,
     .file = "efficientnet-lite0-57934424.pth",
     .sha256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
     .licence = "Apache-2.0",
     .load = load_lite0},
};

const FeatureNetworkRow& network_row(FeatureKind kind) {
  if (const auto* row = find_feature_network(kind)) return *row;
  throw usage_error("features '", kind, "' come from no trained network; use inception or lite0");
}

// Fills the batch's items in parallel. An exception must not leave a pool thread.
void fill_batch(const torch::Tensor& batch, const PictureSource& source, std::int64_t first,
                Resizing resizing) {
  std::vector<std::exception_ptr> problems(static_cast<std::size_t>(batch.size(0)));
  at::parallel_for(0, batch.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const c10::InferenceMode inference;
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        batch[i].copy_(network_input(source.picture(first + i), resizing, batch.size(2)));
      } catch (...) {
        problems[static_cast<std::size_t>(i)] = std::current_exception();
      }
    }
  });
  for (const auto& problem : problems) {
    if (problem) std::rethrow_exception(problem);
  }
}

}  // namespace

std::span<const FeatureNetworkRow> feature_networks() { return kNetworks; }

const FeatureNetworkRow* find_feature_network(FeatureKind kind) {
  const auto found = std::ranges::find(kNetworks, kind, &FeatureNetworkRow::kind);
  return found == std::end(kNetworks) ? nullptr : &*found;
}

PictureSource source_of(std::string name, torch::Tensor images) {
  const std::int64_t size = images.size(0);
  const auto picture = [images = std::move(images)](std::int64_t i) {
    return images[i].expand({3, -1, -1});
  };
  return {.name = std::move(name), .size = size, .picture = picture, .key = ""};
}

FeatureNetwork::FeatureNetwork(const FeatureSettings& settings,
                               const std::filesystem::path& weights, torch::Device device)
    : settings_(settings),
      row_(network_row(settings.kind)),
      device_(device),
      weights_sha256_(sha256_hex(read_file(weights))),
      forward_(row_.load(weights, device, settings.bf16 ? torch::kBFloat16 : torch::kFloat32)) {}

Resizing FeatureNetwork::resizing() const {
  if (settings_.kind != FeatureKind::kInception) return Resizing::kBicubicAround127;
  switch (settings_.protocol) {
    case EvalProtocol::kPytorchFid:
      return Resizing::kBilinear;
    case EvalProtocol::kTorchFidelity:
      return Resizing::kTensorFlow;
    case EvalProtocol::kCleanFid:
      break;
  }
  return Resizing::kBicubic;
}

NetworkFeatures FeatureNetwork::features_of(const PictureSource& source, std::int64_t count) const {
  const c10::InferenceMode inference;
  const std::string what = "features of " + source.name;
  std::vector<torch::Tensor> features, logits;
  for (std::int64_t begin = 0; begin < count; begin += kNetworkBatch) {
    report_long_work(what, begin, count);
    const auto batch =
        torch::empty({std::min(kNetworkBatch, count - begin), 3, row_.side, row_.side},
                     torch::TensorOptions().memory_format(torch::MemoryFormat::ChannelsLast));
    fill_batch(batch, source, begin, resizing());
    const auto found = forward_(batch.to(device_));
    features.push_back(found.features.cpu());
    if (found.logits.defined()) logits.push_back(found.logits.cpu());
  }
  return {torch::cat(features), logits.empty() ? torch::Tensor() : torch::cat(logits)};
}

std::string FeatureNetwork::id() const {
  const std::string protocol =
      settings_.kind == FeatureKind::kInception ? str("_", settings_.protocol) : "";
  return str(settings_.kind, protocol, settings_.bf16 ? "_bf16" : "");
}

std::string FeatureNetwork::text() const {
  const std::string protocol =
      settings_.kind == FeatureKind::kInception ? str(", protocol ", settings_.protocol) : "";
  return str(row_.title, protocol, settings_.bf16 ? ", in bfloat16" : "",
             has_published_weights() ? "" : ", with weights that are not the published ones");
}

}  // namespace gan
