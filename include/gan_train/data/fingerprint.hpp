#pragma once

#include <string>

#include "gan_train/data/dataset.hpp"

namespace gan {

/// A text that tells data sets of as many items apart: the SHA-256 of some of them, spread over
/// all, in memory or on disk.
std::string fingerprint(const Dataset& data);

}  // namespace gan
