#include "cli/sample_inputs.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <torch/types.h>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/sampling/sample.hpp"
#include "sampling/latents.hpp"

namespace gan {

std::vector<std::int64_t> parse_class_list(std::string_view text, std::int64_t class_count) {
  std::vector<std::int64_t> classes;
  for (const std::string& part : split(text, ',')) {
    const auto dash = part.find('-', 1);
    const auto first = parse_int(trim(part.substr(0, dash)));
    const auto last = dash == std::string::npos ? first : parse_int(trim(part.substr(dash + 1)));
    if (!first || !last || *first < 0 || *last < *first || *last >= class_count) {
      throw usage_error("--class: '", part, "' names no classes from 0 to ", class_count - 1,
                        "; write such as 7, 0-9 or 1,3,5-7");
    }
    for (std::int64_t i = *first; i <= *last; ++i) classes.push_back(i);
  }
  return classes;
}

SampleInputs::SampleInputs(const LoadedGenerator& loaded, std::uint64_t seed,
                           std::vector<std::int64_t> wanted, std::int64_t in_a_row)
    : config_(loaded.config.model),
      conditioning_(config_, loaded.class_count),
      seed_(seed),
      wanted_(std::move(wanted)),
      in_a_row_(in_a_row) {}

torch::Tensor SampleInputs::first(std::int64_t n) const {
  if (given_.defined() && given_.size(0) < n) {
    throw usage_error("--latents: ", n, " latents are needed, and the file holds ", given_.size(0));
  }
  std::vector<torch::Tensor> blocks;
  for (std::int64_t block = 0; block * kSampleBlock < n; ++block) {
    blocks.push_back(inputs(block, classes(block)));
  }
  return torch::cat(blocks).narrow(0, 0, n);
}

torch::Tensor SampleInputs::classes(std::int64_t block) const {
  if (given_.defined() && given_.size(1) > config_.latent_dim) return {};
  if (wanted_.empty()) {
    return draw_classes(conditioning_.class_count(), kSampleBlock, seed_, Stream::kSample,
                        static_cast<std::uint64_t>(block));
  }
  const auto images = torch::arange(block * kSampleBlock, (block + 1) * kSampleBlock);
  const auto turns =
      images.div(in_a_row_, "floor").remainder(static_cast<std::int64_t>(wanted_.size()));
  return torch::tensor(wanted_, torch::kInt64).index_select(0, turns);
}

torch::Tensor SampleInputs::inputs(std::int64_t block, const torch::Tensor& classes) const {
  const auto latents = this->latents(block);
  return latents.size(1) > config_.latent_dim ? latents
                                              : conditioning_.generator_input(latents, classes);
}

torch::Tensor SampleInputs::latents(std::int64_t block) const {
  if (given_.defined()) {
    auto rows = torch::zeros({kSampleBlock, given_.size(1)});
    const std::int64_t begin = block * kSampleBlock;
    const std::int64_t count = std::min(kSampleBlock, given_.size(0) - begin);
    rows.narrow(0, 0, count).copy_(given_.narrow(0, begin, count));
    return rows;
  }
  const auto drawn = draw_latents(config_, kSampleBlock, seed_, Stream::kSample,
                                  static_cast<std::uint64_t>(block));
  return threshold_ > 0 ? truncated(config_, drawn, threshold_) : drawn;
}

}  // namespace gan
