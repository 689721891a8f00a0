#include "gan_train/core/shape.hpp"

#include "core/text.hpp"

namespace gan {

std::optional<ImageShape> parse_shape(std::string_view text) {
  const auto parts = split(text, 'x');
  if (parts.size() != 3) return std::nullopt;
  std::int64_t sizes[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const auto size = parse_int(parts[i]);
    if (!size || *size < 1 || *size > 65536) return std::nullopt;
    sizes[i] = *size;
  }
  return ImageShape{sizes[0], sizes[1], sizes[2]};
}

}  // namespace gan
