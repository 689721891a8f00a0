#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <torch/types.h>

namespace gan {

/// What a step takes from the CPU: latents, labels, which images. It is drawn there whatever
/// the device, so that all devices train on the same numbers, and each draw is a pure
/// function of the step. That is what lets a step be captured once and replayed: the draws
/// of a captured step have fixed places on the device, which are filled anew for each replay.
class Feed {
 public:
  using Draw = std::function<torch::Tensor(std::int64_t step)>;
  struct Slot {
    Draw draw;
    torch::Tensor place;  ///< on the device
  };

  explicit Feed(const torch::Device& device) : device_(device) {}

  /// What the running step draws next, on the device.
  torch::Tensor take(const Draw& draw);

  /// The steps from now on are `step`, drawn as they come.
  void start(std::int64_t step) { start(step, nullptr, false); }
  /// Likewise, and each draw is kept as a slot.
  void record(std::int64_t step, std::vector<Slot>& slots) { start(step, &slots, false); }
  /// take() hands out the slots in turn, and draws nothing.
  void hand_out(std::vector<Slot>& slots) { start(0, &slots, true); }

 private:
  void start(std::int64_t step, std::vector<Slot>* slots, bool filled);

  torch::Device device_;
  std::int64_t step_ = 0;
  std::vector<Slot>* slots_ = nullptr;
  bool filled_ = false;
  std::size_t next_ = 0;
};

/// Fills the places of all slots with what `step` draws.
void refill(std::vector<Feed::Slot>& slots, std::int64_t step);

}  // namespace gan
