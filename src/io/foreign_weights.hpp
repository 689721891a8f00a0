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
  std::string prefix;     ///< what their names have in front there: "generator."
  PtDict weights;         ///< without the prefix; spectral norm's names as ours
  bool complete = false;  ///< whether all names and shapes are there
  bool named = false;     ///< whether the path says whose they are: "netG"
  std::vector<std::string> others;  ///< places of more weights that fit
};

/// Which of the weights in a file to take, where several fit.
struct WantedWeights {
  bool discriminator = false;  ///< by the words in their path: the generator's or D's
  bool averaged = false;       ///< an average rather than the weights as trained, or the reverse
};

/// The tensors in `root` whose names and shapes fit those of `network` best: at any depth, behind
/// any prefix. Nothing where there is no tensor.
std::optional<ForeignWeights> find_weights(const PtDict& root, const torch::nn::Module& network,
                                           WantedWeights wanted);

/// Such a place for a message: "'state_dict' without the prefix 'generator.'".
std::string place_of(const std::string& path, const std::string& prefix);

}  // namespace gan
