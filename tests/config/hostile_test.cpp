// Configs made to exhaust their reader: each must end in a message, at a bounded cost.
#include <gtest/gtest.h>

#include "config/helpers.hpp"
#include "peak_growth.hpp"

namespace gan {
namespace {

constexpr std::size_t kFullFile = kMaxConfigBytes;

std::string filled(std::size_t size, std::string text, std::string_view part) {
  while (text.size() + part.size() <= size) text += part;
  return text;
}

std::string many_keys(std::string text, std::string_view sign) {
  for (int i = 0; text.size() < kFullFile - 20; ++i) text += str("k", i, sign, "1\n");
  return text;
}

TEST(HostileYaml, DeepNestingIsOneMistakeAndNoOverflow) {
  const std::string deep =
      "x.yaml:1: nested too deep; a config is 'section:' with 'key: value' lines below it";
  const std::string odd = "x.yaml:1: a list is not expected here; write 'key: [value, …]'";
  for (const std::size_t size : {4000, 100000}) {
    for (const auto* opening : {"{", "{a: ", "? ", "{\n"}) {
      EXPECT_EQ(yaml_message(filled(size, "", opening)), deep) << opening;
    }
    for (const auto* opening : {"[", "[{a: ", "- ", "- - - -\n", "[\n"}) {
      EXPECT_EQ(yaml_message(filled(size, "", opening)), odd) << opening;
    }
    EXPECT_EQ(yaml_message(filled(size, "a: ", "[")), deep);
    EXPECT_EQ(yaml_message(filled(size, "a: ", "{")), deep);
    EXPECT_EQ(yaml_message(filled(size, "a: ", "- ")),
              "x.yaml:1: malformed YAML: illegal block entry");
  }
}

TEST(HostileYaml, ABombOfAliasesStaysSmall) {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    text += str("a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, "]\n");
  }
  const auto parsed = parse_yaml(text, "x.yaml");
  EXPECT_EQ(parsed.mistakes.size(), 20U);
  for (const auto& setting : parsed.settings) EXPECT_LE(setting.value.size(), 4U);
}

TEST(HostileYaml, CostsBoundedMemory) {
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory would be counted";
  const auto growth = [](const std::string& text) {
    return peak_growth([&] { yaml_message(text); });
  };
  // Brackets are the worst case: yaml-cpp holds 240 bytes for each until it is closed.
  for (const auto& text :
       {filled(kFullFile, "a: ", "["), filled(kFullFile, "a: ", "{"),
        filled(kFullFile, "a: ", "[\n"), filled(kFullFile, "a: ", "x"),
        filled(kFullFile, "a: \"", "\\x41"), filled(kFullFile, "a: >\n", "  x\n"),
        filled(kFullFile, "a:\n", "- 1\n"), filled(kFullFile, "", "- "),
        filled(kFullFile, "", "? "), filled(kFullFile, "", "w:\n"),
        filled(kFullFile, "a: [", "&a x, "), many_keys("a:\n", ": ").insert(3, "  ")}) {
    EXPECT_LE(growth(text), 64) << text.substr(0, 20);
  }
}

TEST(HostileIni, EndsInOneMessageAtBoundedCost) {
  const std::string long_line = "x.ini:1: the line is longer than 4096 bytes";
  const std::string huge(10 << 20, 'x');
  EXPECT_EQ(ini_message(huge), long_line);
  EXPECT_EQ(ini_message("a.b = " + huge), long_line);
  EXPECT_EQ(ini_message(std::string(10 << 20, '\0')), long_line);
  EXPECT_EQ(ini_message(filled(kFullFile, "", "[")), long_line);
  if (!kCountsMemory) GTEST_SKIP() << "a sanitizer's own memory would be counted";
  for (const auto& text : {huge, filled(kFullFile, "", "[a\n"), filled(kFullFile, "", "[a]\n"),
                           filled(kFullFile, "", "a=b\n"), many_keys("[a]\n", "=")}) {
    EXPECT_LE(peak_growth([&] { ini_message(text); }), 64) << text.substr(0, 20);
  }
}

}  // namespace
}  // namespace gan
