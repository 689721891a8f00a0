#pragma once

#include <filesystem>

#include "eval/feature_network.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

/// The pictures at a path, uncropped: a folder of PNG, JPEG or WebP files in name order, one IDX or
/// .npy file of bytes, or a folder with a data set. Throws an Error (exit code 2) if there are
/// none.
PictureSource open_pictures(const std::filesystem::path& path);

/// The items of a data set, in memory or on disk.
PictureSource source_of(const Dataset& data);

}  // namespace gan
