#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "gan_train/io/checkpoint.hpp"

namespace gan {

/// An export format for other programs (docs/export.md). `write` writes the whole file or nothing;
/// it throws an Error if the generator, or this build, does not support the format.
struct ExportFormat {
  std::string_view name;  ///< also its extension
  std::string_view help;
  void (*write)(const LoadedGenerator& loaded, const std::filesystem::path& path);
};

/// onnx, safetensors, html.
std::span<const ExportFormat> export_formats();

}  // namespace gan
