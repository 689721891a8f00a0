#include <gtest/gtest.h>

#include "helpers.hpp"

namespace gan {
namespace {

Strings read_yaml(std::string_view text) { return found(parse_yaml(text, "x.yaml")); }

TEST(Yaml, ReadsSectionsDottedKeysAndLists) {
  const auto parsed = parse_yaml(
      "# what it is\n"
      "train.epochs: 3\n"
      "optim:\n"
      "  lr: 1e-4  # slow\n"
      "  beta1: 0.5\n"
      "model: {generator_widths: [1, 2], latent_dim: 7}\n"
      "data:\n"
      "  path: \"a # b\"\n"
      "model.discriminator_widths:\n"
      "  - 3\n"
      "  - 4\n",
      "x.yaml");
  EXPECT_EQ(found(parsed), (Strings{"train.epochs=3", "optim.lr=1e-4", "optim.beta1=0.5",
                                    "model.generator_widths=1, 2", "model.latent_dim=7",
                                    "data.path=a # b", "model.discriminator_widths=3, 4"}));
  EXPECT_EQ(parsed.settings[1].origin, "x.yaml:4");
  EXPECT_EQ(parsed.settings[6].origin, "x.yaml:9");
}

TEST(Yaml, ReadsScalarsAsTheyAreWritten) {
  EXPECT_EQ(read_yaml("a:\n  b: 0.8:1.0\n  c: 007\n  d: 'it''s'\n  e: \"\\x41\\n\"\n  f: yes\n"),
            (Strings{"a.b=0.8:1.0", "a.c=007", "a.d=it's", "a.e=A\n", "a.f=yes"}));
}

TEST(Yaml, AnEmptySectionIsAllDefaults) {
  EXPECT_EQ(read_yaml("a:\nb:\n  c: 1\nd: null\n"), (Strings{"b.c=1"}));
  EXPECT_EQ(read_yaml("a:\na:\n  c: 1\n"),
            (Strings{"a.c=1", "x.yaml:3: duplicate section 'a'; first given on line 1"}));
}

TEST(Yaml, NullIsEmptyButItsQuotedNameIsNot) {
  EXPECT_EQ(read_yaml("a:\n  b: null\n  c: ~\n  d:\n  e: \"\"\n  f: \"null\"\n  g: []\n"),
            (Strings{"a.b=", "a.c=", "a.d=", "a.e=", "a.f=null", "a.g="}));
  EXPECT_EQ(read_yaml("a.b: [~, 1]"), Strings{"a.b=, 1"});
}

TEST(Yaml, NothingIsNothing) {
  EXPECT_EQ(read_yaml(""), Strings{});
  EXPECT_EQ(read_yaml("# only words\n"), Strings{});
  EXPECT_EQ(read_yaml("---\n"), Strings{});
  EXPECT_EQ(read_yaml("{}"), Strings{});
}

TEST(Yaml, ToleratesByteOrderMarkWindowsLineEndsAndDocumentMarks) {
  EXPECT_EQ(read_yaml("\xef\xbb\xbf---\r\na:\r\n  b: 1\r\n...\r\n"), Strings{"a.b=1"});
}

TEST(Yaml, ReportsDuplicates) {
  EXPECT_EQ(
      read_yaml("a.b: 1\na:\n  b: 2\n  c: 3\n  c: 4\na:\n  d: 5\n"),
      (Strings{"a.b=1", "a.c=3", "a.d=5", "x.yaml:3: duplicate key 'a.b'; first given on line 1",
               "x.yaml:5: duplicate key 'a.c'; first given on line 4",
               "x.yaml:7: duplicate section 'a'; first given on line 2"}));
}

TEST(Yaml, ReportsAnchorsAliasesAndTags) {
  EXPECT_EQ(read_yaml("a:\n  b: &x 1\n  c: *x\n  d: !!str 2\n  e: 3\n"),
            (Strings{"a.b=1", "a.d=2", "a.e=3",
                     "x.yaml:2: YAML anchors (&name) are not supported; leave the anchor out",
                     "x.yaml:3: YAML aliases (*name) are not supported; write the value out",
                     "x.yaml:4: YAML tags (!name) are not supported; leave the tag out"}));
}

TEST(Yaml, ReportsWhatStandsInOddPlacesAndReadsOn) {
  EXPECT_EQ(
      read_yaml("a:\n"
                "  b: {c: {d: 1}}\n"
                "  e: [1, [2], {f: 3}]\n"
                "  ? [g]\n"
                "  : 4\n"
                "  : 5\n"
                "  h: 6\n"),
      (Strings{"a.e=1", "a.h=6",
               "x.yaml:2: nested too deep; a config is 'section:' with 'key: value' lines below it",
               "x.yaml:3: a list is not expected here; write 'key: [value, …]'",
               "x.yaml:3: nested too deep; a config is 'section:' with 'key: value' lines below it",
               "x.yaml:4: a list is not expected here; write 'key: [value, …]'",
               "x.yaml:6: a value without a key"}));
}

TEST(Yaml, ReportsWhatIsNoMapAtAll) {
  EXPECT_EQ(
      read_yaml("words"),
      Strings{"x.yaml:1: 'words' is not a config; expected 'section:' or 'section.key: value'"});
  EXPECT_EQ(read_yaml("- a: 1\n- b\n"),
            Strings{"x.yaml:1: a list is not expected here; write 'key: [value, …]'"});
  EXPECT_EQ(read_yaml("*a"),
            Strings{"x.yaml:1: malformed YAML: the referenced anchor is not defined"});
}

TEST(Yaml, ReportsASecondDocument) {
  EXPECT_EQ(
      read_yaml("a.b: 1\n---\na.b: 2\nc: {d: {e: 1}}\n---\nf.g: 3\n"),
      (Strings{"a.b=1", "x.yaml:2: a second YAML document begins here; a config is a single one"}));
}

TEST(Yaml, ReportsMalformedYamlAfterWhatWasReadBefore) {
  EXPECT_EQ(read_yaml("a:\n  b: 1\n c: 2\n"),
            (Strings{"a.b=1", "x.yaml:3: malformed YAML: end of map not found"}));
  EXPECT_EQ(read_yaml("a: {b: 1\n"),
            (Strings{"a.b=1", "x.yaml:2: malformed YAML: end of map flow not found"}));
  EXPECT_EQ(read_yaml("a: \"\\q\"\n"),
            Strings{"x.yaml:1: malformed YAML: unknown escape character: q"});
}

TEST(Yaml, ReportsTabs) {
  EXPECT_EQ(read_yaml("a:\n\tb: 1\n  \tc: 2\n"),
            (Strings{"x.yaml:2: the line is indented with a tab; YAML needs spaces",
                     "x.yaml:3: the line is indented with a tab; YAML needs spaces"}));
  EXPECT_EQ(read_yaml("\t\n\t# words\na.b:\t1\t# one\n"), Strings{"a.b=1"});
}

TEST(Yaml, RefusesWhatIsNotText) {
  EXPECT_EQ(read_yaml("a.b: 1\na.c: \x04\na.d: \xff\n"),
            (Strings{"x.yaml:2: the line is not text in UTF-8",
                     "x.yaml:3: the line is not text in UTF-8"}));
  EXPECT_EQ(read_yaml(std::string_view("a.b: 1\0\n", 8)),
            Strings{"x.yaml:1: the line is not text in UTF-8"});
  EXPECT_EQ(read_yaml(std::string_view("\xff\xfe"
                                       "a\0:\0",
                                       6)),
            Strings{"x.yaml:1: the line is not text in UTF-8"});
}

}  // namespace
}  // namespace gan
