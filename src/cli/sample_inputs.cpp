#include "cli/sample_inputs.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <torch/types.h>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/sampling/sample.hpp"
#include "sampling/latents.hpp"

namespace gan {

namespace {

[[noreturn]] void refuse_class(const std::string& part, const Classes& classes) {
  constexpr std::size_t kMaxNamed = 20;
  if (!classes.names.empty()) {
    throw usage_error("--class: ", in_quotes(part), " is not one of ",
                      join_first(classes.names, kMaxNamed), did_you_mean(part, classes.names));
  }
  throw usage_error("--class: '", part, "' is not a list of classes from 0 to ", classes.count - 1,
                    "; write 7, 0-9 or 1,3,5-7, for example");
}

// The label for a name or number, if any.
std::optional<std::int64_t> find_label(std::string_view text, const Classes& classes) {
  const auto name = std::ranges::find(classes.names, text);
  if (name != classes.names.end()) return name - classes.names.begin();
  return std::ranges::any_of(classes.names, is_digits) ? std::nullopt : parse_int(text);
}

// Expands a range such as 3-5 into its numbers.
std::vector<std::string> range_of(const std::string& part) {
  const auto dash = part.find('-', 1);
  if (dash == std::string::npos) return {};
  const auto first = parse_int(trim(part.substr(0, dash)));
  const auto last = parse_int(trim(part.substr(dash + 1)));
  if (!first || !last || *first < 0 || *last >= kMaxClasses) return {};
  std::vector<std::string> numbers;
  for (std::int64_t i = *first; i <= *last; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

}  // namespace

std::vector<std::int64_t> parse_class_list(std::string_view text, const Classes& classes) {
  const auto is_name = [&](std::string_view one) {
    return std::ranges::find(classes.names, one) != classes.names.end();
  };
  std::vector<std::int64_t> labels;
  for (const auto& part : is_name(text) ? std::vector{std::string(text)} : split(text, ',')) {
    auto each = is_name(part) ? std::vector<std::string>() : range_of(part);
    if (each.empty()) each = {part};
    for (const auto& one : each) {
      const auto label = find_label(one, classes);
      if (!label || *label < 0 || *label >= classes.count) refuse_class(part, classes);
      if (!classes.occurs(*label)) {
        throw usage_error("--class: the training data had no images of class ", shown(one),
                          "; leave it out");
      }
      labels.push_back(*label);
    }
  }
  return labels;
}

SampleInputs::SampleInputs(const LoadedGenerator& loaded, std::uint64_t seed,
                           std::vector<std::int64_t> wanted, std::int64_t in_a_row)
    : config_(loaded.config.model),
      classes_(loaded.classes),
      conditioning_(config_, loaded.classes.count),
      seed_(seed),
      wanted_(std::move(wanted)),
      in_a_row_(in_a_row) {}

torch::Tensor SampleInputs::first(std::int64_t n) const {
  if (given_.defined() && given_.size(0) < n) {
    throw usage_error("--latents: ", n, " latents are needed, but the file holds ", given_.size(0));
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
    return draw_classes(classes_, kSampleBlock, seed_, Stream::kSample,
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
