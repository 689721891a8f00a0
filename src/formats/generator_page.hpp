#pragma once

#include <string>

#include "formats/graph.hpp"

namespace gan {

/// One self-contained HTML page that runs a graph from `z` (and `class`) to `image` in the
/// browser, without a network. Reads from the graph's metadata: range, latent, image_shape,
/// dark_on_light.
std::string generator_page(const Graph& graph);

}  // namespace gan
