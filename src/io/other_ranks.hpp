#pragma once

#include <cstdint>

#include "gan_train/config/config.hpp"

namespace gan {

/// Says, where `before` ranks saved a state and another number goes on from it, what will
/// differ from what the former would have made of it.
void note_other_ranks(std::int64_t before, const Config& config);

}  // namespace gan
