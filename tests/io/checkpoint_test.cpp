#include "gan_train/io/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "formats/pt.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/sampling/sample.hpp"
#include "io/checkpoint_values.hpp"
#include "io/export.hpp"
#include "message.hpp"
#include "temp_folder.hpp"
#include "train/loop_state.hpp"

namespace gan {
namespace {

Config small_config() {
  Config config;
  config.data.dataset = DatasetKind::kShapes;
  config.data.synthetic_size = 96;
  config.data.image_size = 16;
  config.data.channels = 1;
  config.model.arch = Arch::kDcgan;
  config.model.latent_dim = 8;
  config.model.generator_widths = {8, 4};
  config.model.discriminator_widths = {4, 8};
  config.model.generator_norm = config.model.discriminator_norm = true;
  config.loss.real_label = {0.8, 1.0};
  config.train.batch_size = 32;
  config.train.ema = 0.9;
  config.train.device = "cpu";
  return config;
}

bool same(const torch::nn::Module& a, const torch::nn::Module& b) {
  const auto left = a.named_parameters();
  for (const auto& item : b.named_parameters()) {
    if (!torch::equal(left[item.key()], item.value())) return false;
  }
  const auto buffers = a.named_buffers();
  for (const auto& item : b.named_buffers()) {
    if (!torch::equal(buffers[item.key()], item.value())) return false;
  }
  return true;
}

TEST(Checkpoint, AGeneratorComesBackWithItsConfigAndImages) {
  const TempFolder folder;
  const Config config = small_config();
  Trainer trainer(config, load_dataset(config.data));
  for (int i = 0; i < 4; ++i) trainer.step();
  save_generator(folder / "g_1.pt", trainer);
  const LoadedGenerator loaded = load_generator(folder / "g_1.pt");
  EXPECT_EQ(to_yaml(loaded.config), to_yaml(config));
  EXPECT_EQ(loaded.shape, (ImageShape{1, 16, 16}));
  EXPECT_EQ(loaded.step, 4);
  EXPECT_TRUE(same(*loaded.generator, *trainer.ema));
  const auto latents = draw_latents(config.model, 10, 1, Stream::kSample, 0);
  EXPECT_TRUE(torch::equal(generate(loaded.generator, latents), generate(trainer.ema, latents)));
}

// A state saved in mid-epoch draws the same samples as the run: the averaged weights with
// batch-norm statistics of those weights, not of the live network.
TEST(Checkpoint, AStateInMidEpochDrawsAsTheRunWould) {
  const TempFolder folder;
  Config config = small_config();
  config.model.generator_norm = true;
  config.optim.lr = 3e-3;
  config.train.ema = 0.9;
  const Dataset data = load_dataset(config.data);
  Trainer trainer(config, data);
  for (int i = 0; i < 7; ++i) trainer.step();
  save_state(folder / "last.pt", trainer, {});
  const LoadedGenerator loaded = load_generator(folder / "last.pt");
  EXPECT_EQ(loaded.step, 7);
  const auto latents = draw_latents(config.model, 64, 1, Stream::kSample, 0);
  const auto drawn = generate(loaded.generator, latents);
  EXPECT_TRUE(torch::equal(drawn, generate(trainer.sampling_generator(), latents)));

  // After resuming, the next steps and samples are also the same.
  Trainer resumed(config, data);
  LoopState state;
  load_state(folder / "last.pt", resumed, state);
  EXPECT_TRUE(torch::equal(drawn, generate(resumed.sampling_generator(), latents)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(trainer.step(), resumed.step())) << i;
  EXPECT_TRUE(torch::equal(generate(trainer.sampling_generator(), latents),
                           generate(resumed.sampling_generator(), latents)));

  // With the live network's statistics, the samples would differ.
  auto mixed = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(trainer.ema->clone());
  const auto live = trainer.networks.generator->named_buffers();
  for (auto& buffer : mixed->named_buffers()) buffer.value().copy_(live[buffer.key()]);
  EXPECT_FALSE(torch::allclose(generate(torch::nn::Sequential(mixed), latents),
                               generate(trainer.sampling_generator(), latents), 1e-2, 1e-2));
}

TEST(Checkpoint, AResumedTrainerMakesTheSameSteps) {
  const TempFolder folder;
  Config config = small_config();
  config.augment = {.brightness = 0.5, .target = 0.6};
  const Dataset data = load_dataset(config.data);
  Trainer unbroken(config, data);
  LoopState state;
  unbroken.augmentation = 0.5;
  for (int i = 0; i < 5; ++i) unbroken.step();
  state.epoch.sums = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
  state.epoch.steps = 2;
  state.health = {{1, 0, 2}, 0.25, 0.75};
  state.rollbacks = 1;
  save_state(folder / "last.pt", unbroken, state);

  Trainer resumed(config, data);
  LoopState loaded;
  load_state(folder / "last.pt", resumed, loaded);
  for (const StepMetric& row : kStepMetrics) {
    EXPECT_EQ(loaded.epoch.sums.*row.value, state.epoch.sums.*row.value) << row.name;
  }
  EXPECT_EQ(resumed.augmentation, unbroken.augmentation);
  EXPECT_EQ(loaded.epoch.steps, 2);
  EXPECT_EQ(loaded.health.epochs, state.health.epochs);
  EXPECT_EQ(loaded.health.largest_g_grad_norm, 0.25);
  EXPECT_EQ(loaded.health.last_diversity, 0.75);
  EXPECT_EQ(loaded.rollbacks, 1);
  unbroken.scale_lr(0.5);  // like one rollback
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(torch::equal(unbroken.step(), resumed.step())) << i;
  }
  EXPECT_TRUE(same(*unbroken.networks.generator, *resumed.networks.generator));
  EXPECT_TRUE(same(*unbroken.networks.discriminator, *resumed.networks.discriminator));
  EXPECT_TRUE(same(*unbroken.ema, *resumed.ema));
}

TEST(Checkpoint, AConditionalRunWithSpectralNormComesBackAndGoesOnExactly) {
  const TempFolder folder;
  Config config = small_config();
  config.model.arch = Arch::kResnet;
  config.model.conditional = Conditional::kAcgan;
  config.model.spectral_norm = true;
  config.model.minibatch_stddev = 4;
  config.train.reuse_fake = true;
  const Dataset data = load_dataset(config.data);
  Trainer unbroken(config, data);
  for (int i = 0; i < 3; ++i) unbroken.step();
  save_state(folder / "last.pt", unbroken, {});
  Trainer resumed(config, data);
  LoopState state;
  load_state(folder / "last.pt", resumed, state);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::equal(unbroken.step(), resumed.step())) << i;
  EXPECT_TRUE(same(*unbroken.networks.discriminator, *resumed.networks.discriminator));

  save_generator(folder / "g_1.pt", unbroken);
  const LoadedGenerator loaded = load_generator(folder / "g_1.pt");
  EXPECT_EQ(loaded.classes.count, 8);
  EXPECT_TRUE(same(*loaded.generator, *unbroken.ema));
  Dataset fewer = data;
  fewer.labels = data.labels.clamp_max(5);
  Trainer other(config, fewer);
  try {
    load_state(folder / "last.pt", other, state);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(
        std::string(error.what()).find("was trained on 8 classes, but the data set now has 6"),
        std::string::npos)
        << error.what();
  }
}

TEST(Checkpoint, StatesServeForSamplingButGeneratorsNotForResuming) {
  const TempFolder folder;
  const Config config = small_config();
  Trainer trainer(config, load_dataset(config.data));
  trainer.step();
  LoopState state;
  save_state(folder / "last.pt", trainer, state);
  EXPECT_TRUE(same(*load_generator(folder / "last.pt").generator, *trainer.ema));
  save_generator(folder / "g_1.pt", trainer);
  try {
    load_state(folder / "g_1.pt", trainer, state);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("holds only a generator"), std::string::npos);
  }
}

TEST(Checkpoint, ANetworkThatDoesNotFitIsNamed) {
  const TempFolder folder;
  Config config = small_config();
  Trainer trainer(config, load_dataset(config.data));
  LoopState state;
  save_state(folder / "last.pt", trainer, state);
  config.model.generator_widths = {8, 6};
  Trainer other(config, load_dataset(config.data));
  try {
    load_state(folder / "last.pt", other, state);
    FAIL();
  } catch (const Error& error) {
    const std::string said = error.what();
    EXPECT_NE(said.find("last.pt: generator: does not fit"), std::string::npos) << said;
    EXPECT_NE(said.find("'4.weight' has shape"), std::string::npos) << said;
  }
}

TEST(Checkpoint, ARunGoesOnWithItsOwnDataOnly) {
  const TempFolder folder;
  Config config = small_config();
  Trainer trainer(config, load_dataset(config.data));
  LoopState state;
  save_state(folder / "last.pt", trainer, state);
  config.data.synthetic_size = 128;
  Trainer other(config, load_dataset(config.data));
  try {
    load_state(folder / "last.pt", other, state);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("was trained on 96 items"), std::string::npos);
  }
}

// Adds an entry to a section of a checkpoint's config, replacing one of that name.
void change_config(const std::filesystem::path& path, std::string_view section,
                   const PtEntry& entry) {
  const Bytes bytes = read_file(path);
  PtDict root = parse_pt(bytes, path.string());
  const auto named = [](PtDict& dict, std::string_view key) {
    return std::ranges::find(dict, key, &PtEntry::first);
  };
  auto& config = std::get<PtDict>(named(root, "config")->second.value);
  auto& keys = std::get<PtDict>(named(config, section)->second.value);
  if (const auto old = named(keys, entry.first); old != keys.end()) keys.erase(old);
  keys.push_back(entry);
  write_file(path, encode_pt(root));
}

TEST(Checkpoint, AConfigOfItsOwnThatIsRefusedIsAFaultOfTheFile) {
  const TempFolder folder;
  const auto path = folder / "g.pt";
  const Config config = small_config();
  const Trainer trainer(config, load_dataset(config.data));
  const auto begins_with = [&](const std::string& words) {
    for (const auto& said : {message_of([&] { load_generator(path); }),
                             message_of([&] { load_checkpoint_config(path); })}) {
      EXPECT_TRUE(said.starts_with(path.string() + ": its config: " + words)) << said;
      EXPECT_TRUE(said.ends_with(" (perhaps written by a newer gan-train)")) << said;
    }
  };
  save_generator(path, trainer);
  change_config(path, "model", {"arch", {std::string("dcgam")}});
  begins_with("model.arch: 'dcgam' is not known; allowed: one of mlp, ");
  save_generator(path, trainer);
  change_config(path, "model", {"colour", {true}});
  begins_with("unknown key 'colour' in [model]");
  save_generator(path, trainer);
  change_config(path, "optim", {"lr", {-1.0}});
  begins_with("optim.lr: ");
}

TEST(Checkpoint, WeightsThatAreNotFiniteAreRefused) {
  const TempFolder folder;
  const auto path = folder / "g.pt";
  Config config = small_config();
  config.train.ema = 0;
  const Trainer trainer(config, load_dataset(config.data));
  const auto refused = [&](const std::string& name) {
    save_generator(path, trainer);
    EXPECT_EQ(message_of([&] { load_generator(path); }),
              str(path.string(), ": generator: '", name, "' holds numbers that are not finite"));
  };
  const torch::NoGradGuard no_grad;
  const auto& generator = *trainer.networks.generator;
  const auto buffer = generator.named_buffers()["2.running_var"];
  buffer[1] = HUGE_VAL;
  refused("2.running_var");
  buffer[1] = 1.0;
  generator.named_parameters()["4.weight"][0][0] = std::nan("");
  refused("4.weight");
}

TEST(Checkpoint, ForeignAndDamagedFilesAreRefused) {
  const TempFolder folder;
  write_file(folder / "text.pt", "not a checkpoint");
  EXPECT_THROW(load_generator(folder / "text.pt"), Error);
  EXPECT_THROW(load_generator(folder / "none.pt"), Error);
  const Config config = small_config();
  Trainer trainer(config, load_dataset(config.data));
  save_generator(folder / "g.pt", trainer);
  Bytes bytes = read_file(folder / "g.pt");
  bytes[bytes.size() / 2] ^= 1;
  write_file(folder / "g.pt", bytes);
  EXPECT_THROW(load_generator(folder / "g.pt"), Error);
}

TEST(Checkpoint, KnowsTheNamesOfItsClassesAndHowManyImagesTheyHad) {
  const TempFolder folder;
  Config config = small_config();
  config.model.conditional = Conditional::kConcat;
  Dataset data = load_dataset(config.data);
  data.labels = data.labels.remainder(2).mul(2);  // 0 and 2
  data.class_names = {"ant", "bee", "cat"};
  const std::int64_t half = data.size() / 2;
  const Classes classes(3, {"ant", "bee", "cat"}, {data.size() - half, 0, half});
  Trainer trainer(config, data);
  EXPECT_EQ(trainer.classes(), classes);
  save_generator(folder / "g_1.pt", trainer);
  const LoadedGenerator loaded = load_generator(folder / "g_1.pt");
  EXPECT_EQ(loaded.classes, classes);
  find_row(export_formats(), "safetensors", "format").write(loaded, folder / "g.safetensors");
  EXPECT_EQ(load_generator(folder / "g.safetensors").classes, classes);
  data.class_names.clear();
  save_generator(folder / "g_1.pt", Trainer(config, data));
  EXPECT_EQ(load_generator(folder / "g_1.pt").classes, Classes(3, {}, classes.images));
  const Bytes bytes = read_file(folder / "g_1.pt");
  EXPECT_EQ(as_text(bytes).find("class_names"), std::string_view::npos);
}

TEST(Checkpoint, ClassesThatContradictEachOtherAreRefused) {
  EXPECT_EQ(checked(Classes(2, {"ant", "bee"}, {0, 5}), "g.pt").labels(),
            std::vector<std::int64_t>{1});
  for (const Classes& bad : {Classes(3, {}, {1, 2}), Classes(2, {}, {-1, 3}),
                             Classes(2, {}, {0, 0}), Classes(2, {"ant"}, {})}) {
    EXPECT_THROW(checked(bad, "g.pt"), Error);
  }
}

}  // namespace
}  // namespace gan
