#pragma once

#include <string>

#include "gan_train/core/error.hpp"

namespace gan {

/// What the Error says that `call` throws; "" if it throws none.
template <typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace gan
