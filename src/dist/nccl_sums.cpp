#include "dist/nccl_sums.hpp"

#include <cstring>

#include <torch/cuda.h>
#include <torch/types.h>

#ifdef GAN_TRAIN_HAS_CUDA
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/csrc/cuda/nccl.h>
#endif

namespace gan {

#ifdef GAN_TRAIN_HAS_CUDA

namespace nccl = torch::cuda::nccl;

struct NcclSums::State {
  nccl::ncclComm_t communicator = nullptr;
  at::cuda::CUDAEvent done;
};

bool NcclSums::is_available() { return nccl::version() > 0; }

NcclSums::NcclSums(Ranks& group, const torch::Device& device) : state_(std::make_unique<State>()) {
  nccl::ncclUniqueId id{};
  if (group.is_first()) nccl::get_unique_id(id);
  auto sent = torch::empty({static_cast<std::int64_t>(sizeof id)}, torch::kUInt8);
  std::memcpy(sent.data_ptr(), &id, sizeof id);
  group.broadcast(sent);
  std::memcpy(&id, sent.data_ptr(), sizeof id);
  const c10::cuda::CUDAGuard guard(device);
  state_->communicator = nccl::comm_init_rank(group.size(), id, group.rank());
}

NcclSums::~NcclSums() {
  if (state_) nccl::comm_destroy(state_->communicator);
}

void NcclSums::start(torch::Tensor& values) {
  const c10::cuda::CUDAGuard guard(values.device());
  std::vector<torch::Tensor> in_place = {values};
  nccl::all_reduce(in_place, in_place, static_cast<std::int32_t>(nccl::ncclRedOp::Sum), {},
                   {state_->communicator});
  state_->done.record();
}

bool NcclSums::is_done() const { return state_->done.query(); }

// LibTorch does not export ncclCommAbort. The process ends soon, and its kernels with it.
void NcclSums::abandon() { static_cast<void>(state_.release()); }

#else

struct NcclSums::State {};
bool NcclSums::is_available() { return false; }
NcclSums::NcclSums(Ranks&, const torch::Device&) {}
NcclSums::~NcclSums() = default;
void NcclSums::start(torch::Tensor&) {}
bool NcclSums::is_done() const { return true; }
void NcclSums::abandon() {}

#endif

}  // namespace gan
