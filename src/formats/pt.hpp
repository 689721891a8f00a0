#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/file.hpp"

namespace gan {

/// A PyTorch `.pt` file as plain data: a stored (uncompressed) zip archive
/// holding a pickle, `data.pkl`, and a raw record a tensor. Only what dicts,
/// lists, numbers, strings and dense tensors need is written or accepted;
/// nothing in a file can name code to run. Files of PyTorch before 1.6, which
/// are no archives, are read too. See docs/formats.md.

enum class PtType : std::uint8_t { kUint8, kInt64, kFloat32, kFloat64, kBfloat16, kFloat16 };

std::size_t size_of(PtType type);  ///< bytes an element

/// A dense tensor, little-endian. `bytes` goes from its first element to its last and is not owned:
/// it points to the caller's memory when written, into the parsed file when read.
struct PtTensor {
  PtType type = PtType::kFloat32;
  std::vector<std::int64_t> shape;
  ByteView bytes;
  std::vector<std::int64_t> strides = {};  ///< in elements; empty: C-contiguous
};

/// Anything else in a file, in words: "an object of numpy.ndarray".
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

/// Not a std::pair, which can't hold a type that is still incomplete.
struct PtEntry {
  std::string first;  ///< the key
  PtValue second;
};

/// The bytes of a .pt file, which Python's `torch.load(f, weights_only=True)`
/// reads as a dict. `folder` is the archive's top folder, as torch.save names it
/// after the file. The zip comment holds a CRC-32 of all before it.
Bytes encode_pt(const PtDict& root, std::string_view folder = "archive");

/// Parses such a file strictly; the tensors point into `bytes`, which must
/// outlive the result. Also takes what torch.save writes: tuples become lists, a list as the whole
/// becomes a dict with numbers as keys, and other objects become a PtOther. Any byte out of place
/// is an Error naming `name`, the offset or record, what was found and what was expected.
PtDict parse_pt(ByteView bytes, std::string_view name);

/// The value under `key`, or nullptr.
const PtValue* find(const PtDict& dict, std::string_view key);

}  // namespace gan
