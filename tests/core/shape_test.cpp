#include "gan_train/core/shape.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Shape, IsReadAsItIsWritten) {
  const ImageShape shape{3, 20, 65536};
  EXPECT_EQ(parse_shape(to_string(shape)), shape);
  for (const char* text : {"", "28x28", "1x28x28x1", "1x28x", "0x28x28", "1x-2x28", "1x28x65537",
                           "1x28x2.5", "1X28X28", "ax1x1"}) {
    EXPECT_EQ(parse_shape(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace gan
