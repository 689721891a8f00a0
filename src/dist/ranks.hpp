#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

namespace gan {

/// What a rank has spent on the others so far: in seconds, waiting for slower ones included.
struct Traffic {
  double seconds = 0;
  double bytes = 0;  ///< that it gave into sums
  std::int64_t sums = 0;
};

/// The processes that train one GAN together, each on its share of every batch. Whoever needs the
/// group is given it. Every rank has to make the same calls in the same order.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Its number among the ranks of its machine, from 0.
  virtual int local_rank() const { return rank(); }
  virtual Traffic traffic() const { return {}; }
  /// In place, the sum over all ranks of a contiguous float32 tensor. May be called from another
  /// thread than the last time, but not from two at once.
  virtual void sum(torch::Tensor& values) = 0;
  /// In place, rank 0's bytes on all ranks, of a contiguous tensor on the CPU.
  virtual void broadcast(torch::Tensor& values) = 0;
  /// This rank begins, or has ended, work for which the others wait without a time limit.
  virtual void work_alone(bool /*begins*/) {}

  bool is_first() const { return rank() == 0; }
  bool are_many() const { return size() > 1; }
};

/// The group of a process on its own: rank 0 of 1.
Ranks& single_rank();

/// While it lives, the other ranks wait for this one, however long its work takes. Not nested.
class WorkAlone {
 public:
  explicit WorkAlone(Ranks& ranks) : ranks_(ranks) { ranks_.work_alone(true); }
  ~WorkAlone() { ranks_.work_alone(false); }
  WorkAlone(const WorkAlone&) = delete;
  WorkAlone& operator=(const WorkAlone&) = delete;

 private:
  Ranks& ranks_;
};

/// Replaces each float32 tensor by its mean over all ranks, with one sum for all.
void average_over_ranks(Ranks& ranks, std::vector<torch::Tensor>& tensors);
/// The mean over all ranks of a float32 tensor.
torch::Tensor mean_over_ranks(Ranks& ranks, const torch::Tensor& values);
/// Copies rank 0's values into the tensors of all ranks, whatever their type and device.
void broadcast_all(Ranks& ranks, const std::vector<torch::Tensor>& tensors);

/// A rank's share of a batch: its items [begin, begin + count).
struct Share {
  std::int64_t begin;
  std::int64_t count;
};
/// The share of `rank` out of `size` in a batch of `total`, a multiple of `size`.
Share share_of(std::int64_t total, int rank, int size);

/// Error (exit code 1) on a rank whose tensors differ in any bit from those of rank 0.
void check_equal_over_ranks(Ranks& ranks, const std::vector<torch::Tensor>& tensors,
                            std::int64_t step);

}  // namespace gan
