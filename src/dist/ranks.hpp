#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace gan {

/// A rank's communication so far; its seconds include waiting for slower ranks.
struct Traffic {
  double seconds = 0;
  double bytes = 0;  ///< bytes it contributed to sums
  std::int64_t sums = 0;
};

/// The processes that train one GAN together, each on its share of every batch. It is passed to all
/// code that needs it. Every rank must make the same calls in the same order.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Index among the ranks of the same machine, from 0.
  virtual int local_rank() const { return rank(); }
  virtual Traffic traffic() const { return {}; }
  /// Sums a contiguous float32 tensor over all ranks, in place. May be called from different
  /// threads, but not concurrently.
  virtual void sum(torch::Tensor& values) = 0;
  /// Copies rank 0's values into a contiguous CPU tensor on every rank, in place.
  virtual void broadcast(torch::Tensor& values) = 0;
  /// This rank starts, or has finished, work for which the others wait without a time limit.
  virtual void work_alone(bool /*begins*/) {}

  bool is_first() const { return rank() == 0; }
  bool has_peers() const { return size() > 1; }
};

/// The group of a single process: rank 0 of 1.
Ranks& single_rank();

/// During its lifetime, the other ranks wait for this one without a time limit. Not nested.
class WorkAlone {
 public:
  explicit WorkAlone(Ranks& ranks) : ranks_(ranks) { ranks_.work_alone(true); }
  ~WorkAlone() { ranks_.work_alone(false); }
  WorkAlone(const WorkAlone&) = delete;
  WorkAlone& operator=(const WorkAlone&) = delete;

 private:
  Ranks& ranks_;
};

/// Replaces each float32 tensor by its mean over all ranks, with a single sum for all tensors.
void average_over_ranks(Ranks& ranks, std::vector<torch::Tensor>& tensors);
/// The mean over all ranks of a float32 tensor.
torch::Tensor mean_over_ranks(Ranks& ranks, const torch::Tensor& values);
/// Copies rank 0's values into the tensors of all ranks, for any type and device.
void broadcast_all(Ranks& ranks, const std::vector<torch::Tensor>& tensors);

/// A rank's share of a batch: its items [begin, begin + count).
struct Share {
  std::int64_t begin;
  std::int64_t count;
};
/// The share of rank `rank` out of `size` in a batch of `total`, a multiple of `size`.
Share share_of(std::int64_t total, int rank, int size);

/// Throws an Error (exit code 1) on a rank whose tensors differ from rank 0's in any bit.
void check_equal_over_ranks(Ranks& ranks, const std::vector<torch::Tensor>& tensors,
                            std::int64_t step);

}  // namespace gan
