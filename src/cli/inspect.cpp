#include "gan_train/io/inspect.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "commands.hpp"

namespace gan {
namespace {

int run_inspect(int argc, char** argv) {
  CLI::App app("Shows what a file or the folder of a run holds", "gan inspect");
  std::string path;
  bool json = false;
  app.add_option(
         "file", path,
         "a checkpoint or another PyTorch file, safetensors, IDX (also gzip) or .npy data, a "
         "config, or the folder of a run")
      ->required()
      ->type_name("FILE");
  app.add_flag("--json", json, "as JSON");
  if (parse_arguments(app, argc, argv)) return 0;
  const Json facts = inspect_path(path);
  std::fputs((json ? to_json(facts) : to_text(facts)).c_str(), stdout);
  return 0;
}

}  // namespace

const Command kInspectCommand = {"inspect", "shows what a checkpoint, data file or run holds",
                                 run_inspect};

}  // namespace gan
