#include "formats/generator_page.hpp"

#include <bit>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "generator_page_html.hpp"

namespace gan {
namespace {

static_assert(std::endian::native == std::endian::little, "typed arrays are little-endian");

Json json_of(const GraphNode& node) {
  Json attributes = Json::object();
  for (const auto& [name, value] : node.attributes) {
    attributes[name] = std::visit([](const auto& held) -> Json { return held; }, value);
  }
  return {{"op", node.op},
          {"inputs", node.inputs},
          {"output", node.output},
          {"attributes", std::move(attributes)}};
}

// Integers go into the JSON; floats into `weights`, where `at` is the index of the first.
Json json_of(const GraphTensor& tensor, std::vector<float>& weights) {
  if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&tensor.values)) {
    return {{"shape", tensor.shape}, {"data", *whole}};
  }
  const auto& real = std::get<std::vector<float>>(tensor.values);
  const auto at = weights.size();
  weights.insert(weights.end(), real.begin(), real.end());
  return {{"shape", tensor.shape}, {"at", at}};
}

Json json_of(const Graph& graph, std::vector<float>& weights) {
  Json nodes = Json::array(), tensors = Json::object(), metadata = Json::object();
  for (const auto& node : graph.nodes) nodes.push_back(json_of(node));
  for (const auto& tensor : graph.tensors) tensors[tensor.name] = json_of(tensor, weights);
  for (const auto& [key, value] : graph.metadata) metadata[key] = value;
  return {{"metadata", std::move(metadata)},
          {"image", graph.output.shape},
          {"latents", graph.inputs.front().shape.front()},
          {"tensors", std::move(tensors)},
          {"nodes", std::move(nodes)}};
}

}  // namespace

std::string generator_page(const Graph& graph) {
  const std::string_view page = kGeneratorPage;
  const auto graph_at = page.find("{{graph}}"), weights_at = page.find("{{weights}}");
  std::vector<float> weights;
  std::string out(page.substr(0, graph_at));
  out += to_json_in_html(json_of(graph, weights));
  out += page.substr(graph_at + 9, weights_at - graph_at - 9);
  const auto bytes = std::as_bytes(std::span(weights));
  append_base64(out, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  out += page.substr(weights_at + 11);
  return out;
}

}  // namespace gan
