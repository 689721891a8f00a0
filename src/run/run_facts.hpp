#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// A layer of a network, and what it makes of one item.
struct LayerRow {
  std::string text;             ///< as LibTorch prints it, in one line: "Linear(in_features=…)"
  std::string shape;            ///< of its output, without the batch: "64x7x7"
  std::int64_t values = 0;      ///< in that output
  std::int64_t parameters = 0;  ///< trainable ones
};

struct NetworkRows {
  std::vector<LayerRow> generator;
  std::vector<LayerRow> discriminator;
};

/// The layers of both networks, in their order; changes nothing in them.
NetworkRows describe_networks(const Trainer& trainer);

/// For programs, as in run.json and the JSON of --dry-run: both networks' parameters and layers;
/// what the data set is.
Json networks_json(const Trainer& trainer, const NetworkRows& rows);
Json data_json(const Dataset& data);

/// run.json: what a run's other files do not tell of it, as JSON: program, machine, data and the
/// layers of both networks. The same for the same run on the same machine.
std::string run_facts(const Trainer& trainer, const Dataset& data);

/// The same in a line, for the log.
std::string run_line(const Trainer& trainer, const Dataset& data);

}  // namespace gan
