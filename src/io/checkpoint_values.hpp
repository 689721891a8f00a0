#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "formats/pt.hpp"
#include "gan_train/config/config.hpp"
#include "gan_train/core/classes.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/shape.hpp"

namespace gan {

// What a checkpoint holds beside tensors: plain values by name, read with clear
// words where something isn't there. `name` is what messages call the file.

/// Whether a .pt file is a checkpoint of ours. A "config" alone does not make it one.
bool is_gan_train(const PtDict& root);

/// The value of `key`; Error where there is none of that type.
template <typename Type>
const Type& get(const PtDict& dict, std::string_view key, const std::string& name) {
  const PtValue* value = find(dict, key);
  const Type* typed = value == nullptr ? nullptr : std::get_if<Type>(&value->value);
  if (typed == nullptr) {
    throw run_error(name, ": has no usable '", key, "'; not a gan-train checkpoint, or damaged");
  }
  return *typed;
}

/// A number of steps, epochs or times: an Error where it is below 0 or above `most`.
std::int64_t get_count(const PtDict& dict, std::string_view key, const std::string& name,
                       std::int64_t most = INT64_MAX);

/// A plain value as a config file would spell it, lists joined by `joint`.
std::string text_of(const PtValue& value, const std::string& joint);

/// Adds the classes to a dict: their number and, where there is more to say, their names and the
/// labels that have images.
void pack_classes(const Classes& classes, PtDict& root);

/// The config as a dict of its sections.
PtDict pack_config(Config config);

/// Uses the config that a file brings. Where it is refused as a wrong config, the file is at
/// fault and not the call: a run_error of the same words behind `place`.
void use_own_config(const std::string& place, const std::function<void()>& use);

/// What a checkpoint says of its network: the config, the shape of its images and the classes that
/// it is told.
Config unpack_config(const PtDict& root, const std::string& name);
ImageShape unpack_shape(const PtDict& root, const std::string& name);
Classes unpack_classes(const PtDict& root, const std::string& name);
/// Themselves: Error where names or labels don't go with their number.
Classes checked(Classes classes, const std::string& name);

}  // namespace gan
