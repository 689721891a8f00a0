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

/// What TensorBoard reads: a file of events, each a step with numbers or a picture. Steps
/// must not fall. docs/formats.md has the layout.
class EventFile {
 public:
  using Scalars = std::vector<std::pair<std::string, double>>;  ///< by tag

  /// Opens `path`, keeping of it the whole events up to `step` (0: none).
  EventFile(const std::filesystem::path& path, std::int64_t step);

  /// One event; nothing where `scalars` is empty.
  void add_scalars(std::int64_t step, const Scalars& scalars);
  /// `png`: the bytes of a PNG file.
  void add_picture(std::int64_t step, std::string_view tag, ByteView png);
  /// Makes the events last before a state is saved that counts on them.
  void sync() { file_->sync(); }

 private:
  std::unique_ptr<AppendFile> file_;
};

/// CRC-32C (Castagnoli), as in RFC 3720, B.4.
std::uint32_t crc32c(ByteView bytes);

}  // namespace gan
