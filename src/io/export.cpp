#include "io/export.hpp"

#include <array>

#include "core/file.hpp"
#include "formats/generator_page.hpp"
#include "formats/onnx.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/core/error.hpp"
#include "io/generator_metadata.hpp"
#include "models/graph.hpp"
#include "models/tensors.hpp"

namespace gan {
namespace {

Graph graph_of(const LoadedGenerator& loaded) {
  auto graph = generator_graph(loaded.generator, loaded.config.model.latent_dim,
                               loaded.classes.count, loaded.shape);
  graph.metadata = generator_metadata(loaded);
  return graph;
}

void write_onnx(const LoadedGenerator& loaded, const std::filesystem::path& path) {
  constexpr std::uint64_t kRoomForTheRest = 16 << 20;
  const auto bytes = static_cast<std::uint64_t>(count_parameters(*loaded.generator)) * 4;
  if (bytes > kMaxOnnxBytes - kRoomForTheRest) {
    throw run_error("its ", bytes, " bytes of weights are more than an ONNX file can hold; ",
                    "use option format safetensors");
  }
  write_file(path, encode_onnx(graph_of(loaded)));
}

void write_safetensors(const LoadedGenerator& loaded, const std::filesystem::path& path) {
  PtBuilder builder;
  auto metadata = generator_metadata(loaded);
  metadata.insert(metadata.begin(), {"format", "pt"});  // required by its Python readers
  write_file(path, encode_safetensors({metadata, builder.build(*loaded.generator)}));
}

void write_page(const LoadedGenerator& loaded, const std::filesystem::path& path) {
  if (const auto channels = loaded.shape.channels; channels != 1 && channels != 3) {
    throw usage_error("html: shows images of 1 or 3 channels, not of ", channels);
  }
  write_file(path, generator_page(graph_of(loaded)));
}

}  // namespace

std::span<const ExportFormat> export_formats() {
  static constexpr std::array<ExportFormat, 3> kFormats = {{
      {"onnx", "for ONNX Runtime and other engines", write_onnx},
      {"safetensors", "the weights alone, by PyTorch's names, and the config", write_safetensors},
      {"html", "a page that draws samples in any browser", write_page},
  }};
  return kFormats;
}

}  // namespace gan
