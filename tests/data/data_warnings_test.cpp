#include <gtest/gtest.h>

#include <torch/types.h>

#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

using Lines = std::vector<std::string>;

Dataset with_images(torch::Tensor images) {
  return {.source = "mine", .shape = {1, 8, 8}, .samples = std::move(images), .labels = {}};
}

Dataset varied(std::int64_t n) {
  torch::manual_seed(1);
  return with_images(torch::randint(0, 256, {n, 1, 8, 8}).to(torch::kUInt8));
}

TEST(DataWarnings, NoneOfImagesThatUseTheirPixels) {
  EXPECT_EQ(data_warnings({}, varied(300)), Lines{});
}

TEST(DataWarnings, OfImagesThatAreNearlyBlackOrAllAlike) {
  const auto warning = [](const torch::Tensor& images) {
    const auto warnings = data_warnings({}, with_images(images));
    return warnings.size() == 1 ? warnings[0] : "";
  };
  torch::manual_seed(1);
  const auto bits = torch::randint(0, 2, {300, 1, 8, 8}).to(torch::kUInt8);
  EXPECT_EQ(warning(bits),
            "mine: the pixels of a sample are all from 0 to 1 out of 0 to 255, nearly black; scale "
            "the images to the whole range before training");
  EXPECT_NE(warning(bits + 200).find("from 200 to 201 out of 0 to 255, nearly all alike"),
            std::string::npos);
  const auto flat = torch::arange(250).view({250, 1, 1, 1}).expand({250, 1, 8, 8});
  EXPECT_EQ(warning(flat.to(torch::kUInt8)),
            "mine: 100 % of a sample of its images have a single colour; is this the right data?");
}

TEST(DataWarnings, OfOneClassWhereSeveralAreWanted) {
  Dataset data = varied(300);
  data.labels = torch::zeros({300}, torch::kInt64);
  data.class_names = {"cat"};
  Config config;
  EXPECT_EQ(data_warnings(config, data), Lines{});
  config.model.conditional = Conditional::kConcat;
  const auto warnings = data_warnings(config, data);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("all images of mine are of one (cat)"), std::string::npos);
  data.labels[7] = 1;
  EXPECT_EQ(data_warnings(config, data), Lines{});
}

TEST(DataWarnings, OfSaturationWhereAllIsGrey) {
  Config config;
  config.augment.saturation = 1.0;
  const auto warnings = data_warnings(config, varied(300));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0],
            "augment.saturation: changes nothing, since the images of mine are grey; leave it out");
}

TEST(DataWarnings, FewImagesCallForAugmentation) {
  Config config;
  config.data.dataset = DatasetKind::kFolder;
  EXPECT_EQ(few_images_advice(config, varied(200)), "");
  EXPECT_NE(few_images_advice(config, varied(199)).find("mine: only 199 images"),
            std::string::npos);
  config.augment.mirror = true;
  EXPECT_EQ(few_images_advice(config, varied(199)), "");
  config.augment.mirror = false;
  config.data.limit = 100;  // the user asked for so few
  EXPECT_EQ(few_images_advice(config, varied(100)), "");
}

TEST(SpreadOverClasses, TakesTheFirstOfEachAsEvenlyAsCanBe) {
  const auto kept = [](const std::vector<std::int64_t>& labels, std::int64_t limit) {
    const auto items = spread_over_classes(torch::tensor(labels, torch::kInt64), limit);
    const auto* first = items.const_data_ptr<std::int64_t>();
    return std::vector(first, first + items.size(0));
  };
  using Items = std::vector<std::int64_t>;
  EXPECT_EQ(kept({0, 0, 0, 0, 1, 1, 3}, 5), (Items{0, 1, 4, 5, 6}));
  EXPECT_EQ(kept({0, 0, 0, 0, 1, 1, 3}, 9), (Items{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(kept({2, 2, 2, 1}, 1), (Items{0}));
  EXPECT_EQ(kept({0, 1, 2, 0, 1, 2, 0}, 4), (Items{0, 1, 2, 3}));
}

TEST(ClassesOf, KnowWhichLabelsOccurAndTheirNames) {
  Dataset data = varied(4);
  EXPECT_EQ(classes_of(data), Classes());
  data.labels = torch::tensor({1, 3, 3, 1}, torch::kInt64);
  EXPECT_EQ(classes_of(data), Classes(4, {}, {0, 2, 0, 2}));
  EXPECT_EQ(classes_of(data).name(3), "3");
  data.class_names = {"ant", "bee", "cat", "dog", "eel"};
  const Classes named = classes_of(data);
  EXPECT_EQ(named, Classes(4, {"ant", "bee", "cat", "dog"}, {0, 2, 0, 2}));
  EXPECT_EQ(named.labels(), (std::vector<std::int64_t>{1, 3}));
  EXPECT_FALSE(named.occurs(0));
  EXPECT_FALSE(named.occurs(4));
  EXPECT_TRUE(Classes(3).occurs(2));
}

}  // namespace
}  // namespace gan
