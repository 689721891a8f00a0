#include "io/sample_writer.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <torch/types.h>

#include "core/file.hpp"
#include "formats/gif.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

ByteView bytes_of(const torch::Tensor& tensor) {
  return {static_cast<const std::uint8_t*>(tensor.const_data_ptr()), tensor.nbytes()};
}

// One picture of all images; points become a scatter plot.
class GridWriter : public SampleWriter {
 public:
  explicit GridWriter(SampleFile file) : SampleWriter(std::move(file)) {
    constexpr std::int64_t kMax = 65536;
    if (file_.count > kMax) {
      throw usage_error("a grid takes at most ", kMax, " images, but ", file_.count,
                        " were asked for; use option format idx, npy or png");
    }
  }
  void add(const torch::Tensor& images) override { parts_.push_back(images.clone()); }
  void finish() override {
    const auto all = torch::cat(parts_).contiguous();
    if (file_.shape.is_point()) {
      const auto* xy = all.const_data_ptr<float>();
      write_file(file_.path, scatter_png({}, {xy, xy + all.numel()}, 1.0, "Samples"));
      return;
    }
    const auto pixels = to_pixels(all, file_.range);
    write_file(file_.path, encode_png(image_grid(bytes_of(pixels), file_.shape, file_.grid)));
  }

 private:
  std::vector<torch::Tensor> parts_;
};

// The same options for a single image.
GridOptions alone(GridOptions options) {
  options.columns = 1;
  options.gap = 0;
  return options;
}

// One file per image: <path>/000000.png …
class PngWriter : public SampleWriter {
 public:
  explicit PngWriter(SampleFile file)
      : SampleWriter(std::move(file)),
        digits_(std::max<std::size_t>(6, std::to_string(file_.count - 1).size())) {
    make_folders(file_.path);
    if (!std::filesystem::is_empty(file_.path)) {
      throw usage_error(file_.path.string(), ": already holds files; name an empty folder");
    }
  }
  void add(const torch::Tensor& images) override {
    const auto pixels = to_pixels(images, file_.range);
    const GridOptions one = alone(file_.grid);
    at::parallel_for(0, pixels.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) write(next_ + i, pixels[i], one);
    });
    next_ += pixels.size(0);
  }

 private:
  void write(std::int64_t number, const torch::Tensor& image, const GridOptions& options) const {
    std::string name = std::to_string(number);
    name.insert(0, digits_ - name.size(), '0');
    write_file(file_.path / (name + ".png"),
               encode_png(image_grid(bytes_of(image), file_.shape, options)), /*durable=*/false);
  }

  std::size_t digits_;
  std::int64_t next_ = 0;
};

// Writes a header, then the values of each image as they arrive.
class ArrayWriter : public SampleWriter {
 public:
  ArrayWriter(SampleFile file, const std::string& header, bool as_float)
      : SampleWriter(std::move(file)), out_(file_.path), as_float_(as_float) {
    out_.write(header);
  }
  void add(const torch::Tensor& images) override {
    out_.write(bytes_of(as_float_ ? images.permute({0, 2, 3, 1}).contiguous()
                                  : to_pixels(images, file_.range)));
  }
  void finish() override { out_.commit(); }

 private:
  AtomicFile out_;
  bool as_float_;
};

// One frame per image.
class AnimationWriter : public SampleWriter {
 public:
  AnimationWriter(SampleFile file, std::int64_t frames_per_second)
      : SampleWriter(std::move(file)), gif_(frames_per_second) {}
  void add(const torch::Tensor& images) override {
    for (const auto& image : to_pixels(images, file_.range).unbind()) {
      gif_.add(image_grid(bytes_of(image), file_.shape, alone(file_.grid)));
    }
  }
  void finish() override { write_file(file_.path, gif_.finish()); }

 private:
  GifEncoder gif_;
};

// Writes only the bytes.
class StdoutWriter : public SampleWriter {
 public:
  using SampleWriter::SampleWriter;
  void add(const torch::Tensor& images) override {
    const auto pixels = to_pixels(images, file_.range);
    const ByteView bytes = bytes_of(pixels);
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() ||
        std::fflush(stdout) != 0) {
      // The exit code that a shell reports for a program ended by a closed pipe.
      const int code = errno == EPIPE ? 128 + SIGPIPE : Error::kFailed;
      throw Error(str("standard output: cannot write: ", std::strerror(errno)), code);
    }
  }
};

// n x height x width (x 3 for RGB); points are n x 2.
std::vector<std::int64_t> dims(const SampleFile& file) {
  if (file.shape.is_point()) return {file.count, 2};
  std::vector<std::int64_t> sizes = {file.count, file.shape.height, file.shape.width};
  if (file.shape.channels > 1) sizes.push_back(file.shape.channels);
  return sizes;
}

template <typename Writer>
std::unique_ptr<SampleWriter> make(SampleFile file) {
  return std::make_unique<Writer>(std::move(file));
}

std::unique_ptr<SampleWriter> make_idx(SampleFile file) {
  const std::string header = idx_header(dims(file));
  return std::make_unique<ArrayWriter>(std::move(file), header, false);
}

std::unique_ptr<SampleWriter> make_npy(SampleFile file) {
  const std::string header = npy_header("|u1", dims(file));
  return std::make_unique<ArrayWriter>(std::move(file), header, false);
}

std::unique_ptr<SampleWriter> make_npy_float(SampleFile file) {
  const std::string header = npy_header("<f4", dims(file));
  return std::make_unique<ArrayWriter>(std::move(file), header, true);
}

constexpr std::array<SampleFormat, 5> kFormats = {{
    {"grid", "one PNG picture of all", "samples.png", true, make<GridWriter>},
    {"png", "a folder with one PNG per image", "samples", false, make<PngWriter>},
    {"idx", "an IDX file of bytes, like MNIST's", "samples.idx", false, make_idx},
    {"npy", "a NumPy file of bytes", "samples.npy", false, make_npy},
    {"npy-float", "a NumPy file of the generator's own float32 values", "samples.npy", true,
     make_npy_float},
}};

}  // namespace

std::span<const SampleFormat> sample_formats() { return kFormats; }

std::unique_ptr<SampleWriter> make_gif_writer(SampleFile file, std::int64_t frames_per_second) {
  return std::make_unique<AnimationWriter>(std::move(file), frames_per_second);
}

std::unique_ptr<SampleWriter> make_stdout_writer(SampleFile file) {
  return std::make_unique<StdoutWriter>(std::move(file));
}

}  // namespace gan
