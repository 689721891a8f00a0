#pragma once

#include <string>

#include "formats/graph.hpp"

namespace gan {

/// A self-contained HTML page that runs a graph from `z` (and `class`) to `image` in the browser,
/// without network access. Uses these keys of the graph's metadata: range, latent, image_shape,
/// dark_on_light.
std::string generator_page(const Graph& graph);

}  // namespace gan
