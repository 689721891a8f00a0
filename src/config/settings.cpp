#include <algorithm>
#include <set>
#include <system_error>

#include "config/facts.hpp"
#include "config/parse.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "formats/file_kind.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::string section_of(std::string_view key) {
  return std::string(key.substr(0, std::min(key.find('.'), key.size())));
}

std::string name_in_section(std::string_view key) {
  const auto dot = key.find('.');
  return std::string(dot == std::string_view::npos ? key : key.substr(dot + 1));
}

std::vector<std::string> sections_of(std::span<const Option> table) {
  std::vector<std::string> sections;
  for (const auto& option : table) {
    auto section = section_of(option.key);
    if (sections.empty() || sections.back() != section) sections.push_back(std::move(section));
  }
  return sections;
}

// "; did you mean …?": the same name in another section, else a similar one in its own.
std::string suggestion(std::span<const Option> table, const std::string& key) {
  const auto wanted = name_in_section(key);
  const bool dotted = key.find('.') != std::string::npos;
  std::vector<std::string> near;
  for (const auto& option : table) {
    const auto name = name_in_section(option.key);
    if (name == wanted || option.alias == wanted) return "; did you mean '" + option.key + "'?";
    if (!dotted || section_of(option.key) == section_of(key)) near.push_back(name);
  }
  return did_you_mean(wanted, near);
}

std::string unknown_key(std::span<const Option> table, const std::string& key,
                        std::set<std::string>& reported) {
  const auto sections = sections_of(table);
  const auto section = section_of(key);
  const bool known = std::find(sections.begin(), sections.end(), section) != sections.end();
  if (key == section && known) return in_quotes(key) + " is a section; write its keys below it";
  if (key == section) return "unknown key " + in_quotes(key) + suggestion(table, key);
  if (known) {
    return str("unknown key ", in_quotes(name_in_section(key)), " in [", section, "]",
               suggestion(table, key));
  }
  if (!reported.insert(section).second) return "";
  return str("unknown section [", shown(section), "]", did_you_mean(section, sections));
}

// A flag already contains its key.
std::string place_of(const Setting& setting) {
  const bool flag = setting.origin.starts_with("--");
  return flag ? setting.origin : setting.origin + ": " + setting.key;
}

}  // namespace

void apply_settings(std::span<const Option> table, const std::vector<Setting>& settings,
                    std::vector<std::string> mistakes) {
  std::set<std::string> reported;
  for (const auto& setting : settings) {
    if (mistakes.size() >= kMaxMistakes) break;
    const auto option = std::find_if(table.begin(), table.end(),
                                     [&](const Option& row) { return row.key == setting.key; });
    if (option == table.end()) {
      const auto problem = unknown_key(table, setting.key, reported);
      if (!problem.empty()) mistakes.push_back(setting.origin + ": " + problem);
    } else if (const auto problem = set_value(*option, setting.value); !problem.empty()) {
      mistakes.push_back(place_of(setting) + ": " + problem);
    }
  }
  if (mistakes.empty()) return;
  if (mistakes.size() >= kMaxMistakes) mistakes.emplace_back("there may be more; fix these first");
  throw usage_error(join(mistakes, "\n"));
}

bool is_config_name(const fs::path& path) {
  const auto extension = extension_of(path);
  return extension == ".ini" || extension == ".yaml" || extension == ".yml";
}

ConfigFormat format_of_config(const fs::path& path) {
  if (!is_config_name(path)) {
    throw usage_error(path.string(), ": a config file ends in .ini, .yaml or .yml");
  }
  return extension_of(path) == ".ini" ? ConfigFormat::kIni : ConfigFormat::kYaml;
}

// Whether the first line that is neither empty nor a comment is a [section].
static bool looks_like_ini(std::string_view text) {
  for (const auto& whole : split(text, '\n')) {
    const auto line = trim(whole);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    return line.front() == '[' && line.back() == ']' && line.find(',') == std::string_view::npos;
  }
  return false;
}

ParsedSettings read_settings(const fs::path& path) {
  const auto name = path.string();
  std::error_code code;
  const auto status = fs::status(path, code);
  if (!fs::exists(status)) throw usage_error(name, ": no such config file");
  if (fs::is_directory(status)) throw usage_error(name, ": is a folder, not a config file");
  if (!fs::is_regular_file(status)) throw usage_error(name, ": is not a regular file");
  const ConfigFormat format = format_of_config(path);
  const auto size = fs::file_size(path, code);
  if (!code && size > kMaxConfigBytes) {
    throw usage_error(name, ": holds ", size, " bytes; a config file has at most ",
                      kMaxConfigBytes);
  }
  const auto bytes = read_file(path, kMaxConfigBytes);
  const auto text = as_text(bytes);
  const std::string kind = file_kind(text);
  if (!kind.empty() && kind != "text" && !bytes.empty()) {
    throw usage_error(name, ": is ", kind, ", not a config file");
  }
  if (format == ConfigFormat::kYaml && looks_like_ini(text)) {
    throw usage_error(name, ": holds the sections of an INI file; let its name end in .ini");
  }
  auto parsed = format == ConfigFormat::kIni ? parse_ini(text, name) : parse_yaml(text, name);
  log::debug(str(name, ": read ", parsed.settings.size(), " settings"));
  return parsed;
}

Config load_config(const fs::path& path) {
  Config config;
  auto parsed = read_settings(path);
  apply_settings(option_table(config), parsed.settings, std::move(parsed.mistakes));
  check_config(config);
  return config;
}

}  // namespace gan
