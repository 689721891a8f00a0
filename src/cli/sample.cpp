#include "gan_train/sampling/sample.hpp"

#include <algorithm>

#include <torch/nn/modules/container/sequential.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/generator_arguments.hpp"
#include "cli/latent_options.hpp"
#include "cli/preview.hpp"
#include "cli/sample_inputs.hpp"
#include "cli/sample_outputs.hpp"
#include "cli/signals.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "formats/npy.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"

namespace gan {
namespace {

struct SampleArguments {
  explicit SampleArguments(CLI::App& app);

  GeneratorArguments generator;
  std::int64_t count = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t seed = kSampleSeed;
  CLI::Option* seed_flag = nullptr;
  std::string classes;
  std::string save_latents;
  std::string save_labels;
  std::string precision = "fp32";
  bool quiet = false;
  LatentOptions latents;
  SampleOutputOptions output;
  DeviceArguments where;
};

SampleArguments::SampleArguments(CLI::App& app) {
  generator.declare(app)->required();
  app.add_option("-n,--count", count, "how many images (default 100, or rows x cols)")
      ->check(number_from(std::int64_t{1}, std::int64_t{1} << 40));
  seed_flag = add_seed(app, seed);
  app.add_option("--rows", rows, "rows of the grid")->check(number_from(1, 65536));
  app.add_option("--cols", columns, "columns of the grid")->check(number_from(1, 65536));
  app.add_option("--class", classes,
                 "draw these classes, by name (cat,dog) or number (7, 0-9 or 1,3,5-7): one row "
                 "of the grid per class; in other formats they take turns (default: random "
                 "classes)")
      ->type_name("LIST");
  app.add_option("--save-latents", save_latents,
                 "also write the generator's inputs to this .npy file")
      ->type_name("FILE");
  app.add_option("--save-labels", save_labels, "also write the classes to this .npy file")
      ->type_name("FILE");
  add_precision(
      app, precision,
      "fp32 (default): a seed gives the same images everywhere; bf16: in a third of the time, "
      "within a few grey levels; auto: bf16 where the processor is fast at it");
  add_quiet(app, quiet);
  add_latent_options(app, latents);
  add_output_options(app, output);
  where.declare(app);
}

// Fills in unset values; rows and columns must match the count.
void resolve_layout(SampleArguments& a) {
  const bool whole_grid = a.rows > 0 && a.columns > 0;
  if (a.count == 0) a.count = whole_grid ? a.rows * a.columns : std::max<std::int64_t>(100, a.rows);
  if (a.rows > 0 && a.columns == 0) a.columns = (a.count + a.rows - 1) / a.rows;
  if (whole_grid && a.count > a.rows * a.columns) {
    throw usage_error("-n ", a.count, " images do not fit into ", a.rows, " rows of ", a.columns);
  }
}

// The requested classes, in order; empty if classes are drawn, or there are none.
std::vector<std::int64_t> wanted_classes(const SampleArguments& a, const Classes& classes) {
  const char* flag = !a.classes.empty() ? "--class" : !a.save_labels.empty() ? "--save-labels" : "";
  if (classes.count == 0 && *flag != '\0') {
    throw usage_error(flag, ": this generator has no classes; train one with model.conditional");
  }
  return parse_class_list(a.classes, classes);
}

// With several classes, a grid has one row per class.
void resolve_rows(SampleArguments& a, std::int64_t classes) {
  if (a.rows > 0 && a.rows != classes) {
    throw usage_error("--rows ", a.rows, ": the grid has one row for each of the ", classes,
                      " classes; leave it out");
  }
  a.rows = classes;
  if (a.count == 0 && a.columns == 0) a.columns = 10;
  if (a.count % classes != 0 || (a.columns > 0 && a.count > 0 && a.count != classes * a.columns)) {
    throw usage_error("-n ", a.count, " images don't divide into one row for each of the ", classes,
                      " classes; leave out -n and give --cols");
  }
}

// Fills in the number of images and rows. Returns whether each row of the grid has its own class.
bool resolve_count(SampleArguments& a, const torch::Tensor& given, std::size_t classes) {
  const bool by_rows = a.output.writes_grid() && classes > 1 && !a.latents.has_layout();
  if (a.latents.plane > 0 && classes > 1) {
    throw usage_error("--latent-grid: shows one class, but --class names ", classes);
  }
  if (a.latents.has_layout()) {
    a.count = a.latents.count();
    if (a.columns == 0) a.columns = a.latents.columns();
  } else if (by_rows) {
    resolve_rows(a, static_cast<std::int64_t>(classes));
  } else if (given.defined() && a.count == 0 && (a.rows == 0 || a.columns == 0)) {
    a.count = given.size(0);
  }
  resolve_layout(a);
  if (given.defined() && !a.latents.has_layout() && given.size(0) < a.count) {
    throw usage_error("-n ", a.count, ": ", a.latents.file, " holds ", given.size(0), " latents");
  }
  return by_rows;
}

// A .npy file that is filled as the images are drawn; unused if the path is empty.
class SideFile {
 public:
  SideFile(const std::string& path, const char* dtype, const std::vector<std::int64_t>& shape) {
    if (path.empty()) return;
    file_.emplace(path);
    file_->write(npy_header(dtype, shape));
  }
  void add(const torch::Tensor& rows) {
    if (!file_) return;
    const auto used = rows.contiguous();
    file_->write({static_cast<const std::uint8_t*>(used.const_data_ptr()), used.nbytes()});
  }
  void commit() {
    if (file_) file_->commit();
  }

 private:
  std::optional<AtomicFile> file_;
};

// Draws block by block; memory does not grow with the count.
void draw(const SampleArguments& arguments, const SampleInputs& source,
          const torch::nn::Sequential& generator, const SampleOutputs& outputs) {
  SideFile latents_file(arguments.save_latents, "<f4", {arguments.count, source.size()});
  SideFile labels_file(arguments.save_labels, "<i8", {arguments.count});
  std::vector<torch::Tensor> classes;  // classes of the blocks that are drawn together
  const auto inputs = [&](std::int64_t block) {
    classes.push_back(source.classes(block));
    return source.inputs(block, classes.back());
  };
  const auto take = [&](const torch::Tensor& images, const torch::Tensor& fed) {
    if (caught_signal() != 0) return false;
    for (const auto& writer : outputs.writers) writer->add(images);
    latents_file.add(fed);
    if (classes.front().defined()) {
      labels_file.add(torch::cat(classes).narrow(0, 0, images.size(0)));
    }
    classes.clear();
    return true;
  };
  draw_in_blocks(generator, arguments.count, inputs, take,
                 from_name<Precision>(arguments.precision, "--precision"));
  if (caught_signal() != 0) return;
  for (const auto& writer : outputs.writers) writer->finish();
  latents_file.commit();
  labels_file.commit();
}

// Refuses flags without effect, and file names that don't match the format.
void check_effects(const SampleArguments& a) {
  const bool says_count = a.rows > 0 && a.columns > 0 && a.count == 0;
  if (!a.output.writes_grid() && !says_count && (a.columns > 0 || a.rows > 0)) {
    throw usage_error(a.columns > 0 ? "--cols" : "--rows",
                      ": no grid is written; set the number of images with -n");
  }
  if (a.output.scale > 1 && !a.output.writes_pictures()) {
    throw usage_error("--scale: no pictures are written; leave it out");
  }
  check_extension("--gif", a.output.gif, {".gif"});
  check_extension("--save-latents", a.save_latents, {".npy"});
  check_extension("--save-labels", a.save_labels, {".npy"});
}

int run_sample(SampleArguments& arguments) {
  const bool previews = wants_preview(arguments.output.preview);
  check_effects(arguments);
  const torch::Device device = arguments.where.set_up();

  LoadedGenerator loaded = arguments.generator.load();
  auto classes = wanted_classes(arguments, loaded.classes);
  const bool names_classes = !arguments.classes.empty() || !arguments.save_labels.empty();
  const auto given = read_given_latents(arguments.latents, loaded, names_classes);
  const bool brings_classes = given.defined() && given.size(1) > loaded.config.model.latent_dim;
  const bool draws_classes = loaded.classes.count > 0 && classes.empty() && !brings_classes;
  if (given.defined() && !draws_classes && arguments.seed_flag->count() > 0) {
    throw usage_error("--seed: has no effect, since --latents holds everything; leave it out");
  }
  const bool by_rows = resolve_count(arguments, given, classes.size());
  loaded.generator->to(device);
  const auto outputs = open_outputs(arguments.output, loaded, arguments.count, arguments.columns);
  catch_signals();
  SampleInputs source(loaded, static_cast<std::uint64_t>(arguments.seed), std::move(classes),
                      by_rows ? arguments.columns : 1);
  source.truncate(arguments.latents.truncation);
  source.set_latents(given);
  lay_out_latents(arguments.latents, loaded.config.model, source);
  draw(arguments, source, loaded.generator, outputs);
  if (caught_signal() != 0) return 128 + caught_signal();
  if (previews) show_preview(outputs.path);
  log::info(str("wrote ", counted(arguments.count, "sample"), " (seed ", arguments.seed, ", epoch ",
                loaded.epoch, ") to ", outputs.places));
  return 0;
}

}  // namespace

const Command kSampleCommand = {"sample", "draws images from a trained generator",
                                declare<SampleArguments, run_sample>,
                                "gan-sample --ckpt run/checkpoints/last.pt -n 100"};

}  // namespace gan
