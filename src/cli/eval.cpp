#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include <torch/types.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/generator_arguments.hpp"
#include "cli/progress.hpp"
#include "core/json.hpp"
#include "core/version.hpp"
#include "eval/report.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/io/make_evaluator.hpp"
#include "gan_train/sampling/sample.hpp"
#include "io/sample_reader.hpp"

namespace gan {
namespace {

constexpr std::int64_t kDefaultCount = 10000;

struct EvalArguments {
  explicit EvalArguments(CLI::App& app);

  GeneratorArguments generator;
  std::string samples;
  std::string data;
  std::string dataset;
  std::string range = "symmetric";
  std::int64_t count = 0;
  std::int64_t seed = kSampleSeed;
  double truncation = 0.0;
  std::string precision;
  JsonOutput json;
  bool quiet = false;
  DeviceArguments where;
};

constexpr const char* kEvalFooter =
    "Each figure stands beside what training images (real) and uniform noise score on the same "
    "terms. Features come from a small classifier that is trained once on the data's labels and "
    "kept beside the data; without labels, from fixed random projections. They are not those of "
    "the FID that papers quote. The Parzen log-likelihood, in nats, is for comparison with the "
    "225 +- 2 of Goodfellow et al. 2014 on MNIST, with 10,000 samples; it is a poor measure of "
    "images: k-means centres beat real images in it. docs/quality.md defines all figures.";

EvalArguments::EvalArguments(CLI::App& app) {
  generator.declare(app);
  auto* given = app.add_option("--samples", samples,
                               "measure these images instead: an IDX or .npy file, or a folder of "
                               "pictures, as gan-sample writes them")
                    ->type_name("PATH");
  app.add_option("--data", data,
                 "data set to measure against, all of it (default: what the checkpoint was trained "
                 "on)")
      ->type_name("PATH");
  app.add_option("--dataset", dataset,
                 "its kind, as data.dataset (default: the checkpoint's, or what --data holds)");
  app.add_option("--range", range,
                 "of float32 --samples: symmetric, -1 to 1 (default), or unit, 0 to 1")
      ->check(one_of(names_of(kNames<PixelRange>)))
      ->needs(given);
  app.add_option("-n,--count", count, "how many samples (default 10000, or all of --samples)")
      ->check(CLI::Range(kMinSamples, kMaxSamples));
  add_seed(app, seed)->excludes(given);
  app.add_option("--truncation", truncation, "as in gan-sample: draw no latent beyond this")
      ->check(CLI::Range(1e-6, 100.0))
      ->excludes(given);
  json.declare(app);
  add_precision(app, precision,
                "draw the samples in auto, fp32 or bf16 (default: as the checkpoint was trained)")
      ->excludes(given);
  add_quiet(app, quiet, "print the table, warnings and errors only");
  app.footer(kEvalFooter);
  where.declare(app);
}

// What is measured, with the words for it.
struct EvalSubject {
  torch::Tensor images;
  torch::Tensor classes;  // asked for, where known
  std::string title;
  Json about;
};

Dataset load_reference(const EvalArguments& arguments, DataConfig& config) {
  if (!arguments.dataset.empty()) {
    config.dataset = from_name<DatasetKind>(arguments.dataset, "data set");
  }
  if (arguments.data.empty()) return load_dataset(config);
  if (is_made_up(config)) {
    throw usage_error("--data: the data set is '", config.dataset,
                      "', which the program makes up; leave --data out, or name the kind of ",
                      arguments.data, " with --dataset");
  }
  config.path = arguments.data;
  // Both were said of the path that the checkpoint was trained on.
  config.labels.clear();
  config.limit = 0;
  return load_dataset(config);
}

EvalSubject load_given(const EvalArguments& arguments, const Dataset& data) {
  EvalSubject subject{
      read_samples(arguments.samples, data.shape, from_name<PixelRange>(arguments.range, "range")),
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

int run_eval(EvalArguments& arguments) {
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
  DataConfig config = loaded ? loaded->config.data : DataConfig();
  const Dataset data = load_reference(arguments, config);
  std::optional<LongWorkLine> line(std::in_place, arguments.quiet);
  const EvalSubject subject =
      loaded ? draw_given(arguments, *loaded, data) : load_given(arguments, data);
  const Evaluator evaluator = make_evaluator(config, data, subject.images.size(0), device);
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
                              declare<EvalArguments, run_eval>};

}  // namespace gan
