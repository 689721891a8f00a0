#include <cmath>
#include <map>

#include "call.hpp"
#include "config/facts.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/models/networks.hpp"
#include "io/export.hpp"
#include "io/sample_writer.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

class SmallCommand : public Call {
 protected:
  static std::string print(const std::string& line) {
    const Outcome outcome = call(line);
    EXPECT_EQ(outcome.code, 0) << line << '\n' << outcome.err;
    return outcome.out;
  }
  // Checks that the text of `gan inspect` contains each of `says`.
  static void inspect(const std::string& path, const std::vector<std::string>& says) {
    const auto text = print("gan inspect " + path);
    for (const auto& words : says) expect_says(text, words);
    print("gan inspect --json " + path);
  }
};

TEST_F(SmallCommand, AConfigThatInitWroteIsItsRecipe) {
  for (const std::string recipe : {"smoke.ini", "mnist_fast.yaml", "mnist_mlp.ini"}) {
    for (const std::string extension : {".ini", ".yaml"}) {
      const std::string config = "mine" + extension;
      call("gan init configs/" + recipe + " -o " + config);
      const auto ours = to_yaml(load_config(config));
      EXPECT_EQ(ours, to_yaml(load_config("configs/" + recipe))) << recipe;
      EXPECT_NE(ours, to_yaml(Config()));
      fs::remove(config);
    }
  }
}

TEST_F(SmallCommand, InitWritesEveryKeyWithItsHelp) {
  std::string text = print("gan init --all -o -");
  std::string words;
  for (const auto& line : split(text, '\n')) {
    if (line.starts_with('#')) words += std::string(trim(line.substr(1))) + " ";
  }
  Config config;
  for (const Option& option : option_table(config)) {
    expect_says(text, "\n#" + option.key.substr(option.key.find('.') + 1) + " =");
    expect_says(words, option.help.substr(0, option.help.find("  ")));
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(SmallCommand, InitKnowsARecipeByItsNameAndOverwritesNothing) {
  const auto outcome = call("gan init smoke");
  expect_says(outcome.err, "smoke.ini");
  EXPECT_EQ(call("gan init rings -q").err, "");
  const auto text = text_of("smoke.ini");
  for (const char* words :
       {"# Runs everything once in seconds", "\ndataset = shapes\n", "\n#path = data/mnist\n"}) {
    expect_says(text, words);
  }
  print("gan-train --config smoke --dry-run");
  expect_refused("gan init smoke", {"smoke.ini", "-o"});
  expect_refused("gan init smoke -o x.txt", {"x.txt", ".yaml"});
  expect_refused("gan init smoek", {"smoke"});
  EXPECT_EQ(text_of("smoke.ini"), text);
}

TEST_F(SmallCommand, ListSaysWhatThereIs) {
  const auto text = print("gan list");
  for (const auto& line : split(text, '\n')) EXPECT_LE(columns_of(line), 60u) << line;
  const auto json = print("gan list --json");
  for (const char* name :
       {"recipes", "models", "losses", "penalties", "datasets", "formats", "exports"}) {
    expect_says(json, str("\"", name, "\": {"));
    expect_says(text, print(str("gan list ", name)));
  }
  for (const auto& entry : fs::directory_iterator("configs")) {
    if (!is_config_name(entry.path())) continue;
    expect_says(text, "\n  " + entry.path().stem().string() + "\n");
  }
  for (const auto& loss : losses()) expect_says(json, str("\"", loss.kind, "\": \""));
  for (const auto& loader : dataset_loaders()) expect_says(json, str("\"", loader.kind, "\": \""));
  EXPECT_EQ(print("gan list losses --json"), print("gan list --json losses"));
  call("gan list losses --json out.json");
  EXPECT_EQ(print("gan list losses --json -"), text_of("out.json"));
}

// Everything that is listed can be chosen and works.
TEST_F(SmallCommand, EachRowThatIsListedRuns) {
  const std::string train =
      "gan-train -q --overwrite --epochs 1 --train.steps_per_epoch 2 "
      "--batch-size 8 --out run -c smoke ";
  print(train);
  const std::string from_run = " --ckpt run/checkpoints/g_1.pt -q ";
  for (const auto& row : sample_formats()) {
    print("gan-sample" + from_run + "-n 16 -o drawn_" + str(row.name) + " --format " +
          str(row.name));
    EXPECT_TRUE(fs::exists("drawn_" + str(row.name))) << row.name;
  }
  for (const auto& row : export_formats()) {
    print("gan-export" + from_run + "-o g." + str(row.name) + " --format " + str(row.name));
    EXPECT_GT(fs::file_size("g." + str(row.name)), 1000u) << row.name;
  }
  fs::create_directory("idx");
  write_file("idx/train-images-idx3-ubyte",
             idx_header({16, 28, 28}) + std::string(16UL * 784, '\7'));
  write_file("idx/train-labels-idx1-ubyte", idx_header({16}) + std::string(16, '\1'));
  write_file("cifar10", std::string(16UL * 3073, '\1'));
  write_file("cifar100", std::string(16UL * 3074, '\1'));
  const std::map<DatasetKind, std::string> data = {
      {DatasetKind::kAuto, "idx"},         {DatasetKind::kIdx, "idx"},
      {DatasetKind::kStackedMnist, "idx"}, {DatasetKind::kNpy, "drawn_npy"},
      {DatasetKind::kCifar10, "cifar10"},  {DatasetKind::kCifar100, "cifar100"},
      {DatasetKind::kFolder, "drawn_png"}};
  for (const auto& row : dataset_loaders()) {
    const std::string path = data.contains(row.kind) ? " --data " + data.at(row.kind) : "";
    print(train + "--model.arch mlp --data.synthetic_size 64 --data.dataset " + str(row.kind) +
          path);
  }
  for (const auto& row : architectures()) print(train + "--model.arch " + str(row.kind));
  for (const auto& row : losses()) print(train + "--loss.kind " + str(row.kind));
  for (const auto& row : penalties()) print(train + "--loss.penalty " + str(row.kind));
}

TEST_F(SmallCommand, InspectDataFiles) {
  std::string pixels;
  for (int i = 0; i < 96; ++i) pixels += static_cast<char>(i % 24 * 10);
  write_file("plain", idx_header({4, 4, 6}) + pixels);
  inspect("plain", {"kind: IDX\n", "shape: [4, 4, 6]", "min: 0\n", "max: 230\n", "mean: 115\n"});
  write_file("labels", idx_header({5}) + std::string("\2\0\2\1\2", 5));
  inspect("labels", {"items_by_label: [1, 1, 3]"});
  const float values[] = {-1, 0.5, NAN, 2};
  const std::string bytes(reinterpret_cast<const char*>(values), sizeof values);
  write_file("f.npy", npy_header("<f4", {2, 2}) + bytes);
  inspect("f.npy", {"kind: NumPy\n", "type: float32\n", "shape: [2, 2]", "min: -1\n", "max: 2\n",
                    "mean: 0.5\n", "not_finite: 1\n"});
}

TEST_F(SmallCommand, InspectCheckpointsAndRuns) {
  call("gan-train --config smoke --epochs 2 --out run -q");
  const auto run = print("gan inspect run/checkpoints/g_2.pt");
  for (const char* words : {"kind: ", "epoch: 2\n", "step: 32\n", "image_shape: [1, 16, 16]",
                            "parameters: generator 6345, discriminator 2457",
                            "optim.lr: value 0.001, default 0.0002", "float32"}) {
    expect_says(run, words);
  }
  EXPECT_EQ(run.find("optim.beta1"), std::string::npos);
  inspect("run/checkpoints/last.pt", {"g_optimizer", "exp_avg", "\ndiscriminator:"});
  inspect("run", {"kind: run\n", "epoch: 2\n", "generators_of_epochs: [1, 2]",
                  "can_be_resumed: true", "last_evaluation: null",
                  "\nfiles:\n  config.yaml: ", "\n  checkpoints/g_*.pt: the generator"});
  call("gan-export --ckpt run/checkpoints/g_2.pt -o g.safetensors");
  inspect("g.safetensors",
          {"kind: safetensors\n", "image_shape: 1x16x16", "optim.lr: value 0.001, default 0.0002"});
  fs::copy("run/checkpoints/g_2.pt", "damaged.pt");
  fs::resize_file("damaged.pt", fs::file_size("damaged.pt") - 50);
  expect_refused("gan inspect damaged.pt", {"damaged.pt"}, Error::kFailed);
}

TEST_F(SmallCommand, InspectRefusesWhatItDoesNotKnow) {
  write_file("x.bin", "hello");
  write_file("empty", "");
  expect_refused("gan inspect x.bin", {"x.bin", "IDX"});
  expect_refused("gan inspect empty", {"empty"});
  expect_refused("gan inspect absent", {"absent"});
  expect_refused("gan inspect .", {"config.yaml"});
}

TEST_F(SmallCommand, ATunePlanWritesNothing) {
  const std::string call_of =
      "gan-tune -c rings --data.synthetic_size 1024 --epochs 4 --samples 200 ";
  const auto plan = print(call_of + "--trials 9 --dry-run");
  expect_says(plan, "rung 1: 9 trials, 11.11 % of a run");
  expect_says(plan, "optim.lr: 0.00025 to 0.004, logarithmic");
  for (const auto& line : split(plan, '\n')) EXPECT_LE(columns_of(line), 60u) << line;
  EXPECT_EQ(files(), 0u);
}

}  // namespace
}  // namespace gan
