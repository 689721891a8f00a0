#include <gtest/gtest.h>

#include <torch/torch.h>

#include "gan_train/core/file.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/formats/idx.hpp"

#include "temp_folder.hpp"

namespace gan {
namespace {

// n images of 2x2 pixels, all of that value, and their labels.
void write_split(const TempFolder& folder, const std::string& stem, std::int64_t n, char value) {
  write_file(folder / (stem + "-images-idx3-ubyte"),
             idx_header({n, 2, 2}) + std::string(static_cast<std::size_t>(4 * n), value));
  write_file(folder / (stem + "-labels-idx1-ubyte"),
             idx_header({n}) + std::string(static_cast<std::size_t>(n), value));
}

TEST(TestImages, LieBesideTheTrainingImages) {
  const TempFolder folder;
  write_split(folder, "train", 5, 1);
  DataConfig config;
  config.path = folder.path().string();
  EXPECT_EQ(load_test_dataset(config).size(), 0);
  write_split(folder, "t10k", 3, 2);
  config.limit = 2;  // of the training images
  for (const auto& path : {folder.path(), folder / "train-images-idx3-ubyte"}) {
    config.path = path.string();
    const Dataset test = load_test_dataset(config);
    ASSERT_EQ(test.size(), 3);
    EXPECT_EQ(test.samples.sizes(), torch::IntArrayRef({3, 1, 2, 2}));
    EXPECT_EQ(test.samples[2][0][1][1].item<int>(), 2);
    EXPECT_EQ(test.labels[2].item<int>(), 2);
  }
  // Other images of the same folder have no part in that split.
  config.path = (folder / "t10k-images-idx3-ubyte").string();
  EXPECT_EQ(load_test_dataset(config).size(), 0);
}

TEST(TestImages, MadeUpDataHaveNone) {
  DataConfig config;
  config.dataset = "shapes";
  EXPECT_EQ(load_test_dataset(config).size(), 0);
}

}  // namespace
}  // namespace gan
