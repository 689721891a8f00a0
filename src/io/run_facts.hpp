#pragma once

#include <string>

#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"

namespace gan {

/// run.json: what a run's other files do not tell of it, as JSON: program, machine, data and the
/// layers of both networks. The same for the same run on the same machine.
std::string run_facts(const Trainer& trainer, const Dataset& data);

/// The same in a line, for the log.
std::string run_line(const Trainer& trainer, const Dataset& data);

}  // namespace gan
