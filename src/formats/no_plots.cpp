// Replaces plot.cpp and scatter.cpp in builds without cairo.
#ifndef GAN_TRAIN_HAS_CAIRO

#include "formats/image.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

[[noreturn]] void fail() {
  throw run_error(
      "this build has no plots: cairo was missing; install it (Debian: libcairo2-dev pkg-config) "
      "and build again");
}

}  // namespace

bool can_plot() { return false; }

Bytes plot_png(const Plot& /*plot*/) { fail(); }

Bytes plot_svg(const Plot& /*plot*/) { fail(); }

Bytes scatter_png(const std::vector<float>& /*real*/, const std::vector<float>& /*fake*/,
                  double /*limit*/, const std::string& /*title*/) {
  fail();
}

}  // namespace gan

#endif  // GAN_TRAIN_HAS_CAIRO
