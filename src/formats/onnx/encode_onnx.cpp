// The one source that sees protobuf. CMake links it, the definitions of ONNX and protobuf
// into one object in which nothing but encode_onnx can be seen from outside: LibTorch
// exports a protobuf and definitions of its own, of another version.
#include <bit>
#include <onnx.pb.h>

#include "gan_train/core/version.hpp"
#include "gan_train/formats/onnx.hpp"

namespace gan {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

constexpr std::int64_t kIrVersion = 7;  // that of ONNX 1.8, where opset 13 came in

void add_tensor(const GraphTensor& tensor, onnx::GraphProto& graph) {
  auto* out = graph.add_initializer();
  out->set_name(tensor.name);
  for (const std::int64_t size : tensor.shape) out->add_dims(size);
  const auto* floats = std::get_if<std::vector<float>>(&tensor.values);
  out->set_data_type(floats != nullptr ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64);
  std::visit(
      [&](const auto& values) {
        out->set_raw_data(values.data(), values.size() * sizeof values.front());
      },
      tensor.values);
}

void set_attribute(const GraphAttribute& value, onnx::AttributeProto& out) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    out.set_type(onnx::AttributeProto::INT);
    out.set_i(*whole);
  } else if (const auto* real = std::get_if<float>(&value)) {
    out.set_type(onnx::AttributeProto::FLOAT);
    out.set_f(*real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out.set_type(onnx::AttributeProto::STRING);
    out.set_s(*text);
  } else {
    out.set_type(onnx::AttributeProto::INTS);
    for (const auto item : std::get<std::vector<std::int64_t>>(value)) out.add_ints(item);
  }
}

void add_node(const GraphNode& node, onnx::GraphProto& graph) {
  auto* out = graph.add_node();
  out->set_op_type(node.op);
  out->set_name(node.output);
  for (const auto& input : node.inputs) out->add_input(input);
  out->add_output(node.output);
  for (const auto& [name, value] : node.attributes) {
    auto* attribute = out->add_attribute();
    attribute->set_name(name);
    set_attribute(value, *attribute);
  }
}

void set_port(const GraphPort& port, onnx::ValueInfoProto& out) {
  out.set_name(port.name);
  auto* type = out.mutable_type()->mutable_tensor_type();
  type->set_elem_type(port.whole ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_param("N");
  for (const auto size : port.shape) type->mutable_shape()->add_dim()->set_dim_value(size);
}

}  // namespace

std::string encode_onnx(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.add_opset_import()->set_version(kOnnxOpset);
  model.set_producer_name("gan-train");
  model.set_producer_version(kVersion);
  for (const auto& [key, value] : graph.metadata) {
    auto* entry = model.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  auto* out = model.mutable_graph();
  out->set_name("generator");
  for (const auto& input : graph.inputs) set_port(input, *out->add_input());
  set_port(graph.output, *out->add_output());
  for (const auto& node : graph.nodes) add_node(node, *out);
  for (const auto& tensor : graph.tensors) add_tensor(tensor, *out);
  return model.SerializeAsString();
}

}  // namespace gan
