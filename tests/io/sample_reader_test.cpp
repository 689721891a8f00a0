#include "gan_train/io/sample_reader.hpp"

#include <gtest/gtest.h>

#include <torch/torch.h>

#include "gan_train/data/dataset.hpp"
#include "gan_train/formats/npy.hpp"
#include "gan_train/io/sample_writer.hpp"

#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

// Writes samples as gan-sample does, and reads them back.
torch::Tensor through_a_file(const torch::Tensor& images, const char* format) {
  const TempFolder folder;
  const ImageShape shape{images.size(1), images.size(2), images.size(3)};
  const std::string name = std::string("x.") + (std::string(format) == "idx" ? "idx" : "npy");
  for (const auto& row : sample_formats()) {
    if (row.name != format) continue;
    const auto writer = row.make({.path = folder / name,
                                  .count = images.size(0),
                                  .shape = shape,
                                  .range = "symmetric",
                                  .grid = {}});
    writer->add(images);
    writer->finish();
  }
  return read_samples(folder / name, shape, "symmetric");
}

TEST(SampleReader, ReadsWhatGanSampleWrites) {
  for (const std::int64_t channels : {1, 3}) {
    const auto images = torch::rand({5, channels, 4, 6}) * 2 - 1;
    const auto pixels = to_pixels(images, "symmetric").permute({0, 3, 1, 2});
    for (const auto* format : {"idx", "npy", "npy-float"}) {
      EXPECT_TRUE(torch::equal(through_a_file(images, format), pixels)) << format << channels;
    }
  }
  const auto points = torch::rand({9, 1, 1, 2});
  EXPECT_TRUE(torch::equal(through_a_file(points, "npy-float"), points));
}

TEST(SampleReader, RefusesOtherShapesAndWhatIsNoFile) {
  const TempFolder folder;
  const std::string npy = (folder / "x.npy").string();
  write_file(npy, npy_header("|u1", {2, 3, 4}) + std::string(24, 'x'));
  EXPECT_EQ(usage_message_of([&] { read_samples(npy, {1, 4, 3}, "unit"); }),
            npy +
                ": holds values of [2, 3, 4], which are no samples of 1x4x3, the shape of the "
                "data");
  EXPECT_EQ(read_samples(npy, {1, 3, 4}, "unit").sizes(), torch::IntArrayRef({2, 1, 3, 4}));
  for (const auto& sizes : {std::vector<std::int64_t>{}, {24}, {2, 2, 6}}) {
    write_file(npy, npy_header("|u1", sizes) + std::string(sizes.empty() ? 1 : 24, 'x'));
    EXPECT_NE(usage_message_of([&] { read_samples(npy, {1, 3, 4}, "unit"); }), "");
  }
  EXPECT_NE(usage_message_of([&] { read_samples(folder.path(), {1, 3, 4}, "unit"); }), "");
  write_file(folder / "y.idx", "no such thing");
  EXPECT_NE(message_of([&] { read_samples(folder / "y.idx", {1, 3, 4}, "unit"); }), "");
}

}  // namespace
}  // namespace gan
