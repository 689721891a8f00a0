#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/byte_order.hpp"
#include "formats/pt.hpp"
#include "formats/zip.hpp"
#include "formats/zip_layout.hpp"
#include "message.hpp"

namespace gan {

using NamedRecords = std::vector<std::pair<std::string, Bytes>>;

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// The error of parsing, "" if there is none.
inline std::string complaint(ByteView bytes) {
  return message_of([&] { parse_pt(bytes, "x.pt"); });
}

inline Bytes zip_of(const NamedRecords& records) {
  std::vector<ZipRecord> views;
  for (const auto& [name, data] : records) views.push_back({name, data});
  return encode_zip(views);
}

/// An intact archive with any pickle.
inline Bytes archive_of(std::string_view pickle, const NamedRecords& more = {}) {
  NamedRecords records = {{"a/data.pkl", bytes_of(pickle)}, {"a/version", bytes_of("3\n")}};
  records.insert(records.end(), more.begin(), more.end());
  return zip_of(records);
}

/// Puts the right CRC-32 on a modified archive.
inline Bytes resealed(Bytes file) {
  const auto seal = zip_seal(crc32_of(ByteView(file).first(file.size() - kZipSealSize)));
  std::copy(seal.begin(), seal.end(), file.end() - kZipSealSize);
  return file;
}

/// The archive as torch.save would write it: without a comment.
inline Bytes unsealed(Bytes file) {
  file.resize(file.size() - kZipSealSize);
  file[file.size() - 2] = 0;
  return file;
}

}  // namespace gan
