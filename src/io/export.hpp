#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// A format in which other programs take a generator (docs/export.md). `write` writes the
/// whole file or none; Error where the generator, or this build, can't.
struct ExportFormat {
  std::string_view name;  ///< its extension too
  std::string_view help;
  void (*write)(const LoadedGenerator& loaded, const std::filesystem::path& path);
};

/// onnx, safetensors, html.
std::span<const ExportFormat> export_formats();

}  // namespace gan
