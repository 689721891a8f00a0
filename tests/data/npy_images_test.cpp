#include <gtest/gtest.h>

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/npy.hpp"
#include "gan_train/data/dataset.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

// Writes ascending values.
void write_npy(const std::filesystem::path& path, const char* dtype,
               const std::vector<std::int64_t>& dims, std::int64_t width = 1) {
  std::int64_t count = width;
  for (const auto size : dims) count *= size;
  std::string bytes = npy_header(dtype, dims);
  for (std::int64_t i = 0; i < count; ++i) {
    bytes += i % width == 0 ? static_cast<char>(i / width % 251) : '\0';
  }
  write_file(path, bytes);
}

DataConfig npy_config(const std::filesystem::path& path) {
  DataConfig config;
  config.dataset = DatasetKind::kNpy;
  config.path = path.string();
  return config;
}

TEST(NpyImages, AreReadWithChannelsLastFirstOrNone) {
  const TempFolder folder;
  const auto load = [&](const std::vector<std::int64_t>& dims) {
    write_npy(folder / "x.npy", "|u1", dims);
    const Dataset data = load_dataset(npy_config(folder / "x.npy"));
    EXPECT_EQ(data.size(), dims[0]);
    return data;
  };
  EXPECT_EQ(load({5, 4, 6}).shape, (ImageShape{1, 4, 6}));
  const Dataset last = load({5, 4, 6, 3});
  EXPECT_EQ(last.shape, (ImageShape{3, 4, 6}));
  EXPECT_EQ(last.samples[1][2][0][0].item<int>(), 74);
  const Dataset first = load({5, 3, 4, 6});
  EXPECT_EQ(first.shape, (ImageShape{3, 4, 6}));
  EXPECT_EQ(first.samples[1][2][0][0].item<int>(), 120);
}

TEST(NpyImages, StayOnDiskAsTheyAre) {
  const TempFolder folder;
  write_npy(folder / "x.npy", "|u1", {5, 4, 6, 3});
  DataConfig config = npy_config(folder / "x.npy");
  const Dataset held = load_dataset(config);
  config.in_memory = InMemory::kFalse;
  const Dataset stored = load_dataset(config);
  ASSERT_TRUE(stored.stored);
  EXPECT_TRUE(torch::equal(stored.items(0, 5), held.samples));
}

TEST(NpyImages, TakeLabelsOfBytesOrInt64) {
  const TempFolder folder;
  write_npy(folder / "x.npy", "|u1", {5, 4, 6});
  DataConfig config = npy_config(folder / "x.npy");
  config.labels = (folder / "y.npy").string();
  for (const auto& [dtype, width] : {std::pair{"|u1", 1}, {"<i8", 8}}) {
    write_npy(folder / "y.npy", dtype, {5}, width);
    EXPECT_TRUE(torch::equal(load_dataset(config).labels, torch::arange(5))) << dtype;
  }
  write_npy(folder / "y.npy", "|u1", {4});
  EXPECT_NE(usage_message_of([&] { load_dataset(config); }).find("holds 4 labels, but there are 5"),
            std::string::npos);
}

TEST(NpyImages, SayWhatTheyAreNot) {
  const TempFolder folder;
  const auto says = [&] {
    return usage_message_of([&] { load_dataset(npy_config(folder / "x.npy")); });
  };
  EXPECT_NE(says().find("is not a file"), std::string::npos);
  write_npy(folder / "x.npy", "<f4", {2, 4, 6}, 4);
  EXPECT_NE(says().find("holds values of '<f4'; images to train on are bytes"), std::string::npos);
  write_npy(folder / "x.npy", "|u1", {2, 4, 6, 5});
  EXPECT_NE(says().find("holds an array of [2, 4, 6, 5]"), std::string::npos) << says();
  write_npy(folder / "x.npy", "|u1", {5, 1, 2});
  EXPECT_NE(says().find("images of 1x2 pixels are too small"), std::string::npos);
  write_npy(folder / "x.npy", "|u1", {2, 0, 6});
  EXPECT_NE(says().find("holds no images"), std::string::npos);
}

}  // namespace
}  // namespace gan
