#include <algorithm>
#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "cli/call.hpp"
#include "data/idx_files.hpp"
#include "device/fake_cuda.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/loop.hpp"
#include "gan_train/train/trainer.hpp"
#include "tiny_config.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

[[maybe_unused]] const bool kFaked = (fake_a_cuda_device(), true);

struct DeviceCase {
  const char* name;
  std::vector<std::string> settings;  // "key=value"
};

void PrintTo(const DeviceCase& test, std::ostream* out) { *out << test.name; }

// Covers every layer, loss, penalty and kind of draw at least once.
const DeviceCase kDeviceCases[] = {
    {"mlp", {}},
    {"transposed",
     {"model.arch=dcgan", "model.generator_norm=true", "model.discriminator_norm=true"}},
    {"nearest", {"model.arch=dcgan", "model.upsampling=nearest", "model.kernel=5"}},
    {"resnet", {"model.arch=resnet", "loss.kind=hinge", "model.generator_norm=true"}},
    {"spectral", {"model.arch=dcgan", "model.spectral_norm=true", "train.discriminator_steps=2"}},
    {"synchronised", {"model.generator_norm=true", "model.sync_batchnorm=true"}},
    {"concat", {"model.conditional=concat", "model.arch=dcgan", "train.ema=0.9"}},
    {"projection", {"model.conditional=projection", "loss.penalty=r1", "loss.penalty_every=2"}},
    {"acgan", {"model.conditional=acgan", "train.discriminator_update=separate"}},
    {"stddev", {"model.minibatch_stddev=4", "model.arch=dcgan"}},
    {"pack", {"model.pack=2", "loss.kind=wasserstein", "loss.penalty=wgan_gp"}},
    {"pairs", {"loss.kind=relativistic", "loss.penalty=r1_r2", "data.range=unit"}},
    {"dragan", {"loss.penalty=dragan", "train.discriminator_update=joint"}},
    {"labels", {"loss.real_label=0.8:1", "loss.label_flip=0.1", "train.reuse_fake=true"}},
    {"views",
     {"augment.mirror=true", "augment.translation=0.2", "augment.cutout=0.3",
      "augment.brightness=0.1", "augment.contrast=0.5", "train.instance_noise=0.2"}},
    {"clipped",
     {"loss.weight_clip=0.1", "optim.max_grad_norm=1", "optim.schedule=cosine",
      "loss.kind=wasserstein"}},
    {"replacement", {"data.sampling=replacement", "train.discriminator_batch=half"}},
    {"graph", {"train.cuda_graph=true", "model.conditional=concat"}},
};

void apply(Config& config, const std::vector<std::string>& settings) {
  std::vector<Setting> changes;
  for (const auto& setting : settings) {
    const auto at = setting.find('=');
    changes.push_back({setting.substr(0, at), setting.substr(at + 1), setting});
  }
  apply_settings(option_table(config), changes);
}

Config on_fake(Config config) {
  config.train.device = "cuda";
  return config;
}

class DeviceStep : public testing::TestWithParam<DeviceCase> {};

// Six steps; an epoch has three full ones and a short one.
TEST_P(DeviceStep, IsTheCpusAndWaitsForNothing) {
  Config config = tiny_config();
  apply(config, GetParam().settings);
  if (config.model.arch != Arch::kMlp) {
    config.model.generator_widths = config.model.discriminator_widths = {8};
  }
  config.data.drop_last = config.model.pack > 1 || config.model.minibatch_stddev > 0;
  const Dataset data = load_dataset(config.data);
  Trainer there(config, data);
  Trainer here(on_fake(config), data);
  for (int i = 0; i < 6; ++i) {
    take_waits();
    const auto metrics = here.step();
    EXPECT_EQ(take_waits(), std::vector<std::string>()) << "step " << i;
    EXPECT_TRUE(metrics.is_cuda());
    const auto expected = there.step();
    EXPECT_TRUE(torch::allclose(metrics.cpu(), expected, 1e-3, 1e-4)) << "step " << i << '\n'
                                                                      << metrics.cpu() << '\n'
                                                                      << expected;
  }
}

INSTANTIATE_TEST_SUITE_P(Fake, DeviceStep, testing::ValuesIn(kDeviceCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Device, ImagesComeFromDiskThroughPinnedMemory) {
  Config config = tiny_config();
  config.model.conditional = Conditional::kConcat;
  const ShapesOnDisk files(config.data);
  Trainer there(config, load_held(config.data, true));
  Trainer here(on_fake(config), load_held(config.data, false));
  for (int i = 0; i < 6; ++i) {
    take_waits();
    const auto metrics = here.step();
    EXPECT_EQ(take_waits(), std::vector<std::string>()) << "step " << i;
    EXPECT_TRUE(torch::allclose(metrics.cpu(), there.step(), 1e-3, 1e-4)) << "step " << i;
  }
}

TEST(Device, AdaptiveAugmentationReadsOneValueEveryFourthStep) {
  Config config = on_fake(tiny_config());
  apply(config, {"augment.translation=0.2", "augment.target=0.3"});
  Trainer trainer(config, load_dataset(config.data));
  std::vector<std::size_t> waits;
  for (int i = 0; i < 8; ++i) {
    take_waits();
    trainer.step();
    waits.push_back(take_waits().size());
  }
  EXPECT_EQ(waits, (std::vector<std::size_t>{0, 0, 0, 1, 0, 0, 0, 1}));
}

// Each device draws its own dropout masks.
TEST(Device, DropoutIsTheDevicesOwn) {
  Config config = on_fake(tiny_config());
  config.model.dropout = 0.5;
  Trainer trainer(config, load_dataset(config.data));
  take_waits();
  const auto metrics = trainer.step();
  EXPECT_EQ(take_waits(), std::vector<std::string>());
  EXPECT_TRUE(metrics.cpu().isfinite().all().item<bool>());
}

// The backward pass runs on its own thread, which must use the same precision.
TEST(Device, Bfloat16ComesNearFloat32) {
  Config config = on_fake(tiny_config());
  apply(config, {"model.arch=dcgan", "loss.penalty=r1", "data.drop_last=true"});
  config.model.generator_widths = config.model.discriminator_widths = {8};
  const Dataset data = load_dataset(config.data);
  Trainer exact(config, data);
  config.train.precision = Precision::kBf16;
  Trainer rough(config, data);
  for (int i = 0; i < 5; ++i) {
    take_waits();
    const auto metrics = rough.step();
    EXPECT_EQ(take_waits(), std::vector<std::string>()) << "step " << i;
    const auto expected = exact.step();
    EXPECT_TRUE(torch::allclose(metrics.cpu(), expected.cpu(), 0.1, 0.05)) << metrics << expected;
    EXPECT_FALSE(torch::equal(metrics.cpu(), expected.cpu()));  // bf16 was really used
  }
}

// Two epochs of four steps: the metrics are read twice per epoch, and the stop flag at its end.
TEST(Device, ALoopWaitsOnlyWhereItReadsMetrics) {
  Config config = on_fake(tiny_config());
  config.train.epochs = 2;
  config.output.log_every = 2;
  Trainer trainer(config, load_dataset(config.data));
  LoopState state;
  Hooks hooks;
  hooks.read_every = 32;
  take_waits();
  EXPECT_TRUE(run_training(trainer, state, hooks));
  const auto waits = take_waits();
  EXPECT_EQ(std::count(waits.begin(), waits.end(), "a copy to the CPU"), 4) << join(waits, "\n");
  EXPECT_EQ(std::count(waits.begin(), waits.end(), "aten::_local_scalar_dense"), 2);
  EXPECT_EQ(waits.size(), 6U);
}

TEST(Device, AveragedWeightsDrawWhatTheyDrawOnTheCpu) {
  Config config = tiny_config();
  apply(config, {"train.ema=0.9", "model.arch=dcgan", "model.generator_norm=true"});
  const Dataset data = load_dataset(config.data);
  const auto drawn = [&](const Config& of) {
    Trainer trainer(of, data);
    for (int i = 0; i < 4; ++i) trainer.step();
    return draw_samples(trainer.sampling_generator(), of, {}, 9, 5);
  };
  const auto there = drawn(config), here = drawn(on_fake(config));
  EXPECT_LE((there.to(torch::kInt) - here.to(torch::kInt)).abs().max().item<int>(), 1);
}

class DeviceCall : public Call {
 protected:
  static Outcome expect_done(const std::string& line) {
    const Outcome outcome = call(line);
    EXPECT_EQ(outcome.code, 0) << line << '\n' << outcome.err;
    return outcome;
  }
};

// A user's commands with a GPU, beginning with doctor.
TEST_F(DeviceCall, ARunGoesThroughEveryCommandAndToTheCpuAndBack) {
  expect_says(expect_done("gan doctor --seconds 0").out, "GPU        1 usable, CUDA 13.0");
  expect_done(
      "gan-train -q -c smoke --out run --epochs 1 --device cuda --eval.every 1 --eval.samples 100 "
      "--train.steps_per_epoch 4 --train.ema 0.9 --output.log_every 2");
  expect_done("gan-train -q --resume run --epochs 2 --device cpu");
  expect_done("gan-train -q --resume run --epochs 3 --device cuda");
  expect_done("gan-sample --ckpt run/checkpoints/last.pt -n 64 --seed 3 --device cuda -o here.npy");
  expect_done("gan-sample --ckpt run/checkpoints/last.pt -n 64 --seed 3 --device cpu -o there.npy");
  const auto here = text_of("here.npy"), there = text_of("there.npy");
  ASSERT_EQ(here.size(), there.size());
  std::size_t others = 0;
  for (std::size_t i = 0; i < here.size(); ++i) others += std::abs(here[i] - there[i]) > 1 ? 1 : 0;
  EXPECT_EQ(others, 0U);
  expect_done("gan-eval --ckpt run/checkpoints/last.pt -n 100 --device cuda");
  expect_done(
      "gan-train -q --init-from run/checkpoints/last.pt -c smoke --out next --epochs 1 "
      "--train.steps_per_epoch 2 --device cuda --train.cuda_graph true");
}

TEST_F(DeviceCall, ASearchTrainsOnIt) {
  expect_done(
      "gan-tune -q -c smoke --out found --trials 2 --rungs 1 --device cuda "
      "--eval.samples 100 --train.steps_per_epoch 4");
}

TEST_F(DeviceCall, AnotherDeviceThanTheFirstIsRefused) {
  expect_refused("gan-train -c smoke --out run --device cuda:1",
                 {"there is no cuda:1", "this machine has 1 CUDA device(s), counted from 0"});
}

}  // namespace
}  // namespace gan
