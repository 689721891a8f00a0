#pragma once

#include <cstdint>
#include <string>

#include "formats/graph.hpp"

namespace gan {

/// Version of ONNX's operator set (opset) that graphs use.
inline constexpr std::int64_t kOnnxOpset = 15;

/// Maximum file size that protobuf readers accept.
inline constexpr std::uint64_t kMaxOnnxBytes = std::uint64_t{2} << 30;

/// The bytes of an ONNX file with a free batch dimension N. The graph's constants must take well
/// below kMaxOnnxBytes.
std::string encode_onnx(const Graph& graph);

}  // namespace gan
