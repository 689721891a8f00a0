#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "formats/pt.hpp"

namespace gan {

/// Builds networks on the word of a file: `build` may take the memory that `saved`, the tensors
/// which the networks are for, is worth, and a little more, so that small misfits are still
/// listed by name. Error beginning with `where` if that isn't enough.
void build_within(const PtDict& saved, const std::string& where,
                  const std::function<void()>& build);

}  // namespace gan
