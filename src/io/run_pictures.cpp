// What a run shows: grids of samples, plots and the report. The run itself is in run.cpp.
#include <algorithm>

#include <torch/torch.h>

#include "gan_train/core/error.hpp"
#include "gan_train/formats/image.hpp"
#include "gan_train/io/run.hpp"
#include "gan_train/io/run_report.hpp"
#include "gan_train/sampling/sample.hpp"

namespace gan {
namespace {

std::vector<float> points_of(const torch::Tensor& samples) {
  const auto flat = samples.contiguous();
  const auto* xy = flat.const_data_ptr<float>();
  return {xy, xy + flat.numel()};
}

}  // namespace

// Where nobody says, one class a column, if there are samples enough.
std::int64_t Run::sample_columns() const {
  const std::int64_t classes = trainer_.conditioning().class_count();
  const bool is_free = output().sample_columns == 0 && classes <= output().samples;
  return is_free ? classes : output().sample_columns;
}

void Run::save_samples(std::int64_t epoch) {
  if (trainer_.shape().is_point() && !can_plot()) return;
  const Bytes png = picture(generate(trainer_.sampling_generator(), fixed_inputs_), epoch);
  write_file(folder_.sample(epoch), png);
  if (on_samples_) on_samples_(folder_.sample(epoch));
  if (events_) events_->add_picture(trainer_.steps_done(), "samples", png);
}

// The grid of images, or the points among real ones, as a PNG file.
Bytes Run::picture(const torch::Tensor& images, std::int64_t epoch) const {
  if (trainer_.shape().is_point()) {
    const auto real = data_.items(0, std::min(data_.size(), images.size(0)));
    return scatter_png(points_of(real), points_of(images), 1.0, str("Epoch ", epoch));
  }
  const auto pixels = to_pixels(images, trainer_.config().data.range);
  const GridOptions grid{.columns = sample_columns(),
                         .scale = output().sample_scale,
                         .dark_on_light = output().dark_on_light};
  const ByteView bytes(pixels.const_data_ptr<std::uint8_t>(), pixels.nbytes());
  return encode_png(image_grid(bytes, trainer_.shape(), grid));
}

// What is only looked at; made anew all the time, so not worth waiting for the disk.
void Run::draw(std::uint64_t most_bytes) {
  drawn_at_ = std::chrono::steady_clock::now();
  if (can_plot()) {
    const Plot plot = loss_plot(folder_.losses_csv());
    write_file(folder_.losses_png(), plot_png(plot), /*durable=*/false);
    write_file(folder_.losses_svg(), plot_svg(plot), /*durable=*/false);
  }
  if (!output().report) return;
  const std::string page = make_report({folder_.root()}, most_bytes);
  write_file(folder_.report(), as_bytes(page), /*durable=*/false);
}

}  // namespace gan
