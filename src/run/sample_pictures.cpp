#include "run/sample_pictures.hpp"

#include <algorithm>
#include <deque>

#include "core/text.hpp"
#include "formats/image.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/core/random.hpp"
#include "gan_train/sampling/sample.hpp"
#include "models/conditioning.hpp"

namespace gan {
namespace {

// Latents of the grids, with classes cycling in order.
torch::Tensor fixed_inputs(const Trainer& trainer) {
  const Config& config = trainer.config();
  const std::int64_t n = config.output.samples;
  const Classes& classes = trainer.classes();
  const auto latents = draw_latents(config.model, n, static_cast<std::uint64_t>(config.train.seed),
                                    Stream::kFixedLatents, 0);
  if (classes.count == 0) return latents;
  const auto turns = torch::tensor(classes.labels());
  const auto labels = turns.index_select(0, torch::arange(n).remainder(turns.size(0)));
  return trainer.conditioning().generator_input(latents, labels);
}

std::vector<float> coordinates_of(const torch::Tensor& samples) {
  const auto flat = samples.contiguous();
  const auto* xy = flat.const_data_ptr<float>();
  return {xy, xy + flat.numel()};
}

// By default one column per class, if there are enough samples.
std::int64_t sample_columns(const OutputConfig& output, const Classes& classes) {
  const auto columns = static_cast<std::int64_t>(classes.labels().size());
  const bool is_free = output.sample_columns == 0 && columns <= output.samples;
  return is_free ? columns : output.sample_columns;
}

}  // namespace

std::vector<std::int64_t> pick_real_items(const Dataset& data, std::int64_t count,
                                          const Classes& classes) {
  const SplitMix64 rng(stream_seed(0, Stream::kRealImages, 0));
  const bool labelled = classes.count > 0;
  const auto turns = labelled ? classes.labels() : std::vector<std::int64_t>{0};
  std::vector<std::deque<std::int64_t>> of_class(
      static_cast<std::size_t>(std::max<std::int64_t>(1, classes.count)));
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t max = (wanted + turns.size() - 1) / turns.size();
  const auto labels = labelled ? data.labels.contiguous() : torch::Tensor();
  for (const std::int64_t item : random_permutation(data.size(), rng)) {
    const auto label = labelled ? labels.const_data_ptr<std::int64_t>()[item] : 0;
    auto& items = of_class[static_cast<std::size_t>(label)];
    if (items.size() < max) items.push_back(item);
  }
  std::vector<std::int64_t> picked;
  for (std::size_t i = 0; i < wanted; ++i) {
    auto& items = of_class[static_cast<std::size_t>(turns[i % turns.size()])];
    picked.push_back(items.front());
    items.push_back(items.front());
    items.pop_front();
  }
  return picked;
}

SamplePictures::SamplePictures(const Trainer& trainer, const Dataset& data)
    : trainer_(trainer), data_(data), inputs_(fixed_inputs(trainer)) {}

bool SamplePictures::can_draw() const { return can_plot() || !trainer_.shape().is_point(); }

Bytes SamplePictures::samples(std::int64_t epoch) const {
  const auto images = generate(trainer_.sampling_generator(), inputs_);
  if (!trainer_.shape().is_point()) return grid(images);
  const auto real = data_.items(0, std::min(data_.size(), images.size(0)));
  return scatter_png(coordinates_of(real), coordinates_of(images), 1.0, str("Epoch ", epoch));
}

Bytes SamplePictures::real_images() const {
  const Config& config = trainer_.config();
  const auto picked = torch::tensor(
      pick_real_items(data_, config.output.samples, trainer_.classes()), torch::kInt64);
  return grid(scaled(data_.items(picked), config.data.range));
}

Bytes SamplePictures::grid(const torch::Tensor& images) const {
  const Config& config = trainer_.config();
  const auto pixels = to_pixels(images, config.data.range);
  const GridOptions options{.columns = sample_columns(config.output, trainer_.classes()),
                            .scale = config.output.sample_scale,
                            .dark_on_light = config.output.dark_on_light};
  const ByteView bytes(pixels.const_data_ptr<std::uint8_t>(), pixels.nbytes());
  return encode_png(image_grid(bytes, trainer_.shape(), options));
}

}  // namespace gan
