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

// Plain values of a checkpoint by name, with clear errors if one is missing. `name` is what
// messages call the file.

/// Whether a .pt file is one of our checkpoints. A "config" alone is not enough.
bool is_gan_train(const PtDict& root);

/// The value of `key`; throws an Error if there is none of that type.
template <typename Type>
const Type& get(const PtDict& dict, std::string_view key, const std::string& name) {
  const PtValue* value = find(dict, key);
  const Type* typed = value == nullptr ? nullptr : std::get_if<Type>(&value->value);
  if (typed == nullptr) {
    throw run_error(name, ": has no usable '", key, "'; not a gan-train checkpoint, or damaged");
  }
  return *typed;
}

/// A number of steps, epochs or the like; throws an Error if it is below 0 or above `max`.
std::int64_t get_count(const PtDict& dict, std::string_view key, const std::string& name,
                       std::int64_t max = INT64_MAX);

/// A plain value as a config file would spell it, with lists joined by `separator`.
std::string text_of(const PtValue& value, const std::string& separator);

/// Adds the classes to a dict: their number and, if not the default, their names and the labels
/// that have images.
void add_classes(const Classes& classes, PtDict& root);

/// The config as a dict of its sections.
PtDict config_dict(Config config);

/// Calls `use`, which uses a file's config. If it is refused as a usage error, the file is at fault
/// and not the call: throws a run_error with the same text after `place`.
void use_own_config(const std::string& place, const std::function<void()>& use);

/// The checkpoint's description of its network: config, image shape and classes.
Config read_config(const PtDict& root, const std::string& name);
ImageShape read_shape(const PtDict& root, const std::string& name);
Classes read_classes(const PtDict& root, const std::string& name);
/// Returns `classes`; throws an Error if names or labels don't match their number.
Classes checked(Classes classes, const std::string& name);

}  // namespace gan
