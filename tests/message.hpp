#pragma once

#include <string>

#include "gan_train/core/error.hpp"

namespace gan {

/// The message of the Error that `call` throws, "" if it throws none. If its exit code is not the
/// expected one, the message begins with that.
template <typename Call>
std::string message_of(Call call, int exit_code = Error::kFailed) {
  try {
    call();
  } catch (const Error& error) {
    const bool expected = error.exit_code() == exit_code;
    return (expected ? "" : str("(exit ", error.exit_code(), ") ")) + error.what();
  }
  return "";
}

template <typename Call>
std::string usage_message_of(Call call) {
  return message_of(call, Error::kUsage);
}

}  // namespace gan
