#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/pt_helpers.hpp"

namespace gan {

inline std::string number(std::int64_t value) {
  std::string out = "\x8a\x08";
  put_le(out, static_cast<std::uint64_t>(value));
  return out;
}

inline std::string text(std::string_view value) {
  std::string out = "X";
  put_le(out, static_cast<std::uint32_t>(value.size()));
  return out += value;
}

inline std::string repeat(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

inline std::string tuple(const std::vector<std::int64_t>& sizes) {
  std::string out = "(";
  for (const auto size : sizes) out += number(size);
  return out + "t";
}

/// A dict {"t": tensor} as torch.save writes it; each part can be replaced by an invalid one.
struct TensorPickle {
  std::string storage = "ctorch\nFloatStorage\n";
  std::string key = text("0");
  std::string place = text("cpu");
  std::string count = number(6);
  std::string offset = number(0);
  std::string shape = tuple({2, 3});
  std::string strides = tuple({3, 1});
  std::string grad = "\x89";
  std::string hooks = "ccollections\nOrderedDict\n)R";
  std::string more = {};

  std::string tensor() const {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + storage + key + place +
           count + "tQ" + offset + shape + strides + grad + hooks + more + "tR";
  }
  std::string complaint() const { return complaint_of("}" + text("t") + tensor() + "s"); }
  static std::string complaint_of(std::string_view body) {
    return gan::complaint(
        archive_of("\x80\x02" + std::string(body) + ".", {{"a/data/0", Bytes(24)}}));
  }
};

/// The error for a pickle with this body.
inline std::string pickle_complaint(std::string_view body) {
  return complaint(archive_of("\x80\x02" + std::string(body) + "."));
}

}  // namespace gan
