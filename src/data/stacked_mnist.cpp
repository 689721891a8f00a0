#include <algorithm>

#include <torch/types.h>

#include "gan_train/core/error.hpp"
#include "gan_train/core/random.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

extern const DatasetLoader kIdx;

namespace {

constexpr std::int64_t kDigits = 10;
// As many as PacGAN (Lin et al. 2018) and later papers use to count the modes of G.
constexpr std::int64_t kMaxTestStacks = 26000;
// Fixed seeds, independent of the run's, so that everyone gets the same sets.
constexpr std::uint64_t kTrainDraw = 0;
constexpr std::uint64_t kTestDraw = 1;

// Three digits per item, each drawn from all digits with replacement.
torch::Tensor draw_digits(std::int64_t items, std::int64_t digits, std::uint64_t seed) {
  auto drawn = torch::empty({items, 3}, torch::kInt64);
  auto* next = drawn.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < items; ++i) {
    SplitMix64 rng(stream_seed(seed, Stream::kSynthetic, static_cast<std::uint64_t>(i)));
    for (int channel = 0; channel < 3; ++channel) {
      *next++ = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(digits)));
    }
  }
  return drawn;
}

// Digits in red, green and blue: a thousand modes that can be counted (Metz et al. 2017).
Dataset stack_digits(const DataConfig& config, const Dataset& digits, std::int64_t items,
                     std::uint64_t seed) {
  if (!digits.labels.defined() || digits.labels.max().item<std::int64_t>() >= kDigits) {
    throw usage_error(digits.source, ": stacked_mnist needs digits with labels 0 to 9");
  }
  if (digits.shape.channels != 1) {
    throw usage_error(digits.source, ": stacked_mnist needs grey digits, not images of ",
                      to_string(digits.shape));
  }
  check_memory(config, items, 3 * digits.shape.size());
  const auto drawn = draw_digits(items, digits.size(), seed);
  const auto label = digits.labels.index_select(0, drawn.flatten()).view({items, 3});
  return {.source = "stacked from " + digits.source,
          .shape = {3, digits.shape.height, digits.shape.width},
          .samples = digits.samples.index_select(0, drawn.flatten())
                         .view({items, 3, digits.shape.height, digits.shape.width}),
          .labels = label.matmul(torch::tensor({100, 10, 1}, torch::kInt64)),
          .stacked = 3};
}

Dataset load_stacked_mnist(const DataConfig& config) {
  DataConfig digits = config;
  digits.in_memory = InMemory::kTrue;  // the stacks are too, and they are many times larger
  return stack_digits(config, kIdx.load(digits), config.synthetic_size, kTrainDraw);
}

std::optional<Dataset> load_stacked_mnist_test(const DataConfig& config) {
  const auto digits = kIdx.load_test(config);
  if (!digits) return std::nullopt;
  return stack_digits(config, *digits, std::min(config.synthetic_size, kMaxTestStacks), kTestDraw);
}

}  // namespace

extern const DatasetLoader kStackedMnist = {
    .kind = DatasetKind::kStackedMnist,
    .help =
        "three digits in red, green and blue, 1,000 labelled modes, "
        "made from MNIST's files (data.path)",
    .load = load_stacked_mnist,
    .load_test = load_stacked_mnist_test};

}  // namespace gan
