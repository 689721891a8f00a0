#include "formats/pt_tensor.hpp"

#include <algorithm>

namespace gan {

const PtTypeRow& pt_type_row(PtType type) {
  return *std::find_if(kPtTypes.begin(), kPtTypes.end(),
                       [&](const PtTypeRow& row) { return row.type == type; });
}

std::optional<std::size_t> storage_element_size(std::string_view storage) {
  struct Other {
    std::string_view name;
    std::size_t size;
  };
  static constexpr std::array<Other, 6> kOthers = {{{"BoolStorage", 1},
                                                    {"CharStorage", 1},
                                                    {"ShortStorage", 2},
                                                    {"IntStorage", 4},
                                                    {"ComplexFloatStorage", 8},
                                                    {"ComplexDoubleStorage", 16}}};
  for (const auto& row : kPtTypes) {
    if (row.storage == storage) return row.size;
  }
  for (const auto& row : kOthers) {
    if (row.name == storage) return row.size;
  }
  return std::nullopt;
}

std::size_t size_of(PtType type) { return pt_type_row(type).size; }

std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape) {
  if (shape.size() > kPtMaxDims) return std::nullopt;
  // Zeros are left out, so that the answer does not depend on the order of the sizes, and the
  // strides of an empty tensor can't overflow.
  std::int64_t product = 1;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    empty |= size == 0;
    if (__builtin_mul_overflow(product, std::max<std::int64_t>(size, 1), &product)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : product;
}

std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

bool is_contiguous(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides) {
  if (element_count(shape) == 0) return true;
  const auto expected = contiguous_strides(shape);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] > 1 && strides[i] != expected[i]) return false;
  }
  return true;
}

std::optional<std::int64_t> element_extent(const PtTensor& tensor) {
  const auto count = element_count(tensor.shape);
  if (tensor.strides.empty() || count == 0) return count;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::int64_t steps = 0;
    if (__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &steps) ||
        __builtin_add_overflow(last, steps, &last)) {
      return std::nullopt;
    }
  }
  return last == INT64_MAX ? std::nullopt : std::optional(last + 1);
}

}  // namespace gan
