#include <algorithm>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/facts.hpp"
#include "helpers.hpp"

namespace gan {
namespace {

Config unusual() {
  Config config;
  config.data.path = "a folder; with # marks ";
  config.data.drop_last = true;
  config.model.generator_widths = {8, 16};
  config.loss.real_label = {0.8, 1.0};
  config.optim.lr = 1e-3;
  return config;
}

std::string written(Config config, ConfigFormat format, bool all = true) {
  return commented_config(option_table(config), format, "# mine\n", all);
}

TEST(CommentedConfig, ReadsBackAsItWas) {
  for (const Config& config : {Config(), unusual()}) {
    for (const bool all : {false, true}) {
      EXPECT_EQ(values_of(from_ini(written(config, ConfigFormat::kIni, all))), values_of(config));
      EXPECT_EQ(values_of(from_yaml(written(config, ConfigFormat::kYaml, all))), values_of(config));
    }
  }
}

// The file has every key; uncommented, it reads as the default that it shows.
TEST(CommentedConfig, ShowsEveryKeyWithItsDefault) {
  for (const auto format : {ConfigFormat::kIni, ConfigFormat::kYaml}) {
    const std::string text = written(Config(), format);
    std::string unmarked;
    for (const auto& line : split(text, '\n')) {
      const bool key = line.starts_with('#') && line.size() > 1 && line[1] != ' ';
      const bool section = line.ends_with(':') || line.starts_with('[');
      const std::string indent = section || format == ConfigFormat::kIni ? "" : "  ";
      unmarked += indent + (key ? line.substr(1) : line) + '\n';
    }
    const auto parsed = format == ConfigFormat::kIni ? parse_ini(unmarked, "x.ini")
                                                     : parse_yaml(unmarked, "x.yaml");
    Config defaults;
    EXPECT_EQ(parsed.settings.size(), option_table(defaults).size());
    EXPECT_EQ(values_of(config_of(parsed)), values_of(Config()));
  }
}

TEST(CommentedConfig, SetsWhatIsNotDefault) {
  const std::string ini = written(unusual(), ConfigFormat::kIni);
  EXPECT_NE(ini.find("\ndrop_last = true\n"), std::string::npos);
  EXPECT_NE(ini.find("\n#limit = 0\n"), std::string::npos);
  EXPECT_NE(ini.find("# Adam's"), std::string::npos) << "no help";
}

TEST(CommentedConfig, IsShortUnlessAllIsAskedFor) {
  const std::string ini = written(unusual(), ConfigFormat::kIni, false);
  EXPECT_LT(std::ranges::count(ini, '\n'), 100);
  EXPECT_NE(ini.find("\ndrop_last = true\n"), std::string::npos) << "set";
  EXPECT_NE(ini.find("\n#batch_size = 128\n"), std::string::npos) << "often changed";
  EXPECT_EQ(ini.find("limit"), std::string::npos);
  EXPECT_EQ(ini.find("[augment]"), std::string::npos) << "an empty section";
}

TEST(ConfigFacts, DifferencesNameValueAndDefault) {
  const Json json = differences_from_defaults(unusual());
  ASSERT_EQ(json.size(), 5U);
  EXPECT_EQ(*std::next(json.begin(), 3), Json({{"value", {0.8, 1.0}}, {"default", {1.0, 1.0}}}));
  EXPECT_EQ(std::next(json.begin(), 4).key(), "optim.lr");
}

}  // namespace
}  // namespace gan
