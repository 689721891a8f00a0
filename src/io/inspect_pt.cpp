#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/facts.hpp"
#include "formats/pt_tensor.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/models/networks.hpp"
#include "io/checkpoint_values.hpp"
#include "io/generator_metadata.hpp"
#include "io/inspect.hpp"
#include "io/memory_limit.hpp"

namespace gan {
namespace {

const char* type_word(PtType type) {
  switch (type) {
    case PtType::kUint8:
      return "uint8";
    case PtType::kInt64:
      return "int64";
    case PtType::kFloat32:
      return "float32";
    case PtType::kFloat64:
      return "float64";
    case PtType::kFloat16:
      return "float16";
    case PtType::kBfloat16:
      break;
  }
  return "bfloat16";
}

Json object_of(const PtDict& dict);

// Shows a tensor by type and shape, anything else by value.
struct ValueReader {
  Json operator()(std::monostate) const { return {}; }
  Json operator()(const PtTensor& tensor) const {
    return {{"type", type_word(tensor.type)}, {"shape", tensor.shape}};
  }
  Json operator()(const PtList& list) const {
    Json items = Json::array();
    for (const auto& item : list) items.push_back(std::visit(*this, item.value));
    return items;
  }
  Json operator()(const PtDict& dict) const { return object_of(dict); }
  Json operator()(const PtOther& other) const { return other.what; }
  Json operator()(const auto& plain) const { return plain; }
};

// Adam stores two numbers per parameter, with the parameters' names and shapes.
Json moments_of(const PtDict& dict) {
  std::int64_t values = 0;
  for (const auto& [name, value] : dict) {
    const auto* tensor = std::get_if<PtTensor>(&value.value);
    if (tensor != nullptr) values += element_count(tensor->shape).value_or(0);
  }
  return {{"tensors", dict.size()}, {"values", values}};
}

Json object_of(const PtDict& dict) {
  Json::object_t object;  // a vector, since no lookup by key is needed
  for (const auto& [key, value] : dict) {
    const auto* inner = std::get_if<PtDict>(&value.value);
    const bool moments = inner != nullptr && key.starts_with("exp_avg");
    object.emplace_back(key, moments ? moments_of(*inner) : std::visit(ValueReader(), value.value));
  }
  return object;
}

// Skips the discriminator if the file has no weights for it and its config makes it so large that
// it may be bogus.
Json parameters_of(const PtDict& root, const Config& config, const std::string& name) {
  const ImageShape shape = read_shape(root, name);
  const std::int64_t classes = read_classes(root, name).count;
  Json counts = Json::object();
  build_within(root, name, [&] {
    const auto generator = make_generator(config.model, shape, classes);
    counts["generator"] = count_parameters(*generator);
  });
  try {
    build_within(root, name, [&] {
      const auto networks = make_networks(config.model, shape, 0, classes);
      counts["discriminator"] = count_parameters(*networks.discriminator);
    });
  } catch (const Error&) {
    if (find(root, "discriminator") != nullptr) throw;
  }
  return counts;
}

}  // namespace

Json inspect_pt(ByteView bytes, const std::string& name) {
  const PtDict root = parse_pt(bytes, name);
  if (!is_gan_train(root)) {
    return {{"kind", "PyTorch file"}, {"holds", object_of(root)}};
  }
  const Config config = read_config(root, name);
  const bool state = get<std::string>(root, "kind", name) == "state";
  Json facts = {{"kind", state ? "checkpoint: a whole state" : "checkpoint: a generator"}};
  const Json held = object_of(root);
  for (const auto& [key, value] : held.items()) {
    if (key == "config") {
      facts["parameters"] = parameters_of(root, config, name);
      facts["config"] = differences_from_defaults(config);
    } else if (key != "format" && key != "version" && key != "kind") {
      facts[key] = value;
    }
  }
  return facts;
}

Json inspect_safetensors(ByteView bytes, const std::string& name) {
  const SafeTensors content = parse_safetensors(bytes, name);
  const bool ours = is_gan_train(content.metadata);
  Json::object_t metadata;
  for (const auto& [key, text] : content.metadata) {
    const bool is_config = ours && key == "config";
    metadata.emplace_back(
        key, is_config ? differences_from_defaults(config_from_metadata(content.metadata, name))
                       : Json(text));
  }
  return {{"kind", "safetensors"},
          {"metadata", std::move(metadata)},
          {"tensors", object_of(content.tensors)}};
}

}  // namespace gan
