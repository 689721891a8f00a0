#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gan {

struct PictureFile {
  std::filesystem::path path;
  std::int64_t label;  ///< its class; -1: it lies in the root itself
};

/// The pictures of a folder, and what else was there.
struct PictureList {
  std::vector<PictureFile> files;       ///< by class, and then by name
  std::vector<std::string> classes;     ///< names of the folders, by label; none: all in the root
  std::vector<std::string> no_picture;  ///< folders that are no class since no picture is in them
  /// How many files of other kinds of pictures there are, by extension, and links to nothing.
  std::map<std::string, std::int64_t> passed_over;

  /// "12 .heic, 1 links to nothing".
  std::string passed_over_text() const;
};

/// The picture files in `root`, or those in and below the folders there, each of which is a class.
/// Hidden names are left out at every depth, and so are folders of runs; links are followed, but
/// not in circles. Error (exit code 2) where there are no pictures, or both in `root` and in its
/// folders.
PictureList list_pictures(const std::filesystem::path& root);

/// Whether there are any in `root` or below it.
bool holds_pictures(const std::filesystem::path& root);

}  // namespace gan
