#include <gan_train/io/checkpoint.hpp>
#include <gan_train/train/sample.hpp>
#include <iostream>

#include <torch/torch.h>

int main(int argc, char** argv) {
  const auto loaded = gan::load_generator(argc > 1 ? argv[1] : "g_200.pt");
  const auto inputs = gan::draw_inputs(loaded.config.model, loaded.class_count, gan::kSampleBlock,
                                       /*seed=*/0, gan::Stream::kSample, /*index=*/0);
  const torch::Tensor images = gan::generate(loaded.generator, inputs);
  std::cout << images.sizes() << " from epoch " << loaded.epoch << '\n';
}
