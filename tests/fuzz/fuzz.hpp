#pragma once

#include "core/file.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// What a fuzzer is: reads `input` as its parser would a file. An Error is as
/// good an answer as a result; anything else thrown, and abort(), is a find.
void fuzz(ByteView input);

/// For what must not end in an Error: there, it is a find too.
template <typename Function>
auto surely(Function function) noexcept {
  return function();
}

}  // namespace gan
