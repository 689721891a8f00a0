#pragma once

#include <cstdint>
#include <string>

#include "formats/graph.hpp"

namespace gan {

/// The version of ONNX's operators that graphs use.
inline constexpr std::int64_t kOnnxOpset = 15;

/// The most that readers of protobuf take in one file.
inline constexpr std::uint64_t kOnnxMostBytes = std::uint64_t{2} << 30;

/// The bytes of an ONNX file with a free batch dimension N; the graph's numbers must take
/// well below kOnnxMostBytes.
std::string encode_onnx(const Graph& graph);

}  // namespace gan
