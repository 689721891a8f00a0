#include "io/inspect.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "config/facts.hpp"
#include "formats/gzip.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;
using std::literals::operator""sv;

// Prevents a huge file from filling the memory.
constexpr std::uint64_t kMaxInspected = std::uint64_t{16} << 30;

// Minimum, maximum and mean of values at any alignment.
template <typename Value>
void add_range(Json& facts, ByteView bytes) {
  const std::size_t count = bytes.size() / sizeof(Value);
  if (count == 0) return;
  double sum = 0, min = INFINITY, max = -INFINITY;
  std::int64_t odd = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Value held{};
    std::memcpy(&held, bytes.data() + i * sizeof(Value), sizeof(Value));
    const auto value = static_cast<double>(held);
    if (!std::isfinite(value)) {
      ++odd;
      continue;
    }
    sum += value;
    min = std::min(min, value);
    max = std::max(max, value);
  }
  facts["min"] = min;
  facts["max"] = max;
  facts["mean"] = sum / static_cast<double>(static_cast<std::int64_t>(count) - odd);
  if (odd > 0) facts["not_finite"] = odd;
}

Json inspect_idx(ByteView bytes, const std::string& name) {
  const bool gzipped = is_gzip(bytes);
  Bytes decompressed;
  if (gzipped) decompressed = gunzip(bytes, kMaxInspected, name);
  const IdxArray array = parse_idx(gzipped ? ByteView(decompressed) : bytes, name);
  Json facts = {{"kind", gzipped ? "IDX, gzip" : "IDX"}, {"type", "uint8"}, {"shape", array.dims}};
  add_range<std::uint8_t>(facts, array.values);
  if (array.dims.size() == 1 && !array.values.empty()) {
    // One number per item: labels.
    std::vector<std::int64_t> counts(
        std::size_t{*std::max_element(array.values.begin(), array.values.end())} + 1);
    for (const auto label : array.values) ++counts[label];
    facts["items_by_label"] = counts;
  }
  return facts;
}

Json inspect_npy(ByteView bytes, const std::string& name) {
  const NpyArray array = parse_npy(bytes, name);
  Json facts = {{"kind", "NumPy"}, {"type", ""}, {"shape", array.shape}};
  const auto add = [&]<typename Value>(const char* type, Value) {
    facts["type"] = type;
    add_range<Value>(facts, array.values);
  };
  if (array.dtype == "|u1") {
    add("uint8", std::uint8_t{});
  } else if (array.dtype == "<i8") {
    add("int64", std::int64_t{});
  } else if (array.dtype == "<f4") {
    add("float32", float{});
  } else {
    add("float64", double{});
  }
  return facts;
}

Json inspect_bytes(ByteView bytes, const std::string& name) {
  const auto text = as_text(bytes);
  if (text.starts_with("PK")) return inspect_pt(bytes, name);
  if (text.starts_with("\x93NUMPY")) return inspect_npy(bytes, name);
  if (is_gzip(bytes) || text.starts_with("\0\0\x08"sv)) return inspect_idx(bytes, name);
  if (is_safetensors(bytes)) return inspect_safetensors(bytes, name);
  throw usage_error(
      name,
      ": is not a PyTorch or safetensors file, IDX or .npy data, a config or the folder of a run");
}

}  // namespace

Json inspect_file(const fs::path& path) {
  if (is_config_name(path)) {
    return {{"kind", "config"}, {"config", differences_from_defaults(load_config(path))}};
  }
  return inspect_bytes(read_file(path, kMaxInspected), path.string());
}

}  // namespace gan
