#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gan {

struct PictureFile {
  std::filesystem::path path;
  std::int64_t label;  ///< its class; -1: directly in the root
};

/// The pictures in a folder, and the other files there.
struct PictureList {
  std::vector<PictureFile> files;    ///< by class, then by name
  std::vector<std::string> classes;  ///< folder names, by label; empty: all are in the root
  /// Folders that contain no picture, so are not classes.
  std::vector<std::string> without_pictures;
  /// Counts, by extension, of pictures of unsupported formats, and of broken links.
  std::map<std::string, std::int64_t> skipped;

  /// "12 .heic, 1 links to nothing".
  std::string skipped_text() const;
};

/// Lists the pictures in `root`, or those in and below its folders, each of which is a class. Skips
/// hidden names and run folders at every depth; follows links, but not in circles. Throws an Error
/// (exit code 2) if there are no pictures, or if there are some both in `root` and in its folders.
PictureList list_pictures(const std::filesystem::path& root);

/// Whether there are pictures in `root` or below it.
bool holds_pictures(const std::filesystem::path& root);

}  // namespace gan
