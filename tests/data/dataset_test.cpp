#include "gan_train/data/dataset.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/idx.hpp"
#include "formats/image.hpp"
#include "formats/npy.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

void write_idx(const std::filesystem::path& path, const std::vector<std::int64_t>& dims) {
  std::int64_t count = 1;
  for (const auto size : dims) count *= size;
  std::string bytes = idx_header(dims);
  for (std::int64_t i = 0; i < count; ++i) bytes += static_cast<char>(i % 251);
  write_file(path, bytes);
}

DataConfig idx_config(const std::filesystem::path& path) {
  DataConfig config;
  config.dataset = DatasetKind::kIdx;
  config.path = path.string();
  return config;
}

std::string idx_refusal(const DataConfig& config) {
  return usage_message_of([&] { load_dataset(config); });
}

TEST(IdxDataset, ReadsBothSpellingsWithLabels) {
  for (const char* joint : {"-", "."}) {
    const TempFolder folder;
    write_idx(folder / (std::string("train-images") + joint + "idx3-ubyte"), {5, 4, 6});
    write_idx(folder / (std::string("train-labels") + joint + "idx1-ubyte"), {5});
    const Dataset data = load_dataset(idx_config(folder.path()));
    EXPECT_EQ(data.size(), 5);
    EXPECT_EQ(data.shape, (ImageShape{1, 4, 6}));
    EXPECT_EQ(data.samples[1][0][0][0].item<int>(), 24);
    EXPECT_EQ(data.labels[4].item<int>(), 4);
  }
}

TEST(IdxDataset, ReadsAFileItselfWithoutLabels) {
  const TempFolder folder;
  write_idx(folder / "mine", {5, 4, 6});
  const Dataset data = load_dataset(idx_config(folder / "mine"));
  EXPECT_EQ(data.size(), 5);
  EXPECT_FALSE(data.labels.defined());
}

TEST(IdxDataset, FindsTheLabelsBesideAnImagesFile) {
  const TempFolder folder;
  write_idx(folder / "t10k-images-idx3-ubyte", {5, 4, 6});
  write_idx(folder / "t10k-labels.idx1-ubyte", {5});
  const Dataset data = load_dataset(idx_config(folder / "t10k-images-idx3-ubyte"));
  EXPECT_TRUE(data.labels.defined());
}

TEST(IdxDataset, RefusesImagesOfTwoPixels) {
  const TempFolder folder;
  write_idx(folder / "tiny", {5, 2});
  EXPECT_NE(idx_refusal(idx_config(folder / "tiny")).find("too small"), std::string::npos);
}

TEST(IdxDataset, FourDimensionsAreChannelsLast) {
  const TempFolder folder;
  write_idx(folder / "rgb", {2, 4, 5, 3});
  const Dataset data = load_dataset(idx_config(folder / "rgb"));
  EXPECT_EQ(data.shape, (ImageShape{3, 4, 5}));
  EXPECT_EQ(data.samples[0][2][0][1].item<int>(), 5);  // row 0, column 1, blue
}

TEST(IdxDataset, RefusesWhatAreNoImages) {
  const TempFolder folder;
  write_idx(folder / "five", {2, 4, 5, 5});
  EXPECT_NE(idx_refusal(idx_config(folder / "five")).find("images of 5 channels; 1 or 3"),
            std::string::npos);
  write_idx(folder / "labels", {7});
  EXPECT_NE(idx_refusal(idx_config(folder / "labels")).find("has 1 dimension(s); images have 2"),
            std::string::npos);
}

TEST(IdxDataset, RefusesLabelsThatDoNotMatch) {
  const TempFolder folder;
  write_idx(folder / "train-images-idx3-ubyte", {5, 4, 6});
  write_idx(folder / "train-labels-idx1-ubyte", {4});
  const std::string message = idx_refusal(idx_config(folder.path()));
  EXPECT_NE(message.find("holds 4 labels"), std::string::npos) << message;
  EXPECT_NE(message.find("5 images"), std::string::npos) << message;
}

TEST(IdxDataset, SaysWhatIsMissing) {
  const TempFolder folder;
  EXPECT_NE(idx_refusal(idx_config(folder.path())).find("holds no train-images-idx3-ubyte"),
            std::string::npos);
  make_folders(folder / "cats");
  write_file(folder / "cats/1.png", std::string_view());
  EXPECT_NE(
      idx_refusal(idx_config(folder.path())).find("holds pictures; set data.dataset = folder"),
      std::string::npos);
  EXPECT_NE(idx_refusal(idx_config(folder / "gone")).find("no such file or folder"),
            std::string::npos);
}

// QMNIST's own names: qmnist-train-labels-idx2-int next to qmnist-train-images-idx3-ubyte.
TEST(IdxDataset, FindsTheFilesOfQmnist) {
  const TempFolder folder;
  write_idx(folder / "qmnist-train-images-idx3-ubyte", {2, 4, 6});
  const Bytes labels = {0, 0, 0x0C, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 8};
  write_file(folder / "qmnist-train-labels-idx2-int", labels);
  const Dataset data = load_dataset(idx_config(folder.path()));
  EXPECT_TRUE(torch::equal(data.labels, torch::tensor({5, 8}, torch::kInt64)));
}

TEST(IdxDataset, LimitKeepsTheFirst) {
  const TempFolder folder;
  write_idx(folder / "train-images-idx3-ubyte", {5, 4, 6});
  write_idx(folder / "train-labels-idx1-ubyte", {5});
  DataConfig config = idx_config(folder.path());
  config.limit = 2;
  const Dataset data = load_dataset(config);
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.labels.size(0), 2);
}

TEST(IdxDataset, TestSetIsThePairBesideTheTrainingFiles) {
  for (const char* split : {"t10k", "test"}) {
    const TempFolder folder;
    write_idx(folder / "train-images-idx3-ubyte", {5, 4, 6});
    write_idx(folder / str(split, "-images-idx3-ubyte"), {3, 4, 6});
    write_idx(folder / str(split, "-labels-idx1-ubyte"), {3});
    DataConfig config = idx_config(folder.path());
    config.limit = 2;
    const auto test = load_test_set(config);
    ASSERT_TRUE(test.has_value());
    EXPECT_EQ(test->size(), 3);
    EXPECT_EQ(test->labels[2].item<int>(), 2);
    config.path = (folder / "train-images-idx3-ubyte").string();
    EXPECT_EQ(load_test_set(config)->size(), 3);
  }
}

TEST(IdxDataset, TestSetMayBeMissing) {
  const TempFolder folder;
  write_idx(folder / "train-images-idx3-ubyte", {5, 4, 6});
  write_idx(folder / "t10k", {5, 4, 6});
  EXPECT_FALSE(load_test_set(idx_config(folder.path())).has_value());
  EXPECT_FALSE(load_test_set(idx_config(folder / "t10k")).has_value());
  DataConfig config;
  config.dataset = DatasetKind::kRings;
  EXPECT_FALSE(load_test_set(config).has_value());
}

TEST(Pixels, AreScaledToTheRangeAndBack) {
  const auto samples = torch::arange(256).to(torch::kUInt8).view({256, 1, 1, 1});
  const auto symmetric = scaled(samples, PixelRange::kSymmetric),
             unit = scaled(samples, PixelRange::kUnit);
  EXPECT_EQ(symmetric[0].item<float>(), -1.0F);
  EXPECT_EQ(symmetric[255].item<float>(), 1.0F);
  EXPECT_EQ(unit[0].item<float>(), 0.0F);
  EXPECT_EQ(unit[255].item<float>(), 1.0F);
  EXPECT_TRUE(
      torch::equal(to_pixels(symmetric, PixelRange::kSymmetric).flatten(), samples.flatten()));
  EXPECT_TRUE(torch::equal(to_pixels(unit, PixelRange::kUnit).flatten(), samples.flatten()));
}

TEST(Pixels, AreChannelsLastAndClamped) {
  auto image = torch::zeros({1, 3, 2, 2});
  image[0][1] = 7.0;
  const auto pixels = to_pixels(image, PixelRange::kUnit);
  EXPECT_EQ(pixels.sizes(), torch::IntArrayRef({1, 2, 2, 3}));
  EXPECT_EQ(pixels[0][1][1][1].item<int>(), 255);
  EXPECT_EQ(pixels[0][1][1][0].item<int>(), 0);
}

TEST(Rings, AreEightGaussiansOnACircle) {
  DataConfig config;
  config.dataset = DatasetKind::kRings;
  config.synthetic_size = 8000;
  const Dataset data = load_dataset(config);
  const auto points = data.samples.view({-1, 2});
  for (int mode = 0; mode < 8; ++mode) {
    const auto cluster = points.index({data.labels == mode});
    EXPECT_EQ(cluster.size(0), 1000);
    EXPECT_NEAR(cluster.mean(0).norm().item<double>(), 0.75, 0.003);
    EXPECT_NEAR(cluster.std(0).mean().item<double>(), 0.02, 0.001);
  }
}

TEST(Shapes, AreLabelledAndAlwaysTheSame) {
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.synthetic_size = 64;
  config.image_size = 16;
  config.channels = 3;
  const Dataset data = load_dataset(config);
  EXPECT_EQ(data.shape, (ImageShape{3, 16, 16}));
  EXPECT_TRUE(torch::equal(data.samples, load_dataset(config).samples));
  EXPECT_EQ(data.labels[9].item<int>(), 1);
  // Every image has both foreground and background.
  const auto flat = data.samples.flatten(1).to(torch::kFloat32);
  EXPECT_GT(std::get<0>(flat.max(1)).min().item<double>(), 100.0);
  EXPECT_EQ(std::get<0>(flat.min(1)).max().item<double>(), 0.0);
}

TEST(AutoDataset, IsWhatThePathHolds) {
  const TempFolder folder;
  DataConfig config;
  const auto kind_at = [&](const std::filesystem::path& path) {
    config.path = path.string();
    return str(load_dataset(config).kind);
  };
  make_folders(folder / "mnist");
  write_idx(folder / "mnist/train-images-idx3-ubyte", {5, 4, 6});
  EXPECT_EQ(kind_at(folder / "mnist"), "idx");
  write_idx(folder / "mine", {5, 4, 6});
  EXPECT_EQ(kind_at(folder / "mine"), "idx");
  write_file(folder / "x.npy", npy_header("|u1", {1, 4, 4}) + std::string(16, 'x'));
  EXPECT_EQ(kind_at(folder / "x.npy"), "npy");
  write_file(folder / "some.bin", std::string(3073, '\1'));
  EXPECT_EQ(kind_at(folder / "some.bin"), "cifar10");
  write_file(folder / "some.bin", std::string(3074, '\1'));
  EXPECT_EQ(kind_at(folder / "some.bin"), "cifar100");
  make_folders(folder / "photos/deep/cat");
  write_file(folder / "photos/deep/cat/1.png", encode_png({4, 4, 1, Bytes(16, 7)}));
  EXPECT_EQ(kind_at(folder / "photos"), "folder");
  EXPECT_EQ(find_loader(config).kind, DatasetKind::kFolder);
  EXPECT_FALSE(is_synthetic(config));
}

TEST(AutoDataset, SaysWhatIsWrongWithThePath) {
  const TempFolder folder;
  const auto says = [](const std::filesystem::path& path) {
    DataConfig config;
    config.path = path.string();
    return usage_message_of([&] { load_dataset(config); });
  };
  EXPECT_NE(says(folder / "gone").find("scripts/get_data.sh mnist"), std::string::npos);
  EXPECT_NE(says(folder.path()).find("holds no .png"), std::string::npos);
  write_file(folder / "x.zip", std::string_view("PK\3\4"));
  EXPECT_NE(says(folder / "x.zip")
                .find("is a zip archive, not data of a known kind (idx, npy, "
                      "cifar10, cifar100, folder); set"),
            std::string::npos)
      << says(folder / "x.zip");
}

TEST(Shapes, MayBeWiderThanHigh) {
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.synthetic_size = 8;
  config.image_size = {20, 12};
  EXPECT_EQ(load_dataset(config).samples.sizes(), torch::IntArrayRef({8, 1, 12, 20}));
}

// As a program that uses the library may build one.
TEST(DatasetOfOnesOwn, IsCheckedWhole) {
  const auto bytes = torch::zeros({4, 1, 8, 6}, torch::kUInt8);
  const Dataset good{.source = "mine", .shape = {1, 8, 6}, .samples = bytes, .labels = {}};
  EXPECT_EQ(&good.checked(), &good);
  const auto refusal = [&](auto change) {
    Dataset bad = good;
    change(bad);
    return usage_message_of([&] { bad.checked(); });
  };
  using D = Dataset;
  EXPECT_EQ(refusal([](D& d) { d.samples = torch::Tensor(); }),
            "data set 'mine': it holds no items");
  EXPECT_EQ(refusal([](D& d) { d.shape.width = 5; }),
            "data set 'mine': samples of shape [4, 1, 8, 6], not [n, 1, 8, 5]");
  EXPECT_EQ(refusal([](D& d) { d.samples = d.samples[0]; }),
            "data set 'mine': samples of shape [1, 8, 6], not [n, 1, 8, 6]");
  EXPECT_EQ(refusal([](D& d) { d.samples = d.samples.to(torch::kDouble); }),
            "data set 'mine': samples of Double, neither uint8 nor float32");
  EXPECT_EQ(refusal([](D& d) { d.labels = torch::zeros({3}, torch::kLong); }),
            "data set 'mine': labels of shape [3] for 4 items");
  EXPECT_EQ(refusal([](D& d) { d.labels = torch::zeros({4}); }),
            "data set 'mine': labels that are not int64 on the CPU");
  EXPECT_EQ(refusal([](D& d) { d.labels = torch::full({4}, -1, torch::kLong); }),
            "data set 'mine': a label below 0");
}

}  // namespace
}  // namespace gan
