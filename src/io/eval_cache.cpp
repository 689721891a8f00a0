#include "io/eval_cache.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include <torch/types.h>

#include "core/log.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/make_evaluator.hpp"
#include "io/checkpoint_values.hpp"
#include "models/tensors.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Increment when the classifier's network or training changes.
constexpr std::int64_t kEvalVersion = 1;
// Increment when the metrics, or their definitions, change.
constexpr std::int64_t kMetricsVersion = 2;
constexpr std::int64_t kChecksumBlock = 1000;  // items per read of data on disk

// Identifies a data set or a network by its contents.
class Checksum {
 public:
  void add(ByteView bytes) { sum_.add(bytes); }
  void add(const torch::Tensor& tensor) {
    if (!tensor.defined()) return add(as_bytes("none"));
    add(as_bytes(gan::str(tensor.sizes(), tensor.scalar_type())));
    const auto plain = tensor.cpu().contiguous();
    add({static_cast<const std::uint8_t*>(plain.const_data_ptr()), plain.nbytes()});
  }
  // The same checksum for data on disk and in memory, so that cached metrics fit both.
  void add_items(const Dataset& data) {
    if (!data.stored) return add(data.samples);
    const auto [c, h, w] = data.shape;
    add(as_bytes(gan::str(torch::IntArrayRef({data.size(), c, h, w}), torch::kUInt8)));
    for (std::int64_t begin = 0; begin < data.size(); begin += kChecksumBlock) {
      const auto items = data.items(begin, std::min(kChecksumBlock, data.size() - begin));
      add({items.const_data_ptr<std::uint8_t>(), items.nbytes()});
    }
  }
  std::string text() { return sum_.hex().substr(0, 16); }

 private:
  Sha256 sum_;
};

std::string data_checksum(const EvaluationData& data) {
  Checksum sum;
  for (const auto* part : {&data.train, &data.test}) {
    sum.add_items(*part);
    sum.add(part->labels);
  }
  return sum.text();
}

std::string weights_checksum(const TestedClassifier* classifier) {
  if (classifier == nullptr) return "none";
  Checksum sum;
  for (const auto& parameter : classifier->net->parameters()) sum.add(parameter.detach());
  for (const auto& buffer : classifier->net->buffers()) sum.add(buffer);
  return sum.text();
}

// Passes the contents of a file to `take`, from the first folder with an intact and matching one.
template <typename Take>
bool read_cached(const std::vector<fs::path>& folders, const std::string& name, Take take) {
  for (const auto& folder : folders) {
    const fs::path path = folder / name;
    std::error_code code;
    if (!fs::is_regular_file(path, code)) continue;
    try {
      const Bytes bytes = read_file(path);
      const PtDict root = parse_pt(bytes, path.string());
      if (get<std::string>(root, "format", path.string()) != "gan-train-eval" ||
          get<std::int64_t>(root, "version", path.string()) != kEvalVersion) {
        throw run_error(path.string(), ": was written by another version");
      }
      take(root, path.string());
      return true;
    } catch (const Error& error) {
      log::warning(str(error.what(), "; computing it again"));
    } catch (const c10::Error&) {
      log::warning(str(path.string(), ": its values are invalid; computing it again"));
    }
  }
  return false;
}

void expect_text(const PtDict& root, const char* key, const std::string& wanted,
                 const std::string& path) {
  if (get<std::string>(root, key, path) != wanted) {
    throw run_error(path, ": its '", key, "' differs from the current one");
  }
}

void write_cached(const std::vector<fs::path>& folders, const std::string& name, PtDict root) {
  root.insert(root.begin(),
              {{"format", {std::string("gan-train-eval")}}, {"version", {kEvalVersion}}});
  const Bytes bytes = encode_pt(root);
  std::string problem = "there is no cache folder (set XDG_CACHE_HOME)";
  for (const auto& folder : folders) {
    try {
      make_folders(folder);
      write_file(folder / name, bytes);
      log::info("cached as " + (folder / name).string());
      return;
    } catch (const Error& error) {
      problem = error.what();
    }
  }
  log::warning(str(problem, "; it will be computed again next time"));
}

PtDict baselines_dict(const std::vector<Metric>& rows) {
  PtList names, labels, real, noise;
  for (const auto& row : rows) {
    names.emplace_back().value = row.name;
    labels.emplace_back().value = row.label;
    real.emplace_back().value = row.real;
    noise.emplace_back().value = row.noise;
  }
  return {{"names", {names}}, {"labels", {labels}}, {"real", {real}}, {"noise", {noise}}};
}

template <typename Type>
Type item_of(const PtDict& root, const char* key, std::size_t i, const std::string& path) {
  const auto& list = get<PtList>(root, key, path);
  const Type* value = i < list.size() ? std::get_if<Type>(&list[i].value) : nullptr;
  if (value == nullptr) throw run_error(path, ": its ", key, " are incomplete");
  return *value;
}

std::vector<Metric> read_baselines(const PtDict& root, const std::string& path) {
  std::vector<Metric> rows(get<PtList>(root, "names", path).size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {.name = item_of<std::string>(root, "names", i, path),
               .label = item_of<std::string>(root, "labels", i, path),
               .value = std::numeric_limits<double>::quiet_NaN(),
               .real = item_of<double>(root, "real", i, path),
               .noise = item_of<double>(root, "noise", i, path)};
  }
  return rows;
}

}  // namespace

EvalCache::EvalCache(std::vector<fs::path> folders, const EvaluationData& data)
    : folders_(std::move(folders)), data_(data), checksum_(data_checksum(data)) {}

std::string EvalCache::name(const char* what) const {
  return str("gan-train-", what, "-", checksum_, ".pt");
}

std::optional<TestedClassifier> EvalCache::load_classifier() const {
  TestedClassifier found;
  const bool there =
      read_cached(folders_, name("classifier"), [&](const PtDict& root, const std::string& path) {
        expect_text(root, "data", checksum_, path);
        const auto classes = get<std::int64_t>(root, "classes", path);
        if (classes != classifier_classes(data_.train)) {
          throw run_error(path, ": tells ", classes, " classes apart, but the data have ",
                          classifier_classes(data_.train));
        }
        found.net = Classifier(data_.train.shape, classes, data_.train.stacked);
        copy_into(get<PtDict>(root, "weights", path), *found.net, path + ": weights");
        found.accuracy = get<double>(root, "accuracy", path);
        found.test_images = get<bool>(root, "test_images", path);
      });
  if (!there) return std::nullopt;
  found.net->eval();
  return found;
}

void EvalCache::save_classifier(const TestedClassifier& classifier) const {
  PtBuilder builder;
  write_cached(folders_, name("classifier"),
               {{"data", {checksum_}},
                {"source", {data_.name}},
                {"classes", {classifier.net->classes()}},
                {"accuracy", {classifier.accuracy}},
                {"test_images", {classifier.test_images}},
                {"weights", {builder.build(*classifier.net)}}});
}

// Labelled data have baselines by projections in addition to those by the classifier.
std::string EvalCache::baselines_name(std::int64_t samples,
                                      const TestedClassifier* classifier) const {
  const bool other = classifier == nullptr && is_classifiable(data_.train);
  return name(str(other ? "projections-" : "baselines-", samples).c_str());
}

std::optional<std::vector<Metric>> EvalCache::load_baselines(
    std::int64_t samples, const TestedClassifier* classifier) const {
  std::vector<Metric> rows;
  const auto file = baselines_name(samples, classifier);
  const bool there = read_cached(folders_, file, [&](const PtDict& root, const std::string& path) {
    // Files from before the metrics had a version lack it.
    if (find(root, "figures") == nullptr ||
        get<std::int64_t>(root, "figures", path) != kMetricsVersion) {
      throw run_error(path, ": was written by another version");
    }
    expect_text(root, "data", checksum_, path);
    expect_text(root, "classifier", weights_checksum(classifier), path);
    rows = read_baselines(root, path);
  });
  return there ? std::optional(rows) : std::nullopt;
}

std::vector<std::int64_t> EvalCache::baseline_counts() const {
  const std::string before = "gan-train-baselines-", after = "-" + checksum_ + ".pt";
  std::vector<std::int64_t> counts;
  for (const auto& folder : folders_) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
      const std::string file = entry.path().filename().string();
      if (!file.starts_with(before) || !file.ends_with(after)) continue;
      const auto digits = file.substr(before.size(), file.size() - before.size() - after.size());
      if (const auto count = parse_int(digits)) counts.push_back(*count);
    }
  }
  return counts;
}

void EvalCache::save_baselines(std::int64_t samples, const TestedClassifier* classifier,
                               const std::vector<Metric>& rows) const {
  PtDict root = baselines_dict(rows);
  root.push_back({"figures", {kMetricsVersion}});
  root.push_back({"data", {checksum_}});
  root.push_back({"classifier", {weights_checksum(classifier)}});
  write_cached(folders_, baselines_name(samples, classifier), std::move(root));
}

std::string items_checksum(const Dataset& data) {
  Checksum sum;
  sum.add_items(data);
  return sum.text();
}

fs::path user_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache != nullptr && *cache == '/') return cache;
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" : fs::path();
}

namespace {

std::string features_file(const std::string& key) {
  return str("gan-train-features-", key.substr(0, 16), ".pt");
}

std::vector<fs::path> cache_folders(const DataConfig& config) {
  std::vector<fs::path> folders;
  // Synthetic data have no folder.
  if (!is_synthetic(config)) {
    const fs::path path = config.path;
    folders.push_back(fs::is_directory(path) ? path : fs::absolute(path).parent_path());
  }
  if (const auto cache = user_cache(); !cache.empty()) folders.push_back(cache / "gan-train");
  return folders;
}

}  // namespace

std::optional<torch::Tensor> load_cached_features(const std::string& key) {
  torch::Tensor features;
  const auto take = [&](const PtDict& root, const std::string& path) {
    expect_text(root, "key", key, path);
    features = to_tensor(get<PtTensor>(root, "features", path));
  };
  const bool there =
      !user_cache().empty() && read_cached({user_cache() / "gan-train"}, features_file(key), take);
  return there ? std::optional(features) : std::nullopt;
}

void save_cached_features(const std::string& key, const torch::Tensor& features) {
  constexpr std::size_t kMaxCached = std::size_t{256} << 20;
  if (user_cache().empty() || features.nbytes() > kMaxCached) return;
  PtBuilder builder;
  PtDict root = builder.build({features}, {"features"});
  root.push_back({"key", {key}});
  write_cached({user_cache() / "gan-train"}, features_file(key), std::move(root));
}

EvaluationParts load_evaluation_parts(const DataConfig& config, const Dataset& train,
                                      const torch::Device& device, bool with_classifier) {
  // The user's path names data in files; the source names synthetic data and data made from files.
  const bool is_path = !is_synthetic(config) && train.source.starts_with(config.path);
  const std::string name = is_path ? config.path : train.source;
  EvaluationData data{name, train, load_test_set(config).value_or(Dataset())};
  if (data.test.size() > 0 && data.test.shape != train.shape) {
    throw usage_error(data.test.source, ": test images of ", to_string(data.test.shape),
                      ", but the training images are ", to_string(train.shape));
  }
  std::optional<TestedClassifier> classifier;
  if (with_classifier && is_classifiable(train)) {
    const EvalCache cache(cache_folders(config), data);
    classifier = cache.load_classifier();
    if (!classifier) {
      log::info("training a classifier of " + name +
                " to compare images by: once, at most a minute");
      classifier = make_classifier(data.train, data.test);
      cache.save_classifier(*classifier);
    }
    classifier->net->to(device);
  }
  return {std::move(data), std::move(classifier)};
}

// Cached baselines for another number of samples with the same "nearest", if there are any.
static std::vector<Metric> shared_baselines(const EvalCache& cache, const Evaluator& evaluator,
                                            const TestedClassifier* classifier) {
  for (const std::int64_t samples : cache.baseline_counts()) {
    if (!evaluator.shares_nearest(samples)) continue;
    if (auto rows = cache.load_baselines(samples, classifier)) return *std::move(rows);
  }
  return {};
}

Evaluator make_evaluator(const DataConfig& config, const Dataset& train, std::int64_t samples,
                         const torch::Device& device, FeatureKind features) {
  if (features == FeatureKind::kClassifier && !is_classifiable(train)) {
    throw usage_error(train.source, ": has no labels to train a classifier on; choose other ",
                      "features");
  }
  const auto [data, classifier] =
      load_evaluation_parts(config, train, device, features != FeatureKind::kProjections);
  const EvalCache cache(cache_folders(config), data);
  const auto* known = classifier ? &*classifier : nullptr;
  auto baselines = cache.load_baselines(samples, known);
  Evaluator evaluator(data, classifier, samples);
  if (!baselines) {
    log::info(
        str("scoring real images and noise for comparison, ", samples, " samples each: once"));
    baselines = evaluator.measure_baselines(shared_baselines(cache, evaluator, known));
    cache.save_baselines(samples, known, *baselines);
  }
  evaluator.set_baselines(*baselines);
  return evaluator;
}

}  // namespace gan
