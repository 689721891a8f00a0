#include "gan_train/formats/generator_page.hpp"

#include <bit>
#include <charconv>
#include <span>

#include "gan_train/core/error.hpp"
#include "gan_train/core/file.hpp"
#include "gan_train/core/json.hpp"
#include "gan_train/core/text.hpp"

#include "generator_page_html.hpp"

namespace gan {
namespace {

static_assert(std::endian::native == std::endian::little, "typed arrays are little-endian");

template <typename Numbers>
std::string json_array(const Numbers& numbers) {
  std::vector<std::string> parts;
  for (const auto number : numbers) parts.push_back(std::to_string(number));
  return "[" + join(parts, ",") + "]";
}

std::string json_array(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const auto& text : texts) parts.push_back(json_string(text));
  return "[" + join(parts, ",") + "]";
}

std::string json_value(const GraphAttribute& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* text = std::get_if<std::string>(&value)) return json_string(*text);
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) return json_array(*list);
  return format_double(std::get<float>(value));
}

std::string json_of(const GraphNode& node) {
  std::vector<std::string> attributes;
  for (const auto& [name, value] : node.attributes) {
    attributes.push_back(json_string(name) + ":" + json_value(value));
  }
  return str("{\"op\":", json_string(node.op), ",\"inputs\":", json_array(node.inputs),
             ",\"output\":", json_string(node.output), ",\"attributes\":{", join(attributes, ","),
             "}}");
}

// Whole numbers stand in the JSON; real ones in `weights`, from number `at` on.
std::string json_of(const GraphTensor& tensor, std::vector<float>& weights) {
  std::string json = json_string(tensor.name) + ":{\"shape\":" + json_array(tensor.shape);
  if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&tensor.values)) {
    return json + ",\"data\":" + json_array(*whole) + "}";
  }
  const auto& real = std::get<std::vector<float>>(tensor.values);
  json += str(",\"at\":", weights.size(), "}");
  weights.insert(weights.end(), real.begin(), real.end());
  return json;
}

std::string json_of(const Graph& graph, std::vector<float>& weights) {
  std::vector<std::string> nodes, tensors, metadata, inputs;
  for (const auto& node : graph.nodes) nodes.push_back(json_of(node));
  for (const auto& tensor : graph.tensors) tensors.push_back(json_of(tensor, weights));
  for (const auto& [key, value] : graph.metadata) {
    metadata.push_back(json_string(key) + ":" + json_string(value));
  }
  return str("{\"metadata\":{", join(metadata, ","),
             "},\n\"image\":", json_array(graph.output.shape),
             ",\n\"latents\":", graph.inputs.front().shape.front(), ",\n\"tensors\":{",
             join(tensors, ",\n"), "},\n\"nodes\":[\n", join(nodes, ",\n"), "]}");
}

// A `<` could end the script that the JSON stands in.
std::string without_tags(std::string_view json) {
  std::string out;
  for (const char c : json) c == '<' ? out += "\\u003c" : out += c;
  return out;
}

}  // namespace

std::string generator_page(const Graph& graph) {
  const std::string_view page = kGeneratorPage;
  const auto graph_at = page.find("{{graph}}"), weights_at = page.find("{{weights}}");
  std::vector<float> weights;
  std::string out(page.substr(0, graph_at));
  out += without_tags(json_of(graph, weights));
  out += page.substr(graph_at + 9, weights_at - graph_at - 9);
  const auto bytes = std::as_bytes(std::span(weights));
  append_base64(out, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  out += page.substr(weights_at + 11);
  return out;
}

}  // namespace gan
