#include "io/generator_metadata.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/json.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "io/checkpoint_values.hpp"
#include "io/memory_limit.hpp"
#include "models/conditioning.hpp"
#include "models/tensors.hpp"

namespace gan {
namespace {

const std::string& metadata_text(const Metadata& metadata, std::string_view key,
                                 const std::string& name) {
  const auto found = std::ranges::find(metadata, key, &Metadata::value_type::first);
  if (found != metadata.end()) return found->second;
  throw run_error(name, ": a safetensors file of gan-train without its ", key);
}

std::int64_t metadata_count(const Metadata& metadata, std::string_view key,
                            const std::string& name) {
  const auto count = parse_int(metadata_text(metadata, key, name));
  if (count && *count >= 0) return *count;
  throw run_error(name, ": its ", key, " is not a whole number");
}

// A list stored as JSON; empty if there is none.
template <typename Type>
std::vector<Type> metadata_list(const Metadata& metadata, std::string_view key,
                                const std::string& name) {
  const auto found = std::ranges::find(metadata, key, &Metadata::value_type::first);
  if (found == metadata.end()) return {};
  try {
    return Json::parse(found->second).get<std::vector<Type>>();
  } catch (const Json::exception&) {
    throw run_error(name, ": its ", key, " are not a list; damaged or forged");
  }
}

}  // namespace

bool is_gan_train(const Metadata& metadata) {
  return std::ranges::count(metadata, "gan_train", &Metadata::value_type::first) > 0;
}

Metadata generator_metadata(const LoadedGenerator& loaded) {
  const Config& config = loaded.config;
  Metadata metadata = {{"gan_train", kVersion},
                       {"epoch", std::to_string(loaded.epoch)},
                       {"step", std::to_string(loaded.step)},
                       {"latent_dim", std::to_string(config.model.latent_dim)},
                       {"latent", std::string(name_of(config.model.latent))},
                       {"image_shape", to_string(loaded.shape)},
                       {"range", std::string(name_of(config.data.range))},
                       {"classes", std::to_string(loaded.classes.count)},
                       {"dark_on_light", config.output.dark_on_light ? "true" : "false"},
                       {"config", to_yaml(config)}};
  // Lists are stored as JSON.
  const auto add = [&](const char* key, const auto& list) {
    if (!list.empty()) metadata.emplace_back(key, to_json_line(list));
  };
  add("class_names", loaded.classes.names);
  add("class_images", loaded.classes.images);
  return metadata;
}

Config config_from_metadata(const Metadata& metadata, const std::string& name) {
  Config config;
  const auto settings = parse_yaml(metadata_text(metadata, "config", name), name + ": its config");
  use_own_config(
      "", [&] { apply_settings(option_table(config), settings.settings, settings.mistakes); });
  return config;
}

void build_generator(LoadedGenerator& loaded, const PtDict& weights, const std::string& where) {
  build_within(weights, where, [&] {
    loaded.generator = make_generator(loaded.config.model, loaded.shape, loaded.classes.count);
  });
  copy_into(weights, *loaded.generator, where);
  loaded.generator->eval();
}

LoadedGenerator load_safetensors(ByteView bytes, const std::string& name) {
  const auto content = parse_safetensors(bytes, name);
  const Metadata& metadata = content.metadata;
  if (!is_gan_train(metadata)) {
    throw run_error(name, ": is a safetensors file, but not of gan-export; gan-sample, gan-eval ",
                    "and gan-export take it with option config");
  }
  LoadedGenerator loaded;
  loaded.config = config_from_metadata(metadata, name);
  const auto shape = parse_shape(metadata_text(metadata, "image_shape", name));
  if (!shape) throw run_error(name, ": its image_shape is not three sizes such as 1x28x28");
  loaded.shape = *shape;
  loaded.classes = checked({metadata_count(metadata, "classes", name),
                            metadata_list<std::string>(metadata, "class_names", name),
                            metadata_list<std::int64_t>(metadata, "class_images", name)},
                           name);
  loaded.epoch = metadata_count(metadata, "epoch", name);
  loaded.step = metadata_count(metadata, "step", name);
  use_own_config(name + ": its config: ", [&] { build_generator(loaded, content.tensors, name); });
  return loaded;
}

}  // namespace gan
