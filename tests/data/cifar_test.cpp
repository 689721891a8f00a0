#include <gtest/gtest.h>

#include <torch/types.h>

#include "core/file.hpp"
#include "gan_train/data/dataset.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

// Records whose pixels encode their place: red is `first` + i, green the row, blue the column.
void write_cifar(const std::filesystem::path& path, int records, int first = 0) {
  std::string bytes;
  for (int i = 0; i < records; ++i) {
    bytes += static_cast<char>((first + i) % 10);
    bytes += std::string(1024, static_cast<char>(first + i));
    for (int pixel = 0; pixel < 1024; ++pixel) bytes += static_cast<char>(pixel / 32);
    for (int pixel = 0; pixel < 1024; ++pixel) bytes += static_cast<char>(pixel % 32);
  }
  write_file(path, bytes);
}

DataConfig cifar_config(const std::filesystem::path& path) {
  DataConfig config;
  config.dataset = DatasetKind::kCifar10;
  config.path = path.string();
  return config;
}

std::string cifar_refusal(const std::filesystem::path& path) {
  return message_of([&] { load_dataset(cifar_config(path)); });
}

TEST(Cifar10, ReadsTheBatchesInTheirOrder) {
  const TempFolder folder;
  for (const int batch : {5, 2, 4, 1, 3}) {
    write_cifar(folder / str("data_batch_", batch, ".bin"), batch, 10 * batch);
  }
  write_cifar(folder / "test_batch.bin", 2, 100);
  write_file(folder / "batches.meta.txt", std::string_view("airplane\n"));
  const Dataset data = load_dataset(cifar_config(folder.path()));
  EXPECT_EQ(data.size(), 15);
  EXPECT_EQ(data.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.samples[0][0][0][0].item<int>(), 10);
  EXPECT_EQ(data.samples[14][0][31][31].item<int>(), 54);
  EXPECT_EQ(data.labels[14].item<int>(), 4);
  EXPECT_EQ(data.samples[7][1][20][3].item<int>(), 20);
  EXPECT_EQ(data.samples[7][2][20][3].item<int>(), 3);
  const auto test = load_test_set(cifar_config(folder.path()));
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->size(), 2);
  EXPECT_EQ(test->samples[1][0][0][0].item<int>(), 101);
}

TEST(Cifar10, ReadsTheUnpackedArchiveAndASingleFile) {
  const TempFolder folder;
  make_folders(folder / "cifar-10-batches-bin");
  write_cifar(folder / "cifar-10-batches-bin/data_batch_1.bin", 3);
  write_cifar(folder / "cifar-10-batches-bin/test_batch.bin", 1);
  EXPECT_EQ(load_dataset(cifar_config(folder.path())).size(), 3);
  EXPECT_EQ(load_test_set(cifar_config(folder.path()))->size(), 1);
  const auto file = folder / "cifar-10-batches-bin/data_batch_1.bin";
  EXPECT_EQ(load_dataset(cifar_config(file)).size(), 3);
  EXPECT_EQ(load_test_set(cifar_config(file))->size(), 1);
  const auto test = folder / "cifar-10-batches-bin/test_batch.bin";
  EXPECT_EQ(load_dataset(cifar_config(test)).size(), 1);
  EXPECT_FALSE(load_test_set(cifar_config(test)).has_value());
}

TEST(Cifar10, SaysWhatIsMissing) {
  const TempFolder folder;
  const auto says = [](const std::filesystem::path& path) {
    return usage_message_of([&] { load_dataset(cifar_config(path)); });
  };
  EXPECT_NE(says(folder.path()).find("holds no data_batch_1.bin"), std::string::npos);
  EXPECT_NE(says(folder / "gone").find("scripts/get_data.sh cifar10"), std::string::npos);
  write_cifar(folder / "test_batch.bin", 1);
  EXPECT_NE(says(folder.path()).find("holds no data_batch_1.bin"), std::string::npos);
}

TEST(Cifar10, RefusesFilesOfAnotherSize) {
  const TempFolder folder;
  const auto file = folder / "data_batch_1.bin";
  write_file(file, std::string(2 * 3073 - 1, '\0'));
  EXPECT_NE(cifar_refusal(file).find("holds 6145 bytes"), std::string::npos);
  EXPECT_NE(cifar_refusal(file).find("3072 are left over"), std::string::npos);
  write_file(file, std::string_view());
  EXPECT_NE(cifar_refusal(folder.path()).find("is an empty file, not"), std::string::npos);
  write_file(file, std::string_view("<html>"));
  EXPECT_NE(cifar_refusal(file).find("is a web page (HTML), not a file of CIFAR-10"),
            std::string::npos);
}

TEST(Cifar10, RefusesLabelsAboveNine) {
  const TempFolder folder;
  std::string bytes(std::size_t{3} * 3073, '\0');
  bytes[std::size_t{2} * 3073] = 10;
  write_file(folder / "data_batch_1.bin", bytes);
  const std::string message = cifar_refusal(folder.path());
  EXPECT_NE(message.find("data_batch_1.bin: offset 6146: found label 10"), std::string::npos)
      << message;
}

TEST(Cifar10, ChecksTheMemoryFirst) {
  const TempFolder folder;
  write_file(folder / "data_batch_1.bin", std::string(std::size_t{400} * 3073, '\0'));
  DataConfig config = cifar_config(folder.path());
  config.max_mib = 1;
  const std::string message = usage_message_of([&] { load_dataset(config); });
  EXPECT_NE(message.find("400 items of 3072 bytes"), std::string::npos) << message;
}

TEST(Cifar, OfAHundredHasAFineLabelBehindACoarseOne) {
  const TempFolder folder;
  const auto record = [](char coarse, char fine) {
    std::string bytes(3074, static_cast<char>(fine + 1));
    bytes[0] = coarse;
    bytes[1] = fine;
    return bytes;
  };
  const auto subfolder = folder / "cifar-100-binary";
  make_folders(subfolder);
  write_file(subfolder / "train.bin", record(3, 99) + record(4, 17));
  write_file(subfolder / "test.bin", record(0, 5));
  std::string names;
  for (int i = 0; i < 100; ++i) names += str("name", i, "\n");
  write_file(subfolder / "fine_label_names.txt", names);
  DataConfig config;
  config.dataset = DatasetKind::kCifar100;
  for (const auto& path : {folder.path(), subfolder, subfolder / "train.bin"}) {
    config.path = path.string();
    const Dataset data = load_dataset(config);
    EXPECT_TRUE(torch::equal(data.labels, torch::tensor({99, 17}, torch::kInt64)));
    EXPECT_EQ(data.samples[1][2][31][31].item<int>(), 18);
    EXPECT_EQ(classes_of(data).name(17), "name17");
    EXPECT_EQ(load_test_set(config)->labels.item<int>(), 5);
  }
  write_file(subfolder / "train.bin", record(3, 100));
  EXPECT_NE(message_of([&] { load_dataset(config); }).find("offset 1: found label 100"),
            std::string::npos);
}

}  // namespace
}  // namespace gan
