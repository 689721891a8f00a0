#include "gan_train/core/json.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Json, QuotesText) {
  EXPECT_EQ(json_string("a \"b\"\\\n\x01"), R"("a \"b\"\\\u000a\u0001")");
  EXPECT_EQ(json_string("Fr\xc3\xa9"), "\"Fr\xc3\xa9\"");
  EXPECT_EQ(json_string("</script>"), R"("\u003c/script>")");
  EXPECT_EQ(json_string("caf\xe9"), "\"caf?\"");
}

TEST(Json, TakesNumbersThatJsonHas) {
  EXPECT_EQ(json_number("100000"), "100000");
  EXPECT_EQ(json_number("-0.25"), "-0.25");
  EXPECT_EQ(json_number("007"), "7");
  for (const char* cell : {"nan", "inf", "-inf", "", "1x", "0x10", "1e999"}) {
    EXPECT_EQ(json_number(cell), "null") << cell;
  }
}

}  // namespace
}  // namespace gan
