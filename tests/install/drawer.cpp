#include <exception>
#include <gan_train/io/checkpoint.hpp>
#include <gan_train/sampling/sample.hpp>
#include <iostream>

#include <torch/torch.h>

int main(int argc, char** argv) try {
  const auto loaded = gan::load_generator(argc > 1 ? argv[1] : "g_200.pt");
  const torch::Tensor images =
      gan::draw_samples(loaded.generator, loaded.config, loaded.classes, /*count=*/64, /*seed=*/0);
  std::cout << images.sizes() << " from epoch " << loaded.epoch << '\n';
} catch (const std::exception& error) {  // a missing file, say
  std::cerr << error.what() << '\n';
  return 1;
}
