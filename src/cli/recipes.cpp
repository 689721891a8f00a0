#include "cli/recipes.hpp"

#include <map>
#include <sstream>
#include <vector>

#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtensions[] = {"", ".ini", ".yaml", ".yml"};

fs::path program_folder() {
  std::error_code code;
  return fs::read_symlink("/proc/self/exe", code).parent_path();
}

std::vector<fs::path> shipped_folders() {
  const fs::path program = program_folder();
  return {"configs", program / "configs",
          program / "../share/gan-train/configs",  // an installed tree
          program / "../../configs"};              // a build tree
}

std::vector<fs::path> recipe_folders() {
  auto folders = shipped_folders();
  folders.insert(folders.begin() + 1, program_folder());
  folders.insert(folders.begin(), ".");
  return folders;
}

// The files by name, one per name; earlier folders take precedence.
std::map<std::string, fs::path> recipes_in(const std::vector<fs::path>& folders) {
  std::map<std::string, fs::path> found;
  for (const auto& folder : folders) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
      const auto extension = entry.path().extension();
      if (extension == ".ini" || extension == ".yaml" || extension == ".yml") {
        found.emplace(entry.path().stem().string(), entry.path().lexically_normal());
      }
    }
  }
  return found;
}

}  // namespace

fs::path find_recipe(const std::string& name) {
  // Errors about a path are left to the code that reads it.
  if (fs::is_regular_file(name) || name.find('/') != std::string::npos) return name;
  const auto folders = recipe_folders();
  for (const auto& folder : folders) {
    for (const char* extension : kExtensions) {
      const fs::path path = (folder / (name + extension)).lexically_normal();
      if (fs::is_regular_file(path)) return path;
    }
  }
  std::vector<std::string> known;
  for (const auto& [known_name, path] : recipes_in(folders)) known.push_back(known_name);
  throw usage_error("no config '", name, "' here, and no recipe of that name; recipes: ",
                    known.empty() ? "none" : join(known, ", "),
                    did_you_mean(fs::path(name).stem().string(), known));
}

std::vector<fs::path> shipped_recipes() {
  std::vector<fs::path> paths;
  for (const auto& [name, path] : recipes_in(shipped_folders())) paths.push_back(path);
  return paths;
}

std::string opening_comment(const fs::path& recipe) {
  const Bytes bytes = read_file(recipe, kMaxConfigBytes);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::string comment;
  for (std::string line; std::getline(lines, line) && line.starts_with('#');) {
    comment += std::string(trim(line.substr(1))) + '\n';
  }
  return comment;
}

fs::path find_shipped(const std::string& name) {
  for (const auto& folder : shipped_folders()) {
    if (fs::is_regular_file(folder / name)) return (folder / name).lexically_normal();
  }
  return {};
}

}  // namespace gan
