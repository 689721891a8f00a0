#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/recipes.hpp"
#include "config/facts.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::string template_heading(const std::string& recipe, const std::string& about, bool all) {
  const std::string what = recipe.empty() ? "The defaults" : "The recipe " + recipe;
  const std::string set = recipe.empty() ? "" : "the keys that it sets and ";
  const std::string keys = all ? "every key" : set + "the keys most often changed";
  std::string heading =
      wrap(what + ", written by `gan init` of gan-train " + kVersion + ": " + keys +
               ", each with its meaning. Keys that are commented out have their default values." +
               (all ? "" : " `gan init --all` writes every key."),
           78, "# ", "# ");
  if (!about.empty()) heading += "#\n";
  for (const auto& line : split(trim(about), '\n')) heading += "# " + line + "\n";
  return heading;
}

struct InitArguments {
  explicit InitArguments(CLI::App& app) {
    app.add_option("recipe", recipe,
                   "what to start from: a shipped recipe or a config file; "
                   "without one, the defaults")
        ->type_name("RECIPE");
    app.add_option("-o,--out", out,
                   "file to write: .ini or .yaml, or - for standard output "
                   "(default: RECIPE.ini)")
        ->type_name("FILE");
    app.add_flag("--all", all, "write every key, not only those that are set or often changed");
    add_quiet(app, quiet);
  }

  std::string recipe;
  std::string out;
  bool all = false;
  bool quiet = false;
};

int run_init(InitArguments& arguments) {
  const auto& [recipe, out, all, quiet] = arguments;
  Config config;
  const auto table = option_table(config);
  fs::path source;
  if (!recipe.empty()) {
    source = find_recipe(recipe);
    ParsedSettings parsed = read_settings(source);
    apply_settings(table, parsed.settings, std::move(parsed.mistakes));
    check_config(config);
  }
  const std::string name = source.stem().string();
  const fs::path path = !out.empty() ? out : (name.empty() ? "config" : name) + ".ini";
  const auto format = path == "-" ? ConfigFormat::kIni : format_of_config(path);
  const std::string text = commented_config(
      table, format, template_heading(name, recipe.empty() ? "" : opening_comment(source), all),
      all);
  if (path == "-") {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  if (fs::exists(fs::symlink_status(path))) {
    throw usage_error(path.string(), ": already exists; name another file with -o");
  }
  write_file(path, text);
  log::info("wrote " + path.string() + "; edit it, then: gan-train --config " + path.string());
  return 0;
}

}  // namespace

const Command kInitCommand = {"init", "writes a commented config to start from",
                              declare<InitArguments, run_init>, "gan init mnist_fast"};

}  // namespace gan
