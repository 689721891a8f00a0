#pragma once

#include <string>
#include <vector>

namespace gan {

/// Makes LibTorch's CPU build believe in one CUDA device, "cuda:0", whose memory is the host's and
/// whose kernels are the CPU's. What only the device decides can so be tested without a GPU: which
/// code a layer takes, that tensors of both devices are never mixed, that the backward pass runs
/// on another thread, and what the CPU would wait for. Once it is on, it stays on.
void fake_a_cuda_device();

/// What has made the CPU wait for the device since the last call: reading a value, a copy to the
/// CPU, a copy from memory that isn't pinned.
std::vector<std::string> take_waits();

}  // namespace gan
