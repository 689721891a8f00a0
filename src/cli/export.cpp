#include "io/export.hpp"

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/generator_arguments.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

struct ExportArguments {
  explicit ExportArguments(CLI::App& app) {
    generator.declare(app)->required();
    auto* by_name = app.add_option(
        "--format", format,
        help_of(export_formats()) + " (default: by the extension of --out, else onnx)");
    by_name->check(one_of(names_of(export_formats())));
    app.add_flag_callback(
           "--html", [this] { format = "html"; }, "short for --format html")
        ->excludes(by_name);
    app.add_option("-o,--out", out, "file to write (default: named after the checkpoint, here)")
        ->type_name("FILE");
    add_quiet(app, quiet);
  }

  GeneratorArguments generator;
  std::string format;
  std::string out;
  bool quiet = false;
};

// The format that was requested, else that of the extension of --out, else ONNX.
const ExportFormat& format_of(const ExportArguments& arguments) {
  const std::string extension = extension_of(arguments.out);
  if (arguments.format.empty()) {
    return extension.empty() ? export_formats().front()
                             : find_row(export_formats(), extension.substr(1), "format");
  }
  const ExportFormat& chosen = find_row(export_formats(), arguments.format, "format");
  check_extension(str("--format ", chosen.name), arguments.out, {str(".", chosen.name)});
  return chosen;
}

int run_export(ExportArguments& arguments) {
  const ExportFormat& chosen = format_of(arguments);
  const LoadedGenerator loaded = arguments.generator.load();
  fs::path path = arguments.out;
  if (path.empty()) {
    path = str(fs::path(arguments.generator.checkpoint()).stem().string(), ".", chosen.name);
  }
  chosen.write(loaded, path);
  log::info(str("wrote the generator of epoch ", loaded.epoch, " as ", chosen.name, " to ",
                path.string()));
  return 0;
}

}  // namespace

const Command kExportCommand = {"export", "exports a generator to ONNX, safetensors or a web page",
                                declare<ExportArguments, run_export>,
                                "gan-export --ckpt run/checkpoints/last.pt --format onnx"};

}  // namespace gan
