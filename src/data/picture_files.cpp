#include "data/picture_files.hpp"

#include <algorithm>
#include <string>

#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_picture_file(const fs::path& path) {
  const std::string end = extension_of(path);
  return (end == ".png" || end == ".jpg" || end == ".jpeg" || end == ".webp") && !is_hidden(path) &&
         fs::is_regular_file(path);
}

// Sorted by name, as the file system's order is arbitrary.
template <typename Iterator>
std::vector<fs::path> pictures_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : Iterator(folder)) {
    if (is_picture_file(entry.path())) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<PictureFile> list_classes(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.is_directory() && !is_hidden(entry.path())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<PictureFile> files;
  std::int64_t label = 0;
  for (const auto& folder : folders) {
    const auto paths = pictures_in<fs::recursive_directory_iterator>(folder);
    for (const auto& path : paths) files.push_back({path, label});
    if (!paths.empty()) ++label;
  }
  return files;
}

}  // namespace

std::vector<PictureFile> list_pictures(const fs::path& root) {
  std::vector<PictureFile> files;
  try {
    files = list_classes(root);
    for (const auto& path : pictures_in<fs::directory_iterator>(root)) {
      if (!files.empty() && files.front().label >= 0) {
        throw usage_error(root.string(), ": holds images, such as ",
                          shown(path.filename().string()),
                          ", and folders of images; keep either all in the folder or each in "
                          "the folder of its class");
      }
      files.push_back({path, -1});
    }
  } catch (const fs::filesystem_error& error) {
    throw usage_error(error.path1().string(), ": cannot be read: ", error.code().message(),
                      "; set config key data.path to the folder of your pictures");
  }
  if (files.empty()) {
    throw usage_error(root.string(),
                      ": holds no .png, .jpg, .jpeg or .webp files, nor folders of them");
  }
  return files;
}

bool holds_pictures(const fs::path& root) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    if (is_picture_file(entry.path())) return true;
    if (!entry.is_directory(ignored) || is_hidden(entry.path())) continue;
    for (const auto& inner : fs::directory_iterator(entry.path(), ignored)) {
      if (is_picture_file(inner.path())) return true;
    }
  }
  return false;
}

}  // namespace gan
