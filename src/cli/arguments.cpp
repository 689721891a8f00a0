#include "arguments.hpp"

#include <filesystem>
#include <unistd.h>

#include "gan_train/config/facts.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/log.hpp"
#include "gan_train/core/terminal.hpp"
#include "gan_train/io/run_folder.hpp"
#include "gan_train/train/device.hpp"

#include "help.hpp"
#include "recipes.hpp"

namespace gan {

namespace fs = std::filesystem;

// Who is shown the options of the command that is called, in place of a run of it. Commands make
// their options as they run, and all of them come by parse_arguments.
static const std::function<void(const CLI::App&)>* onlooker = nullptr;

void show_arguments(const Command& command, const std::function<void(const CLI::App&)>& see) {
  std::string name(command.name);
  char* argv[] = {name.data(), nullptr};
  onlooker = &see;
  command.run(1, argv);
  onlooker = nullptr;
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  return CLI::Validator([](std::string&) { return std::string(); }, "{" + join(words, ",") + "}");
}

static Error unknown_argument(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  if (!word.starts_with('-')) {
    const char* flag = is_config_name(name) ? "--config" : "--ckpt";
    const bool fits = app.get_option_no_throw(flag) != nullptr;
    return usage_error("unexpected argument ", word,
                       fits ? str("; did you mean ", flag, " ", word, "?") : "", " (see --help)");
  }
  std::vector<std::string> known;
  for (const auto* option : app.get_options()) {
    for (const auto& flag : option->get_lnames()) {
      // A key of the config without its section.
      if ("--" + flag.substr(flag.find('.') + 1) == name) {
        return usage_error("unknown option ", word, "; did you mean '--", flag, "'? (see --help)");
      }
      known.push_back("--" + flag);
    }
  }
  return usage_error("unknown option ", word, did_you_mean(name, known), " (see --help)");
}

bool parse_arguments(CLI::App& app, int argc, char** argv) {
  if (onlooker != nullptr) {
    (*onlooker)(app);
    return true;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(help_page(app, terminal_width(STDOUT_FILENO)).c_str(), stdout);
    return true;
  } catch (const CLI::ParseError& error) {
    // What nobody knows is told first: it may be what is said to be missing.
    if (!app.remaining().empty()) throw unknown_argument(app, app.remaining().front());
    throw usage_error(error.what(), " (see --help)");
  }
  return false;
}

void add_quiet(CLI::App& app, bool& quiet, const std::string& help) {
  const auto hush = [&quiet] {
    quiet = true;
    log::set_level(log::Level::kWarning);
  };
  app.add_flag_callback("-q,--quiet", hush, help);
}

// Of the run whose folder, or folder of checkpoints, this is; "" where it is none's.
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

DeviceArguments::DeviceArguments(CLI::App& app) {
  app.add_option("--device", train_.device, "auto, cpu, cuda or cuda:N");
  app.add_option("--threads", train_.threads, "CPU threads")->check(CLI::Range(1, 1024));
}

torch::Device DeviceArguments::set_up() const {
  configure_process(train_);
  return resolve_device(train_.device);
}

ConfigArguments::ConfigArguments(CLI::App& app) {
  app.add_option("-c,--config", file_, "config file (.ini, .yaml) or the name of a shipped recipe")
      ->type_name("RECIPE");
  Config defaults;
  for (const Option& option : option_table(defaults)) {
    std::string flags = "--" + option.key;
    if (!option.alias.empty()) flags += ",--" + option.alias;
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
        // The table is long: help shows the common ones, `gan options` all.
        ->group(option.alias.empty() ? "" : "Config");
  }
  const std::string footer = app.get_footer();  // the command's own
  app.footer((footer.empty() ? "" : footer + "\n\n") +
             "Every key of the config is a flag too, such as --optim.beta1 0.5; "
             "`gan options` lists them all.");
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

std::string ConfigArguments::recipe() const {
  return file_.empty() ? "run" : std::filesystem::path(file_).stem().string();
}

}  // namespace gan
