#include "core/text.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "core/file.hpp"

namespace gan {
namespace {

TEST(Counted, TakesThePluralButForOne) {
  EXPECT_EQ(counted(1, "step"), "1 step");
  EXPECT_EQ(counted(0, "step"), "0 steps");
  EXPECT_EQ(counted(12, "step"), "12 steps");
}

using Strings = std::vector<std::string>;

std::string near(std::string_view word, const Strings& known) { return did_you_mean(word, known); }

TEST(Text, TrimsWhiteSpaceAtBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, SplitsAndTrims) {
  EXPECT_EQ(split("a, b ,c", ','), (Strings{"a", "b", "c"}));
  EXPECT_EQ(split("a,,", ','), (Strings{"a", "", ""}));
  EXPECT_EQ(split("  ", ','), Strings{});
}

TEST(Text, Joins) {
  EXPECT_EQ(join(Strings{"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join(Strings{"a", "", "c"}, ","), "a,,c");
  EXPECT_EQ(join(Strings{"", "", "c", ""}, ","), ",,c,");
  EXPECT_EQ(join(Strings{""}, ","), "");
  EXPECT_EQ(join(Strings{}, ", "), "");
  EXPECT_EQ(join(std::vector<std::int64_t>{1, -28}, "x"), "1x-28");
}

TEST(Text, FormatsAsPrintfDoes) {
  EXPECT_EQ(formatted("%03d %.1f", 7, 0.25), "007 0.2");
  EXPECT_EQ(formatted("%s", std::string(5000, 'x').c_str()), std::string(5000, 'x'));
  EXPECT_EQ(formatted("nothing"), "nothing");
}

TEST(Text, ShowsNothingThatMovesTheCursor) {
  EXPECT_EQ(in_quotes("a\x1b[2J\n\x7f"), "'a?[2J?\?'");
  EXPECT_EQ(in_quotes("\xc2\x9b\xc2\x85x\xc2\xa0é"), "'?\?x\xc2\xa0é'");
  EXPECT_EQ(in_quotes("\xe9\x9b"), "'?\?'");  // not UTF-8
  EXPECT_EQ(in_quotes(std::string(60, 'a')), "'" + std::string(60, 'a') + "'");
  EXPECT_EQ(in_quotes(std::string(59, 'a') + "éé"), "'" + std::string(59, 'a') + "…'");
}

TEST(Text, KnowsDigits) {
  EXPECT_TRUE(is_digits("0123456789"));
  for (const char* text : {"", "-1", "1 ", "1.0", "x"}) EXPECT_FALSE(is_digits(text)) << text;
}

TEST(Text, ParsesWholeIntegersOnly) {
  EXPECT_EQ(parse_int("42"), 42);
  EXPECT_EQ(parse_int("+42"), 42);
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_EQ(parse_int("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_int("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const auto* text : {"", " 1", "1 ", "1.0", "1e3", "0x10", "9223372036854775808", "-", "+",
                           "+-5", "-+5", "++5", "--5"}) {
    EXPECT_EQ(parse_int(text), std::nullopt) << text;
  }
}

TEST(Text, ParsesWholeFiniteNumbersOnly) {
  EXPECT_EQ(parse_double("1e-4"), 1e-4);
  EXPECT_EQ(parse_double("+.5"), 0.5);
  EXPECT_EQ(parse_double("-3"), -3.0);
  for (const auto* text : {"", "nan", "inf", "-inf", "+inf", "infinity", "1e999", "1,5", " 1", "1 ",
                           "0x10", "0x1p3", "1f", "-", "+", "+-1", "-+1", "++1", "--1"}) {
    EXPECT_EQ(parse_double(text), std::nullopt) << text;
  }
}

TEST(Text, KnowsUtf8ByItsBytes) {
  for (const auto* text :
       {"", "a\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_TRUE(is_utf8("x" + std::string(text) + "y")) << text;
  }
  const std::vector<std::string> wrong = {"\x80",
                                          "\xbf",
                                          "\xff",
                                          "\xc0\x80",
                                          "\xc1\xbf",
                                          "\xc2",
                                          "\xc2\x7f",
                                          "\xc2\xc0",
                                          "\xe0\x9f\xbf",
                                          "\xe1\x80",
                                          "\xed\xa0\x80",
                                          "\xed\xbf\xbf",
                                          "\xf0\x8f\xbf\xbf",
                                          "\xf1\x80\x80",
                                          "\xf4\x90\x80\x80",
                                          "\xf5\x80\x80\x80"};
  for (const auto& text : wrong) {
    EXPECT_FALSE(is_utf8(text)) << text.size();
    EXPECT_FALSE(is_utf8("x" + text + "y")) << text.size();
  }
}

TEST(Text, FormatsNumbersSoThatTheyReadBack) {
  EXPECT_EQ(format_double(0.5), "0.5");
  EXPECT_EQ(format_double(100), "100");
  for (const double value : {0.1, 1.0 / 3, 2e-4, 5e-324, 1.7976931348623157e308, -0.0, 1e21}) {
    const auto back = parse_double(format_double(value));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, value);
    EXPECT_EQ(std::signbit(*back), std::signbit(value));
  }
}

TEST(DidYouMean, CountsEditsAndSwapsOfNeighbours) {
  EXPECT_EQ(near("abcdef", {"abcdef"}), "; did you mean 'abcdef'?");
  EXPECT_EQ(near("abdcef", {"abcdef"}), "; did you mean 'abcdef'?");  // a swap
  EXPECT_EQ(near("abcef", {"abcdef"}), "; did you mean 'abcdef'?");   // one missing
  EXPECT_EQ(near("abcxdef", {"abcdef"}), "; did you mean 'abcdef'?");
  EXPECT_EQ(near("abxdyf", {"abcdef"}), "; did you mean 'abcdef'?");  // two of six letters
  EXPECT_EQ(near("xbydzf", {"abcdef"}), "");                          // three of six letters
}

TEST(Text, ReadsDurations) {
  EXPECT_EQ(parse_duration("90s"), 90.0);
  EXPECT_EQ(parse_duration("30m"), 1800.0);
  EXPECT_EQ(parse_duration("1h30m"), 5400.0);
  EXPECT_EQ(parse_duration("0.5h"), 1800.0);
  EXPECT_EQ(parse_duration(" 2d "), 172800.0);
  for (const char* text : {"", "30", "m", "1x", "1h30", "-1m", "1e999s", "nans", "1 m 2"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(DidYouMean, TakesASwapForOneEdit) {
  // Three letters allow one edit: a swap is one, two changes are not.
  EXPECT_EQ(near("bca", {"cba"}), "; did you mean 'cba'?");
  EXPECT_EQ(near("xya", {"cba"}), "");
}

TEST(DidYouMean, AllowsOneEditInAShortWord) {
  EXPECT_EQ(near("ls", {"lr"}), "; did you mean 'lr'?");
  EXPECT_EQ(near("ab", {"lr"}), "");
}

TEST(DidYouMean, PrefersTheNearestThenTheFirst) {
  EXPECT_EQ(near("beta2x", {"beta1", "beta2"}), "; did you mean 'beta2'?");
  EXPECT_EQ(near("beta", {"beta1", "beta2"}), "; did you mean 'beta1'?");
}

TEST(DidYouMean, HasNothingToSayToStrangersOrWithoutCandidates) {
  EXPECT_EQ(near("zebra", {"lr", "beta1"}), "");
  EXPECT_EQ(near("zebra", {}), "");
  EXPECT_EQ(near("", {"lr"}), "");
  EXPECT_EQ(near(std::string(65, 'a'), {std::string(65, 'a')}), "");
}

// The examples of RFC 4648, section 10, and bytes above 127.
TEST(Text, EncodesBase64) {
  const auto encoded = [](std::string_view bytes) {
    std::string text = ":";
    append_base64(text, as_bytes(bytes));
    return text.substr(1);
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("\xff\xfb\xef\xfe"), "//vv/g==");
}

TEST(Wrap, FillsLinesUpToTheWidth) {
  EXPECT_EQ(wrap("one two three four", 9), "one two\nthree\nfour\n");
  EXPECT_EQ(wrap("one two", 9, "ok  ", "    "), "ok  one\n    two\n");
  EXPECT_EQ(wrap("far_too_long_a_word x", 9), "far_too_long_a_word\nx\n");
  EXPECT_EQ(wrap("", 9, "head"), "head\n");
  EXPECT_EQ(wrap("über é", 6), "über é\n");  // six columns, nine bytes
  EXPECT_EQ(wrap("é é é é é", 9), "é é é é é\n");
}

TEST(Grouped, PutsCommasBetweenThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(FirstNames, AreCutShortAndPrintable) {
  const std::vector<std::string> names = {"cat", "d\tog", "eel"};
  EXPECT_EQ(join_first(names, 3), "cat, d?og, eel");
  EXPECT_EQ(join_first(names, 1), "cat, …");
  EXPECT_EQ(join_first({}, 1), "");
}

}  // namespace
}  // namespace gan
