#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace gan {

struct PictureFile {
  std::filesystem::path path;
  std::int64_t label;  ///< its folder's number, in the order of names; -1: in `root` itself
};

/// The PNG, JPEG and WebP files in `root`, or in the folders there, each of which is a class; in
/// the order of names. Error (exit code 2) where there are none, or both in `root` and in its
/// folders.
std::vector<PictureFile> list_pictures(const std::filesystem::path& root);

/// Whether there are any.
bool holds_pictures(const std::filesystem::path& root);

}  // namespace gan
