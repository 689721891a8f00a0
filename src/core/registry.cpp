#include "gan_train/core/registry.hpp"

#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

void throw_unknown(std::string_view what, std::string_view name,
                   const std::vector<std::string>& known) {
  throw usage_error("unknown ", what, " '", name, "'; known: ", join(known, ", "),
                    did_you_mean(name, known));
}

}  // namespace gan
