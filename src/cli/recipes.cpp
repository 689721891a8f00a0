#include "recipes.hpp"

#include <algorithm>
#include <vector>

#include "gan_train/core/error.hpp"
#include "gan_train/core/text.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtensions[] = {"", ".ini", ".yaml", ".yml"};

std::vector<fs::path> recipe_folders() {
  std::error_code code;
  const fs::path program = fs::read_symlink("/proc/self/exe", code).parent_path();
  return {".",
          "configs",
          program,
          program / "configs",
          program / "../share/gan-train/configs",  // the installed tree
          program / "../../configs"};              // the build tree
}

std::vector<std::string> known_recipes(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const auto& folder : folders) {
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
      const auto extension = entry.path().extension();
      if (extension == ".ini" || extension == ".yaml" || extension == ".yml") {
        names.push_back(entry.path().stem().string());
      }
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

fs::path find_recipe(const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  if (name.find('/') != std::string::npos) {
    throw usage_error(name, ": no such config file");
  }
  const auto folders = recipe_folders();
  for (const auto& folder : folders) {
    for (const char* extension : kExtensions) {
      const fs::path path = (folder / (name + extension)).lexically_normal();
      if (fs::is_regular_file(path)) return path;
    }
  }
  const auto known = known_recipes(folders);
  throw usage_error("no config '", name, "' here or among the shipped ones; known: ",
                    known.empty() ? "none" : join(known, ", "),
                    did_you_mean(fs::path(name).stem().string(), known));
}

}  // namespace gan
