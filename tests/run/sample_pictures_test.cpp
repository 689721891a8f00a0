#include "run/sample_pictures.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include <torch/types.h>

#include "formats/decode_image.hpp"
#include "formats/image.hpp"
#include "models/conditioning.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

Dataset labelled(const std::vector<std::int64_t>& labels) {
  const auto n = static_cast<std::int64_t>(labels.size());
  return {.source = "made up",
          .shape = {1, 2, 2},
          .samples = torch::arange(4 * n).view({n, 1, 2, 2}).to(torch::kUInt8),
          .labels = torch::tensor(labels, torch::kInt64)};
}

TEST(PickRealItems, TakesEachOnceBeforeAnyComesAgain) {
  const Dataset data = labelled(std::vector<std::int64_t>(10, 0));
  const auto picked = pick_real_items(data, 20, 0);
  ASSERT_EQ(picked.size(), 20u);
  EXPECT_EQ(std::set(picked.begin(), picked.begin() + 10).size(), 10u);
  EXPECT_TRUE(std::equal(picked.begin(), picked.begin() + 10, picked.begin() + 10));
  EXPECT_EQ(pick_real_items(data, 20, 0), picked);
  EXPECT_FALSE(std::is_sorted(picked.begin(), picked.begin() + 10));
}

TEST(PickRealItems, KeepsTheOrderOfClassesOfTheSamples) {
  const Dataset data = labelled({2, 2, 0, 0, 0, 2, 0, 2, 2});  // none of class 1
  const auto picked = pick_real_items(data, 8, classes_of(data));
  for (std::size_t i = 0; i < picked.size(); ++i) {
    EXPECT_EQ(data.labels[picked[i]].item<std::int64_t>(), i % 2 == 0 ? 0 : 2) << i;
  }
}

// The grid's cells are items of the data, with the class of the sample in the same cell.
TEST(SamplePictures, RealImagesStandWhereTheSamplesOfTheirClassDo) {
  Config config = tiny_config();
  config.model.conditional = Conditional::kConcat;
  config.output.samples = 8;
  config.output.sample_scale = 1;
  const Dataset data = load_dataset(config.data);
  const Trainer trainer(config, data);
  const SamplePictures pictures(trainer, data);
  const Image real = decode_image(pictures.real_images(), {.channels = 1}, "real").image;
  const Image samples = decode_image(pictures.samples(1), {.channels = 1}, "samples").image;
  EXPECT_EQ(real.width, samples.width);
  EXPECT_EQ(real.height, samples.height);
  const auto classes = static_cast<std::int64_t>(trainer.classes().labels().size());
  ASSERT_GT(classes, 1);
  for (std::int64_t i = 0; i < 8; ++i) {
    const std::int64_t left = 2 + i % classes * 10, top = 2 + i / classes * 10;
    const auto cell = torch::from_blob(const_cast<std::uint8_t*>(real.pixels.data()),
                                       {real.height, real.width}, torch::kUInt8)
                          .narrow(0, top, 8)
                          .narrow(1, left, 8);
    const auto same =
        data.samples.eq(cell).flatten(1).all(1).logical_and(data.labels.eq(i % classes));
    EXPECT_TRUE(same.any().item<bool>()) << i;
  }
}

}  // namespace
}  // namespace gan
