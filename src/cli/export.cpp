#include "gan_train/io/export.hpp"

#include <algorithm>

#include "gan_train/core/error.hpp"
#include "gan_train/core/log.hpp"
#include "gan_train/core/registry.hpp"

#include "arguments.hpp"
#include "commands.hpp"
#include "generator_arguments.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
  std::string format;
  std::string out;
  bool html = false;
  bool quiet = false;
};

// What was asked for, else what the extension of --out says, else ONNX.
const ExportFormat& format_of(const ExportArguments& arguments) {
  if (arguments.html) return find_row(export_formats(), "html", "format");
  if (!arguments.format.empty()) return find_row(export_formats(), arguments.format, "format");
  const auto extension = fs::path(arguments.out).extension().string();
  if (extension.empty()) return export_formats().front();
  return find_row(export_formats(), extension.substr(1), "format");
}

int run_export(int argc, char** argv) {
  CLI::App app("Writes a generator for other programs", "gan export");
  ExportArguments arguments;
  GeneratorArguments generator(app);
  auto* format = app.add_option(
      "--format", arguments.format,
      help_of(export_formats()) + " (default: by the extension of --out, else onnx)");
  app.add_flag("--html", arguments.html, "the same as --format html")->excludes(format);
  app.add_option("-o,--out", arguments.out,
                 "file to write (default: named after the checkpoint, here)")
      ->type_name("FILE");
  add_quiet(app, arguments.quiet);
  if (parse_arguments(app, argc, argv)) return 0;

  const ExportFormat& chosen = format_of(arguments);
  const LoadedGenerator loaded = generator.load();
  fs::path path = arguments.out;
  if (path.empty()) {
    path = str(fs::path(generator.checkpoint()).stem().string(), ".", chosen.name);
  }
  chosen.write(loaded, path);
  log::info(str("wrote the generator of epoch ", loaded.epoch, " as ", chosen.name, " to ",
                path.string()));
  return 0;
}

}  // namespace

const Command kExportCommand = {"export", "writes a generator for other programs", run_export};

}  // namespace gan
