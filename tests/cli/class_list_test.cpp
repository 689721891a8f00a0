#include <gtest/gtest.h>

#include "cli/sample_inputs.hpp"
#include "message.hpp"

namespace gan {
namespace {

using Labels = std::vector<std::int64_t>;

TEST(ClassList, OfNumbers) {
  EXPECT_EQ(parse_class_list("", 10), Labels{});
  EXPECT_EQ(parse_class_list("7", 10), Labels{7});
  EXPECT_EQ(parse_class_list("8-9, 1,3-5", 10), (Labels{8, 9, 1, 3, 4, 5}));
  const auto refusal = [](const char* text) {
    return usage_message_of([&] { parse_class_list(text, 10); });
  };
  for (const char* wrong : {"10", "-1", "5-3", "8-10", "cat", "0-99999999999"}) {
    EXPECT_EQ(refusal(wrong), str("--class: '", wrong,
                                  "' is not a list of classes from 0 to 9; write "
                                  "7, 0-9 or 1,3,5-7, for example"));
  }
}

TEST(ClassList, OfNames) {
  const Classes classes(4, {"cat", "t-shirt", "a,b", "dog"}, {});
  EXPECT_EQ(parse_class_list("dog,cat", classes), (Labels{3, 0}));
  EXPECT_EQ(parse_class_list("t-shirt, 3", classes), (Labels{1, 3}));
  EXPECT_EQ(parse_class_list("a,b", classes), Labels{2});
  EXPECT_EQ(parse_class_list("0-1", classes), (Labels{0, 1}));
  EXPECT_EQ(usage_message_of([&] { parse_class_list("cats", classes); }),
            "--class: 'cats' is not one of cat, t-shirt, a,b, dog; did you mean 'cat'?");
}

// With folders 0 to 11 as classes in the order of their names: 0, 1, 10, 11, 2, …
TEST(ClassList, NumbersAreNamesWhereNamesAreNumbers) {
  const Classes classes(5, {"0", "1", "10", "2", "3"}, {});
  EXPECT_EQ(parse_class_list("10", classes), Labels{2});
  EXPECT_EQ(parse_class_list("2", classes), Labels{3});
  EXPECT_EQ(parse_class_list("0-3", classes), (Labels{0, 1, 3, 4}));
  EXPECT_NE(
      usage_message_of([&] { parse_class_list("4", classes); }).find("'4' is not one of 0, 1, "),
      std::string::npos);
}

TEST(ClassList, OfClassesThatHadImages) {
  EXPECT_EQ(usage_message_of([] { parse_class_list("0", Classes(3, {}, {0, 9, 1})); }),
            "--class: the training data had no images of class 0; leave it out");
}

}  // namespace
}  // namespace gan
