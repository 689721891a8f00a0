#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gan {

/// The classes of labelled images: labels from 0 to count - 1, of which some may have no images.
struct Classes {
  Classes(std::int64_t all = 0) : count(all) {}  // NOLINT: so many, all with images
  Classes(std::int64_t all, std::vector<std::string> named, std::vector<std::int64_t> with_images)
      : count(all), names(std::move(named)), occurring(std::move(with_images)) {}

  std::int64_t count;                   ///< 0: none
  std::vector<std::string> names;       ///< by label; empty: the numbers are the names
  std::vector<std::int64_t> occurring;  ///< labels that have images, in order; empty: all

  /// How many have images.
  std::int64_t size() const {
    return occurring.empty() ? count : static_cast<std::int64_t>(occurring.size());
  }
  /// The label of the i-th of those.
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
