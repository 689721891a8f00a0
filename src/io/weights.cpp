#include "io/weights.hpp"

#include <algorithm>

#include "formats/safetensors.hpp"
#include "gan_train/core/error.hpp"
#include "io/generator_metadata.hpp"
#include "io/tensors.hpp"

namespace gan {
namespace {

// The tensors of a file, by name or, in a dict a network, by network.
struct ForeignWeights {
  explicit ForeignWeights(const std::filesystem::path& path)
      : name(path.string()), bytes(read_file(path)) {
    if (!is_safetensors(bytes)) {
      root = parse_pt(bytes, name);
      has_config = find(root, "config") != nullptr;
      return;
    }
    auto content = parse_safetensors(bytes, name);
    root = std::move(content.tensors);
    has_config = std::ranges::any_of(content.metadata,
                                     [](const auto& entry) { return entry.first == "config"; });
  }

  const PtDict* network(const char* key) const {
    const auto* value = find(root, key);
    return value == nullptr ? nullptr : std::get_if<PtDict>(&value->value);
  }

  const PtDict& generator() const {
    const auto* found = network("generator");
    return found == nullptr ? root : *found;
  }

  std::string name;
  Bytes bytes;  // what root's tensors point into
  PtDict root;
  bool has_config = false;
};

}  // namespace

LoadedGenerator load_generator(const std::filesystem::path& path, const Config& config,
                               const ImageShape& shape, std::int64_t class_count) {
  const ForeignWeights weights(path);
  if (weights.has_config) {
    throw usage_error(weights.name, ": brings its own config; leave out option config");
  }
  LoadedGenerator loaded{.config = config, .shape = shape, .class_count = class_count};
  build_generator(loaded, weights.generator(), weights.name);
  return loaded;
}

bool init_from(const std::filesystem::path& path, Trainer& trainer) {
  const ForeignWeights weights(path);
  const auto& generator = weights.generator();
  unpack(generator, *trainer.networks.generator, weights.name + ": generator");
  if (trainer.ema) unpack(generator, *trainer.ema, weights.name + ": generator");
  const auto* discriminator = weights.network("discriminator");
  if (discriminator == nullptr) return false;
  unpack(*discriminator, *trainer.networks.discriminator, weights.name + ": discriminator");
  return true;
}

}  // namespace gan
