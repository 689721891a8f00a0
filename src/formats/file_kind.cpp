#include "formats/file_kind.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/random_access_file.hpp"
#include "core/text.hpp"
#include "formats/byte_order.hpp"

namespace gan {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view kind;
};

constexpr std::array kSignatures = {
    Signature{0, "version https://git-lfs.github.com/spec/"sv,
              "a pointer of Git LFS; fetch the file with 'git lfs pull'"sv},
    Signature{0, "PK\3\4"sv, "a zip archive"sv},
    Signature{0, "PK\5\6"sv, "a zip archive"sv},
    Signature{0, "\x93NUMPY"sv, "an npy array"sv},
    Signature{0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture"sv},
    Signature{0, "\xff\xd8\xff"sv, "a JPEG picture"sv},
    Signature{0, "GIF8"sv, "a GIF picture"sv},
    Signature{0, "II*\0"sv, "a TIFF picture"sv},
    Signature{0, "MM\0*"sv, "a TIFF picture"sv},
    Signature{8, "WEBP"sv, "a WebP picture"sv},
    Signature{6, "\0\0\0\0"sv, "a BMP picture"sv},  // also starts with "BM", see below
    Signature{4, "ftypavif"sv, "an AVIF picture"sv},
    Signature{4, "ftypheic"sv, "a HEIC picture"sv},
    Signature{4, "ftyp"sv, "an MP4 video"sv},
    Signature{0, "\x1f\x8b"sv, "a gzip file"sv},
    Signature{0, "BZh"sv, "a bzip2 file"sv},
    Signature{0,
              "\xfd"
              "7zXZ\0"sv,
              "an xz file"sv},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "a Zstandard file"sv},
    Signature{0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"sv},
    Signature{0, "Rar!"sv, "a RAR archive"sv},
    Signature{257, "ustar"sv, "a tar archive"sv},
    Signature{0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file"sv},
    Signature{0, "MATLAB 5.0 MAT-file"sv, "a MATLAB file"sv},
    Signature{0, "PAR1"sv, "a Parquet file"sv},
    Signature{0, "%PDF"sv, "a PDF document"sv},
    Signature{0,
              "\x7f"
              "ELF"sv,
              "a program"sv},
    Signature{8, "{\""sv, "a safetensors file"sv},
    Signature{8, "{}"sv, "a safetensors file"sv},
};

bool matches(const Signature& row, std::string_view bytes) {
  if (bytes.size() < row.offset) return false;
  if (!bytes.substr(row.offset).starts_with(row.bytes)) return false;
  if (row.kind == "a BMP picture") return bytes.starts_with("BM");
  if (row.kind == "a WebP picture") return bytes.starts_with("RIFF");
  // Starts with a length below 4 GiB.
  return row.kind != "a safetensors file" || bytes.substr(4, 4) == "\0\0\0\0"sv;
}

// Two zero bytes, the type, the number of dimensions.
bool is_idx(std::string_view bytes) {
  return bytes.size() >= 4 && bytes.starts_with("\0\0"sv) && bytes[2] >= 8 && bytes[2] <= 14 &&
         bytes[3] >= 1 && bytes[3] <= 8;
}

bool is_pickle(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
}

// Skips a byte-order mark and white space; ignores case.
bool starts_with_tag(std::string_view bytes, std::string_view tag) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  const auto same = [](char found, char wanted) {
    return std::tolower(static_cast<unsigned char>(found)) == wanted;
  };
  return bytes.size() >= tag.size() &&
         std::equal(tag.begin(), tag.end(), bytes.begin(),
                    [&](char wanted, char found) { return same(found, wanted); });
}

// Whether it is UTF-8 without control characters; the last character may be cut off.
bool is_text(std::string_view bytes) {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t') ||
           c == '\x7f';
  };
  if (std::any_of(bytes.begin(), bytes.end(), is_control)) return false;
  for (std::size_t cut = 0; cut < 4 && cut < bytes.size(); ++cut) {
    if (is_utf8(bytes.substr(0, bytes.size() - cut))) return true;
  }
  return false;
}

}  // namespace

std::string file_kind(std::string_view first_bytes) {
  const auto bytes = first_bytes.substr(0, kFileKindBytes);
  if (bytes.empty()) return "an empty file";
  for (const Signature& row : kSignatures) {
    if (matches(row, bytes)) return std::string(row.kind);
  }
  if (is_idx(bytes)) return "an IDX file";
  if (is_pickle(bytes)) return "a Python pickle";
  for (const auto tag : {"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv}) {
    if (starts_with_tag(bytes, tag)) return "a web page (HTML)";
  }
  return is_text(bytes) ? "text" : "";
}

std::string kind_of_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return "";
  const RandomAccessFile file(path);
  Bytes head(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), kFileKindBytes)));
  file.read(0, head);
  return file_kind(as_text(head));
}

Error not_a(std::string_view name, ByteView bytes, std::string_view wanted) {
  const auto first = bytes.first(std::min(bytes.size(), kFileKindBytes));
  const std::string kind = file_kind({reinterpret_cast<const char*>(first.data()), first.size()});
  if (!kind.empty()) return run_error(name, ": is ", kind, ", not ", wanted);
  std::string begins;
  for (const auto byte : first.first(std::min<std::size_t>(4, first.size())))
    begins += " " + hex(byte);
  return run_error(name, ": begins with", begins, "; it is not ", wanted);
}

}  // namespace gan
