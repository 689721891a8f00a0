// The kernels of a step, each next to what it replaced. Takes Google Benchmark's options, e.g.
// gan_kernels --benchmark_filter=Adam
#include <benchmark/benchmark.h>

#include <torch/autograd.h>
#include <torch/nn.h>
#include <torch/optim.h>

#include "gan_train/data/dataset.hpp"
#include "gan_train/train/adam.hpp"
#include "models/upsampled_conv.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;
using benchmark::State;

void Gemm(State& state) {
  const std::int64_t n = state.range(0);
  const auto a = torch::randn({n, n}), b = torch::randn({n, n});
  auto c = torch::empty({n, n});
  for (auto _ : state) torch::matmul_out(c, a, b);
  state.counters["FLOP/s"] = benchmark::Counter(2.0 * static_cast<double>(n * n * n),
                                                benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(Gemm)->Arg(256)->Arg(512)->Arg(1536)->UseRealTime()->Unit(benchmark::kMillisecond);

void forward_and_back(State& state, nn::Sequential net, const torch::Tensor& input) {
  const auto x = input.requires_grad_(true);
  const auto upstream = torch::ones_like(net->forward(x));
  auto wanted = net->parameters();
  wanted.push_back(x);
  for (auto _ : state) torch::autograd::grad({net->forward(x)}, wanted, {upstream});
}

const auto kDoubling = nn::Conv2dOptions(128, 64, 5).padding(2);

void UpsampleThenConv(State& state) {
  forward_and_back(
      state,
      nn::Sequential(nn::Upsample(nn::UpsampleOptions().scale_factor(std::vector<double>{2, 2})),
                     nn::Conv2d(kDoubling)),
      torch::randn({64, 128, 14, 14}));
}
BENCHMARK(UpsampleThenConv)->UseRealTime()->Unit(benchmark::kMillisecond);

void UpsampledConvInPhases(State& state) {
  forward_and_back(state, nn::Sequential(UpsampledConv2d(kDoubling)),
                   torch::randn({64, 128, 14, 14}));
}
BENCHMARK(UpsampledConvInPhases)->UseRealTime()->Unit(benchmark::kMillisecond);

std::vector<torch::Tensor> mlp_weights() {
  std::vector<torch::Tensor> weights;
  for (const std::int64_t width : {256, 512, 1024}) {
    weights.push_back(torch::randn({width, 1024}));
    weights.push_back(torch::randn({width}));
  }
  return weights;
}

void FusedAdam(State& state) {
  const auto weights = mlp_weights();
  Adam adam(weights, 1e-4, {});
  for (auto _ : state) adam.step(weights);
}
BENCHMARK(FusedAdam)->UseRealTime()->Unit(benchmark::kMillisecond);

void LibTorchAdam(State& state) {
  const auto weights = mlp_weights();
  for (const auto& weight : weights) weight.mutable_grad() = weight.clone();
  torch::optim::Adam adam(weights, torch::optim::AdamOptions(1e-4));
  for (auto _ : state) adam.step();
}
BENCHMARK(LibTorchAdam)->UseRealTime()->Unit(benchmark::kMillisecond);

void GatherBatch(State& state) {
  const auto pixels = torch::randint(256, {60000, 1, 28, 28}, torch::kUInt8);
  const auto indices = torch::arange(state.range(0)).mul(7919).remainder(60000);
  for (auto _ : state) gather(pixels, indices, "symmetric");
}
BENCHMARK(GatherBatch)->Arg(128)->Arg(1024)->UseRealTime()->Unit(benchmark::kMicrosecond);

void Activation(State& state) {
  forward_and_back(state, nn::Sequential(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.2))),
                   torch::randn({64, 64, 28, 28}));
}
BENCHMARK(Activation)->UseRealTime()->Unit(benchmark::kMillisecond);

void BatchNorm(State& state) {
  forward_and_back(state, nn::Sequential(nn::BatchNorm2d(64)), torch::randn({64, 64, 28, 28}));
}
BENCHMARK(BatchNorm)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gan

BENCHMARK_MAIN();
