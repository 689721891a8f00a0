#include "flops.hpp"

#include "models/conditioning.hpp"
#include "timing.hpp"

namespace gan {
namespace {

// Operations of the layers in sequence, starting with input x.
double flops_in_turn(torch::nn::SequentialImpl& net, torch::Tensor x) {
  const torch::NoGradGuard no_grad;
  double sum = 0.0;
  for (auto& layer : net) {
    const auto in = x;
    x = layer.forward(x);
    sum += layer_flops(*layer.ptr(), in, x);
  }
  return sum;
}

double forward_flops(torch::nn::Sequential net, const torch::Tensor& x) {
  net->eval();
  const double sum = flops_in_turn(*net, x);
  net->train();
  return sum;
}

}  // namespace

double layer_flops(const torch::nn::Module& layer, const torch::Tensor& in,
                   const torch::Tensor& out) {
  double sum = 0.0;
  // Branch and shortcut of a residual block; their layers have maps of other sizes.
  for (const auto& part : layer.children()) {
    if (auto* net = part->as<torch::nn::SequentialImpl>()) sum += flops_in_turn(*net, in);
  }
  for (const auto& weight : layer.parameters(/*recurse=*/false)) {
    if (weight.dim() < 2) continue;
    // A transposed convolution spreads each input value over its kernel; a plain one gathers.
    const bool spreads = layer.name().find("ConvTranspose") != std::string::npos;
    const auto& map = spreads ? in : out;
    const double places = weight.dim() == 4 ? static_cast<double>(map.size(2) * map.size(3)) : 1.0;
    sum += 2.0 * static_cast<double>(weight.numel()) * places;
  }
  return sum;
}

// Each network's forward pass, and twice that for a backward pass with weight gradients, or once
// for only the input's gradient.
double step_flops(const Trainer& trainer) {
  const TrainConfig& train = trainer.config().train;
  const double g = forward_flops(trainer.networks.generator, one_latent(trainer));
  const double d = forward_flops(trainer.networks.discriminator, one_image(trainer)) /
                   static_cast<double>(trainer.config().model.pack);
  const auto whole = static_cast<double>(train.batch_size);
  const double half = train.discriminator_batch == DiscriminatorBatch::kHalf ? whole / 2 : whole;
  const auto k = static_cast<double>(train.discriminator_steps);
  const double fakes = train.reuse_fake ? 0.0 : whole * g;
  return k * (half * g + 2 * half * 3 * d) + fakes + whole * (2 * g + 2 * d);
}

double gemm_gflops_per_s(int rounds) {
  constexpr std::int64_t kSize = 1536;
  const auto a = torch::randn({kSize, kSize});
  const auto b = torch::randn({kSize, kSize});
  auto c = torch::empty({kSize, kSize});
  const double ms = median_ms(rounds, [&] { torch::matmul_out(c, a, b); });
  return 2.0 * kSize * kSize * kSize / ms / 1e6;
}

torch::Tensor one_latent(const Trainer& trainer) {
  const auto& model = trainer.config().model;
  return trainer.conditioning()
      .generator_input(torch::zeros({1, model.latent_dim}), torch::zeros({1}, torch::kInt64))
      .to(trainer.device());
}

torch::Tensor one_image(const Trainer& trainer) {
  const auto& shape = trainer.shape();
  const std::int64_t pack = trainer.config().model.pack;
  return trainer.conditioning()
      .discriminator_input(torch::zeros({pack, shape.channels, shape.height, shape.width}),
                           torch::zeros({pack}, torch::kInt64))
      .to(trainer.device());
}

}  // namespace gan
