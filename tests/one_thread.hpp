#pragma once

#include <ATen/Parallel.h>

namespace gan {

/// One thread for tiny networks, which lose more than they gain by others, and crawl
/// where tests run side by side.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = at::get_num_threads();
};

}  // namespace gan
