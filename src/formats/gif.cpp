#ifdef GAN_TRAIN_HAS_GIF

#include "formats/gif.hpp"

#include <algorithm>
#include <array>
#include <gif_lib.h>
#include <unordered_map>
#include <utility>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr int kColors = 256;
constexpr int kColorBits = 8;

using Palette = std::array<GifColorType, kColors>;
using PaletteMap = std::unique_ptr<ColorMapObject, decltype(&GifFreeMapObject)>;

PaletteMap make_map(const Palette& palette) {
  return {GifMakeMapObject(kColors, palette.data()), &GifFreeMapObject};
}

Palette grey_palette() {
  Palette palette{};
  for (int i = 0; i < kColors; ++i) {
    const auto grey = static_cast<GifByteType>(i);
    palette[static_cast<std::size_t>(i)] = {grey, grey, grey};
  }
  return palette;
}

// A frame as palette indices; the indices of a grey frame are its grey levels.
struct Indexed {
  Bytes pixels;
  Palette palette = grey_palette();
  bool is_grey = true;
};

// The three channels of a colour frame, separately.
std::array<Bytes, 3> planes_of(const Image& frame) {
  std::array<Bytes, 3> planes;
  for (std::size_t i = 0; i < frame.pixels.size(); ++i) planes[i % 3].push_back(frame.pixels[i]);
  return planes;
}

// Uses the frame's own colours; returns false if there are too many.
bool index_exactly(const std::array<Bytes, 3>& planes, Indexed& indexed) {
  const auto& [red, green, blue] = planes;
  std::unordered_map<std::uint32_t, std::uint8_t> places;
  indexed.pixels.resize(red.size());
  for (std::size_t i = 0; i < red.size(); ++i) {
    const std::uint32_t color = std::uint32_t{red[i]} << 16 | green[i] << 8 | blue[i];
    const auto [place, is_new] =
        places.try_emplace(color, static_cast<std::uint8_t>(places.size()));
    if (places.size() > kColors) return false;
    if (is_new) indexed.palette[place->second] = {red[i], green[i], blue[i]};
    indexed.pixels[i] = place->second;
  }
  return true;
}

Indexed to_indexed(const Image& frame) {
  Indexed indexed;
  if (frame.channels == 1) {
    indexed.pixels = frame.pixels;
    return indexed;
  }
  auto planes = planes_of(frame);
  if (planes[0] == planes[1] && planes[1] == planes[2]) {
    indexed.pixels = std::move(planes[0]);
    return indexed;
  }
  indexed.is_grey = false;
  if (index_exactly(planes, indexed)) return indexed;
  int colors = kColors;
  if (GifQuantizeBuffer(static_cast<unsigned>(frame.width), static_cast<unsigned>(frame.height),
                        &colors, planes[0].data(), planes[1].data(), planes[2].data(),
                        indexed.pixels.data(), indexed.palette.data()) == GIF_ERROR) {
    throw run_error("no memory to choose the colours of a GIF");
  }
  return indexed;
}

}  // namespace

struct GifEncoder::State {
  std::int64_t pause = 0;  // in hundredths of a second
  Bytes bytes;
  GifFileType* gif = nullptr;

  ~State() {
    if (gif != nullptr) EGifCloseFile(gif, nullptr);
  }
  void check(int result) const {
    if (result == GIF_ERROR) throw run_error("cannot make a GIF: ", GifErrorString(gif->Error));
  }
  void begin(const Image& frame);
  void put(Indexed frame, std::int64_t times);
};

// Writes the size, the grey palette, and the block that makes the animation loop.
void GifEncoder::State::begin(const Image& frame) {
  const auto append = [](GifFileType* file, const GifByteType* data, int size) {
    auto& all = *static_cast<Bytes*>(file->UserData);
    all.insert(all.end(), data, data + size);
    return size;
  };
  gif = EGifOpen(&bytes, append, nullptr);
  if (gif == nullptr) throw run_error("no memory to make a GIF");
  EGifSetGifVersion(gif, true);
  check(EGifPutScreenDesc(gif, static_cast<int>(frame.width), static_cast<int>(frame.height),
                          kColorBits, 0, make_map(grey_palette()).get()));
  constexpr std::array<GifByteType, 3> kForEver = {1, 0, 0};
  check(EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE));
  check(EGifPutExtensionBlock(gif, 11, "NETSCAPE2.0"));
  check(EGifPutExtensionBlock(gif, kForEver.size(), kForEver.data()));
  check(EGifPutExtensionTrailer(gif));
}

void GifEncoder::State::put(Indexed frame, std::int64_t times) {
  const auto wait = static_cast<int>(std::min<std::int64_t>(times * pause, 65535));
  const GraphicsControlBlock control{DISPOSE_DO_NOT, false, wait, NO_TRANSPARENT_COLOR};
  std::array<GifByteType, 4> block{};
  EGifGCBToExtension(&control, block.data());
  check(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, block.size(), block.data()));
  // giflib would leak the previous frame's palette if this frame has none.
  GifFreeMapObject(std::exchange(gif->Image.ColorMap, nullptr));
  const PaletteMap own = make_map(frame.palette);
  check(EGifPutImageDesc(gif, 0, 0, gif->SWidth, gif->SHeight, false,
                         frame.is_grey ? nullptr : own.get()));
  for (GifWord y = 0; y < gif->SHeight; ++y) {
    check(EGifPutLine(gif, frame.pixels.data() + std::int64_t{y} * gif->SWidth, gif->SWidth));
  }
}

bool can_make_gif() { return true; }

GifEncoder::GifEncoder(std::int64_t frames_per_second) : state_(std::make_unique<State>()) {
  if (frames_per_second < 1 || frames_per_second > 50) {
    throw usage_error("a GIF has 1 to 50 frames per second, not ", frames_per_second);
  }
  state_->pause = (100 + frames_per_second / 2) / frames_per_second;
}

GifEncoder::~GifEncoder() = default;

void GifEncoder::add(const Image& frame, std::int64_t times) {
  constexpr std::int64_t kMaxSide = 65535;
  if (std::max(frame.width, frame.height) > kMaxSide) {
    throw usage_error("a frame of ", frame.width, "x", frame.height, " pixels is too large for a ",
                      "GIF, which takes ", kMaxSide, " per side; choose a smaller scale");
  }
  if (state_->gif == nullptr) state_->begin(frame);
  const auto* gif = state_->gif;
  if (frame.width != gif->SWidth || frame.height != gif->SHeight) {
    throw run_error("a frame of ", frame.width, "x", frame.height, " pixels in a GIF of ",
                    gif->SWidth, "x", gif->SHeight);
  }
  state_->put(to_indexed(frame), times);
}

Bytes GifEncoder::finish() {
  if (state_->gif == nullptr) throw run_error("a GIF needs at least one frame");
  int problem = 0;
  if (EGifCloseFile(std::exchange(state_->gif, nullptr), &problem) == GIF_ERROR) {
    throw run_error("cannot make a GIF: ", GifErrorString(problem));
  }
  return std::move(state_->bytes);
}

}  // namespace gan

#endif  // GAN_TRAIN_HAS_GIF
