#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gan {

/// Classes of labelled images. Labels run from 0 to count - 1; some may have no images.
struct Classes {
  Classes(std::int64_t all = 0) : count(all) {}  // NOLINT: a count alone is enough
  Classes(std::int64_t all, std::vector<std::string> named, std::vector<std::int64_t> image_counts)
      : count(all), names(std::move(named)), images(std::move(image_counts)) {}

  std::int64_t count;                ///< 0: no classes
  std::vector<std::string> names;    ///< by label; empty: classes are named by number
  std::vector<std::int64_t> images;  ///< number of images by label; empty: taken as equally many

  bool occurs(std::int64_t label) const {
    return label >= 0 && label < count &&
           (images.empty() || images[static_cast<std::size_t>(label)] > 0);
  }
  /// The labels that have images, ascending.
  std::vector<std::int64_t> labels() const {
    std::vector<std::int64_t> occurring;
    for (std::int64_t label = 0; label < count; ++label) {
      if (occurs(label)) occurring.push_back(label);
    }
    return occurring;
  }
  std::string name(std::int64_t label) const {
    const auto place = static_cast<std::size_t>(label);
    return place < names.size() ? names[place] : std::to_string(label);
  }
  bool operator==(const Classes&) const = default;
};

}  // namespace gan
