#pragma once

#include <ATen/Parallel.h>

namespace gan {

/// Uses one thread for tiny networks: more threads make them slower, and very slow if tests run
/// side by side.
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
