#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gan {

/// A network as plain data, for export to other programs: ONNX operators in execution order, and
/// their tensors.

/// A constant of the network; `shape` is empty for a scalar.
struct GraphTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;
};

using GraphAttribute = std::variant<std::int64_t, float, std::vector<std::int64_t>, std::string>;

/// An operator with its ONNX name; `inputs` and `output` are names of values.
struct GraphNode {
  std::string op;
  std::vector<std::string> inputs;
  std::string output;
  std::vector<std::pair<std::string, GraphAttribute>> attributes;
};

/// An input or output: [n, shape...], float32 or, if `is_integer`, int64.
struct GraphPort {
  std::string name;
  std::vector<std::int64_t> shape;
  bool is_integer = false;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

struct Graph {
  std::vector<GraphPort> inputs;
  GraphPort output;
  std::vector<GraphNode> nodes;
  std::vector<GraphTensor> tensors;
  Metadata metadata;
};

}  // namespace gan
