#include "gan_train/core/json.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace gan {
namespace {

TEST(Json, QuotesText) {
  EXPECT_EQ(to_json_line("a \"b\"\\\n\x01"), R"("a \"b\"\\\u000a\u0001")");
  EXPECT_EQ(to_json_line("Fr\xc3\xa9"), "\"Fr\xc3\xa9\"");
  EXPECT_EQ(to_json_line("</script>"), R"("\u003c/script>")");
  EXPECT_EQ(to_json_line("caf\xe9"), "\"caf?\"");
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

TEST(Json, IsSpelledAsTheStandardSays) {
  const Json json = JsonObject{{"a", 1},
                               {"b", JsonArray{true, Json(), "x\"\\\n"}},
                               {"c", JsonObject{{"d", 0.5}, {"e", std::nan("")}}},
                               {"f", JsonObject{}},
                               {"g", JsonArray{JsonObject{{"h", -3}}}}};
  EXPECT_EQ(to_json(json),
            "{\n"
            "  \"a\": 1,\n"
            "  \"b\": [true, null, \"x\\\"\\\\\\u000a\"],\n"
            "  \"c\": {\"d\": 0.5, \"e\": null},\n"
            "  \"f\": {},\n"
            "  \"g\": [\n    {\"h\": -3}\n  ]\n"
            "}\n");
  EXPECT_EQ(
      to_json_line(json),
      "{\"a\": 1, \"b\": [true, null, \"x\\\"\\\\\\u000a\"], \"c\": {\"d\": 0.5, \"e\": null}, "
      "\"f\": {}, \"g\": [{\"h\": -3}]}");
}

TEST(Json, TakesALineForWhatFitsIt) {
  const std::string wide(95, 'x');
  const Json nested = JsonObject{{"b", JsonObject{{"c", 1}}}};
  EXPECT_EQ(to_json(JsonObject{{"a", nested}}), "{\n  \"a\": {\n    \"b\": {\"c\": 1}\n  }\n}\n");
  EXPECT_EQ(to_json(JsonObject{{"a", JsonObject{{"b", wide}}}}),
            "{\n  \"a\": {\n    \"b\": \"" + wide + "\"\n  }\n}\n");
}

TEST(Json, IsALineAMemberForPeople) {
  const std::vector<std::int64_t> shape = {16, 1};
  const Json json = JsonObject{
      {"kind", "IDX"},
      {"shape", shape},
      {"layers",
       JsonObject{{"0.weight", JsonObject{{"type", "float32"}, {"shape", shape}}},
                  {"with_a_name_as_long_as_this_one",
                   JsonObject{{"first", "something"}, {"second", "more than a line holds"}}}}}};
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
  EXPECT_EQ(to_text(JsonObject{{"mean", 33.318421449829934}, {"lr", 2e-4}}),
            "mean: 33.3184\nlr: 0.0002\n");
}

TEST(Json, LetsNoTextMoveTheCursor) {
  EXPECT_EQ(to_text(JsonObject{{"a\x1b[2J", "b\nc"}}), "a?[2J: b?c\n");
}

}  // namespace
}  // namespace gan
