#include <gtest/gtest.h>

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/idx.hpp"
#include "gan_train/data/dataset.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

// Digits of 3x2 pixels, all with value `shade` + i; digit i has label i % classes.
void write_digits(const TempFolder& folder, const std::string& split, int count, int shade,
                  int classes = 10) {
  std::string images = idx_header({count, 3, 2});
  std::string labels = idx_header({count});
  for (int i = 0; i < count; ++i) {
    images += std::string(6, static_cast<char>(shade + i));
    labels += static_cast<char>(i % classes);
  }
  write_file(folder / (split + "-images-idx3-ubyte"), images);
  write_file(folder / (split + "-labels-idx1-ubyte"), labels);
}

DataConfig stacked_config(const TempFolder& folder, std::int64_t items) {
  DataConfig config;
  config.dataset = DatasetKind::kStackedMnist;
  config.path = folder.path().string();
  config.synthetic_size = items;
  return config;
}

TEST(StackedMnist, StacksDigitsAndTheirLabels) {
  const TempFolder folder;
  write_digits(folder, "train", 40, 0);
  const Dataset data = load_dataset(stacked_config(folder, 500));
  EXPECT_EQ(data.size(), 500);
  EXPECT_EQ(data.shape, (ImageShape{3, 3, 2}));
  EXPECT_EQ(data.samples.scalar_type(), torch::kUInt8);
  const auto digit = data.samples.select(3, 1).select(2, 2).to(torch::kInt64);  // shades, [n, 3]
  EXPECT_TRUE(torch::equal(data.samples.select(3, 0).select(2, 0).to(torch::kInt64), digit));
  const auto label = digit.remainder(10);
  EXPECT_TRUE(torch::equal(
      data.labels, label.select(1, 0) * 100 + label.select(1, 1) * 10 + label.select(1, 2)));
}

TEST(StackedMnist, DrawsAllModesEvenlyAndAlwaysTheSame) {
  const TempFolder folder;
  write_digits(folder, "train", 50, 0);
  const DataConfig config = stacked_config(folder, 20000);
  const Dataset data = load_dataset(config);
  const auto counts = torch::bincount(data.labels, {}, 1000);
  EXPECT_EQ(counts.size(0), 1000);
  // Poisson with mean 20: outside these bounds with a total probability of about 1e-3.
  EXPECT_GE(counts.min().item<int>(), 2);
  EXPECT_LE(counts.max().item<int>(), 48);
  EXPECT_TRUE(torch::equal(data.samples, load_dataset(config).samples));
  // A larger set starts with the same items.
  const Dataset more = load_dataset(stacked_config(folder, 20001));
  EXPECT_TRUE(torch::equal(more.samples.narrow(0, 0, 20000), data.samples));
}

TEST(StackedMnist, TestSetIsMadeOfTheTestDigits) {
  const TempFolder folder;
  write_digits(folder, "train", 40, 0);
  EXPECT_FALSE(load_test_set(stacked_config(folder, 100)).has_value());
  write_digits(folder, "t10k", 40, 100);
  const auto test = load_test_set(stacked_config(folder, 100));
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->size(), 100);
  EXPECT_GE(test->samples.min().item<int>(), 100);
  const Dataset train = load_dataset(stacked_config(folder, 100));
  EXPECT_FALSE(torch::equal(test->samples - 100, train.samples));
  EXPECT_EQ(load_test_set(stacked_config(folder, 30000))->size(), 26000);
}

TEST(StackedMnist, NeedsGreyDigitsWithLabels) {
  const auto says = [](const TempFolder& folder) {
    return usage_message_of([&] { load_dataset(stacked_config(folder, 10)); });
  };
  const TempFolder letters;
  write_digits(letters, "train", 40, 0, 26);
  EXPECT_NE(says(letters).find("needs digits with labels 0 to 9"), std::string::npos);
  const TempFolder bare;
  write_digits(bare, "train", 4, 0);
  std::filesystem::remove(bare / "train-labels-idx1-ubyte");
  EXPECT_NE(says(bare).find("needs digits with labels 0 to 9"), std::string::npos);
  const TempFolder colour;
  write_file(colour / "train-images-idx4-ubyte", idx_header({2, 2, 2, 3}) + std::string(24, 'x'));
  write_file(colour / "train-labels-idx1-ubyte", idx_header({2}) + std::string(2, '\1'));
  EXPECT_NE(says(colour).find("images of 3x2x2"), std::string::npos);
}

TEST(StackedMnist, ChecksTheMemoryFirst) {
  const TempFolder folder;
  write_digits(folder, "train", 40, 0);
  DataConfig config = stacked_config(folder, 1'000'000);
  config.max_mib = 1;
  const std::string message = usage_message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("1000000 items of 18 bytes"), std::string::npos) << message;
}

}  // namespace
}  // namespace gan
