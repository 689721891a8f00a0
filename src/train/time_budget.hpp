#pragma once

#include <cstdint>

#include "gan_train/config/config.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

class Ranks;
class Trainer;

/// Mean seconds of a step on this machine, over all ranks: of steps that `trial` takes for about
/// `seconds`, after a few that warm up. Where penalties are lazy, in whole rounds of them.
double time_step(Trainer& trial, double seconds);

/// `config` with that many steps, from 1, in epochs of `per_epoch` steps or a few less, so that
/// they come out even.
Config with_steps(Config config, std::int64_t steps, std::int64_t per_epoch);

/// `config` with as many steps as take that long on this machine, by a trial that leaves nothing
/// behind. All ranks call it.
Config within_minutes(const Config& config, const Dataset& data, Ranks& ranks, double minutes);

}  // namespace gan
