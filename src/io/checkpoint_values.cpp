#include "io/checkpoint_values.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/data/dataset.hpp"
#include "models/conditioning.hpp"

namespace gan {

static PtValue config_value(const Option& option) {
  return visit_value(option, [](const auto& value) -> PtValue {
    using Type = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Type, Widths>) {
      PtList list;
      for (const std::int64_t width : value) list.push_back({width});
      return {list};
    } else if constexpr (std::is_same_v<Type, LabelRange>) {
      return {PtList{{value.lo}, {value.hi}}};
    } else if constexpr (std::is_same_v<Type, ImageSize>) {
      PtValue size;
      if (value.width == value.height) {
        size.value = value.width;
      } else {
        size.value = str(value.width, "x", value.height);
      }
      return size;
    } else {
      return {value};
    }
  });
}

bool is_gan_train(const PtDict& root) {
  const auto* format = find(root, "format");
  return format != nullptr && text_of(*format, "") == "gan-train";
}

std::int64_t get_count(const PtDict& dict, std::string_view key, const std::string& name,
                       std::int64_t max) {
  const auto count = get<std::int64_t>(dict, key, name);
  if (count >= 0 && count <= max) return count;
  throw run_error(name, ": its ", key, " is ", count, ", which no run reaches; damaged or forged");
}

std::string text_of(const PtValue& value, const std::string& separator) {
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value.value)) return format_double(*real);
  if (const auto* text = std::get_if<std::string>(&value.value)) return *text;
  std::vector<std::string> parts;
  if (const auto* list = std::get_if<PtList>(&value.value)) {
    for (const auto& item : *list) parts.push_back(text_of(item, separator));
  }
  return join(parts, separator);
}

PtDict config_dict(Config config) {
  PtDict sections;
  for (const Option& option : option_table(config)) {
    const auto dot = option.key.find('.');
    const std::string section = option.key.substr(0, dot);
    if (sections.empty() || sections.back().first != section)
      sections.push_back({section, {PtDict()}});
    std::get<PtDict>(sections.back().second.value)
        .emplace_back(option.key.substr(dot + 1), config_value(option));
  }
  return sections;
}

void use_own_config(const std::string& place, const std::function<void()>& use) {
  try {
    use();
  } catch (const Error& error) {
    if (error.exit_code() != Error::kUsage) throw;
    throw run_error(place, error.what(), " (perhaps written by a newer gan-train)");
  }
}

Config read_config(const PtDict& root, const std::string& name) {
  Config config;
  const auto table = option_table(config);
  std::vector<Setting> settings;
  for (const auto& [section, values] : get<PtDict>(root, "config", name)) {
    const auto* dict = std::get_if<PtDict>(&values.value);
    if (dict == nullptr)
      throw run_error(name, ": config section ", in_quotes(section), " is not a dict");
    for (const auto& [key, value] : *dict) {
      const bool is_label = key.ends_with("_label");
      settings.push_back(
          {section + "." + key, text_of(value, is_label ? ":" : ","), name + ": its config"});
    }
  }
  use_own_config("", [&] { apply_settings(table, settings); });
  return config;
}

ImageShape read_shape(const PtDict& root, const std::string& name) {
  const auto& list = get<PtList>(root, "image_shape", name);
  std::vector<std::int64_t> sizes;
  for (const auto& item : list) {
    const auto* size = std::get_if<std::int64_t>(&item.value);
    // Larger than any trained image, small enough that products do not overflow.
    if (size != nullptr && *size >= 1 && *size <= 65536) sizes.push_back(*size);
  }
  if (sizes.size() != 3 || list.size() != 3) {
    throw run_error(name, ": its image_shape is not three sizes from 1 to 65536");
  }
  return {sizes[0], sizes[1], sizes[2]};
}

void add_classes(const Classes& classes, PtDict& root) {
  const auto add = [&](const char* key, auto content) {
    PtValue value;
    value.value = std::move(content);
    root.emplace_back(key, std::move(value));
  };
  const auto add_list = [&](const char* key, const auto& values) {
    PtList list;
    for (const auto& value : values) list.push_back({value});
    if (!list.empty()) add(key, std::move(list));
  };
  add("classes", classes.count);
  add_list("class_names", classes.names);
  add_list("class_images", classes.images);
}

// The list for `key`; empty if there is none, as in older files.
template <typename Type>
static std::vector<Type> read_list(const PtDict& root, const char* key, const std::string& name) {
  std::vector<Type> values;
  if (find(root, key) == nullptr) return values;
  for (const auto& item : get<PtList>(root, key, name)) {
    const auto* value = std::get_if<Type>(&item.value);
    if (value == nullptr) throw run_error(name, ": its ", key, " are damaged");
    values.push_back(*value);
  }
  return values;
}

// Files of version 0.1.0 have no classes; those of 1.0.0 neither names nor numbers of images.
Classes read_classes(const PtDict& root, const std::string& name) {
  if (find(root, "classes") == nullptr) return {};
  return checked({get_count(root, "classes", name, kMaxClasses),
                  read_list<std::string>(root, "class_names", name),
                  read_list<std::int64_t>(root, "class_images", name)},
                 name);
}

Classes checked(Classes classes, const std::string& name) {
  const auto& [count, names, images] = classes;
  const auto fits = [&](const auto& list) {
    return list.empty() || std::cmp_equal(list.size(), count);
  };
  const bool plausible = std::ranges::all_of(images, [](std::int64_t n) {
    return n >= 0 && n <= std::numeric_limits<std::int32_t>::max();
  });
  if (count > kMaxClasses || !fits(names) || !fits(images) || !plausible ||
      (count > 0 && classes.labels().empty())) {
    throw run_error(name, ": its classes contradict each other; damaged or forged");
  }
  return classes;
}

}  // namespace gan
