#include <gtest/gtest.h>

#include "helpers.hpp"

namespace gan {
namespace {

Config with(std::string_view key, std::string_view text) {
  Config config;
  const auto problem = set_value(find_option(option_table(config), key), text);
  EXPECT_EQ(problem, "") << key;
  return config;
}

std::string line_of(std::string_view key, std::string_view text) {
  const auto yaml = to_yaml(with(key, text));
  const auto name = "\n  " + std::string(key.substr(key.find('.') + 1)) + ": ";
  const auto begin = yaml.find(name) + name.size();
  return yaml.substr(begin, yaml.find('\n', begin) - begin);
}

TEST(ToYaml, StartsWithItsNameAndGoesBySections) {
  const auto yaml = to_yaml(Config());
  EXPECT_TRUE(
      yaml.starts_with("# gan-train: every option with its value\n"
                       "data:\n  dataset: auto\n  path: data/mnist\n  labels: \"\"\n"))
      << yaml;
  EXPECT_NE(yaml.find("\n  generator_widths: auto\n"), std::string::npos);
  for (const auto* section : {"data", "model", "loss", "optim", "train", "output"}) {
    const auto line = str("\n", section, ":\n");
    EXPECT_NE(yaml.find(line), std::string::npos);
    EXPECT_EQ(yaml.find(line), yaml.rfind(line));
  }
}

TEST(ToYaml, ReadsBackEqualAtTheDefaults) {
  const auto parsed = parse_yaml(to_yaml(Config()), "x.yaml");
  Config config;
  EXPECT_EQ(parsed.settings.size(), option_table(config).size());
  EXPECT_EQ(values_of(config_of(parsed)), values_of(Config()));
}

// An allowed value of the option other than its default.
std::string other_value(const Option& option) {
  const auto now = value_text(option);
  Strings candidates = choices_of(option);
  for (const auto* text : {"false", "true", "5", "500", "0.3", "0.3:0.7", "3, 4, 5", "other"}) {
    candidates.emplace_back(text);
  }
  for (const auto& text : candidates) {
    if (set_value(option, text).empty() && value_text(option) != now) return value_text(option);
  }
  return now;
}

TEST(ToYaml, ReadsBackEveryOptionAtAnotherValue) {
  Config changed;
  for (const auto& option : option_table(changed)) {
    const auto before = value_text(option);
    EXPECT_NE(other_value(option), before) << option.key;
  }
  const auto values = values_of(changed);
  const auto defaults = values_of(Config());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NE(values[i], defaults[i]);
  EXPECT_EQ(values_of(from_yaml(to_yaml(changed))), values);
}

TEST(ToYaml, ReadsBackAnyText) {
  std::string controls;
  for (int c = 1; c < 0x80; ++c) controls += static_cast<char>(c);
  for (const std::string& text : Strings{"",
                                         " ",
                                         " a ",
                                         "null",
                                         "Null",
                                         "true",
                                         "no",
                                         "Off",
                                         "12",
                                         "1e-4",
                                         "0x1f",
                                         ".5",
                                         "-",
                                         "- a",
                                         "a: b",
                                         "a #b",
                                         "#",
                                         "'",
                                         "\"",
                                         "\\",
                                         "\\n",
                                         "it's \"so\"",
                                         "[a, b]",
                                         "{a: 1}",
                                         "&a",
                                         "*a",
                                         "!a",
                                         "|",
                                         ">",
                                         "%",
                                         "@",
                                         "`",
                                         "a\nb\n\nc\n",
                                         "\n",
                                         "\r\n",
                                         "\t",
                                         "数据/é/😀",
                                         "\xef\xbb\xbf",
                                         "\xc2\x85\xe2\x80\xa8",
                                         "\xef\xbf\xbe",
                                         "---",
                                         "...",
                                         "<<",
                                         "y",
                                         "1:30",
                                         "a,b",
                                         std::string(5000, 'x'),
                                         controls}) {
    EXPECT_EQ(from_yaml(to_yaml(with("data.path", text))).data.path, text);
  }
}

TEST(ToYaml, ReadsBackNumbersExactly) {
  for (const auto* text : {"0.1", "1e-300", "5e-324", "0.30000000000000004", "9.999999999999998"}) {
    const auto config = with("optim.lr", text);
    EXPECT_EQ(from_yaml(to_yaml(config)).optim.lr, config.optim.lr);
  }
  EXPECT_EQ(from_yaml(to_yaml(with("loss.real_label", "0.1:0.3"))).loss.real_label,
            (LabelRange{0.1, 0.3}));
  EXPECT_EQ(from_yaml(to_yaml(with("model.generator_widths", ""))).model.generator_widths,
            Widths{});
  EXPECT_EQ(from_yaml(to_yaml(with("train.seed", "9007199254740991"))).train.seed,
            (std::int64_t{1} << 53) - 1);
}

// Other YAML readers, including Python's, must read text where we do.
TEST(ToYaml, QuotesWhatLooksLikeSomethingElse) {
  EXPECT_EQ(line_of("data.path", "data/mnist-2.idx"), "data/mnist-2.idx");
  EXPECT_EQ(line_of("data.path", "/data"), "/data");
  for (const auto* text : {"true", "No", "null", "12", "1e5", ".inf", "y"}) {
    EXPECT_EQ(line_of("data.path", text), str("\"", text, "\""));
  }
  EXPECT_EQ(line_of("data.path", "a\nb\x1b"), "\"a\\x0ab\\x1b\"");
  EXPECT_EQ(line_of("loss.fake_label", "0:0.5"), "\"0:0.5\"");
  EXPECT_EQ(line_of("optim.lr", "0.5"), "0.5");
}

}  // namespace
}  // namespace gan
