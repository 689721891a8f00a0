#include <filesystem>
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "helpers.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

class ConfigFile : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, text);
    return folder_ / name;
  }
  /// The error of load_config, without the folder's name.
  std::string load_message(const fs::path& path) const {
    auto message = usage_message_of([&] { load_config(path); });
    const auto folder = folder_.path().string() + "/";
    for (auto at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
      message.erase(at, folder.size());
    }
    return message;
  }

  TempFolder folder_;
};

TEST(Apply, SaysWhereAndWhatIsAllowed) {
  EXPECT_EQ(ini_message("[optim]\n\nlr = abc\n"),
            "x.ini:3: optim.lr: 'abc' is not a number; allowed: > 0 and at most 10");
  EXPECT_EQ(yaml_message("optim:\n  lr: abc\n"),
            "x.yaml:2: optim.lr: 'abc' is not a number; allowed: > 0 and at most 10");
}

TEST(Apply, KnowsHowElseNumbersAreWritten) {
  EXPECT_EQ(ini_message("[optim]\nlr = 0,001\n"),
            "x.ini:2: optim.lr: '0,001' is not a number; did you mean 0.001?");
  EXPECT_EQ(ini_message("[model]\ngenerator_widths = 16 32\n"),
            "x.ini:2: model.generator_widths: '16 32' is not a list; separate numbers by "
            "commas, as in 64, 32");
  EXPECT_EQ(ini_message("[loss]\nreal_label = 0,8:1\n"),
            "x.ini:2: loss.real_label: '0,8' is not a number; did you mean 0.8?");
}

TEST_F(ConfigFile, AnIniFileByAnotherNameIsCalledThat) {
  EXPECT_EQ(load_message(write("a.yaml", "# mine\n\n[optim]\nlr = 1\n")),
            "a.yaml: holds the sections of an INI file; let its name end in .ini");
}

TEST(Apply, AFlagNamesItsKeyItself) {
  Config config;
  EXPECT_EQ(usage_message_of(
                [&] { apply_settings(option_table(config), {{"optim.lr", "abc", "--lr"}}); }),
            "--lr: 'abc' is not a number; allowed: > 0 and at most 10");
}

TEST(Apply, SuggestsKeys) {
  EXPECT_EQ(ini_message("[optim]\nls = 1\n"),
            "x.ini:2: unknown key 'ls' in [optim]; did you mean 'lr'?");
  EXPECT_EQ(ini_message("[train]\nlr = 1\n"),
            "x.ini:2: unknown key 'lr' in [train]; did you mean 'optim.lr'?");
  EXPECT_EQ(ini_message("batch_size = 1\n"),
            "x.ini:1: unknown key 'batch_size'; did you mean 'train.batch_size'?");
  EXPECT_EQ(ini_message("out = x\n"), "x.ini:1: unknown key 'out'; did you mean 'output.dir'?");
  EXPECT_EQ(ini_message("epoch = 1\n"), "x.ini:1: unknown key 'epoch'; did you mean 'epochs'?");
  EXPECT_EQ(ini_message("[train]\nzzzzzz = 1\n"), "x.ini:2: unknown key 'zzzzzz' in [train]");
  EXPECT_EQ(yaml_message("optim: 3\n"), "x.yaml:1: 'optim' is a section; write its keys below it");
}

TEST(Apply, ReportsAnUnknownSectionOnce) {
  EXPECT_EQ(ini_message("[optm]\nlr = 1\nbeta1 = 2\n[zzzz]\na = 1\n"),
            "x.ini:2: unknown section [optm]; did you mean 'optim'?\n"
            "x.ini:5: unknown section [zzzz]");
}

TEST(Apply, ReportsEverythingTogether) {
  EXPECT_EQ(ini_message("[train]\nepochs = 0\nwords\nepoch = 3\n[data]\nrange = unit\nrange = x\n"),
            "x.ini:3: 'words' is neither 'key = value' nor a [section]; comments begin with #\n"
            "x.ini:7: duplicate key 'data.range'; first given on line 6\n"
            "x.ini:2: train.epochs: '0' is out of range; allowed: 1 to 1000000000\n"
            "x.ini:4: unknown key 'epoch' in [train]; did you mean 'epochs'?");
}

TEST(Apply, StopsListingSomewhere) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += str("train.k", i, " = 1\n");
  const auto message = ini_message(text);
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 20);
  EXPECT_TRUE(message.ends_with("\nthere may be more; fix these first"));
}

TEST(Apply, LaterSettingsWin) {
  Config config;
  apply_settings(option_table(config), {{"optim.lr", "0.1", "a"}, {"optim.lr", "0.2", "b"}});
  EXPECT_EQ(config.optim.lr, 0.2);
}

TEST_F(ConfigFile, DefaultsThenFileThenFlags) {
  const auto path = write("x.ini", "[train]\nepochs = 7\nbatch_size = 9\n");
  Config config;
  auto parsed = read_settings(path);
  parsed.settings.push_back({"train.batch_size", "11", "--batch-size"});
  apply_settings(option_table(config), parsed.settings, parsed.mistakes);
  EXPECT_EQ(config.train.epochs, 7);
  EXPECT_EQ(config.train.batch_size, 11);
  EXPECT_EQ(config.train.seed, Config().train.seed);
}

TEST_F(ConfigFile, SaysWhatAnotherFileIs) {
  const auto path = write("x.ini", "<!DOCTYPE html><html></html>");
  EXPECT_EQ(usage_message_of([&] { read_settings(path); }),
            path.string() + ": is a web page (HTML), not a config file");
}

TEST_F(ConfigFile, IniAndYamlSayTheSame) {
  const auto ini = write("x.ini",
                         "train.epochs = 3\n[model]\ngenerator_widths = 8, 16\n[loss]\n"
                         "real_label = 0.8:1.0\n[data]\npath = \"a # b\"\ndrop_last = yes\n"
                         "[optim]\nlr = 1e-3\n[output]\ndir =\n");
  const std::string text =
      "train.epochs: 3\nmodel:\n  generator_widths: [8, 16]\nloss:\n  real_label: 0.8:1.0\n"
      "data:\n  path: \"a # b\"\n  drop_last: yes\noptim:\n  lr: 1e-3\noutput:\n  dir:\n";
  const auto expected = values_of(load_config(ini));
  EXPECT_NE(expected, values_of(Config()));
  EXPECT_EQ(values_of(load_config(write("x.yaml", text))), expected);
  EXPECT_EQ(values_of(load_config(write("x.yml", text))), expected);
}

TEST_F(ConfigFile, RefusesWhatIsNoConfigFile) {
  EXPECT_EQ(load_message(folder_ / "no.ini"), "no.ini: no such config file");
  EXPECT_EQ(load_message(write("x.json", "{}")),
            "x.json: a config file ends in .ini, .yaml or .yml");
  EXPECT_EQ(load_message(write("x", "")), "x: a config file ends in .ini, .yaml or .yml");
  fs::create_directory(folder_ / "d.ini");
  EXPECT_EQ(load_message(folder_ / "d.ini"), "d.ini: is a folder, not a config file");
  EXPECT_EQ(load_message(write("big.yaml", std::string((256 << 10) + 1, '#'))),
            "big.yaml: holds 262145 bytes; a config file has at most 262144");
  EXPECT_EQ(load_message(write("line.ini", "data.path = " + std::string(10 << 20, 'x'))),
            "line.ini: holds 10485772 bytes; a config file has at most 262144");
  EXPECT_EQ(load_message(write("full.yaml", std::string(256 << 10, '#'))), "");
  EXPECT_EQ(usage_message_of([] { read_settings("/dev/null"); }),
            "/dev/null: is not a regular file");
}

TEST_F(ConfigFile, LoadChecksTheWhole) {
  EXPECT_EQ(load_message(write("x.ini", "[train]\ndevice = gpu\n[optim]\nlr = 0\n")),
            "x.ini:4: optim.lr: '0' is out of range; allowed: > 0 and at most 10");
  EXPECT_EQ(load_message(write("x.ini", "[train]\ndevice = gpu\n")),
            "train.device: 'gpu' is not a device; write auto, cpu, cuda or cuda:N; did you mean "
            "'cpu'?");
}

}  // namespace
}  // namespace gan
