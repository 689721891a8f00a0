#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "formats/pt.hpp"

namespace gan {

/// Builds networks from an untrusted file: `build` may allocate as much memory as `saved`, the
/// tensors for these networks, plus a small allowance, so that small mismatches are still listed by
/// name. Throws an Error beginning with `where` if that isn't enough.
void build_within(const PtDict& saved, const std::string& where,
                  const std::function<void()>& build);

}  // namespace gan
