#include "cli/arguments.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/recipes.hpp"
#include "config/facts.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"
#include "train/device.hpp"

namespace gan {

namespace fs = std::filesystem;

CLI::Validator one_of(const std::vector<std::string>& words) {
  return CLI::Validator([](std::string&) { return std::string(); }, "{" + join(words, ",") + "}");
}

CLI::Option* add_precision(CLI::App& app, std::string& precision, const std::string& help) {
  return app.add_option("--precision", precision, help)
      ->check(CLI::IsMember({"auto", "fp32", "bf16"}));
}

CLI::Option* add_quiet(CLI::App& app, bool& quiet, const std::string& help) {
  const auto hush = [&quiet] {
    quiet = true;
    log::set_level(log::Level::kWarning);
  };
  return app.add_flag_callback("-q,--quiet", hush, help);
}

CLI::Option* add_seed(CLI::App& app, std::int64_t& seed) {
  return app.add_option("--seed", seed,
                        "random seed: the same seed gives the same images (default 0)");
}

void check_extension(std::string_view flag, const fs::path& path,
                     const std::vector<std::string>& extensions) {
  const std::string own = extension_of(path);
  if (own.empty() || std::ranges::find(extensions, own) != extensions.end()) return;
  throw usage_error(path.string(), ": ", flag, " writes a ", extensions.front(),
                    " file; choose another name");
}

CLI::Option* JsonOutput::declare(CLI::App& app) {
  return app
      .add_option("--json", file_,
                  "print JSON instead of text; with FILE.json, print the text and write the JSON "
                  "to that file")
      ->expected(0, 1)
      ->type_name("FILE");
}

void JsonOutput::put(const std::string& json) const {
  if (is_printed()) {
    std::fputs(json.c_str(), stdout);
    std::fflush(stdout);
  } else if (is_wanted()) {
    write_file(file_, json);
    log::info("wrote " + file_);
  }
}

// The newest generator of the run whose folder, or checkpoints folder, this is; "" if there is
// none.
static std::string newest_generator(const fs::path& folder) {
  for (const fs::path& root : {folder / ".", folder / ".."}) {
    const auto generators = RunFiles(root).generators();
    if (!generators.empty()) return generators.rbegin()->second.lexically_normal().string();
  }
  return "";
}

std::string input_file(const std::string& path) {
  if (!fs::exists(path)) {
    const std::string newest = newest_generator(fs::path(path).parent_path());
    throw usage_error(path, ": no such file", newest.empty() ? "" : "; the newest there is ",
                      newest);
  }
  if (fs::is_directory(path)) {
    const std::string newest = newest_generator(path);
    throw usage_error(path, ": is a folder; name a file in it", newest.empty() ? "" : ", such as ",
                      newest);
  }
  return path;
}

void DeviceArguments::declare(CLI::App& app) {
  app.add_option("--device", train_.device, "where to compute: auto, cpu, cuda or cuda:N");
  app.add_option("--threads", train_.threads, "number of CPU threads")->check(number_from(1, 1024));
}

torch::Device DeviceArguments::set_up() const {
  configure_process(train_);
  return resolve_device(train_.device);
}

void ConfigArguments::declare(CLI::App& app) {
  app.add_option("-c,--config", file_,
                 "config file (.ini, .yaml) or recipe, such as mnist_fast (see `gan list recipes`)")
      ->type_name("RECIPE");
  Config defaults;
  for (const Option& option : option_table(defaults)) {
    std::string flags = "--" + option.key;
    if (!option.alias.empty()) flags += ",--" + option.alias;
    if (option.alias == "out") flags += ",-o";
    const std::string shown = "--" + (option.alias.empty() ? option.key : option.alias);
    const bool is_flag = std::holds_alternative<bool*>(option.field);
    app.add_option_function<std::string>(
           flags,
           [this, key = option.key, shown](const std::string& value) {
             if (value.starts_with("--")) {
               throw usage_error(shown, ": its value is missing; ", value, " is the next option");
             }
             flags_.push_back({key, value, shown});
           },
           option.help)
        ->expected(is_flag ? 0 : 1, 1)
        ->default_str(is_flag ? "true" : "")
        ->type_name(type_name(option))
        ->trigger_on_parse()
        // The table is long: help shows only options with an alias, `gan options` all.
        ->group(option.alias.empty() ? "" : "Config");
  }
  const std::string footer = app.get_footer();  // the command's own
  app.footer((footer.empty() ? "" : footer + "\n\n") +
             "Every config key is also a flag, such as --optim.beta1 0.5; `gan options` lists "
             "all keys.");
}

Config ConfigArguments::apply(Config config) const {
  const auto table = option_table(config);
  ParsedSettings parsed;
  if (!file_.empty()) parsed = read_settings(find_recipe(file_));
  parsed.settings.insert(parsed.settings.end(), flags_.begin(), flags_.end());
  apply_settings(table, parsed.settings, std::move(parsed.mistakes));
  check_config(config);
  return config;
}

Config ConfigArguments::recipe_config() const {
  Config config;
  if (file_.empty()) return config;
  const fs::path path = find_recipe(file_);
  const auto is_it = [&](const fs::path& shipped) { return fs::equivalent(shipped, path); };
  if (std::ranges::none_of(shipped_recipes(), is_it)) return config;
  ParsedSettings parsed = read_settings(path);
  apply_settings(option_table(config), parsed.settings, std::move(parsed.mistakes));
  return config;
}

std::string ConfigArguments::recipe() const {
  return file_.empty() ? "run" : std::filesystem::path(file_).stem().string();
}

}  // namespace gan
