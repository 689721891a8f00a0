#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gan {

struct PictureFile {
  std::filesystem::path path;
  std::int64_t label;  ///< of the folder it lies in, by name; -1: the root itself
};

/// The PNG and JPEG files in `root` or, each of its class, in the folders there, in the order of
/// their names. Error (exit code 2) where there are none, or both in `root` and in its folders.
std::vector<PictureFile> list_pictures(const std::filesystem::path& root);

/// Whether there are any.
bool holds_pictures(const std::filesystem::path& root);

}  // namespace gan
