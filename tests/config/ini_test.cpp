#include <gtest/gtest.h>

#include "helpers.hpp"

namespace gan {
namespace {

Strings read(std::string_view text) { return found(parse_ini(text, "x.ini")); }

TEST(Ini, ReadsSectionsDottedKeysAndComments) {
  const auto parsed = parse_ini(
      "; what it is\n"
      "train.epochs = 3\n"
      "\n"
      "[optim]   # Adam\n"
      "  lr=1e-4 ; slow\n"
      "beta1 =\t0.5\n"
      "[ data ]\n"
      "path = a#b;c = d\n",
      "x.ini");
  EXPECT_EQ(found(parsed),
            (Strings{"train.epochs=3", "optim.lr=1e-4", "optim.beta1=0.5", "data.path=a#b;c = d"}));
  EXPECT_EQ(parsed.settings[1].origin, "x.ini:5");
}

TEST(Ini, ReadsQuotes) {
  EXPECT_EQ(read("[data]\npath = \" a # b \" ; said\n"), Strings{"data.path= a # b "});
  EXPECT_EQ(read("a.b = \"\"\n"), Strings{"a.b="});
  EXPECT_EQ(read("a.b = x\"y\"\n"), Strings{"a.b=x\"y\""});
}

TEST(Ini, ReadsEmptyValues) {
  EXPECT_EQ(read("a.b =\na.c = # nothing\na.d ="), (Strings{"a.b=", "a.c=", "a.d="}));
}

TEST(Ini, ToleratesByteOrderMarkAndWindowsLineEnds) {
  EXPECT_EQ(read("\xef\xbb\xbf[a]\r\nb = 1\r\n\r\nc = 2"), (Strings{"a.b=1", "a.c=2"}));
}

TEST(Ini, NothingIsNothing) {
  EXPECT_EQ(read(""), Strings{});
  EXPECT_EQ(read("\n\n# only words"), Strings{});
}

TEST(Ini, TakesQuotesOffAValue) {
  EXPECT_EQ(read("a.b = 'x # y'\na.c = \"it's\" # words\na.d = it's\n"),
            (Strings{"a.b=x # y", "a.c=it's", "a.d=it's"}));
}

TEST(Ini, ReportsMalformedLinesAndReadsOn) {
  const std::string neither = " is neither 'key = value' nor a [section]; comments begin with #";
  EXPECT_EQ(read("[a]\n"
                 "just words\n"
                 "[b\n"
                 "[]\n"
                 "[a] b\n"
                 "= 3\n"
                 "words # a = b\n"
                 "d = \"open\n"
                 "e = \"x\" y\n"
                 "c = 1\n"),
            (Strings{"a.c=1", "x.ini:2: 'just words'" + neither, "x.ini:3: '[b' is not a [section]",
                     "x.ini:4: '[]' is not a [section]", "x.ini:5: '[a] b' is not a [section]",
                     "x.ini:6: '= 3'" + neither, "x.ini:7: 'words'" + neither,
                     "x.ini:8: no closing quote in '\"open'",
                     "x.ini:9: text after the closing quote in '\"x\" y'"}));
}

TEST(Ini, ReportsDuplicateKeysHoweverTheyAreSpelled) {
  EXPECT_EQ(read("a.b = 1\n[a]\nc = 2\nb = 3\n[z]\n[a]\nc = 4\n"),
            (Strings{"a.b=1", "a.c=2", "x.ini:4: duplicate key 'a.b'; first given on line 1",
                     "x.ini:7: duplicate key 'a.c'; first given on line 3"}));
}

TEST(Ini, ReportsDottedKeysInsideASection) {
  EXPECT_EQ(read("[train]\noptim.lr = 1\n"),
            Strings{"x.ini:2: dotted key 'optim.lr' inside section 'train'; write it before the "
                    "first section, or without its dot in its own"});
}

TEST(Ini, RefusesWhatIsNotText) {
  EXPECT_EQ(read(std::string_view("a.b = 1\0\n", 9)),
            Strings{"x.ini:1: the line is not text in UTF-8"});
  EXPECT_EQ(read("a.b = 1\na.c = \xff\n"),
            (Strings{"a.b=1", "x.ini:2: the line is not text in UTF-8"}));
  EXPECT_EQ(read(std::string_view("\xff\xfe[\0a\0]\0\n\0", 10)),
            (Strings{"x.ini:1: the line is not text in UTF-8",
                     "x.ini:2: the line is not text in UTF-8"}));
  EXPECT_EQ(read("a.b = \x1b[2J\n"), Strings{"x.ini:1: the line is not text in UTF-8"});
  const std::string most(4090, 'x');
  EXPECT_EQ(read("a.b = " + most), Strings{"a.b=" + most});
  EXPECT_EQ(read("a.b = " + most + "x"), Strings{"x.ini:1: the line is longer than 4096 bytes"});
}

TEST(Ini, StopsListingSomewhere) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "rubbish\n";
  EXPECT_EQ(read(text).size(), 20U);
}

}  // namespace
}  // namespace gan
