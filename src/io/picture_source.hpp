#pragma once

#include <filesystem>

#include "eval/feature_network.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

/// The pictures at a path as they are, uncropped: a folder of PNG, JPEG or WebP files in the order
/// of their names, one IDX or .npy file of bytes, or a folder with a data set in it. Error (exit
/// code 2) where there are none.
PictureSource open_pictures(const std::filesystem::path& path);

/// The items of a data set, in memory or on disk.
PictureSource source_of(const Dataset& data);

}  // namespace gan
