#pragma once

#include "core/file.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// Body of a fuzzer: parses `input` as a file. Errors and results are both fine; any other
/// exception, and abort(), is a bug.
void fuzz(ByteView input);

/// For calls that must not throw an Error: there, it is a bug too.
template <typename Function>
auto must_not_throw(Function function) noexcept {
  return function();
}

}  // namespace gan
