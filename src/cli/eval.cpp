#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include <torch/types.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/generator_arguments.hpp"
#include "cli/progress.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/version.hpp"
#include "eval/classifier.hpp"
#include "eval/report.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/io/make_evaluator.hpp"
#include "gan_train/sampling/sample.hpp"
#include "io/network_evaluation.hpp"
#include "io/picture_source.hpp"
#include "io/sample_reader.hpp"

namespace gan {
namespace {

constexpr std::int64_t kDefaultCount = 10000;
constexpr std::int64_t kMinNetworkSamples = 10;  // samples that a feature network's metrics need

struct EvalArguments {
  explicit EvalArguments(CLI::App& app);

  GeneratorArguments generator;
  std::string samples;
  std::string data;
  std::string dataset;
  std::string range;
  std::int64_t count = 0;
  std::int64_t seed = kSampleSeed;
  double truncation = 0.0;
  std::string precision;
  std::string features = "auto";
  std::string protocol = "pytorch-fid";
  std::string weights;
  std::string save_stats;
  bool bf16 = false;
  JsonOutput json;
  bool quiet = false;
  DeviceArguments where;
};

constexpr const char* kEvalFooter =
    "The table also shows what real training images and uniform noise score, measured in the same "
    "way.\n"
    "Features come from a small classifier, trained once on the data's labels and cached beside "
    "the data. Without labels they come from EfficientNet-Lite0 if scripts/get_weights.sh lite0 "
    "has fetched its weights, else from fixed random projections.\n"
    "For the FID that papers report: gan-eval --samples A --data B --features inception. A and B "
    "are folders of pictures; no checkpoint is needed.\n"
    "The Parzen log-likelihood (nats) compares with the 225 +- 2 of Goodfellow et al. 2014 on "
    "MNIST, given 10,000 samples. It is a poor measure of images: k-means centres score higher "
    "than real images.\n"
    "docs/quality.md defines all metrics.";

EvalArguments::EvalArguments(CLI::App& app) {
  generator.declare(app);
  auto* given = app.add_option("--samples", samples,
                               "measure these images instead of a checkpoint's: an IDX or .npy "
                               "file, or a folder of pictures, as gan-sample writes them")
                    ->type_name("PATH");
  app.add_option("--data", data,
                 "data set to measure against (default: the one the checkpoint was trained on); "
                 "for inception also a .npz of pytorch-fid's statistics")
      ->type_name("PATH");
  app.add_option("--dataset", dataset,
                 "kind of data set in --data, one that data.dataset takes (default: the "
                 "checkpoint's, or found from the files)");
  app.add_option("--range", range,
                 "range of the values of float32 --samples: symmetric (-1 to 1, default) or unit "
                 "(0 to 1)")
      ->check(one_of(names_of(kNames<PixelRange>)))
      ->needs(given);
  app.add_option("-n,--count", count, "how many samples (default 10000, or all of --samples)")
      ->check(number_from(kMinNetworkSamples, kMaxSamples));
  add_seed(app, seed)->excludes(given);
  app.add_option("--truncation", truncation,
                 "keep each latent value within this distance of 0, as in gan-sample")
      ->check(number_from(1e-6, 100.0))
      ->excludes(given);
  app.add_option(
         "--features", features,
         "features to compare images by: auto (default), classifier, projections, inception "
         "(those of FID) or lite0")
      ->check(one_of(names_of(kNames<FeatureKind>)));
  app.add_option("--protocol", protocol,
                 "program whose FID to reproduce with inception: pytorch-fid (default), "
                 "torch-fidelity or clean-fid")
      ->check(one_of(names_of(kNames<EvalProtocol>)));
  app.add_option("--weights", weights,
                 "weights file of inception or lite0 (default: where scripts/get_weights.sh or "
                 "PyTorch's hub puts it)")
      ->type_name("FILE");
  app.add_option("--save-stats", save_stats,
                 "write the statistics of --data to this .npz file, as pytorch-fid does; needs "
                 "no samples")
      ->type_name("FILE");
  app.add_flag(
      "--features-bf16", bf16,
      "compute the features of inception in bfloat16: faster on some processors, FID off by "
      "about 1 %");
  json.declare(app);
  add_precision(app, precision,
                "precision in which to draw samples: auto, fp32 or bf16 (default: as the "
                "checkpoint was trained)")
      ->excludes(given);
  add_quiet(app, quiet, "print the table, warnings and errors only");
  app.footer(kEvalFooter);
  where.declare(app);
}

// The images to measure, with their description.
struct EvalSubject {
  torch::Tensor images;
  torch::Tensor classes;  // requested classes, if known
  std::string title;
  Json about;
};

Dataset load_reference(const EvalArguments& arguments, DataConfig& config) {
  if (!arguments.dataset.empty()) {
    config.dataset = from_name<DatasetKind>(arguments.dataset, "data set");
  }
  if (arguments.data.empty()) return load_dataset(config);
  if (is_synthetic(config)) {
    throw usage_error("--data: the data set is '", config.dataset,
                      "', which the program generates itself; leave out --data, or name the kind "
                      "of ",
                      arguments.data, " with --dataset");
  }
  config.path = arguments.data;
  // Both refer to the path that the checkpoint was trained on.
  config.labels.clear();
  config.limit = 0;
  return load_dataset(config);
}

EvalSubject load_given(const EvalArguments& arguments, const Dataset& data) {
  EvalSubject subject{
      read_samples(arguments.samples, data.shape,
                   arguments.range == "unit" ? PixelRange::kUnit : PixelRange::kSymmetric),
      {},
      "",
      {}};
  const std::int64_t given = subject.images.size(0);
  const std::int64_t count = arguments.count > 0 ? arguments.count : std::min(given, kMaxSamples);
  if (given < std::max(count, kMinSamples)) {
    throw usage_error(arguments.samples, ": holds ", given, " samples; ",
                      std::max(count, kMinSamples), " are needed");
  }
  subject.images = subject.images.narrow(0, 0, count);
  subject.title = str(count, " samples of ", arguments.samples);
  subject.about = {{"samples_file", arguments.samples}};
  return subject;
}

EvalSubject draw_given(const EvalArguments& arguments, const LoadedGenerator& loaded,
                       const Dataset& data) {
  if (loaded.shape != data.shape) {
    throw usage_error(arguments.generator.checkpoint(), ": draws ", to_string(loaded.shape),
                      ", but ", data.source, " holds ", to_string(data.shape));
  }
  const std::int64_t count = arguments.count > 0 ? arguments.count : kDefaultCount;
  const auto seed = static_cast<std::uint64_t>(arguments.seed);
  const Precision precision = arguments.precision.empty()
                                  ? loaded.config.train.precision
                                  : from_name<Precision>(arguments.precision, "--precision");
  EvalSubject subject{draw_samples(loaded.generator, loaded.config, loaded.classes, count, seed,
                                   arguments.truncation, precision),
                      draw_sample_classes(loaded.classes, count, seed),
                      "",
                      {}};
  const double truncation = arguments.truncation;
  subject.title =
      str(count, " samples of ", arguments.generator.checkpoint(), " (epoch ", loaded.epoch,
          ", seed ", arguments.seed, truncation > 0 ? str(", truncation ", truncation) : "", ")");
  subject.about = {{"checkpoint", arguments.generator.checkpoint()},
                   {"epoch", loaded.epoch},
                   {"step", loaded.step},
                   {"seed", arguments.seed}};
  if (truncation > 0) subject.about["truncation"] = truncation;
  return subject;
}

bool names_network(const EvalArguments& arguments) {
  return find_feature_network(from_name<FeatureKind>(arguments.features, "features")) != nullptr;
}

void check_network_options(const EvalArguments& arguments) {
  const auto refuse = [&](bool given, const char* option, const char* with) {
    if (given) throw usage_error(option, ": works only with --features ", with);
  };
  if (!names_network(arguments)) {
    refuse(!arguments.weights.empty(), "--weights", "inception or lite0");
    refuse(!arguments.save_stats.empty(), "--save-stats", "inception or lite0");
  } else {
    refuse(!arguments.range.empty(), "--range", "classifier or projections");
  }
  if (arguments.features != "inception") {
    refuse(arguments.bf16, "--features-bf16", "inception");
    refuse(arguments.protocol != "pytorch-fid", "--protocol", "inception");
  }
}

// Pictures as training sees them for a checkpoint or a named kind of data; otherwise unchanged.
PictureSource open_reference(const EvalArguments& arguments,
                             const std::optional<LoadedGenerator>& loaded) {
  const bool as_they_are = !loaded && !arguments.data.empty() && arguments.dataset.empty();
  if (as_they_are) return open_pictures(arguments.data);
  DataConfig config = loaded ? loaded->config.data : DataConfig();
  return source_of(load_reference(arguments, config));
}

EvalSubject draw_pictures(const EvalArguments& arguments, const LoadedGenerator& loaded) {
  if (loaded.shape.is_point()) {
    throw usage_error(arguments.generator.checkpoint(),
                      ": draws points; feature networks need images");
  }
  Dataset shape_only;
  shape_only.shape = loaded.shape;
  return draw_given(arguments, loaded, shape_only);
}

// Samples for a feature network, with their description.
struct NetworkSubject {
  PictureSource pictures;
  std::int64_t count;
  std::string title;
  Json about;
};

NetworkSubject open_subject(const EvalArguments& arguments,
                            const std::optional<LoadedGenerator>& loaded) {
  if (loaded) {
    EvalSubject drawn = draw_pictures(arguments, *loaded);
    const std::int64_t count = drawn.images.size(0);
    return {source_of(arguments.generator.checkpoint(), drawn.images), count, drawn.title,
            drawn.about};
  }
  PictureSource pictures = open_pictures(arguments.samples);
  const std::int64_t count =
      arguments.count > 0 ? arguments.count : std::min(pictures.size, kMaxSamples);
  if (pictures.size < std::max(count, kMinNetworkSamples)) {
    throw usage_error(arguments.samples, ": holds ", pictures.size, " samples; ",
                      std::max(count, kMinNetworkSamples), " are needed");
  }
  return {std::move(pictures),
          count,
          str(count, " samples of ", arguments.samples),
          {{"samples_file", arguments.samples}}};
}

FeatureNetwork open_network(const EvalArguments& arguments, FeatureKind kind,
                            torch::Device device) {
  return load_feature_network({.kind = kind,
                               .protocol = from_name<EvalProtocol>(arguments.protocol, "protocol"),
                               .bf16 = arguments.bf16},
                              arguments.weights, device);
}

// Returns the statistics or the features of --data, and saves the statistics if requested.
ReferenceFeatures measure_reference(const EvalArguments& arguments,
                                    const std::optional<LoadedGenerator>& loaded,
                                    const FeatureNetwork& network) {
  const bool statistics = extension_of(arguments.data) == ".npz";
  auto reference = statistics ? read_statistics(arguments.data, network)
                              : reference_features(network, open_reference(arguments, loaded));
  if (!arguments.save_stats.empty()) write_statistics(arguments.save_stats, reference.statistics);
  return reference;
}

// Describes the feature network for the JSON output.
Json about_network(const EvalArguments& arguments, const FeatureNetwork& network) {
  Json about = {{"gan_train", kVersion}, {"features", arguments.features}};
  if (arguments.features == "inception") about["protocol"] = arguments.protocol;
  about["network"] = network.text();
  about["weights_sha256"] = network.weights_sha256();
  about["published_weights"] = network.has_published_weights();
  return about;
}

int run_network_eval(const EvalArguments& arguments, FeatureKind kind,
                     const std::optional<LoadedGenerator>& loaded, torch::Device device) {
  std::optional<LongWorkLine> line(std::in_place, arguments.quiet);
  const FeatureNetwork network = open_network(arguments, kind, device);
  const NetworkSubject samples = open_subject(arguments, loaded);
  const ReferenceFeatures reference = measure_reference(arguments, loaded, network);
  for (const auto& warning : network_warnings(samples.count, reference, network)) {
    log::warning(warning);
  }
  const std::string against = reference.features.defined()
                                  ? str(reference.size, " images of ", reference.name)
                                  : "the statistics in " + reference.name;
  const Metrics metrics{
      network.text(), against, samples.count,
      network_metrics(network.features_of(samples.pictures, samples.count), reference)};
  line.reset();
  if (!arguments.json.is_printed()) {
    std::fputs(network_table(metrics, samples.title).c_str(), stdout);
  }
  Json about = about_network(arguments, network);
  about.update(samples.about);
  arguments.json.put(network_json(metrics, about));
  return 0;
}

int save_statistics_only(const EvalArguments& arguments, FeatureKind kind) {
  if (arguments.data.empty()) throw usage_error("--save-stats: name the pictures with --data");
  const torch::Device device = arguments.where.set_up();
  const LongWorkLine line(arguments.quiet);
  measure_reference(arguments, std::nullopt, open_network(arguments, kind, device));
  return 0;
}

int run_eval(EvalArguments& arguments) {
  check_network_options(arguments);
  const auto kind = from_name<FeatureKind>(arguments.features, "features");
  if (!arguments.save_stats.empty() && arguments.samples.empty() &&
      arguments.generator.checkpoint().empty()) {
    return save_statistics_only(arguments, kind);
  }
  const bool draws = arguments.samples.empty();
  if (draws == arguments.generator.checkpoint().empty()) {
    throw usage_error("name what to measure: either --ckpt or --samples (see --help)");
  }
  if (!draws && arguments.data.empty() && arguments.dataset.empty()) {
    throw usage_error("--samples: name the data set to measure against with --data");
  }
  const torch::Device device = arguments.where.set_up();

  std::optional<LoadedGenerator> loaded;
  if (draws) loaded = arguments.generator.load();
  if (loaded) loaded->generator->to(device);
  if (names_network(arguments)) return run_network_eval(arguments, kind, loaded, device);
  if (arguments.count > 0 && arguments.count < kMinSamples) {
    throw usage_error("--count: ", arguments.count, " samples are too few; at least ", kMinSamples,
                      " are needed");
  }
  DataConfig config = loaded ? loaded->config.data : DataConfig();
  const Dataset data = load_reference(arguments, config);
  const bool has_pictures = draws || std::filesystem::is_directory(arguments.samples);
  if (kind == FeatureKind::kAuto && has_pictures && data.has_pixels() && !is_classifiable(data) &&
      find_network_weights(*find_feature_network(FeatureKind::kLite0))) {
    arguments.features = "lite0";
    return run_network_eval(arguments, FeatureKind::kLite0, loaded, device);
  }
  std::optional<LongWorkLine> line(std::in_place, arguments.quiet);
  const EvalSubject subject =
      loaded ? draw_given(arguments, *loaded, data) : load_given(arguments, data);
  const Evaluator evaluator = make_evaluator(config, data, subject.images.size(0), device, kind);
  const Metrics metrics = evaluator.measure_classes(subject.images, subject.classes);
  line.reset();
  Json about = {{"gan_train", kVersion}};
  about.update(subject.about);
  if (!arguments.json.is_printed()) {
    std::fputs(metrics_table(metrics, subject.title).c_str(), stdout);
  }
  arguments.json.put(metrics_json(metrics, about));
  return 0;
}

}  // namespace

const Command kEvalCommand = {"eval", "measures samples against a data set",
                              declare<EvalArguments, run_eval>,
                              "gan-eval --ckpt run/checkpoints/last.pt"};

}  // namespace gan
