#pragma once

#include <optional>
#include <string>
#include <vector>

#include <torch/nn/module.h>

#include "formats/pt.hpp"

namespace gan {

/// Where the weights of a network are in a file of another program.
struct ForeignWeights {
  std::string path;       ///< keys of the dicts around them: "state_dict"; "" for the whole file
  std::string prefix;     ///< of their names there: "generator."
  PtDict weights;         ///< without the prefix, and with our names for spectral norm
  bool complete = false;  ///< whether all names and shapes are there
  bool named = false;     ///< whether the keys say which network they are: "netG"
  std::vector<std::string> others;  ///< places of more weights that fit
};

/// Which of the weights in a file to take, where several fit.
struct WantedWeights {
  bool discriminator = false;  ///< D's weights, or else the generator's
  bool averaged = false;       ///< averaged weights, or else those as trained
};

/// The tensors in `root` whose names and shapes fit those of `network` best: at any depth, behind
/// any prefix. Empty if `root` holds no tensors.
std::optional<ForeignWeights> find_weights(const PtDict& root, const torch::nn::Module& network,
                                           WantedWeights wanted);

/// A place for a message: "'state_dict' without the prefix 'generator.'".
std::string place_of(const std::string& path, const std::string& prefix);

}  // namespace gan
