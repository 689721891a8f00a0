#pragma once

#include <optional>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "formats/pt.hpp"

namespace gan {

/// Location of a network's weights in a file of another program.
struct ForeignWeights {
  std::string path;       ///< keys of the enclosing dicts: "state_dict"; "" for the whole file
  std::string prefix;     ///< of the names there: "generator."
  PtDict weights;         ///< without the prefix, and with our names for spectral norm
  bool complete = false;  ///< whether all names and shapes are present
  bool named = false;     ///< whether the keys name the network: "netG"
  std::vector<std::string> others;  ///< paths of other weights that fit
};

/// Which weights of a file to take if several fit.
struct WantedWeights {
  bool discriminator = false;  ///< D's weights; otherwise the generator's
  bool averaged = false;       ///< averaged weights; otherwise those as trained
};

/// The tensors in `root` that best fit the names and shapes of `network`, at any depth and with any
/// prefix. Empty if `root` holds no tensors.
std::optional<ForeignWeights> find_weights(const PtDict& root, const torch::nn::Module& network,
                                           WantedWeights wanted);

/// A location for a message: "'state_dict' without the prefix 'generator.'".
std::string place_of(const std::string& path, const std::string& prefix);

}  // namespace gan
