#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// A PyTorch `.pt` file as plain data: a stored (uncompressed) zip archive with a pickle,
/// `data.pkl`, and one raw record per tensor. Only dicts, lists, numbers, strings and dense tensors
/// are written or accepted; nothing in a file can run code. Files from before PyTorch 1.6, which
/// are not archives, are also read. See docs/formats.md.

enum class PtType : std::uint8_t { kUint8, kInt64, kFloat32, kFloat64, kBfloat16, kFloat16 };

std::size_t size_of(PtType type);  ///< bytes per element

/// A dense tensor, little-endian. `bytes` spans its first to its last element and is not owned: it
/// points to the caller's memory when writing, into the parsed file when reading.
struct PtTensor {
  PtType type = PtType::kFloat32;
  std::vector<std::int64_t> shape;
  ByteView bytes;
  std::vector<std::int64_t> strides = {};  ///< in elements; empty: C-contiguous
};

/// Anything else in a file, described in words: "an object of numpy.ndarray".
struct PtOther {
  std::string what;
};

struct PtValue;
struct PtEntry;
using PtList = std::vector<PtValue>;
using PtDict = std::vector<PtEntry>;  ///< in file order, keys unique

struct PtValue {
  std::variant<std::monostate, bool, std::int64_t, double, std::string, PtTensor, PtList, PtDict,
               PtOther>
      value;
};

/// Not a std::pair, which can't hold an incomplete type.
struct PtEntry {
  std::string first;  ///< the key
  PtValue second;
};

/// The bytes of a .pt file, which Python's `torch.load(f, weights_only=True)` reads as a dict.
/// `folder` is the archive's top folder; torch.save names it after the file. The zip comment holds
/// a CRC-32 of everything before it.
Bytes encode_pt(const PtDict& root, std::string_view folder = "archive");

/// Parses such a file strictly. The tensors point into `bytes`, which must outlive the result. Also
/// accepts files of torch.save: tuples become lists, a list at the top level becomes a dict with
/// numbers as keys, other objects become a PtOther. Any unexpected byte is an Error that gives
/// `name`, the offset or record, and what was found and expected.
PtDict parse_pt(ByteView bytes, std::string_view name);

/// The value for `key`, or nullptr.
const PtValue* find(const PtDict& dict, std::string_view key);

}  // namespace gan
