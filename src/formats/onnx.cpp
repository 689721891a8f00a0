#include "formats/onnx.hpp"

#include <bit>
#include <protozero/pbf_builder.hpp>

#include "core/version.hpp"

namespace gan {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// Numbers of the fields that we write, per message, and of their values, as defined in ONNX's
// onnx/onnx.proto. Fields are written in ascending order.
using Tag = protozero::pbf_tag_type;
enum class ModelProto : Tag {
  kIrVersion = 1,
  kProducerName = 2,
  kProducerVersion = 3,
  kGraph = 7,
  kOpsetImport = 8,
  kMetadataProps = 14
};
enum class OperatorSetIdProto : Tag { kVersion = 2 };
enum class StringStringEntryProto : Tag { kKey = 1, kValue = 2 };
enum class GraphProto : Tag { kNode = 1, kName = 2, kInitializer = 5, kInput = 11, kOutput = 12 };
enum class NodeProto : Tag { kInput = 1, kOutput = 2, kName = 3, kOpType = 4, kAttribute = 5 };
enum class AttributeProto : Tag { kName = 1, kF = 2, kI = 3, kS = 4, kInts = 8, kType = 20 };
enum class TensorProto : Tag { kDims = 1, kDataType = 2, kName = 8, kRawData = 9 };
enum class ValueInfoProto : Tag { kName = 1, kType = 2 };
enum class TypeProto : Tag { kTensorType = 1 };
enum class TypeProtoTensor : Tag { kElemType = 1, kShape = 2 };
enum class TensorShapeProto : Tag { kDim = 1 };
enum class TensorShapeProtoDimension : Tag { kDimValue = 1, kDimParam = 2 };

enum AttributeType : std::int32_t { kFloat = 1, kInt = 2, kString = 3, kInts = 7 };
enum DataType : std::int32_t { kFloat32 = 1, kInt64 = 7 };

template <typename Message>
using Builder = protozero::pbf_builder<Message>;

void add_tensor(const GraphTensor& tensor, Builder<GraphProto>& graph) {
  Builder<TensorProto> out(graph, GraphProto::kInitializer);
  for (const std::int64_t size : tensor.shape) out.add_int64(TensorProto::kDims, size);
  const bool is_float = std::holds_alternative<std::vector<float>>(tensor.values);
  out.add_int32(TensorProto::kDataType, is_float ? kFloat32 : kInt64);
  out.add_string(TensorProto::kName, tensor.name);
  std::visit(
      [&](const auto& values) {
        out.add_bytes(TensorProto::kRawData, reinterpret_cast<const char*>(values.data()),
                      values.size() * sizeof values.front());
      },
      tensor.values);
}

void add_attribute(const std::string& name, const GraphAttribute& value, Builder<NodeProto>& node) {
  Builder<AttributeProto> out(node, NodeProto::kAttribute);
  out.add_string(AttributeProto::kName, name);
  AttributeType type = kInts;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    type = kInt;
    out.add_int64(AttributeProto::kI, *whole);
  } else if (const auto* real = std::get_if<float>(&value)) {
    type = kFloat;
    out.add_float(AttributeProto::kF, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    type = kString;
    out.add_bytes(AttributeProto::kS, *text);
  } else {
    for (const auto item : std::get<std::vector<std::int64_t>>(value)) {
      out.add_int64(AttributeProto::kInts, item);
    }
  }
  out.add_int32(AttributeProto::kType, type);
}

void add_node(const GraphNode& node, Builder<GraphProto>& graph) {
  Builder<NodeProto> out(graph, GraphProto::kNode);
  for (const auto& input : node.inputs) out.add_string(NodeProto::kInput, input);
  out.add_string(NodeProto::kOutput, node.output);
  out.add_string(NodeProto::kName, node.output);
  out.add_string(NodeProto::kOpType, node.op);
  for (const auto& [name, value] : node.attributes) add_attribute(name, value, out);
}

void add_port(const GraphPort& port, Builder<GraphProto>& graph, GraphProto field) {
  Builder<ValueInfoProto> out(graph, field);
  out.add_string(ValueInfoProto::kName, port.name);
  Builder<TypeProto> type(out, ValueInfoProto::kType);
  Builder<TypeProtoTensor> tensor(type, TypeProto::kTensorType);
  tensor.add_int32(TypeProtoTensor::kElemType, port.is_integer ? kInt64 : kFloat32);
  Builder<TensorShapeProto> shape(tensor, TypeProtoTensor::kShape);
  Builder<TensorShapeProtoDimension>(shape, TensorShapeProto::kDim)
      .add_string(TensorShapeProtoDimension::kDimParam, "N");
  for (const auto size : port.shape) {
    Builder<TensorShapeProtoDimension>(shape, TensorShapeProto::kDim)
        .add_int64(TensorShapeProtoDimension::kDimValue, size);
  }
}

void add_graph(const Graph& graph, Builder<ModelProto>& model) {
  Builder<GraphProto> out(model, ModelProto::kGraph);
  for (const auto& node : graph.nodes) add_node(node, out);
  out.add_string(GraphProto::kName, "generator");
  for (const auto& tensor : graph.tensors) add_tensor(tensor, out);
  for (const auto& input : graph.inputs) add_port(input, out, GraphProto::kInput);
  add_port(graph.output, out, GraphProto::kOutput);
}

}  // namespace

std::string encode_onnx(const Graph& graph) {
  std::string file;
  Builder<ModelProto> model(file);
  model.add_int64(ModelProto::kIrVersion, 8);  // that of ONNX 1.10, which introduced opset 15
  model.add_string(ModelProto::kProducerName, "gan-train");
  model.add_string(ModelProto::kProducerVersion, kVersion);
  add_graph(graph, model);
  Builder<OperatorSetIdProto>(model, ModelProto::kOpsetImport)
      .add_int64(OperatorSetIdProto::kVersion, kOnnxOpset);
  for (const auto& [key, value] : graph.metadata) {
    Builder<StringStringEntryProto> entry(model, ModelProto::kMetadataProps);
    entry.add_string(StringStringEntryProto::kKey, key);
    entry.add_string(StringStringEntryProto::kValue, value);
  }
  return file;
}

}  // namespace gan
