#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// A layer of a network, and its output for one item.
struct LayerRow {
  std::string text;             ///< as LibTorch prints it, on one line: "Linear(in_features=…)"
  std::string shape;            ///< of its output, without the batch: "64x7x7"
  std::int64_t values = 0;      ///< number of values in that output
  std::int64_t parameters = 0;  ///< trainable ones
};

struct NetworkRows {
  std::vector<LayerRow> generator;
  std::vector<LayerRow> discriminator;
};

/// The layers of both networks, in order; does not change the networks.
NetworkRows describe_networks(const Trainer& trainer);

/// JSON for run.json and --dry-run: the networks' parameters and layers, and a description of the
/// data set.
Json networks_json(const Trainer& trainer, const NetworkRows& rows);
Json data_json(const Dataset& data);

/// run.json: facts about a run that are not in its other files: program, machine, data and the
/// layers of both networks. The same for the same run on the same machine.
std::string run_facts(const Trainer& trainer, const Dataset& data);

/// The same on one line, for the log.
std::string run_line(const Trainer& trainer, const Dataset& data);

}  // namespace gan
