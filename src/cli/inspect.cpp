#include "io/inspect.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "gan_train/core/error.hpp"
#include "run/inspect_run.hpp"

namespace gan {
namespace {

struct InspectArguments {
  explicit InspectArguments(CLI::App& app) {
    app.add_option(
           "file", path,
           "a checkpoint or another PyTorch file, safetensors, IDX (also gzip) or .npy data, a "
           "config, or the folder of a run")
        ->required()
        ->type_name("FILE");
    json.declare(app);
  }

  std::string path;
  JsonOutput json;
};

int run_inspect(InspectArguments& arguments) {
  const std::filesystem::path path = arguments.path;
  if (!std::filesystem::exists(path)) throw usage_error(arguments.path, ": no such file or folder");
  Json facts = {{"path", arguments.path}};
  facts.update(std::filesystem::is_directory(path) ? inspect_run(path) : inspect_file(path));
  if (!arguments.json.is_printed()) std::fputs(to_text(facts).c_str(), stdout);
  arguments.json.put(to_json(facts));
  return 0;
}

}  // namespace

const Command kInspectCommand = {"inspect", "shows what a checkpoint, data file or run holds",
                                 declare<InspectArguments, run_inspect>, "gan inspect run"};

}  // namespace gan
