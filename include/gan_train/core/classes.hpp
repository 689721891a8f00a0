#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gan {

/// Classes of labelled images. Labels run from 0 to count - 1; some may have no images.
struct Classes {
  Classes(std::int64_t all = 0) : count(all) {}  // NOLINT: a count alone means that all have images
  Classes(std::int64_t all, std::vector<std::string> named, std::vector<std::int64_t> with_images)
      : count(all), names(std::move(named)), occurring(std::move(with_images)) {}

  std::int64_t count;                   ///< 0: no classes
  std::vector<std::string> names;       ///< by label; empty: classes are named by number
  std::vector<std::int64_t> occurring;  ///< labels that have images, ascending; empty: all

  /// Number of classes that have images.
  std::int64_t size() const {
    return occurring.empty() ? count : static_cast<std::int64_t>(occurring.size());
  }
  /// Label of the i-th class that has images.
  std::int64_t label(std::int64_t i) const {
    return occurring.empty() ? i : occurring[static_cast<std::size_t>(i)];
  }
  bool occurs(std::int64_t label) const {
    return label >= 0 && label < count &&
           (occurring.empty() || std::ranges::binary_search(occurring, label));
  }
  std::string name(std::int64_t label) const {
    const auto place = static_cast<std::size_t>(label);
    return place < names.size() ? names[place] : std::to_string(label);
  }
  bool operator==(const Classes&) const = default;
};

}  // namespace gan
