#include <gtest/gtest.h>
#include <map>

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/image.hpp"
#include "formats/jpeg_files.hpp"
#include "formats/webp_files.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/data/dataset.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

DataConfig folder_config(const TempFolder& folder, std::int64_t side, std::int64_t channels) {
  DataConfig config;
  config.dataset = DatasetKind::kFolder;
  config.path = folder.path().string();
  config.image_size = side;
  config.channels = channels;
  return config;
}

// Writes a picture of a single shade.
void write_flat(const std::filesystem::path& path, int shade, std::int64_t width = 6,
                std::int64_t height = 5) {
  make_folders(path.parent_path());
  const auto size = static_cast<std::size_t>(width * height);
  write_file(path, encode_png({width, height, 1, Bytes(size, static_cast<std::uint8_t>(shade))}),
             false);
}

std::vector<int> shades(const Dataset& data) {
  std::vector<int> found;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const auto image = data.samples[i];
    EXPECT_TRUE(torch::equal(image, image.flatten()[0].expand_as(image))) << i;
    found.push_back(image.flatten()[0].item<int>());
  }
  return found;
}

TEST(FolderDataset, ReadsAFlatFolderInTheOrderOfNames) {
  const TempFolder folder;
  write_flat(folder / "b.png", 2);
  write_flat(folder / "a10.PNG", 1);
  write_flat(folder / "c.png", 3, 40, 8);
  write_flat(folder / ".hidden.png", 9);
  write_flat(folder / ".cache/thumb.png", 9);
  write_file(folder / "notes.txt", std::string_view("no image"));
  const Dataset data = load_dataset(folder_config(folder, 4, 3));
  EXPECT_EQ(data.shape, (ImageShape{3, 4, 4}));
  EXPECT_EQ(data.samples.sizes(), torch::IntArrayRef({3, 3, 4, 4}));
  EXPECT_EQ(shades(data), (std::vector{1, 2, 3}));
  EXPECT_FALSE(data.labels.defined());
  EXPECT_FALSE(load_test_set(folder_config(folder, 4, 3)).has_value());
}

TEST(FolderDataset, FoldersAreClassesInTheOrderOfNames) {
  const TempFolder folder;
  write_flat(folder / "dog/1.png", 10);
  write_flat(folder / "cat/2.png", 21);
  write_flat(folder / "cat/1.png", 20);
  write_flat(folder / "cat/old/0.png", 22);
  make_folders(folder / "ant");
  const Dataset data = load_dataset(folder_config(folder, 4, 1));
  EXPECT_EQ(shades(data), (std::vector{20, 21, 22, 10}));
  EXPECT_TRUE(torch::equal(data.labels, torch::tensor({0, 0, 0, 1}, torch::kInt64)));
}

TEST(FolderDataset, ManyFilesKeepTheirPlaces) {
  const TempFolder folder;
  for (int i = 0; i < 600; ++i) write_flat(folder / str("i", 1000 + i, ".png"), i % 251, 4, 4);
  const Dataset data = load_dataset(folder_config(folder, 4, 1));
  const auto found = shades(data);
  for (int i = 0; i < 600; ++i) ASSERT_EQ(found[static_cast<std::size_t>(i)], i % 251);
}

TEST(FolderDataset, KeepsPicturesOfTheRightSizeToTheByte) {
  const TempFolder folder;
  Bytes pixels(std::size_t{4} * 4 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(5 * i);
  write_file(folder / "x.png", encode_png({4, 4, 3, pixels}));
  const Dataset data = load_dataset(folder_config(folder, 4, 3));
  const auto expected = torch::from_blob(pixels.data(), {4, 4, 3}, torch::kUInt8);
  EXPECT_TRUE(torch::equal(data.samples[0].permute({1, 2, 0}), expected));
}

// A 40x20 ramp to the right: its middle square has columns 10 to 29.
TEST(FolderDataset, CropsTheMiddleAndAveragesWhatItShrinks) {
  const TempFolder folder;
  Image ramp{40, 20, 1, {}};
  for (int i = 0; i < 800; ++i) ramp.pixels.push_back(static_cast<std::uint8_t>(6 * (i % 40)));
  write_file(folder / "ramp.png", encode_png(ramp));
  const Dataset data = load_dataset(folder_config(folder, 5, 1));
  for (int column = 1; column < 4; ++column) {  // pixels at the edges average over fewer
    const double expected = 6 * (10 + 4 * column + 1.5);
    EXPECT_NEAR(data.samples[0][0][2][column].item<double>(), expected, 1.5) << column;
  }
  // A chessboard of single pixels turns grey; without averaging it would stay black or white.
  Image board{64, 64, 1, {}};
  for (int i = 0; i < 4096; ++i) board.pixels.push_back((i + i / 64) % 2 == 0 ? 0 : 255);
  write_file(folder / "ramp.png", encode_png(board));
  const auto grey = load_dataset(folder_config(folder, 4, 1)).samples.to(torch::kFloat32);
  EXPECT_LT((grey - 127.5).abs().max().item<double>(), 3.0);
}

TEST(FolderDataset, ReadsJpeg) {
  const TempFolder folder;
  write_file(folder / "a.jpeg", from_hex(kProgressiveJpeg));
  write_file(folder / "b.JPG", from_hex(kColourJpeg));
  const Dataset data = load_dataset(folder_config(folder, 8, 3));
  EXPECT_EQ(data.size(), 2);
  // Blue is 128 throughout; rounding in libjpeg and the filter changes it by a few levels.
  EXPECT_LT((data.samples[1][2].to(torch::kFloat32) - 128).abs().max().item<double>(), 16.0);
}

TEST(FolderDataset, ReadsWebpInFrontOfTheBackground) {
  const TempFolder folder;
  write_file(folder / "a.webp", from_hex(kAlphaWebp));
  DataConfig config = folder_config(folder, 6, 3);
  config.background = "#0a141e";
  // The first column of the middle square: 30 of 255 red, at an opacity of a seventh.
  const auto corner = load_dataset(config).samples[0].select(1, 0).select(1, 0);
  EXPECT_EQ(corner[0].item<int>(), (30 * 36 + 10 * 219 + 127) / 255);
  config.background = "blue";
  EXPECT_NE(usage_message_of([&] { load_dataset(config); }).find("'blue' is not a colour"),
            std::string::npos);
}

TEST(FolderDataset, RefusesMoreMegapixelsThanAllowed) {
  const TempFolder folder;
  write_flat(folder / "1.png", 1, 1100, 1000);
  DataConfig config = folder_config(folder, 4, 1);
  config.max_megapixels = 1;
  EXPECT_NE(message_of([&] { load_dataset(config); })
                .find("1.png: has 1100x1000 pixels, 2 megapixels; at most 1 are allowed "
                      "(raise data.max_megapixels)"),
            std::string::npos);
  config.max_megapixels = 2;
  EXPECT_EQ(shades(load_dataset(config)), std::vector{1});
}

TEST(FolderDataset, NamesABadFileAndPassesOverItWhenAsked) {
  const TempFolder folder;
  for (int i = 0; i < 6; ++i) write_flat(folder / str(i, ".png"), 10 * i);
  write_file(folder / "1.png", std::string_view("no image"));
  write_file(folder / "4.png", std::string_view());
  DataConfig config = folder_config(folder, 4, 1);
  const std::string message = message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("1.png: is text, not a PNG, JPEG or WebP picture"), std::string::npos)
      << message;
  EXPECT_NE(message.find("data.skip_bad = true"), std::string::npos) << message;
  config.skip_bad = true;
  EXPECT_EQ(shades(load_dataset(config)), (std::vector{0, 20, 30, 50}));
}

TEST(FolderDataset, SaysWhenNothingIsLeft) {
  const TempFolder folder;
  write_file(folder / "1.png", std::string_view("no image"));
  DataConfig config = folder_config(folder, 4, 1);
  config.skip_bad = true;
  const std::string message = message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("none of its image files can be read"), std::string::npos) << message;
}

TEST(FolderDataset, SaysWhatIsMissingOrMixed) {
  const TempFolder folder;
  const auto says = [&] {
    return usage_message_of([&] { load_dataset(folder_config(folder, 4, 1)); });
  };
  EXPECT_NE(says().find("holds no .png, .jpg or .webp files"), std::string::npos);
  write_flat(folder / "cat/1.png", 1);
  write_flat(folder / "stray.png", 1);
  EXPECT_NE(says().find("holds images, such as stray.png, and folders"), std::string::npos);
  DataConfig config = folder_config(folder, 4, 1);
  config.path = (folder / "gone").string();
  EXPECT_NE(usage_message_of([&] { load_dataset(config); }).find("No such file"),
            std::string::npos);
}

TEST(FolderDataset, LimitDecodesNoMoreThanItKeeps) {
  const TempFolder folder;
  for (int i = 0; i < 3; ++i) write_flat(folder / str(i, ".png"), i);
  write_file(folder / "9.png", std::string_view("no image"));
  DataConfig config = folder_config(folder, 4, 1);
  config.limit = 3;
  EXPECT_EQ(load_dataset(config).size(), 3);
}

TEST(FolderDataset, ChecksTheMemoryBeforeItReads) {
  const TempFolder folder;
  for (int i = 0; i < 3; ++i) write_file(folder / str(i, ".png"), std::string_view("no image"));
  DataConfig config = folder_config(folder, 1024, 3);
  config.max_mib = 8;
  config.in_memory = InMemory::kTrue;
  const std::string message = usage_message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("3 items of 3145728 bytes"), std::string::npos) << message;
}

// A picture whose first row is coloured, or grey like the rest.
void write_patch(const std::filesystem::path& path, std::int64_t side, bool coloured) {
  Bytes pixels(static_cast<std::size_t>(side * side * 3), 200);
  for (std::int64_t x = 0; coloured && x < side; ++x) pixels[static_cast<std::size_t>(3 * x)] = 20;
  write_file(path, encode_png({side, side, 3, pixels}), false);
}

TEST(FolderDataset, IsWhatMostOfItsPicturesAre) {
  const TempFolder folder;
  const auto found = [&] { return load_dataset(folder_config(folder, 0, 0)).shape; };
  for (int i = 0; i < 5; ++i) write_patch(folder / str(i, ".png"), 30, i < 2);
  EXPECT_EQ(found(), (ImageShape{1, 28, 28}));
  write_patch(folder / "a.png", 300, true);
  EXPECT_EQ(found(), (ImageShape{3, 28, 28}));
  for (int i = 0; i < 9; ++i) write_patch(folder / str("b", i, ".png"), 300, false);
  EXPECT_EQ(found(), (ImageShape{1, 64, 64}));
  EXPECT_EQ(load_dataset(folder_config(folder, 16, 0)).shape, (ImageShape{1, 16, 16}));
  EXPECT_EQ(load_dataset(folder_config(folder, 0, 3)).shape, (ImageShape{3, 64, 64}));
  EXPECT_EQ(usage_message_of([&] { load_dataset(folder_config(folder, 3, 3)); }),
            "data.image_size: 3 is out of range; allowed: 4 to 1024, or 0 for automatic");
}

// The number of items per class of a folder, by class name.
std::map<std::string, std::int64_t> found_in(const TempFolder& folder) {
  const Dataset data = load_dataset(folder_config(folder, 4, 1));
  const Classes classes = classes_of(data);
  std::map<std::string, std::int64_t> found;
  for (const std::int64_t label : classes.labels()) {
    found[classes.name(label)] = classes.images[static_cast<std::size_t>(label)];
  }
  return found;
}

using Found = std::map<std::string, std::int64_t>;

TEST(FolderDataset, ReadsEachKindOfPictureFileInAnyCase) {
  const TempFolder folder;
  for (const char* end : {"png", "PNG", "jpg", "Jpeg", "jpe", "JFIF"}) {
    write_flat(folder / str("cat/a.", end), 7);  // the kind is recognised by content
  }
  for (const char* end : {"bmp", "txt", "pt"}) write_flat(folder / str("cat/b.", end), 7);
  EXPECT_EQ(found_in(folder), (Found{{"cat", 6}}));
}

TEST(FolderDataset, LeavesOutHiddenNamesAtEveryDepth) {
  const TempFolder folder;
  for (const char* path : {"cat/1.png", "cat/.2.png", "cat/old/.thumbs/3.png", ".git/4.png",
                           "cat/old/._5.png", "cat/old/6.png"}) {
    write_flat(folder / path, 7);
  }
  EXPECT_EQ(found_in(folder), (Found{{"cat", 2}}));
}

TEST(FolderDataset, FollowsLinksButNotInCircles) {
  namespace fs = std::filesystem;
  const TempFolder folder, elsewhere;
  write_flat(folder / "cat/1.png", 7);
  write_flat(elsewhere / "2.png", 7);
  write_flat(elsewhere / "deep/3.png", 7);
  fs::create_directory_symlink(elsewhere.path(), folder / "dog");
  fs::create_symlink(elsewhere / "2.png", folder / "cat/4.png");
  fs::create_directory_symlink(folder.path(), folder / "cat/back");
  fs::create_directory_symlink(folder / "cat", folder / "cat/self");
  fs::create_symlink("loop", folder / "loop");
  fs::create_symlink(elsewhere / "gone.png", folder / "cat/gone.png");
  EXPECT_EQ(found_in(folder), (Found{{"cat", 2}, {"dog", 2}}));
}

TEST(FolderDataset, RunsInItAreNoData) {
  const TempFolder folder;
  write_flat(folder / "cat/1.png", 7);
  for (const char* run : {"runs/one", "cat/tries/two", "three"}) {
    write_flat(folder / run / "samples/real.png", 7);
    write_flat(folder / run / "losses.png", 7);
    write_file(folder / run / "config.yaml", to_yaml(Config()));
  }
  EXPECT_EQ(found_in(folder), (Found{{"cat", 1}}));
  write_file(folder / "three/config.yaml", std::string_view("mine: true\n"));
  EXPECT_EQ(found_in(folder), (Found{{"cat", 1}, {"three", 2}}));
}

TEST(FolderDataset, SaysWhatWasFoundInALine) {
  const TempFolder folder;
  for (int i = 0; i < 1100; ++i) write_flat(folder / str("cat/", i, ".png"), 7, 4, 4);
  write_flat(folder / "dog/1.png", 7);
  write_file(folder / "dog/2.png", std::string_view("no image"));
  for (const char* path : {"dog/3.HEIC", "4.heic", "dog/5.gif"}) {
    write_file(folder / path, std::string_view("x"));
  }
  make_folders(folder / "eel");
  make_folders(folder / "gnu/deep");
  DataConfig config = folder_config(folder, 4, 1);
  config.skip_bad = true;
  testing::internal::CaptureStderr();
  load_dataset(config);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find(": 1,101 pictures in 2 classes (cat, dog); skipped: 1 .gif, 2 .heic, "
                      "1 damaged, 2 folders without pictures (eel, gnu)\n"),
            std::string::npos)
      << said;
}

TEST(FolderDataset, OfUnreadPicturesOnlySaysSo) {
  const TempFolder folder;
  write_file(folder / "1.heic", std::string_view("x"));
  const std::string message = usage_message_of([&] { load_dataset(folder_config(folder, 4, 1)); });
  EXPECT_NE(message.find("it holds 1 .heic, which are not read"), std::string::npos) << message;
}

TEST(FolderDataset, LimitTakesFromAllClassesEvenly) {
  const TempFolder folder;
  for (int i = 0; i < 9; ++i) {
    write_flat(folder / str("cat/", i, ".png"), i);
    write_flat(folder / str("dog/", i, ".png"), 10 + i);
  }
  write_flat(folder / "eel/0.png", 20);
  DataConfig config = folder_config(folder, 4, 1);
  config.limit = 7;
  EXPECT_EQ(shades(load_dataset(config)), (std::vector{0, 1, 2, 10, 11, 12, 20}));
}

// Three shades: 0 in the left third of a 12x6 picture, 100 in the middle, 200 in the right one.
Image three_shades() {
  Image image{12, 6, 1, {}};
  for (int i = 0; i < 72; ++i) image.pixels.push_back(static_cast<std::uint8_t>(i % 12 / 4 * 100));
  return image;
}

TEST(FolderDataset, FitsPicturesToAnyShape) {
  const TempFolder folder;
  write_file(folder / "x.png", encode_png(three_shades()));
  DataConfig config = folder_config(folder, 0, 1);
  const auto row = [&](ImageSize size, Fit fit, std::int64_t y) {
    config.image_size = size;
    config.fit = fit;
    const Dataset data = load_dataset(config);
    EXPECT_EQ(data.shape, (ImageShape{1, size.height, size.width}));
    const auto pixels = data.samples[0][0][y].contiguous();
    const auto* values = pixels.const_data_ptr<std::uint8_t>();
    return std::vector<int>(values, values + size.width);
  };
  // The middle six columns; the whole picture unchanged; the middle third for a tall shape.
  EXPECT_EQ(row(6, Fit::kCrop, 0), (std::vector{0, 100, 100, 100, 100, 200}));
  EXPECT_EQ(row({12, 6}, Fit::kCrop, 5).front(), 0);
  EXPECT_EQ(row({12, 6}, Fit::kCrop, 5).back(), 200);
  EXPECT_EQ(row({4, 6}, Fit::kCrop, 5), (std::vector{100, 100, 100, 100}));
  // The whole picture, with bars of background above and below, or at its sides.
  config.background = "#101010";
  EXPECT_EQ(row(12, Fit::kPad, 2), std::vector<int>(12, 16));
  EXPECT_EQ(row(12, Fit::kPad, 3).back(), 200);
  EXPECT_EQ(row(12, Fit::kPad, 8).back(), 200);
  EXPECT_EQ(row(12, Fit::kPad, 9), std::vector<int>(12, 16));
  EXPECT_EQ(row({16, 6}, Fit::kPad, 0)[13], 200);
  EXPECT_EQ(row({16, 6}, Fit::kPad, 0)[14], 16);
  // Twice as high, with nothing cropped.
  const auto stretched = row(12, Fit::kStretch, 11);
  EXPECT_EQ(stretched.front(), 0);
  EXPECT_EQ(stretched.back(), 200);
}

}  // namespace
}  // namespace gan
