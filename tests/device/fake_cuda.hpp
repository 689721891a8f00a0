#pragma once

#include <string>
#include <vector>

namespace gan {

/// Makes LibTorch's CPU build offer one CUDA device, "cuda:0", with the host's memory and the CPU's
/// kernels. So tests without a GPU can check everything that depends only on the device: the code
/// path of a layer, that tensors of both devices are never mixed, the backward pass on another
/// thread, and the operations that make the CPU wait. It can't be switched off.
void fake_a_cuda_device();

/// The operations since the last call that made the CPU wait for the device: reading a value, a
/// copy to the CPU, a copy from memory that isn't pinned.
std::vector<std::string> take_waits();

}  // namespace gan
