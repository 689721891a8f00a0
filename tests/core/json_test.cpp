#include "core/json.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gan {
namespace {

TEST(Json, KeepsTextThatIsNoUtf8OutOfFiles) {
  EXPECT_EQ(to_json_line("Fr\xc3\xa9"), "\"Fr\xc3\xa9\"");
  EXPECT_EQ(to_json_line("caf\xe9"), "\"caf\xef\xbf\xbd\"");
}

TEST(Json, EndsNoElementOfAPage) {
  EXPECT_EQ(to_json_in_html({{"a", "</script>"}}), R"({"a":"\u003c/script>"})");
}

TEST(Json, TakesNumbersThatJsonHas) {
  const auto spelled = [](const char* cell) { return to_json_line(json_number(cell)); };
  EXPECT_EQ(spelled("100000"), "100000");
  EXPECT_EQ(spelled("-0.25"), "-0.25");
  EXPECT_EQ(spelled("007"), "7");
  for (const char* cell : {"nan", "inf", "-inf", "", "1x", "0x10", "1e999"}) {
    EXPECT_EQ(spelled(cell), "null") << cell;
  }
}

TEST(Json, KeepsItsOrderAndHoldsNoNan) {
  const Json json = {{"b", {0.5, std::nan("")}}, {"a", Json::object()}};
  EXPECT_EQ(to_json_line(json), R"({"b":[0.5,null],"a":{}})");
  EXPECT_EQ(to_json(json), "{\n  \"b\": [\n    0.5,\n    null\n  ],\n  \"a\": {}\n}\n");
}

TEST(Json, IsALineAMemberForPeople) {
  const std::vector<std::int64_t> shape = {16, 1};
  const Json json = {{"kind", "IDX"},
                     {"shape", shape},
                     {"layers",
                      {{"0.weight", {{"type", "float32"}, {"shape", shape}}},
                       {"with_a_name_as_long_as_this_one",
                        {{"first", "something"}, {"second", "more than a line holds"}}}}}};
  EXPECT_EQ(to_text(json),
            "kind: IDX\n"
            "shape: [16, 1]\n"
            "layers:\n"
            "  0.weight: type float32, shape [16, 1]\n"
            "  with_a_name_as_long_as_this_one:\n"
            "    first: something\n"
            "    second: more than a line holds\n");
}

TEST(Json, SixDigitsDoForPeople) {
  EXPECT_EQ(to_text({{"mean", 33.318421449829934}, {"lr", 2e-4}}), "mean: 33.3184\nlr: 0.0002\n");
}

TEST(Json, LetsNoTextMoveTheCursor) { EXPECT_EQ(to_text({{"a\x1b[2J", "b\nc"}}), "a?[2J: b?c\n"); }

}  // namespace
}  // namespace gan
