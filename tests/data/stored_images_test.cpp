#include "data/stored_images.hpp"

#include <gtest/gtest.h>

#include <torch/types.h>
#include <torch/utils.h>

#include "data/idx_files.hpp"
#include "formats/image.hpp"
#include "formats/make_gzip.hpp"
#include "message.hpp"
#include "scratch_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

torch::Tensor noise(torch::IntArrayRef sizes) {
  torch::manual_seed(3);
  return torch::randint(256, sizes).to(torch::kUInt8);
}

DataConfig config_of(DatasetKind kind, const fs::path& path) {
  DataConfig config;
  config.dataset = kind;
  config.path = path.string();
  config.image_size = 4;
  return config;
}

// Loads both ways; the data must be equal, whichever items are read.
void expect_same_from_disk(const DataConfig& config, std::int64_t size) {
  const Dataset memory = load_held(config, true), disk = load_held(config, false);
  ASSERT_TRUE(disk.stored && !disk.samples.defined());
  EXPECT_TRUE(disk.has_pixels());
  EXPECT_EQ(disk.size(), size);
  EXPECT_EQ(disk.shape, memory.shape);
  EXPECT_EQ(disk.labels.defined(), memory.labels.defined());
  if (memory.labels.defined()) {
    EXPECT_TRUE(torch::equal(disk.labels, memory.labels));
  }
  const auto all = disk.items(0, size);
  EXPECT_TRUE(torch::equal(all, memory.samples));
  EXPECT_TRUE(all.is_contiguous());
  EXPECT_TRUE(torch::equal(disk.items(1, size - 1), memory.items(1, size - 1)));
  torch::manual_seed(5);
  const auto some = torch::randint(size, {40}, torch::kInt64);  // some of them repeated
  EXPECT_TRUE(torch::equal(disk.items(some), memory.items(some)));
  EXPECT_EQ(disk.items(some).strides(), memory.items(some).strides());

  const auto order = torch::arange(size - 1, 0, -1);
  const Dataset part = disk.subset(order), expected = memory.subset(order);
  EXPECT_EQ(part.size(), size - 1);
  EXPECT_TRUE(torch::equal(part.items(0, size - 1), expected.samples));
  const auto again = torch::tensor({1, 0}, torch::kInt64);
  EXPECT_TRUE(
      torch::equal(part.subset(again).items(0, 2), expected.samples.index_select(0, again)));
  if (memory.labels.defined()) {
    EXPECT_TRUE(torch::equal(part.labels, expected.labels));
  }
}

TEST(StoredImages, OfIdxFilesAreThoseInMemory) {
  const TempFolder folder;
  for (const auto& sizes :
       std::vector<std::vector<std::int64_t>>{{50, 7}, {50, 5, 6}, {50, 1, 5, 6}, {50, 3, 5, 6}}) {
    write_idx_file(folder / "x", noise(sizes));
    expect_same_from_disk(config_of(DatasetKind::kIdx, folder / "x"), 50);
  }
}

TEST(StoredImages, OfPackedIdxFilesAreThoseInMemory) {
  const TempFolder folder;
  const ScratchFolder scratch;
  write_idx_file(folder / "x", noise({30, 3, 5, 6}));
  write_file(folder / "train-images-idx4-ubyte.gz", make_gzip(read_file(folder / "x")));
  write_idx_file(folder / "train-labels-idx1-ubyte", torch::arange(30));
  const DataConfig config = config_of(DatasetKind::kIdx, folder.path());
  expect_same_from_disk(config, 30);
  const Dataset held = load_held(config, false);
  EXPECT_TRUE(fs::is_empty(scratch.path()));  // the open file has no name
}

TEST(StoredImages, OfAFolderOfPicturesAreThoseInMemory) {
  const TempFolder folder;
  const ScratchFolder scratch;
  const auto pixels = noise({300, 4, 4});  // more than are decoded at once
  for (std::int64_t i = 0; i < 300; ++i) {
    const auto* begin = pixels[i].const_data_ptr<std::uint8_t>();
    const auto path = folder / str(i < 100 ? "a/" : "b/", 1000 + i, ".png");
    make_folders(path.parent_path());
    write_file(path, encode_png({4, 4, 1, Bytes(begin, begin + 16)}), false);
  }
  DataConfig config = config_of(DatasetKind::kFolder, folder.path());
  expect_same_from_disk(config, 300);
  EXPECT_TRUE(torch::equal(load_held(config, false).items(0, 300).squeeze(1), pixels));
  config.channels = 3;
  config.skip_bad = true;
  for (const char* bad : {"a/1000.png", "a/1007.png", "b/1270.png"}) {
    write_file(folder / bad, std::string_view("no image"));
  }
  expect_same_from_disk(config, 297);
  config.limit = 20;
  expect_same_from_disk(config, 18);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(StoredImages, ALimitKeepsTheFirst) {
  DataConfig config;
  config.synthetic_size = 20;
  const ShapesOnDisk files(config);
  config.limit = 12;
  expect_same_from_disk(config, 12);
}

TEST(StoredImages, AskedForNoneTheyGiveNone) {
  const TempFolder folder;
  write_idx_file(folder / "x", noise({5, 6, 7}));
  const Dataset data = load_held(config_of(DatasetKind::kIdx, folder / "x"), false);
  EXPECT_EQ(data.items(torch::empty({0}, torch::kInt64)).sizes(), torch::IntArrayRef({0, 1, 6, 7}));
  EXPECT_EQ(data.subset(torch::empty({0}, torch::kInt64)).size(), 0);
}

TEST(StoredImages, OnesThatAreNotThereAreNotReadFromBeyond) {
  const TempFolder folder;
  write_idx_file(folder / "x", noise({5, 6, 7}));
  DataConfig config = config_of(DatasetKind::kIdx, folder / "x");
  config.limit = 3;
  const Dataset data = load_held(config, false);
  for (const std::int64_t index : {-1, 3}) {
    EXPECT_THROW(data.items(torch::tensor({index})), c10::Error) << index;
  }
}

TEST(StoredImages, AFileCutShortAfterItWasOpenedIsNamed) {
  const TempFolder folder;
  write_idx_file(folder / "x", noise({50, 5, 6}));
  const Dataset data = load_held(config_of(DatasetKind::kIdx, folder / "x"), false);
  fs::resize_file(folder / "x", 16 + 49 * 30);
  EXPECT_NO_THROW(data.items(0, 49));
  const std::string message = message_of([&] { data.items(40, 10); });
  EXPECT_TRUE(message.starts_with((folder / "x").string() + ": ends at or before offset 1486"))
      << message;
}

TEST(StoredImages, AFileThatIsDamagedWhenItIsOpenedIsRefusedAsEver) {
  const TempFolder folder;
  write_idx_file(folder / "x", noise({50, 5, 6}));
  fs::resize_file(folder / "x", 1000);
  const DataConfig config = config_of(DatasetKind::kIdx, folder / "x");
  const auto refusal = [&](bool in_memory) {
    return message_of([&] { load_held(config, in_memory); });
  };
  EXPECT_NE(refusal(false).find("truncated at offset 1000"), std::string::npos) << refusal(false);
  EXPECT_EQ(refusal(false), refusal(true));
  const auto compressed = make_gzip(read_file(folder / "x"));
  write_file(folder / "x", compressed);
  EXPECT_EQ(refusal(false), refusal(true));
  write_file(folder / "x", ByteView(compressed).first(compressed.size() - 4));
  EXPECT_NE(refusal(false).find("the gzip data are truncated"), std::string::npos)
      << refusal(false);
}

TEST(DataInMemory, AutoDecidesByTheMemoryAllowed) {
  const TempFolder folder;
  write_idx_file(folder / "x", noise({64, 128, 128}));  // one MiB
  DataConfig config = config_of(DatasetKind::kIdx, folder / "x");
  config.max_mib = 1;
  EXPECT_FALSE(load_dataset(config).stored);
  write_idx_file(folder / "x", noise({65, 128, 128}));
  EXPECT_TRUE(load_dataset(config).stored);
  config.in_memory = InMemory::kTrue;
  const std::string message = usage_message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("data.max_mib: 65 items of 16384 bytes"), std::string::npos) << message;
  config.max_mib = 1 << 24;  // 16 TiB, more than the machine has
  config.in_memory = InMemory::kAuto;
  EXPECT_TRUE(stays_on_disk(config, std::int64_t{1} << 43, 1));
  EXPECT_FALSE(stays_on_disk(config, 1 << 20, 1));
}

TEST(DataInMemory, KindsThatCannotStayOnDiskSaySo) {
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.in_memory = InMemory::kFalse;
  const std::string message = usage_message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("'shapes' is always in memory"), std::string::npos) << message;
  config.in_memory = InMemory::kAuto;
  config.max_mib = 1;
  config.synthetic_size = 100000;
  EXPECT_NE(usage_message_of([&] { load_dataset(config); }).find("data.max_mib"),
            std::string::npos);
}

TEST(DataInMemory, ATestSetIsInMemory) {
  const TempFolder folder;
  for (const char* split : {"train", "t10k"}) {
    write_idx_file(folder / str(split, "-images-idx3-ubyte"), noise({5, 6, 7}));
  }
  DataConfig config = config_of(DatasetKind::kIdx, folder.path());
  config.in_memory = InMemory::kFalse;
  EXPECT_TRUE(load_dataset(config).stored);
  EXPECT_EQ(load_test_set(config)->samples.size(0), 5);
}

}  // namespace
}  // namespace gan
