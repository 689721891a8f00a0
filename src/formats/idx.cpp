#include "formats/idx.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/log.hpp"
#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/file_kind.hpp"
#include "formats/gzip.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kMaxDims = 4;
constexpr std::size_t kMaxHeader = 4 + 4 * kMaxDims;
constexpr std::uint8_t kUnsignedByte = 0x08;
constexpr std::uint8_t kInt32 = 0x0C;
constexpr std::size_t kInt32Bytes = 4;

constexpr std::size_t kReadAtOnce = 1 << 20;  // of a file that is not read whole

// Size of the whole file, decompressed.
std::uint64_t file_size(const IdxHeader& header) {
  return header.size + static_cast<std::uint64_t>(header.values);
}

const char* type_name(std::uint8_t type) {
  switch (type) {
    case 0x09:
      return "signed byte";
    case 0x0B:
      return "int16";
    case 0x0C:
      return "int32";
    case 0x0D:
      return "float32";
    case 0x0E:
      return "float64";
    default:
      return "unknown";
  }
}

// Images are bytes; labels may be wider.
enum class Holds : std::uint8_t { kBytes, kLabels };

std::string decompressed_name(const std::string& file) { return file + " (unpacked)"; }

std::string shape_text(const std::vector<std::int64_t>& dims) { return join(dims, "x"); }

void check_magic(ByteView bytes, Holds what, std::string_view name) {
  if (bytes.size() < 4) {
    throw run_error(name, ": ends at offset ", bytes.size(), ", inside the 4 bytes that begin an ",
                    "IDX file");
  }
  if (bytes[0] != 0 || bytes[1] != 0) throw not_a(name, bytes, "an IDX file");
  if (bytes[2] != kUnsignedByte && !(what == Holds::kLabels && bytes[2] == kInt32)) {
    throw run_error(name, ": offset 2: found type ", hex(bytes[2]), " (", type_name(bytes[2]),
                    ") where 0x08 (unsigned byte)",
                    what == Holds::kLabels ? " or 0x0C (int32)" : "", " is needed");
  }
  if (bytes[3] < 1 || bytes[3] > kMaxDims) {
    throw run_error(name, ": offset 3: found ", int{bytes[3]}, " dimensions where 1 to ", kMaxDims,
                    " are expected");
  }
}

IdxHeader parse_header(ByteView bytes, Holds what, std::string_view name) {
  check_magic(bytes, what, name);
  IdxHeader header;
  header.size = 4 + 4 * std::uint64_t{bytes[3]};
  if (bytes.size() < header.size) {
    throw run_error(name, ": ends at offset ", bytes.size(), ", inside its header of ", header.size,
                    " bytes");
  }
  header.values = bytes[2] == kInt32 ? kInt32Bytes : 1;
  for (std::size_t offset = 4; offset < header.size; offset += 4) {
    const auto dim = get_be32(bytes.subspan(offset));
    if (dim == 0)
      throw run_error(name, ": offset ", offset, ": found a size of 0; sizes are at least 1");
    header.dims.push_back(dim);
    if (__builtin_mul_overflow(header.values, dim, &header.values)) {
      throw run_error(name, ": offset ", offset, ": the sizes ", shape_text(header.dims),
                      " are more than any file can hold");
    }
  }
  return header;
}

void check_file_size(const IdxHeader& header, std::uint64_t found, std::string_view name) {
  const auto expected = file_size(header);
  if (found == expected) return;
  const auto what = str("expected ", expected, " bytes (a header of ", header.size, ", then ",
                        shape_text(header.dims), " values)");
  if (found < expected) throw run_error(name, ": truncated at offset ", found, "; ", what);
  throw run_error(name, ": offset ", expected, ": found ", found - expected,
                  " bytes after the last value; ", what);
}

void check_limit(const IdxHeader& header, std::uint64_t limit, std::string_view name) {
  if (std::cmp_less_equal(header.values, limit)) return;
  throw run_error(name, ": offset 4: the sizes ", shape_text(header.dims), " make ", header.values,
                  " bytes; at most ", limit, " are allowed");
}

// Maximum length of a valid IDX file of `limit` values, raw or gzip: gzip grows incompressible data
// by less than a thousandth.
std::uint64_t max_file_size(std::uint64_t limit) {
  const std::uint64_t slack = limit / 1000 + (1 << 16);
  return limit > UINT64_MAX - slack ? UINT64_MAX : limit + slack;
}

// Strips the header in place, so that a large file is in memory only once.
IdxArray read_array(const std::filesystem::path& path, Holds what, std::uint64_t limit) {
  auto bytes = read_file(path, max_file_size(limit));
  const bool gzipped = is_gzip(bytes);
  const auto file = path.string();
  const auto name = gzipped ? decompressed_name(file) : file;
  auto header = parse_header(gzipped ? gunzip_head(bytes, kMaxHeader, file) : bytes, what, name);
  check_limit(header, limit, name);
  if (gzipped) bytes = gunzip(bytes, file_size(header), file);
  check_file_size(header, bytes.size(), name);
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header.size));
  log::debug(str(name, ": read ", shape_text(header.dims), " values"));
  return {std::move(header.dims), std::move(bytes)};
}

}  // namespace

IdxArray parse_idx(ByteView bytes, std::string_view name) {
  auto header = parse_header(bytes, Holds::kBytes, name);
  check_file_size(header, bytes.size(), name);
  return {std::move(header.dims),
          Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(header.size), bytes.end())};
}

IdxArray read_idx(const std::filesystem::path& path, std::uint64_t limit) {
  return read_array(path, Holds::kBytes, limit);
}

std::vector<std::int64_t> read_idx_labels(const std::filesystem::path& path, std::uint64_t limit) {
  const IdxArray array = read_array(path, Holds::kLabels, limit);
  const auto count = static_cast<std::size_t>(array.dims[0]);
  const std::size_t row = array.values.size() / count;
  const bool table = array.dims.size() == 2 && array.dims[1] * kInt32Bytes == row;
  if (array.dims.size() > 1 && !table) {
    throw run_error(path.string(), ": holds ", shape_text(array.dims),
                    " values; labels are one per image, or rows of int32 that begin with it");
  }
  const bool bytes = !table && row == 1;
  std::vector<std::int64_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = ByteView(array.values).subspan(i * row);
    labels[i] = bytes ? value[0] : static_cast<std::int32_t>(get_be32(value));
  }
  return labels;
}

IdxHeader read_idx_header(const RandomAccessFile& file) {
  Bytes head(std::min<std::uint64_t>(kFileKindBytes, file.size()));
  file.read(0, head);
  const bool gzipped = is_gzip(head);
  if (gzipped) {
    head.resize(kMaxHeader);
    head.resize(GzipReader(file).read(head));
  }
  auto header =
      parse_header(head, Holds::kBytes, gzipped ? decompressed_name(file.name()) : file.name());
  header.gzipped = gzipped;
  if (!gzipped) check_file_size(header, file.size(), file.name());
  return header;
}

void decompress_idx(const RandomAccessFile& file, const IdxHeader& header,
                    const std::function<void(ByteView)>& take) {
  GzipReader reader(file);
  Bytes piece(header.size);
  reader.read(piece);
  auto left = static_cast<std::uint64_t>(header.values);
  while (left > 0) {
    piece.resize(std::min<std::uint64_t>(kReadAtOnce, left));
    const std::size_t found = reader.read(piece);
    take(ByteView(piece).first(found));
    left -= found;
    if (found < piece.size())
      check_file_size(header, file_size(header) - left, decompressed_name(file.name()));
  }
  // The end of the gzip data, with its checksum, must come next.
  if (reader.read(std::span(piece).first(1)) > 0) {
    throw run_error(file.name(), ": unpacks to more than the ", file_size(header),
                    " bytes expected");
  }
}

std::string idx_header(const std::vector<std::int64_t>& dims) {
  if (dims.empty() || dims.size() > kMaxDims) {
    throw run_error("an IDX file has 1 to ", kMaxDims, " dimensions, not ", dims.size());
  }
  std::string header{'\0', '\0', static_cast<char>(kUnsignedByte), static_cast<char>(dims.size())};
  for (const auto dim : dims) {
    if (dim < 1 || std::cmp_greater(dim, UINT32_MAX)) {
      throw run_error("an IDX file cannot have the sizes ", shape_text(dims),
                      ": each must be from 1 to ", UINT32_MAX);
    }
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(dim >> shift & 0xff);
  }
  return header;
}

}  // namespace gan
