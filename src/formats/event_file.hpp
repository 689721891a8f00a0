#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// A TensorBoard event file: each event is a step with numbers or a picture. Steps must not
/// decrease. docs/formats.md describes the layout.
class EventFile {
 public:
  using Scalars = std::vector<std::pair<std::string, double>>;  ///< by tag

  /// Opens `path` and keeps its complete events up to `step` (0: none).
  EventFile(const std::filesystem::path& path, std::int64_t step);

  /// Adds one event; none if `scalars` is empty.
  void add_scalars(std::int64_t step, const Scalars& scalars);
  /// `png`: the bytes of a PNG file.
  void add_picture(std::int64_t step, std::string_view tag, ByteView png);
  /// Syncs the events to disk. Call it before saving a state that relies on them.
  void sync() { file_->sync(); }

 private:
  std::unique_ptr<AppendFile> file_;
};

/// CRC-32C (Castagnoli), as defined in RFC 3720, B.4.
std::uint32_t crc32c(ByteView bytes);

}  // namespace gan
