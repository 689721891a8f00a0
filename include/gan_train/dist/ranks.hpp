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

/// The processes that train one GAN together, each on its share of every batch. A process
/// on its own is a group of one, for which all of this does nothing. Every rank has to make
/// the same calls in the same order.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Its number among the ranks of its machine, from 0.
  virtual int local_rank() const { return rank(); }
  virtual Traffic traffic() const { return {}; }
  /// In place, the sum over all ranks of a contiguous float32 tensor.
  virtual void sum(torch::Tensor& values) = 0;
  /// In place, rank 0's bytes on all ranks, of a contiguous tensor on the CPU.
  virtual void broadcast(torch::Tensor& values) = 0;
  /// That this rank begins, or has ended, work for which the others wait without calling it dead.
  virtual void work_alone(bool /*begins*/) {}

  bool is_first() const { return rank() == 0; }
  bool are_many() const { return size() > 1; }
};

/// The group that this thread works in; a group of one unless set_ranks() said otherwise.
Ranks& ranks();
/// Makes `group` the one this thread works in; null: it is on its own again. Not owned.
void set_ranks(Ranks* group);

/// While it lives, this thread is a group of one: for what one rank does by itself. Where that is
/// rank 0 the others wait for it, however long it takes.
class OnItsOwn {
 public:
  OnItsOwn() : group_(ranks()) {
    group_.work_alone(true);
    set_ranks(nullptr);
  }
  ~OnItsOwn() {
    set_ranks(&group_);
    group_.work_alone(false);
  }
  OnItsOwn(const OnItsOwn&) = delete;
  OnItsOwn& operator=(const OnItsOwn&) = delete;

 private:
  Ranks& group_;
};

/// The mean over all ranks of each tensor, by one sum of all in a row.
void average_over_ranks(std::vector<torch::Tensor>& tensors);
/// The mean over all ranks of a float32 tensor.
torch::Tensor mean_over_ranks(const torch::Tensor& values);
/// Rank 0's values in the tensors of all ranks, whatever their type and device.
void broadcast_all(const std::vector<torch::Tensor>& tensors);

/// A rank's share of a batch of `total`: the images [begin, begin + count).
struct Share {
  std::int64_t begin;
  std::int64_t count;
};
Share share_of(std::int64_t total);

/// Error (exit code 1) on a rank whose tensors differ in any bit from those of rank 0.
void check_equal_over_ranks(const std::vector<torch::Tensor>& tensors, std::int64_t step);

}  // namespace gan
