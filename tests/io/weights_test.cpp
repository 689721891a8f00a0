#include "io/weights.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/sampling/sample.hpp"
#include "io/export.hpp"
#include "message.hpp"
#include "models/tensors.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

Config weights_config() {
  Config config;
  config.data.dataset = DatasetKind::kShapes;
  config.data.synthetic_size = 32;
  config.model.latent_dim = 4;
  config.model.generator_widths = {6};
  config.model.discriminator_widths = {5};
  config.train.batch_size = 16;
  config.train.ema = 0.9;
  config.train.device = "cpu";
  return config;
}

constexpr ImageShape kTinyShape = {1, 16, 16};

// A generator's images for the first latents.
torch::Tensor first_images(const torch::nn::Sequential& generator, const Config& config) {
  return generate(generator, draw_latents(config.model, 8, 1, Stream::kSample, 0));
}

class WeightsFile : public testing::Test {
 protected:
  // Weights that differ from a Trainer's own.
  Networks nets = make_networks(weights_config().model, kTinyShape, 77);
  TempFolder folder;
  std::filesystem::path path = folder / "weights";
  PtBuilder builder;
};

TEST_F(WeightsFile, AreTakenInEveryForm) {
  const Config config = weights_config();
  const auto expected = first_images(nets.generator, config);
  const PtDict weights = builder.build(*nets.generator);
  for (const Bytes& file :
       {encode_pt(weights), encode_safetensors({{}, weights}),
        encode_pt({{"generator", {weights}}}), encode_safetensors({{{"format", "pt"}}, weights})}) {
    write_file(path, file);
    const auto loaded = load_generator(path, config, kTinyShape, 0);
    EXPECT_TRUE(torch::equal(first_images(loaded.generator, config), expected));
  }
}

// Weights with a prefix before their names.
PtDict prefixed(const std::string& prefix, const PtDict& weights) {
  PtDict named;
  for (const auto& [name, value] : weights) named.push_back({prefix + name, value});
  return named;
}

TEST_F(WeightsFile, AreFoundAtAnyDepthBehindAnyPrefix) {
  const Config config = weights_config();
  const auto expected = first_images(nets.generator, config);
  const PtDict weights = builder.build(*nets.generator);
  const PtDict d = builder.build(*nets.discriminator);
  PtDict both = prefixed("discriminator.net.", d);
  for (const auto& entry : prefixed("generator.net.", weights)) both.push_back(entry);
  const PtDict moments = {{"exp_avg", {weights}}};
  for (const PtDict& root :
       {PtDict{{"netG", {weights}}, {"netD", {d}}}, prefixed("module.", weights),
        PtDict{{"epoch", {1.5}}, {"state_dict", {prefixed("_orig_mod.", weights)}}},
        PtDict{{"state_dict", {both}}}, PtDict{{"g_optimizer", {moments}}, {"x", {weights}}},
        PtDict{{"nets", {PtList{{d}, {weights}}}}}}) {
    write_file(path, encode_pt(root));
    const auto loaded = load_generator(path, config, kTinyShape, 0);
    EXPECT_TRUE(torch::equal(first_images(loaded.generator, config), expected)) << root[0].first;
  }
  write_file(path, encode_safetensors({{}, both}));
  const auto loaded = load_generator(path, config, kTinyShape, 0);
  EXPECT_TRUE(torch::equal(first_images(loaded.generator, config), expected));
}

TEST_F(WeightsFile, AreTheAverageToDrawFromAndThoseTrainedToTrainOn) {
  const Config config = weights_config();
  const Networks averaged = make_networks(config.model, kTinyShape, 78);
  for (const auto* key : {"ema", "g_ema", "G_ema", "GE", "generator_avg"}) {
    write_file(path, encode_pt({{"g", {builder.build(*nets.generator)}},
                                {key, {builder.build(*averaged.generator)}},
                                {"d", {builder.build(*nets.discriminator)}}}));
    const auto loaded = load_generator(path, config, kTinyShape, 0);
    EXPECT_TRUE(torch::equal(first_images(loaded.generator, config),
                             first_images(averaged.generator, config)))
        << key;
    Trainer trainer(config, load_dataset(config.data));
    EXPECT_TRUE(init_from(path, trainer));
    EXPECT_TRUE(torch::equal(first_images(trainer.networks.generator, config),
                             first_images(nets.generator, config)));
    EXPECT_TRUE(torch::equal(first_images(trainer.sampling_generator(), config),
                             first_images(averaged.generator, config)));
  }
}

TEST_F(WeightsFile, OfSpectralNormFitByItsNewNamesToo) {
  Config config = weights_config();
  config.model.spectral_norm = true;
  const Networks normed = make_networks(config.model, kTinyShape, 78);
  PtDict d = builder.build(*normed.discriminator);
  for (auto& [name, value] : d) {
    const auto swap = [&, &key = name](std::string_view ours, const std::string& theirs) {
      if (key.ends_with(ours)) key = key.substr(0, key.size() - ours.size()) + theirs;
    };
    swap("weight_orig", "parametrizations.weight.original");
    swap("weight_u", "parametrizations.weight.0._u");
    swap("weight_v", "parametrizations.weight.0._v");
  }
  write_file(path, encode_pt({{"netG", {builder.build(*nets.generator)}}, {"netD", {d}}}));
  Trainer trainer(config, load_dataset(config.data));
  EXPECT_TRUE(init_from(path, trainer));
  const auto& taken = *trainer.networks.discriminator;
  const auto expected = normed.discriminator->named_buffers();
  ASSERT_FALSE(expected.is_empty());
  for (const auto& buffer : taken.named_buffers()) {
    EXPECT_TRUE(torch::equal(*buffer, expected[buffer.key()])) << buffer.key();
  }
}

TEST_F(WeightsFile, MayLackBatchNormsCountAndHaveAnyStrides) {
  Config config = weights_config();
  config.model.generator_norm = true;
  Networks normed = make_networks(config.model, kTinyShape, 78);
  PtDict weights = builder.build(*normed.generator);
  EXPECT_GT(
      std::erase_if(weights,
                    [](const auto& entry) { return entry.first.ends_with("num_batches_tracked"); }),
      0);
  const auto columns = normed.generator->named_parameters()["0.weight"].detach().t().contiguous();
  auto& tensor = std::get<PtTensor>(weights[0].second.value);
  const PtValue kept = builder.build(columns);
  tensor.bytes = std::get<PtTensor>(kept.value).bytes;
  tensor.strides = {1, columns.size(1)};
  write_file(path, encode_pt(weights));
  const auto loaded = load_generator(path, config, kTinyShape, 0);
  normed.generator->eval();
  EXPECT_TRUE(
      torch::equal(first_images(loaded.generator, config), first_images(normed.generator, config)));
}

TEST_F(WeightsFile, BringAConfigOnlyWhereTheyAreOurs) {
  const Config config = weights_config();
  const PtDict weights = builder.build(*nets.generator);
  write_file(path, encode_pt({{"generator", {weights}}, {"config", {PtDict{{"nz", {1.5}}}}}}));
  EXPECT_NO_THROW(load_generator(path, config, kTinyShape, 0));
  write_file(path, encode_safetensors({{{"config", "nz: 16"}}, weights}));
  EXPECT_NO_THROW(load_generator(path, config, kTinyShape, 0));
  EXPECT_NE(message_of([&] { load_generator(path); }).find("take it with option config"),
            std::string::npos);
}

TEST_F(WeightsFile, ThatDoNotFitShowBothSidesInTwentyLines) {
  const Config config = weights_config();
  PtDict weights;
  for (int i = 0; i < 30; ++i) {
    weights.push_back({str("main.", i, ".kernel"), builder.build(torch::zeros({1}))});
  }
  write_file(path, encode_pt(weights));
  const auto said = message_of([&] { load_generator(path, config, kTinyShape, 0); });
  EXPECT_EQ(std::ranges::count(said, '\n') + 1, 20);
  EXPECT_NE(said.find("'0.weight' is missing"), std::string::npos) << said;
  EXPECT_NE(said.find("'main.0.kernel' is unexpected"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("  and 16 more")) << said;
}

// A complete discriminator that does not fit must not be silently replaced by a new one.
TEST_F(WeightsFile, WithADiscriminatorThatDoesNotFitAreRefused) {
  Trainer trainer(weights_config(), load_dataset(weights_config().data));
  write_file(path, encode_pt({{"generator", {builder.build(*nets.generator)}},
                              {"netD", {PtDict{{"0.weight", builder.build(torch::zeros({2}))}}}}}));
  EXPECT_NE(message_of([&] { init_from(path, trainer); }).find(": netD: does not fit"),
            std::string::npos);
}

TEST_F(WeightsFile, GetIntoATrainerAndItsAverage) {
  const Config config = weights_config();
  const auto expected = first_images(nets.generator, config);
  write_file(path, encode_pt(builder.build(*nets.generator)));
  Trainer trainer(config, load_dataset(config.data));
  EXPECT_FALSE(torch::equal(first_images(trainer.networks.generator, config), expected));
  EXPECT_FALSE(init_from(path, trainer));
  EXPECT_TRUE(torch::equal(first_images(trainer.networks.generator, config), expected));
  EXPECT_TRUE(torch::equal(first_images(trainer.sampling_generator(), config), expected));

  write_file(path, encode_pt({{"generator", {builder.build(*nets.generator)}},
                              {"discriminator", {builder.build(*nets.discriminator)}}}));
  EXPECT_TRUE(init_from(path, trainer));
  EXPECT_TRUE(torch::equal(trainer.networks.discriminator->parameters().front(),
                           nets.discriminator->parameters().front()));
}

TEST_F(WeightsFile, ThatDoNotFitAreListedTogether) {
  const Config config = weights_config();
  PtDict weights = builder.build(*nets.generator);
  weights[0].first = "fc.weight";
  weights[3].second = builder.build(torch::zeros({7}));
  write_file(path, encode_safetensors({{}, weights}));
  const auto said = message_of([&] { load_generator(path, config, kTinyShape, 0); });
  EXPECT_EQ(said, path.string() +
                      ": does not fit the network of the config:\n"
                      "  '0.weight' is missing or not a tensor\n"
                      "  '2.bias' has shape [7], the config needs [256]\n"
                      "  'fc.weight' is unexpected");
}

TEST_F(WeightsFile, ThatAreNotFiniteAreRefused) {
  const Config config = weights_config();
  Trainer trainer(config, load_dataset(config.data));
  const auto expected = [&](const std::string& place) {
    return path.string() + place + "' holds numbers that are not finite";
  };
  const torch::NoGradGuard no_grad;
  nets.discriminator->named_parameters()["1.bias"].fill_(HUGE_VAL);
  write_file(path, encode_pt({{"generator", {builder.build(*nets.generator)}},
                              {"discriminator", {builder.build(*nets.discriminator)}}}));
  EXPECT_EQ(message_of([&] { init_from(path, trainer); }), expected(": discriminator: '1.bias"));

  nets.generator->named_parameters()["0.weight"][1][2] = std::nan("");
  write_file(path, encode_pt(builder.build(*nets.generator)));
  EXPECT_EQ(message_of([&] { init_from(path, trainer); }), expected(": generator: '0.weight"));
  EXPECT_EQ(message_of([&] { load_generator(path, config, kTinyShape, 0); }),
            expected(": '0.weight"));
}

TEST_F(WeightsFile, ThatDescribeThemselvesNeedNoConfig) {
  Config config = weights_config();
  config.data.range = PixelRange::kUnit;
  const LoadedGenerator drawn{
      .config = config, .shape = kTinyShape, .epoch = 3, .step = 9, .generator = nets.generator};
  for (const auto& format : export_formats()) {
    if (format.name == "safetensors") format.write(drawn, path);
  }
  const auto loaded = load_generator(path);
  EXPECT_EQ(loaded.epoch, 3);
  EXPECT_EQ(loaded.shape, kTinyShape);
  EXPECT_EQ(loaded.config.data.range, PixelRange::kUnit);
  EXPECT_TRUE(
      torch::equal(first_images(loaded.generator, config), first_images(nets.generator, config)));
  EXPECT_NE(usage_message_of([&] {
              load_generator(path, config, kTinyShape, 0);
            }).find("leave out option config"),
            std::string::npos);
  write_file(path, encode_safetensors({{}, builder.build(*nets.generator)}));
  EXPECT_NE(message_of([&] { load_generator(path); }).find("take it with option config"),
            std::string::npos);
  for (const auto& format : export_formats()) {
    if (format.name != "safetensors") continue;
    format.write({.config = config, .shape = kTinyShape, .generator = nets.generator}, path);
  }
  Bytes bytes = read_file(path);
  constexpr std::string_view kArch = "arch: mlp";
  *(std::ranges::search(bytes, kArch).end() - 1) = 'q';
  write_file(path, bytes);
  const auto said = message_of([&] { load_generator(path); });
  EXPECT_TRUE(said.starts_with(path.string() + ": its config:")) << said;
  EXPECT_NE(said.find("model.arch: 'mlq' is not known"), std::string::npos) << said;
}

// The config's sizes are compared with the tensors before any network is built.
TEST_F(WeightsFile, ThatDescribeLargeNetworksMustHoldThem) {
  Config config = weights_config();
  config.model.generator_widths = {4000, 4000};
  for (const auto& format : export_formats()) {
    if (format.name != "safetensors") continue;
    format.write({.config = config, .shape = kTinyShape, .generator = nets.generator}, path);
  }
  EXPECT_NE(message_of([&] {
              load_generator(path);
            }).find("does not fit the networks of the config, which take far more"),
            std::string::npos);
}

}  // namespace
}  // namespace gan
