#include "io/sample_reader.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>

#include "formats/npy.hpp"
#include "gan_train/data/dataset.hpp"
#include "io/sample_writer.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

// Writes samples as gan-sample does, and reads them back.
torch::Tensor through_a_file(const torch::Tensor& images, const char* format,
                             PixelRange range = PixelRange::kSymmetric) {
  const TempFolder folder;
  const ImageShape shape{images.size(1), images.size(2), images.size(3)};
  const std::string name = std::string("x.") + (std::string(format) == "idx" ? "idx" : "npy");
  for (const auto& row : sample_formats()) {
    if (row.name != format) continue;
    const auto writer = row.make({.path = folder / name,
                                  .count = images.size(0),
                                  .shape = shape,
                                  .range = range,
                                  .grid = {}});
    writer->add(images);
    writer->finish();
  }
  return read_samples(folder / name, shape, range);
}

TEST(SampleReader, ReadsWhatGanSampleWrites) {
  for (const std::int64_t channels : {1, 3}) {
    const auto images = torch::rand({5, channels, 4, 6}) * 2 - 1;
    const auto pixels = to_pixels(images, PixelRange::kSymmetric).permute({0, 3, 1, 2});
    for (const auto* format : {"idx", "npy", "npy-float"}) {
      EXPECT_TRUE(torch::equal(through_a_file(images, format), pixels)) << format << channels;
    }
  }
  const auto points = torch::rand({9, 1, 1, 2});
  EXPECT_TRUE(torch::equal(through_a_file(points, "npy-float"), points));
}

TEST(SampleReader, ReadsAFolderOfPictures) {
  for (const std::int64_t channels : {1, 3}) {
    const auto images = torch::rand({5, channels, 6, 6}) * 2 - 1;
    EXPECT_TRUE(torch::equal(through_a_file(images, "png"),
                             to_pixels(images, PixelRange::kSymmetric).permute({0, 3, 1, 2})))
        << channels;
  }
}

TEST(SampleReader, ReadsTheUnitRange) {
  const auto images = torch::rand({5, 1, 4, 6});
  const auto pixels = to_pixels(images, PixelRange::kUnit).permute({0, 3, 1, 2});
  for (const auto* format : {"idx", "npy", "npy-float"}) {
    EXPECT_TRUE(torch::equal(through_a_file(images, format, PixelRange::kUnit), pixels)) << format;
  }
}

TEST(SampleReader, RefusesFloatsOutsideTheRange) {
  const auto images = torch::full({2, 1, 4, 6}, 0.5F);
  const auto with = [&](float value) {
    auto changed = images.clone();
    changed[1][0][2][3] = value;
    return changed;
  };
  const auto refused = [](const torch::Tensor& floats, PixelRange range) {
    const auto words = usage_message_of([&] { through_a_file(floats, "npy-float", range); });
    return words.find(str("option range ", range)) != std::string::npos;
  };
  for (const PixelRange range : {PixelRange::kSymmetric, PixelRange::kUnit}) {
    EXPECT_TRUE(refused(with(255.0F), range));
    EXPECT_TRUE(refused(with(std::nanf("")), range));
    EXPECT_NO_THROW(through_a_file(with(1.01F), "npy-float", range));
  }
  EXPECT_TRUE(refused(with(-1.5F), PixelRange::kSymmetric));
  EXPECT_TRUE(refused(with(-0.5F), PixelRange::kUnit));
  EXPECT_NO_THROW(through_a_file(with(-1.01F), "npy-float", PixelRange::kSymmetric));
}

TEST(SampleReader, RefusesPointsInBytes) {
  const TempFolder folder;
  const std::string npy = (folder / "x.npy").string();
  for (const auto& sizes : {std::vector<std::int64_t>{3, 2}, {3, 1, 2}, {3, 1, 2, 1}}) {
    write_file(npy, npy_header("|u1", sizes) + std::string(6, 'x'));
    const auto words =
        usage_message_of([&] { read_samples(npy, {1, 1, 2}, PixelRange::kSymmetric); });
    EXPECT_NE(words.find("float32"), std::string::npos);
  }
}

Bytes doubles(const std::vector<std::int64_t>& shape, const std::vector<double>& values) {
  const std::string header = npy_header("<f8", shape);
  Bytes bytes(header.begin(), header.end());
  const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
  bytes.insert(bytes.end(), first, first + values.size() * sizeof(double));
  return bytes;
}

TEST(SampleReader, ReadsFloat64) {
  const TempFolder folder;
  write_file(folder / "x.npy", doubles({1, 2, 2}, {-1, 0, 0.5, 1}));
  EXPECT_TRUE(
      torch::equal(read_samples(folder / "x.npy", {1, 2, 2}, PixelRange::kSymmetric).flatten(),
                   torch::tensor({0, 128, 191, 255}, torch::kUInt8)));
}

// With channels first, as in PyTorch.
TEST(SampleReader, ReadsChannelsFirst) {
  const TempFolder folder;
  const std::string npy = (folder / "x.npy").string();
  const auto read = [&](const std::vector<std::int64_t>& sizes, const ImageShape& shape) {
    std::string bytes;
    for (char i = 0; i < 24; ++i) bytes += i;
    write_file(npy, npy_header("|u1", sizes) + bytes);
    return read_samples(npy, shape, PixelRange::kSymmetric);
  };
  const auto counted = torch::arange(24).to(torch::kUInt8);
  EXPECT_TRUE(torch::equal(read({2, 3, 2, 2}, {3, 2, 2}), counted.view({2, 3, 2, 2})));
  EXPECT_TRUE(torch::equal(read({2, 1, 3, 4}, {1, 3, 4}), counted.view({2, 1, 3, 4})));
  EXPECT_TRUE(torch::equal(read({4, 3, 1, 2}, {3, 1, 2}), counted.view({4, 3, 1, 2})));
  const auto said = usage_message_of([&] { read({2, 2, 3, 2}, {3, 2, 2}); });
  EXPECT_NE(said.find("N x channels x height x width"), std::string::npos) << said;
}

TEST(LatentReader, ReadsLatentsWithAndWithoutClasses) {
  const TempFolder folder;
  const auto path = folder / "z.npy";
  write_file(path, doubles({3, 2}, {1, 2, 3, 4, 5, -6}));
  const auto latents = read_latents(path, 2, 12);
  EXPECT_TRUE(torch::equal(latents, torch::tensor({{1.F, 2.F}, {3.F, 4.F}, {5.F, -6.F}})));
  EXPECT_TRUE(torch::equal(read_latents(path, 1, 2), latents));
}

TEST(LatentReader, RefusesWhatDoesNotFit) {
  const TempFolder folder;
  const auto path = folder / "z.npy";
  const auto refused = [&](std::int64_t size, std::int64_t whole) {
    return usage_message_of([&] { read_latents(path, size, whole); });
  };
  write_file(path, doubles({3, 2}, {1, 2, 3, 4, 5, -6}));
  EXPECT_EQ(refused(3, 3), path.string() +
                               ": holds '<f8' of [3, 2]; this generator's latents are N x 3 of "
                               "'<f4' or '<f8'");
  EXPECT_NE(refused(3, 13).find("N x 3 or N x 13 of"), std::string::npos);
  write_file(path, npy_header("|u1", {1, 2}) + "xx");
  EXPECT_NE(refused(2, 2), "");
  for (const auto& shape : {std::vector<std::int64_t>{2}, {0, 2}, {1, 1, 2}}) {
    write_file(path, doubles(shape, {1, 2}));
    if (shape[0] == 0) write_file(path, doubles(shape, {}));
    EXPECT_NE(refused(2, 2), "");
  }
  for (const double wrong : {std::nan(""), HUGE_VAL, 1e300}) {  // the last overflows float32
    write_file(path, doubles({1, 2}, {1, wrong}));
    EXPECT_EQ(refused(2, 2), path.string() + ": holds numbers that are not finite");
  }
  EXPECT_NE(message_of([&] { read_latents(folder / "absent.npy", 2, 2); }), "");
}

TEST(SampleReader, RefusesOtherShapesAndWhatIsNoFile) {
  const TempFolder folder;
  const std::string npy = (folder / "x.npy").string();
  write_file(npy, npy_header("|u1", {2, 3, 4}) + std::string(24, 'x'));
  EXPECT_EQ(usage_message_of([&] { read_samples(npy, {1, 4, 3}, PixelRange::kUnit); }),
            npy +
                ": holds values of [2, 3, 4], not samples of 1x4x3, the shape of the "
                "data; N x height x width x channels or N x channels x height x width are needed");
  EXPECT_EQ(read_samples(npy, {1, 3, 4}, PixelRange::kUnit).sizes(),
            torch::IntArrayRef({2, 1, 3, 4}));
  for (const auto& sizes : {std::vector<std::int64_t>{}, {24}, {2, 2, 6}}) {
    write_file(npy, npy_header("|u1", sizes) + std::string(sizes.empty() ? 1 : 24, 'x'));
    EXPECT_NE(usage_message_of([&] { read_samples(npy, {1, 3, 4}, PixelRange::kUnit); }), "");
  }
  // First not squares, then not pictures.
  EXPECT_NE(usage_message_of([&] { read_samples(folder.path(), {1, 3, 4}, PixelRange::kUnit); }),
            "");
  EXPECT_NE(usage_message_of([&] { read_samples(folder.path(), {1, 4, 4}, PixelRange::kUnit); }),
            "");
  write_file(folder / "y.idx", "no such thing");
  EXPECT_NE(message_of([&] { read_samples(folder / "y.idx", {1, 3, 4}, PixelRange::kUnit); }), "");
}

}  // namespace
}  // namespace gan
