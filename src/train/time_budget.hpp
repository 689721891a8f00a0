#pragma once

#include <cstdint>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

class Ranks;

/// `config` with that many steps (at least 1), in epochs of `per_epoch` steps or slightly fewer, so
/// that the epochs are equally long.
Config with_steps(Config config, std::int64_t steps, std::int64_t per_epoch);

/// `config` with as many steps as fit into that time on this machine, found by a trial that leaves
/// nothing behind. All ranks must call it.
Config within_minutes(const Config& config, const Dataset& data, Ranks& ranks, double minutes);

}  // namespace gan
