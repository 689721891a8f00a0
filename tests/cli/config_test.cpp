#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "call.hpp"
#include "core/json.hpp"
#include "formats/idx.hpp"

namespace gan {
namespace {

using ConfigCall = Call;

// The config at the top of what --dry-run prints.
std::string dry(const std::string& flags) {
  const Outcome outcome = call("gan-train --dry-run " + flags);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return outcome.out.substr(0, outcome.out.find("\ndata: "));
}

TEST_F(ConfigCall, FlagsBeatTheFileAndTheFileBeatsDefaults) {
  write_file("x.ini", "[optim]\nlr = 0.5\nbeta1 = 0.25\n[data]\ndataset = shapes\n");
  write_file("X.YAML", "optim:\n  lr: 0.5\n  beta1: 0.25\ndata:\n  dataset: shapes\n");
  expect_says(dry("--data.dataset shapes"), "\n  lr: 2.0e-04\n");
  for (const std::string file : {"x.ini", "X.YAML"}) {
    const auto text = dry("--config " + file + " --lr 0.125");
    for (const char* line : {"lr: 0.125", "beta1: 0.25", "beta2: 0.999"}) {
      expect_says(text, str("\n  ", line, "\n"));
    }
  }
  EXPECT_EQ(files(), 2u);
}

TEST_F(ConfigCall, WhatTheRecipeSaidIsNotWarnedOf) {
  std::filesystem::create_directory("idx");
  write_file("idx/train-images-idx3-ubyte", idx_header({16, 8, 8}) + std::string(16UL * 64, '\7'));
  const std::string train =
      "gan-train --dry-run -c smoke --model.arch mlp --batch-size 4 --data.dataset idx --data idx ";
  const Outcome quiet = call(train), warned = call(train + "--data.synthetic_size 9");
  EXPECT_EQ(quiet.code, 0) << quiet.err;
  EXPECT_EQ(quiet.err.find("no effect"), std::string::npos) << quiet.err;
  expect_says(warned.err, "data.synthetic_size: has no effect with data.dataset = idx");
}

TEST_F(ConfigCall, AHomeFolderIsPutIn) {
  const Outcome outcome = call("gan-train --dry-run -c smoke --out=~/runs");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  expect_says(outcome.out, str("\n  dir: ", std::getenv("HOME"), "/runs\n"));
}

TEST_F(ConfigCall, ShortAndLongFlagsAreTheSame) {
  const auto text =
      dry("--config smoke --train.epochs 7 --optim.lr=3e-4 --train.seed 9 --output.dir x");
  EXPECT_EQ(text, dry("-c smoke --epochs=7 --lr 3e-4 --seed 9 -o x"));
  EXPECT_EQ(text, dry("-c smoke.ini --epochs=7 --lr 3e-4 --seed 9 --out x"));
}

TEST_F(ConfigCall, WhatDryRunPrintsIsAConfigThatGivesTheSame) {
  const auto text = dry("--config smoke --loss.real_label 0.8:1.0");
  write_file("again.yaml", text);
  EXPECT_EQ(dry("--config again.yaml"), text);
}

TEST_F(ConfigCall, PrecisionIsWhatTheProcessorIsFastAt) {
  std::ifstream processor("/proc/cpuinfo");
  const std::string flags{std::istreambuf_iterator<char>(processor), {}};
  const bool fast = flags.find(" avx512_bf16") != std::string::npos;
  for (const std::string asked : {"auto", "bf16", "fp32"}) {
    const auto text =
        call("gan-train -c smoke --device cpu --dry-run --json --train.precision " + asked).out;
    const std::string precision = asked != "auto" ? asked : fast ? "bf16" : "fp32";
    const auto facts = Json::parse(text)["training"];
    EXPECT_EQ(facts["device"], "cpu");
    EXPECT_EQ(facts["precision"], precision);
  }
}

TEST_F(ConfigCall, DryRunAsJson) {
  const auto text = call("gan-train --config smoke --dry-run --json facts.json");
  expect_says(text.out, "generator, 6345 parameters");
  expect_says(text.out, "discriminator, 2457 parameters");
  const std::string json = call("gan-train --config smoke --dry-run --json").out;
  EXPECT_EQ(json, text_of("facts.json"));
  for (const char* words : {"\"optim.lr\":0.001", "\"shape\":[1,16,16]", "\"steps_per_epoch\":16",
                            "\"parameters\":6345", "\"parameters\":2457", "\"evaluations\":0"}) {
    expect_says(Json::parse(json).dump(), words);
  }
  // Three sets of bytes, two of floats, and a copy of the 512 images: there are no test images.
  const std::string flags = "gan-train -c smoke --dry-run --eval.every 1 --eval.samples 200";
  const auto bytes = 200 * 256 * (3 + 2 * 4) + 512 * 256;
  expect_says(call(flags + " --json").out, str("\"evaluations\": ", bytes));
  expect_says(call(flags).out, ", evaluations 0.7 MiB, LibTorch itself");
}

TEST_F(ConfigCall, AResumedConfigMayNotChange) {
  EXPECT_EQ(call("gan-train -c smoke --epochs 1 --out run -q").code, 0);
  const auto outcome = call("gan-train --resume run --epochs 2 --lr 0.5 --optim.beta1 0.9");
  EXPECT_EQ(outcome.code, 2);
  expect_says(outcome.err, "optim.lr: 0.001 -> 0.5");
  expect_says(outcome.err, "optim.beta1: 0.5 -> 0.9");
  EXPECT_EQ(outcome.err.find("epochs"), std::string::npos);
  expect_refused("gan-train --resume run --overwrite", {"leave out one of them"});
  expect_refused("gan-train --resume run --init-from x", {"--resume", "leave out --init-from"});
  expect_refused(
      "gan-train -c smoke --out run",
      {"already holds files; choose another --out, resume the run with --resume run, or replace"});
  for (const char* name : {"last.pt", "previous.pt"}) {
    const auto path = std::filesystem::path("run/checkpoints") / name;
    if (std::filesystem::exists(path)) {
      std::filesystem::resize_file(path, std::filesystem::file_size(path) - 100);
    }
  }
  expect_refused("gan-train --resume run --epochs 2", {"last.pt"}, Error::kFailed);
}

TEST_F(ConfigCall, TheLengthOfARunWhoseRatesFallToItsEndMayNotChange) {
  int run = 0;
  for (const std::string falls : {"--optim.schedule linear", "--train.instance_noise 0.1"}) {
    const std::string out = str("run", ++run);
    call("gan-train -c smoke --epochs 1 --train.steps_per_epoch 2 -q --out " + out + " " + falls);
    const auto outcome = call("gan-train --epochs 2 --resume " + out);
    EXPECT_EQ(outcome.code, 2);
    expect_says(outcome.err, "train.epochs: 1 -> 2 (optim.schedule or");
    EXPECT_EQ(call("gan-train -q --resume " + out).code, 0);
  }
}

TEST_F(ConfigCall, AllMistakesOfAFileAreToldWithTheirLines) {
  write_file("x.ini",
             "[optim]\nlr = -3\nls = 4\nbeta1 = 0.5\nbeta1 = 0.6\n\n[train]\nepochs = ten\n");
  write_file("x.yaml",
             "optim:\n  lr: -3\n  ls: 4\n  beta1: 0.5\n  beta1: 0.6\n\ntrain:\n  epochs: ten\n");
  for (const std::string name : {"x.ini", "x.yaml"}) {
    const auto outcome = call("gan-train --out run --config " + name);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(split(outcome.err, '\n').size(), 4u) << outcome.err;
    for (const int line : {2, 3, 5, 8}) expect_says(outcome.err, str(name, ":", line, ": "));
    for (const char* words : {"out of range", "did you mean 'lr'", "beta1", "'ten' is not an"}) {
      expect_says(outcome.err, words);
    }
  }
  write_file("bad.ini", "[optim\n");
  expect_refused("gan-train --config bad.ini", {"bad.ini:1"});
  EXPECT_EQ(files(), 3u);
}

}  // namespace
}  // namespace gan
