#include "io/weights.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/nn/modules/container/sequential.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/sampling/sample.hpp"
#include "io/export.hpp"
#include "io/tensors.hpp"
#include "message.hpp"
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

// The images of a generator for the first latents.
torch::Tensor first_images(const torch::nn::Sequential& generator, const Config& config) {
  return generate(generator, draw_latents(config.model, 8, 1, Stream::kSample, 0));
}

class WeightsFile : public testing::Test {
 protected:
  // A generator of other weights than a Trainer's own.
  Networks nets = make_networks(weights_config().model, kTinyShape, 77);
  TempFolder folder;
  std::filesystem::path path = folder / "weights";
  TensorPacker packer;
};

TEST_F(WeightsFile, AreTakenInEveryForm) {
  const Config config = weights_config();
  const auto expected = first_images(nets.generator, config);
  const PtDict weights = packer.pack(*nets.generator);
  for (const Bytes& file :
       {encode_pt(weights), encode_safetensors({{}, weights}),
        encode_pt({{"generator", {weights}}}), encode_safetensors({{{"format", "pt"}}, weights})}) {
    write_file(path, file);
    const auto loaded = load_generator(path, config, kTinyShape, 0);
    EXPECT_TRUE(torch::equal(first_images(loaded.generator, config), expected));
  }
}

TEST_F(WeightsFile, GetIntoATrainerAndItsAverage) {
  const Config config = weights_config();
  const auto expected = first_images(nets.generator, config);
  write_file(path, encode_pt(packer.pack(*nets.generator)));
  Trainer trainer(config, load_dataset(config.data));
  EXPECT_FALSE(torch::equal(first_images(trainer.networks.generator, config), expected));
  EXPECT_FALSE(init_from(path, trainer));
  EXPECT_TRUE(torch::equal(first_images(trainer.networks.generator, config), expected));
  EXPECT_TRUE(torch::equal(first_images(trainer.sampling_generator(), config), expected));

  write_file(path, encode_pt({{"generator", {packer.pack(*nets.generator)}},
                              {"discriminator", {packer.pack(*nets.discriminator)}}}));
  EXPECT_TRUE(init_from(path, trainer));
  EXPECT_TRUE(torch::equal(trainer.networks.discriminator->parameters().front(),
                           nets.discriminator->parameters().front()));
}

TEST_F(WeightsFile, ThatDoNotFitAreListedTogether) {
  const Config config = weights_config();
  PtDict weights = packer.pack(*nets.generator);
  weights[0].first = "fc.weight";
  weights[3].second = packer.pack(torch::zeros({7}));
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
  write_file(path, encode_pt({{"generator", {packer.pack(*nets.generator)}},
                              {"discriminator", {packer.pack(*nets.discriminator)}}}));
  EXPECT_EQ(message_of([&] { init_from(path, trainer); }), expected(": discriminator: '1.bias"));

  nets.generator->named_parameters()["0.weight"][1][2] = std::nan("");
  write_file(path, encode_pt(packer.pack(*nets.generator)));
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
  write_file(path, encode_safetensors({{}, packer.pack(*nets.generator)}));
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

// The sizes of the config are held against the tensors before any network is built.
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
