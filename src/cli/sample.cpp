#include "gan_train/train/sample.hpp"

#include <algorithm>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/log.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/formats/npy.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/io/sample_writer.hpp"
#include "gan_train/train/device.hpp"

#include "arguments.hpp"
#include "commands.hpp"
#include "generator_arguments.hpp"
#include "sample_inputs.hpp"
#include "signals.hpp"

namespace gan {
namespace {

struct SampleArguments {
  std::int64_t count = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t scale = 0;
  std::int64_t seed = 0;
  std::int64_t threads = 0;
  std::string format = "grid";
  std::string out;
  std::string device = "auto";
  std::string classes;
  std::string save_latents;
  std::string save_labels;
  bool quiet = false;
};

void add_arguments(CLI::App& app, SampleArguments& arguments) {
  app.add_option("-n,--count", arguments.count, "how many images (default 100, or rows x cols)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40));
  app.add_option("-o,--out", arguments.out, "file or, for png, folder to write")->type_name("PATH");
  std::string formats;
  for (const auto& format : sample_formats()) {
    formats += str(formats.empty() ? "" : "; ", format.name, ": ", format.help);
  }
  app.add_option("--format", arguments.format, formats)->check(one_of(names_of(sample_formats())));
  app.add_option("--seed", arguments.seed, "image i of a seed is always the same (default 0)");
  app.add_option("--rows", arguments.rows, "rows of the grid")->check(CLI::Range(1, 65536));
  app.add_option("--cols", arguments.columns, "columns of the grid")->check(CLI::Range(1, 65536));
  app.add_option("--scale", arguments.scale,
                 "each pixel becomes SCALE x SCALE (default as trained)")
      ->check(CLI::Range(1, 64));
  app.add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N");
  app.add_option("--threads", arguments.threads, "CPU threads")->check(CLI::Range(1, 1024));
  app.add_option("--class", arguments.classes,
                 "of these classes, such as 7, 0-9 or 1,3,5-7: a row of the grid each; in other "
                 "formats they take turns (default: drawn at random)")
      ->type_name("LIST");
  app.add_option("--save-latents", arguments.save_latents,
                 "also write what the generator was fed, as .npy")
      ->type_name("FILE");
  app.add_option("--save-labels", arguments.save_labels, "also write the classes, as .npy")
      ->type_name("FILE");
  app.add_flag("-q,--quiet", arguments.quiet, "show warnings and errors only");
}

// Fills in what was not said; rows and columns must agree with the count.
void settle_layout(SampleArguments& a) {
  const bool whole_grid = a.rows > 0 && a.columns > 0;
  if (a.count == 0) a.count = whole_grid ? a.rows * a.columns : std::max<std::int64_t>(100, a.rows);
  if (a.rows > 0 && a.columns == 0) a.columns = (a.count + a.rows - 1) / a.rows;
  if (whole_grid && a.count > a.rows * a.columns) {
    throw usage_error("-n ", a.count, " images do not fit into ", a.rows, " rows of ", a.columns);
  }
}

// The classes asked for, in order; none where they are drawn, or there are none.
std::vector<std::int64_t> wanted_classes(const SampleArguments& a, std::int64_t class_count) {
  const char* flag = !a.classes.empty() ? "--class" : !a.save_labels.empty() ? "--save-labels" : "";
  if (class_count == 0 && *flag != '\0') {
    throw usage_error(flag,
                      ": this generator knows no classes; train one with "
                      "model.conditional");
  }
  return parse_class_list(a.classes, class_count);
}

// Several classes in a grid: a row each.
void settle_rows(SampleArguments& a, std::int64_t classes) {
  if (a.rows > 0 && a.rows != classes) {
    throw usage_error("--rows ", a.rows, ": the grid has a row for each of the ", classes,
                      " classes; leave it out");
  }
  a.rows = classes;
  if (a.count == 0 && a.columns == 0) a.columns = 10;
  if (a.count % classes != 0 || (a.columns > 0 && a.count > 0 && a.count != classes * a.columns)) {
    throw usage_error("-n ", a.count, " images do not fill a row for each of the ", classes,
                      " classes; leave it out and say --cols");
  }
}

// A .npy file that is filled as the images are drawn; none where no path is given.
class SideFile {
 public:
  SideFile(const std::string& path, const char* dtype, std::vector<std::int64_t> shape) {
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

// Draws block after block; memory does not grow with the count.
void draw(const SampleArguments& arguments, const SampleInputs& source,
          const torch::nn::Sequential& generator, SampleWriter& writer) {
  SideFile latents_file(arguments.save_latents, "<f4", {arguments.count, source.size()});
  SideFile labels_file(arguments.save_labels, "<i8", {arguments.count});
  std::vector<torch::Tensor> classes;  // of the blocks that are drawn at once
  const auto inputs = [&](std::int64_t block) {
    classes.push_back(source.classes(block));
    return source.inputs(block, classes.back());
  };
  const auto take = [&](const torch::Tensor& images, const torch::Tensor& fed) {
    if (caught_signal() != 0) return false;
    writer.add(images);
    latents_file.add(fed);
    if (classes.front().defined()) {
      labels_file.add(torch::cat(classes).narrow(0, 0, images.size(0)));
    }
    classes.clear();
    return true;
  };
  draw_in_blocks(generator, arguments.count, inputs, take);
  if (caught_signal() != 0) return;
  writer.finish();
  latents_file.commit();
  labels_file.commit();
}

int run_sample(int argc, char** argv) {
  CLI::App app("Draws images from a trained generator", "gan sample");
  const GeneratorArguments generator(app);
  SampleArguments arguments;
  add_arguments(app, arguments);
  if (parse_arguments(app, argc, argv)) return 0;
  if (arguments.quiet) log::set_level(log::Level::kWarning);
  const SampleFormat& format = find_row(sample_formats(), arguments.format, "format");
  keep_freed_memory();
  if (arguments.threads > 0) at::set_num_threads(static_cast<int>(arguments.threads));
  const torch::Device device = resolve_device(arguments.device);

  LoadedGenerator loaded = generator.load();
  auto classes = wanted_classes(arguments, loaded.class_count);
  const bool by_rows = format.name == "grid" && classes.size() > 1;
  if (by_rows) settle_rows(arguments, static_cast<std::int64_t>(classes.size()));
  settle_layout(arguments);
  if (loaded.shape.is_point() && !format.takes_points) {
    throw usage_error("--format ", format.name,
                      ": this generator draws points, not images; use "
                      "grid or npy-float");
  }
  loaded.generator->to(device);
  const OutputConfig& trained = loaded.config.output;
  SampleFile file{.path = arguments.out.empty() ? std::string(format.path) : arguments.out,
                  .count = arguments.count,
                  .shape = loaded.shape,
                  .range = loaded.config.data.range,
                  .grid = {.columns = arguments.columns,
                           .scale = arguments.scale > 0     ? arguments.scale
                                    : format.name == "grid" ? trained.sample_scale
                                                            : 1,
                           .dark_on_light = trained.dark_on_light && format.name == "grid"}};
  const auto path = file.path;
  const auto writer = format.make(std::move(file));
  catch_signals();
  const SampleInputs source(loaded, static_cast<std::uint64_t>(arguments.seed), std::move(classes),
                            by_rows ? arguments.columns : 1);
  draw(arguments, source, loaded.generator, *writer);
  if (caught_signal() != 0) return 128 + caught_signal();
  log::info(str("wrote ", arguments.count, " samples (seed ", arguments.seed, ", epoch ",
                loaded.epoch, ") to ", path.string()));
  return 0;
}

}  // namespace

const Command kSampleCommand = {"sample", "draws images from a trained generator", run_sample};

}  // namespace gan
