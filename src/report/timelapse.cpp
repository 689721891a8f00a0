#include "report/timelapse.hpp"

#include <string>

#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "formats/decode_image.hpp"
#include "formats/gif.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"

namespace gan {
namespace {

Image read_grid(const std::filesystem::path& path) {
  return decode_image(read_file(path), {}, path.string()).image;
}

}  // namespace

std::size_t write_timelapse(const std::filesystem::path& run, const std::filesystem::path& gif,
                            std::int64_t frames_per_second) {
  GifEncoder encoder(frames_per_second);
  const auto grids = RunFiles(run).samples();
  if (grids.empty()) {
    throw usage_error(run.string(), ": holds no grids (samples/epoch_0001.png and so on); name ",
                      "the folder of a run, trained with output.sample_every above 0");
  }
  const std::int64_t last_epoch = grids.rbegin()->first;
  const Image last = read_grid(grids.at(last_epoch));
  std::size_t frames = 0;
  for (const auto& [epoch, path] : grids) {
    const Image grid = read_grid(path);
    if (grid.width != last.width || grid.height != last.height) continue;
    encoder.add(grid, epoch == last_epoch ? frames_per_second : 1);
    ++frames;
  }
  if (frames < grids.size()) {
    log::warning(str(run.string(), ": left out ", grids.size() - frames,
                     " grids of another size than the last"));
  }
  write_file(gif, encoder.finish());
  return frames;
}

}  // namespace gan
