// OpenMP's settings have to stand before its library is loaded, and it comes with
// LibTorch's, before main. The loader calls what .preinit_array holds before any
// library's own beginnings.
#include <cstdlib>

namespace {

// libgomp's threads wait by spinning, for milliseconds at a time. Where another
// program wants one of the cores, they then spin against each other, and steps take
// up to thirty times as long. On an idle machine this short spin is as fast as the long one.
void set_openmp_defaults(int /*argc*/, char** /*argv*/, char** /*environment*/) {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) setenv("GOMP_SPINCOUNT", "3000", /*overwrite=*/0);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const preinit)(int, char**,
                                                                    char**) = set_openmp_defaults;

}  // namespace
