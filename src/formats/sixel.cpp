#include "gan_train/core/error.hpp"
#include "gan_train/formats/preview.hpp"

#ifdef GAN_TRAIN_HAS_SIXEL
#include <memory>
#include <sixel/sixel.h>
#endif

namespace gan {

#ifdef GAN_TRAIN_HAS_SIXEL
namespace {

int append(char* data, int size, void* text) {
  static_cast<std::string*>(text)->append(data, static_cast<std::size_t>(size));
  return size;
}

void check_sixel(SIXELSTATUS status) {
  if (SIXEL_FAILED(status)) throw run_error("libsixel: ", sixel_helper_format_error(status));
}

}  // namespace

bool can_draw_sixel() { return true; }

std::string sixel_graphics(const Image& image) {
  std::string text;
  sixel_output_t* made_output = nullptr;
  check_sixel(sixel_output_new(&made_output, append, &text, nullptr));
  const std::unique_ptr<sixel_output_t, decltype(&sixel_output_unref)> output(made_output,
                                                                              sixel_output_unref);
  sixel_dither_t* made_dither = nullptr;
  check_sixel(sixel_dither_new(&made_dither, SIXEL_PALETTE_MAX, nullptr));
  const std::unique_ptr<sixel_dither_t, decltype(&sixel_dither_unref)> dither(made_dither,
                                                                              sixel_dither_unref);
  Bytes pixels = image.pixels;  // libsixel wants them writable, and may dither in place
  const int format = image.channels == 1 ? SIXEL_PIXELFORMAT_G8 : SIXEL_PIXELFORMAT_RGB888;
  const auto width = static_cast<int>(image.width);
  const auto height = static_cast<int>(image.height);
  check_sixel(sixel_dither_initialize(dither.get(), pixels.data(), width, height, format,
                                      SIXEL_LARGE_AUTO, SIXEL_REP_AUTO, SIXEL_QUALITY_HIGH));
  sixel_dither_set_pixelformat(dither.get(), format);
  check_sixel(sixel_encode(pixels.data(), width, height, static_cast<int>(image.channels),
                           dither.get(), output.get()));
  return text + "\n";
}

#else

bool can_draw_sixel() { return false; }

std::string sixel_graphics(const Image&) {
  throw usage_error("this build draws no sixel graphics: libsixel was missing (libsixel-dev)");
}

#endif

}  // namespace gan
