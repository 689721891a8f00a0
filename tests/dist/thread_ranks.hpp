#pragma once

#include <barrier>
#include <functional>
#include <thread>
#include <vector>

#include <torch/types.h>
#include <torch/utils.h>

#include "dist/ranks.hpp"

namespace gan {

// Ranks as threads of this process, which sum in the order of ranks. The contribution of rank
// `muted` is left out.
class ThreadRanks {
 public:
  explicit ThreadRanks(int size, int muted = -1)
      : barrier_(size), places_(static_cast<std::size_t>(size)), muted_(muted) {}

  // Runs `work` on every rank.
  void run(const std::function<void(Ranks&)>& work) {
    std::vector<std::thread> threads;
    const int count = static_cast<int>(places_.size());
    for (int rank = 0; rank < count; ++rank) {
      threads.emplace_back([this, rank, &work] {
        Member member(*this, rank);
        work(member);
      });
    }
    for (auto& thread : threads) thread.join();
  }

 private:
  class Member : public Ranks {
   public:
    Member(ThreadRanks& group, int rank) : group_(group), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return static_cast<int>(group_.places_.size()); }
    void sum(torch::Tensor& values) override {
      if (rank_ == group_.muted_) values.zero_();
      group_.exchange(rank_, values, [&] {
        auto total = torch::zeros_like(values);
        for (const auto& place : group_.places_) total += place;
        return total;
      });
    }
    void broadcast(torch::Tensor& values) override {
      group_.exchange(rank_, values, [&] { return group_.places_.front().clone(); });
    }

   private:
    ThreadRanks& group_;
    int rank_;
  };

  template <typename Combine>
  void exchange(int rank, torch::Tensor& values, Combine combine) {
    const torch::NoGradGuard no_grad;
    places_[static_cast<std::size_t>(rank)] = values.clone();
    barrier_.arrive_and_wait();
    values.copy_(combine());
    barrier_.arrive_and_wait();  // before any rank stores its next values
  }

  std::barrier<> barrier_;
  std::vector<torch::Tensor> places_;
  int muted_;
};

}  // namespace gan
