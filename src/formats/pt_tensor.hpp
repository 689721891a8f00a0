#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/pt.hpp"

namespace gan {

/// One row a type of tensor: how pickles name its storage.
struct PtTypeRow {
  PtType type;
  std::string_view storage;  ///< a name in Python's module `torch`
  std::size_t size;
};

inline constexpr std::array<PtTypeRow, 6> kPtTypes = {{
    {PtType::kUint8, "ByteStorage", 1},
    {PtType::kInt64, "LongStorage", 8},
    {PtType::kFloat32, "FloatStorage", 4},
    {PtType::kFloat64, "DoubleStorage", 8},
    {PtType::kBfloat16, "BFloat16Storage", 2},
    {PtType::kFloat16, "HalfStorage", 2},
}};

const PtTypeRow& pt_type_row(PtType type);

/// Bytes per element of a storage that pickles name so, read or not; none where it is unknown.
std::optional<std::size_t> storage_element_size(std::string_view storage);

inline constexpr std::size_t kPtMaxDims = 8;

/// The number of elements of a shape; nothing where it has too many or negative
/// sizes, or where a product of some of them (zeros left out) passes 2^63 - 1.
std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape);

/// Whether the strides, one per size, are C-contiguous, but for sizes of 1 or empty tensors.
bool is_contiguous(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides);

/// The number of elements from a tensor's first to its last; none if above 2^63 - 1.
std::optional<std::int64_t> element_extent(const PtTensor& tensor);

/// The strides, in elements, of a C-contiguous tensor of a shape that has an
/// element_count.
std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape);

}  // namespace gan
