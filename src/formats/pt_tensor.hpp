#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/pt.hpp"

namespace gan {

/// One row per tensor type, with the name of its storage in pickles.
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

/// Bytes per element of a storage type in a pickle, supported or not; nothing if unknown.
std::optional<std::size_t> storage_element_size(std::string_view storage);

inline constexpr std::size_t kPtMaxDims = 8;

/// The number of elements of a shape. Nothing if it has too many or negative sizes, or if a product
/// of some of them (ignoring zeros) exceeds 2^63 - 1.
std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape);

/// Whether the strides, one per size, are C-contiguous; sizes of 1 and empty tensors may have any.
bool is_contiguous(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides);

/// The number of elements from a tensor's first to its last; nothing if above 2^63 - 1.
std::optional<std::int64_t> element_extent(const PtTensor& tensor);

/// The strides, in elements, of a C-contiguous tensor. The shape must have an element_count.
std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape);

}  // namespace gan
