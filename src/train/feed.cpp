#include "feed.hpp"

namespace gan {

torch::Tensor Feed::take(const Draw& draw) {
  if (filled_) return slots_->at(next_++).place;
  auto drawn = draw(step_).to(device_);
  if (slots_ != nullptr) slots_->push_back({draw, drawn});
  return drawn;
}

void Feed::start(std::int64_t step, std::vector<Slot>* slots, bool filled) {
  step_ = step;
  slots_ = slots;
  filled_ = filled;
  next_ = 0;
}

void refill(std::vector<Feed::Slot>& slots, std::int64_t step) {
  for (auto& slot : slots) slot.place.copy_(slot.draw(step));
}

}  // namespace gan
