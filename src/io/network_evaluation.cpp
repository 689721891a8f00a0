#include "io/network_evaluation.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include <torch/types.h>

#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "formats/npy.hpp"
#include "formats/npz.hpp"
#include "gan_train/core/error.hpp"
#include "io/eval_cache.hpp"
#include "io/picture_source.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Increment when features of the same pictures and network change.
constexpr int kFeaturesVersion = 1;

std::vector<fs::path> weights_folders() {
  std::vector<fs::path> folders = {"data/weights"};
  const fs::path cache = user_cache();
  if (!cache.empty()) folders.push_back(cache / "gan-train");
  const char* torch_home = std::getenv("TORCH_HOME");
  const fs::path torch =
      torch_home != nullptr && *torch_home != '\0' ? fs::path(torch_home) : cache / "torch";
  folders.push_back(torch / "hub" / "checkpoints");
  return folders;
}

torch::Tensor double_array(const Bytes& npy, const std::string& name) {
  const NpyArray array = parse_npy(npy, name);
  const bool is_float = array.dtype == "<f4";
  if (!is_float && array.dtype != "<f8") {
    throw run_error(name, ": holds '", array.dtype, "' where floats are needed");
  }
  auto values = torch::empty(array.shape, is_float ? torch::kFloat32 : torch::kFloat64);
  if (!array.values.empty()) {
    std::memcpy(values.mutable_data_ptr(), array.values.data(), array.values.size());
  }
  return values.to(torch::kFloat64);
}

Bytes npy_of(const torch::Tensor& values) {
  const auto plain = values.to(torch::kFloat64).contiguous();
  const std::string header = npy_header("<f8", plain.sizes().vec());
  Bytes bytes(header.begin(), header.end());
  const auto* data = static_cast<const std::uint8_t*>(plain.const_data_ptr());
  bytes.insert(bytes.end(), data, data + plain.nbytes());
  return bytes;
}

}  // namespace

std::optional<fs::path> find_network_weights(const FeatureNetworkRow& row) {
  for (const fs::path& folder : weights_folders()) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / row.file, ignored)) return folder / row.file;
  }
  return std::nullopt;
}

FeatureNetwork load_feature_network(const FeatureSettings& settings, const fs::path& weights,
                                    torch::Device device) {
  const FeatureNetworkRow& row = *find_feature_network(settings.kind);
  if (!weights.empty()) return {settings, weights, device};
  if (const auto found = find_network_weights(row)) return {settings, *found, device};
  std::vector<std::string> places;
  for (const auto& folder : weights_folders()) places.push_back(folder.string());
  throw usage_error("the weights of ", row.title, " are missing: ", row.file, " is not in ",
                    join(places, ", "), "; fetch them with scripts/get_weights.sh ", settings.kind,
                    ", or name the file");
}

ReferenceFeatures reference_features(const FeatureNetwork& network, const PictureSource& source) {
  const std::string key = source.key.empty()
                              ? ""
                              : sha256_hex(as_bytes(str(kFeaturesVersion, network.id(),
                                                        network.weights_sha256(), source.key)));
  ReferenceFeatures reference{
      .name = source.name, .size = source.size, .features = {}, .statistics = {}};
  const auto known = key.empty() ? std::nullopt : load_cached_features(key);
  reference.features = known ? *known : network.features_of(source, source.size).features;
  if (!known && !key.empty()) save_cached_features(key, reference.features);
  reference.statistics = feature_statistics(reference.features);
  return reference;
}

ReferenceFeatures read_statistics(const fs::path& path, const FeatureNetwork& network) {
  constexpr std::uint64_t kMaxStatistics = std::uint64_t{256} << 20;
  const std::string name = path.string();
  const auto arrays = parse_npz(read_file(path, kMaxStatistics), kMaxStatistics, name);
  const auto array = [&](const char* key) {
    const auto found = std::ranges::find(arrays, key, &std::pair<std::string, Bytes>::first);
    if (found == arrays.end()) {
      throw run_error(name, ": has no '", key, "'; statistics of pytorch-fid have mu and sigma");
    }
    return double_array(found->second, str(name, ": ", key));
  };
  ReferenceFeatures reference{
      .name = name, .size = 0, .features = {}, .statistics = {array("mu"), array("sigma")}};
  const std::int64_t width = network.row().features;
  const auto& [mean, covariance] = reference.statistics;
  if (mean.sizes() != torch::IntArrayRef{width} ||
      covariance.sizes() != torch::IntArrayRef{width, width}) {
    throw run_error(name, ": holds statistics of ", mean.sizes(), " and ", covariance.sizes(),
                    ", but ", network.row().title, " has ", width, " features");
  }
  if (!mean.isfinite().all().item<bool>() || !covariance.isfinite().all().item<bool>()) {
    throw run_error(name, ": holds numbers that are not finite");
  }
  return reference;
}

void write_statistics(const fs::path& path, const FeatureStatistics& statistics) {
  write_file(path, encode_npz({{"mu", npy_of(statistics.mean)},
                               {"sigma", npy_of(statistics.covariance)}}));
}

NetworkEvaluator::NetworkEvaluator(FeatureNetwork network, const Dataset& data)
    : network_(std::move(network)), reference_(reference_features(network_, source_of(data))) {}

Metrics NetworkEvaluator::measure(const torch::Tensor& images) const {
  const auto found = network_.features_of(source_of("the samples", images), images.size(0));
  Metrics metrics{network_.text(), str(reference_.size, " images of ", reference_.name),
                  images.size(0), network_metrics(found, reference_)};
  for (Metric& row : metrics.rows) row.name += "_" + network_.id();
  return metrics;
}

std::vector<std::string> NetworkEvaluator::names() const {
  std::vector<std::string> names = {"frechet", "kid", "kid_deviation"};
  if (network_.settings().kind == FeatureKind::kInception) {
    names.insert(names.end(), {"inception_score", "inception_score_deviation"});
  }
  names.insert(names.end(), {"precision", "recall"});
  for (auto& name : names) name += "_" + network_.id();
  return names;
}

}  // namespace gan
