#include "dist/ranks.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

class SingleRank : public Ranks {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void sum(torch::Tensor&) override {}
  void broadcast(torch::Tensor&) override {}
};

}  // namespace

Ranks& single_rank() {
  static SingleRank single;
  return single;
}

void average_over_ranks(Ranks& ranks, std::vector<torch::Tensor>& tensors) {
  if (!ranks.has_peers()) return;
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> rows;
  std::vector<std::int64_t> lengths;
  for (const auto& tensor : tensors) {
    rows.push_back(tensor.reshape({-1}));
    lengths.push_back(tensor.numel());
  }
  auto all = torch::cat(rows);
  ranks.sum(all);
  const auto parts = all.div_(ranks.size()).split_with_sizes(lengths);
  for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i] = parts[i].view(tensors[i].sizes());
}

torch::Tensor mean_over_ranks(Ranks& ranks, const torch::Tensor& values) {
  if (!ranks.has_peers()) return values;
  auto sum = values.detach().contiguous().clone();
  ranks.sum(sum);
  return sum.div_(ranks.size());
}

void broadcast_all(Ranks& ranks, const std::vector<torch::Tensor>& tensors) {
  if (!ranks.has_peers()) return;
  const torch::NoGradGuard no_grad;
  for (const torch::Tensor& tensor : tensors) {
    auto sent = tensor.detach().cpu().contiguous();
    ranks.broadcast(sent);
    tensor.copy_(sent);
  }
}

Share share_of(std::int64_t total, int rank, int size) {
  const std::int64_t count = total / size;
  return {rank * count, count};
}

void check_equal_over_ranks(Ranks& ranks, const std::vector<torch::Tensor>& tensors,
                            std::int64_t step) {
  if (!ranks.has_peers()) return;
  // Sums the bits as integers, so that the result does not depend on the order.
  std::vector<torch::Tensor> sums;
  for (const auto& tensor : tensors) {
    sums.push_back(tensor.detach().contiguous().view(torch::kInt32).sum(torch::kInt64).cpu());
  }
  const auto ours = torch::stack(sums);
  auto first = ours.clone();
  ranks.broadcast(first);
  if (torch::equal(ours, first)) return;
  throw run_error("step ", step, ": rank ", ranks.rank(), " of ", ranks.size(),
                  " has different weights from rank 0; use one build and one kind of processor "
                  "for all ranks, and resume the last saved state");
}

}  // namespace gan
