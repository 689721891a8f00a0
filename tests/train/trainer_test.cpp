#include "gan_train/train/trainer.hpp"

#include <gtest/gtest.h>

#include <ATen/record_function.h>
#include <torch/cuda.h>
#include <torch/nn/modules/container/sequential.h>

#include "data/idx_files.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/metrics.hpp"
#include "message.hpp"
#include "tiny_config.hpp"
#include "train/device.hpp"
#include "train/gpu.hpp"

namespace gan {
namespace {

torch::Tensor weights(const torch::nn::Sequential& net) {
  std::vector<torch::Tensor> flat;
  for (const auto& parameter : net->parameters()) flat.push_back(parameter.detach().flatten());
  return torch::cat(flat).clone();
}

TEST(Trainer, EpochsAreAsLongAsTheDataSays) {
  Config config = tiny_config();
  const Dataset data = load_dataset(config.data);
  EXPECT_EQ(Trainer(config, data).steps_per_epoch(), 4);  // 100 / 32, partial batch kept
  config.data.drop_last = true;
  EXPECT_EQ(Trainer(config, data).steps_per_epoch(), 3);
  config.data.sampling = Sampling::kReplacement;
  EXPECT_EQ(Trainer(config, data).steps_per_epoch(), 3);
  config.data.sampling = Sampling::kEpoch;
  config.train.discriminator_batch = DiscriminatorBatch::kHalf;
  EXPECT_EQ(Trainer(config, data).steps_per_epoch(), 6);  // 16 real images per step
  config.train.discriminator_steps = 2;
  EXPECT_EQ(Trainer(config, data).steps_per_epoch(), 3);
  config.train.steps_per_epoch = 7;
  EXPECT_EQ(Trainer(config, data).steps_per_epoch(), 7);
}

// On CUDA, reading back a value makes the CPU wait for all queued work.
TEST(Trainer, AStepReadsNothingBack) {
  static int read;
  static bool in_adam;  // its CPU kernel, unlike CUDA's, reads the step counts
  read = 0, in_adam = false;
  Config config = tiny_config();
  config.model.arch = Arch::kDcgan;
  config.augment.translation = 0.1;
  config.augment.cutout = 0.2;
  config.loss.penalty = PenaltyKind::kR1;
  config.train.ema = 0.9;
  config.train.discriminator_steps = 2;
  Trainer trainer(config, load_dataset(config.data));
  trainer.step();
  const auto enter = [](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
    const std::string_view name = call.name();
    if (name == "aten::_fused_adam_") in_adam = true;
    if (name == "aten::_local_scalar_dense" && !in_adam) ++read;
    return nullptr;
  };
  const auto leave = [](const at::RecordFunction& call, at::ObserverContext*) {
    if (std::string_view(call.name()) == "aten::_fused_adam_") in_adam = false;
  };
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION}));
  const auto metrics = trainer.step();
  EXPECT_EQ(read, 0);
  metrics[0].item<float>();
  at::removeCallback(handle);
  EXPECT_EQ(read, 1);  // so a read would have been noticed
}

TEST(Trainer, DataOnDiskGiveTheBitsOfDataInMemory) {
  for (const Conditional conditional : {Conditional::kNone, Conditional::kConcat}) {
    for (const Sampling sampling : {Sampling::kEpoch, Sampling::kReplacement}) {
      Config config = tiny_config();
      config.data.channels = 3;
      config.model.conditional = conditional;
      config.train.discriminator_steps = 2;
      const ShapesOnDisk files(config.data);
      config.data.sampling = sampling;
      Trainer memory(config, load_held(config.data, true));
      Trainer disk(config, load_held(config.data, false));
      for (int i = 0; i < 12; ++i) {  // six passes, including short last batches
        ASSERT_TRUE(torch::equal(memory.step(), disk.step())) << conditional << sampling << i;
      }
      EXPECT_TRUE(torch::equal(weights(memory.networks.discriminator),
                               weights(disk.networks.discriminator)));
    }
  }
}

TEST(Trainer, AStepSaysWhichFileOfTheDataHasBecomeTooShort) {
  Config config = tiny_config();
  const ShapesOnDisk files(config.data);
  Trainer trainer(config, load_held(config.data, false));
  trainer.step();
  const auto path = files.folder() / "train-images-idx3-ubyte";
  std::filesystem::resize_file(path, 100);
  const std::string message = message_of([&] { trainer.step(); });
  EXPECT_TRUE(message.starts_with(path.string() + ": ends at or before offset ")) << message;
}

TEST(Trainer, TheSameSeedGivesTheSameBits) {
  Config config = tiny_config();
  config.model.dropout = 0.3;
  config.loss.real_label = {0.8, 1.0};
  const Dataset data = load_dataset(config.data);
  Trainer a(config, data);
  Trainer b(config, data);
  for (int i = 0; i < 5; ++i) {
    const auto metrics = a.step();
    // Other draws in between must not matter.
    torch::randn({17});
    generate(b.sampling_generator(), torch::randn({3, 4}));
    EXPECT_TRUE(torch::equal(metrics, b.step())) << i;
  }
  EXPECT_TRUE(torch::equal(weights(a.networks.generator), weights(b.networks.generator)));
  config.train.seed = 2;
  Trainer c(config, data);
  EXPECT_FALSE(torch::equal(weights(a.networks.generator), weights(c.networks.generator)));
}

TEST(Trainer, NextInputsHoldWhatTheModeUses) {
  struct Case {
    DiscriminatorBatch batch;
    bool reuse;
    std::int64_t real;
    std::int64_t latents_g;  // 0: none drawn
  };
  for (const Case& c : {Case{DiscriminatorBatch::kFull, false, 32, 32},
                        Case{DiscriminatorBatch::kFull, true, 32, 0},
                        Case{DiscriminatorBatch::kHalf, false, 16, 32}}) {
    Config config = tiny_config();
    config.train.discriminator_batch = c.batch;
    config.train.reuse_fake = c.reuse;
    Trainer trainer(config, load_dataset(config.data));
    std::int64_t latents_g = 0;
    for (const auto& [name, tensor] : trainer.next_inputs()) {
      if (name == "real" || name == "latents_d" || name == "real_labels") {
        EXPECT_EQ(tensor.size(0), c.real) << name;
      }
      if (name == "latents_g") latents_g = tensor.size(0);
    }
    EXPECT_EQ(latents_g, c.latents_g);
  }
}

TEST(Trainer, JointAndSummedUpdatesDifferOnlyByTheLossScaleWithoutNorm) {
  Config config = tiny_config();
  const Dataset data = load_dataset(config.data);
  config.train.discriminator_update = DiscriminatorUpdate::kSummed;
  const auto summed = Trainer(config, data).step();
  config.train.discriminator_update = DiscriminatorUpdate::kJoint;
  const auto joint = Trainer(config, data).step();
  EXPECT_NEAR(step_metrics(summed).d_loss, 2 * step_metrics(joint).d_loss, 1e-5);
}

TEST(Trainer, RefusesALastBatchOfOneUnderBatchNorm) {
  Config config = tiny_config();
  config.data.synthetic_size = 97;  // 3 * 32 + 1
  config.model.generator_norm = true;
  const Dataset data = load_dataset(config.data);
  EXPECT_THROW(Trainer(config, data), Error);
  config.data.drop_last = true;
  EXPECT_NO_THROW(Trainer(config, data));
}

TEST(Trainer, MoreDiscriminatorStepsUpdateItMoreOften) {
  Config config = tiny_config();
  config.train.discriminator_steps = 3;
  Trainer trainer(config, load_dataset(config.data));
  trainer.step();
  EXPECT_EQ(trainer.d_optimizer.steps(), 3);
  EXPECT_EQ(trainer.g_optimizer.steps(), 1);
}

TEST(Trainer, EmaFollowsTheFormula) {
  Config config = tiny_config();
  config.train.ema = 0.15;
  Trainer trainer(config, load_dataset(config.data));
  auto average = weights(trainer.networks.generator);
  for (const double decay : {1.0 / 10, 0.15, 0.15}) {  // unlimited, the second is 2 / 11
    trainer.step();
    average = decay * average + (1 - decay) * weights(trainer.networks.generator);
    EXPECT_TRUE(torch::allclose(weights(trainer.ema), average, 1e-5, 1e-7));
  }
}

TEST(Trainer, GradientNormsAreThoseOfThePlainGradients) {
  Config config = tiny_config();
  const Dataset data = load_dataset(config.data);
  // SGD with the same gradient would move the weights by lr times its norm; Adam's first moment
  // after one step is (1 - beta1) times the gradient.
  config.optim.beta1 = 0.5;
  Trainer trainer(config, data);
  const auto metrics = trainer.step();
  const auto norm_of = [](const Adam& adam) {
    double sum = 0.0;
    for (const auto& moment : adam.state().exp_avg) sum += moment.square().sum().item<double>();
    return 2.0 * std::sqrt(sum);
  };
  EXPECT_NEAR(step_metrics(metrics).d_grad_norm, norm_of(trainer.d_optimizer), 1e-5);
  EXPECT_NEAR(step_metrics(metrics).g_grad_norm, norm_of(trainer.g_optimizer), 1e-5);
}

TEST(Trainer, Bfloat16LearnsTheSameInFloat32Weights) {
  Config config = tiny_config();
  config.model.arch = Arch::kDcgan;
  config.model.generator_widths = {8, 4};
  config.model.discriminator_widths = {4, 8};
  config.model.generator_norm = config.model.discriminator_norm = true;
  config.data.drop_last = true;
  const Dataset data = load_dataset(config.data);
  Trainer exact(config, data);
  config.train.precision = Precision::kBf16;
  Trainer rough(config, data);
  for (int i = 0; i < 5; ++i) {
    const auto metrics = rough.step();
    EXPECT_EQ(metrics.scalar_type(), torch::kFloat32);
    EXPECT_TRUE(torch::allclose(metrics, exact.step(), 0.1, 0.03)) << i;
  }
  const auto same = weights(exact.networks.generator);
  EXPECT_EQ(same.scalar_type(), weights(rough.networks.generator).scalar_type());
  EXPECT_FALSE(torch::equal(same, weights(rough.networks.generator)));  // bf16 really was used
}

TEST(Trainer, RefusesWhatThisMachineLacks) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "there is a CUDA device";
  const std::string message = usage_message_of([] { resolve_device("cuda"); });
  const char* lacks = is_cuda_build() ? "asked for, but" : "CPU only";
  EXPECT_NE(message.find(lacks), std::string::npos) << message;
  EXPECT_EQ(resolve_device("auto").str(), "cpu");
}

}  // namespace
}  // namespace gan
