#include "device/fake_cuda.hpp"

#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <ATen/EmptyTensor.h>
#include <ATen/Functions.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>
#include <torch/types.h>

namespace gan {
namespace {

const torch::Device kFakeDevice(torch::kCUDA, 0);

std::mutex fake_mutex;
std::vector<std::string> fake_waits;
std::map<const char*, std::size_t> fake_pinned;  // sizes by address

void note_wait(const std::string& what) {
  const std::scoped_lock lock(fake_mutex);
  fake_waits.push_back(what);
}

bool is_fake_pinned(const void* data) {
  const std::scoped_lock lock(fake_mutex);
  const auto* place = static_cast<const char*>(data);
  const auto after = fake_pinned.upper_bound(place);
  if (after == fake_pinned.begin()) return false;
  const auto& [begin, bytes] = *std::prev(after);
  return place < begin + bytes;
}

// ── Memory ───────────────────────────────────────────────────────────────────

class FakeAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* data = bytes > 0 ? std::aligned_alloc(64, (bytes + 63) / 64 * 64) : nullptr;
    return {data, data, &std::free, kFakeDevice};
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
};

class PinnedAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* data = std::malloc(bytes + 1);
    const std::scoped_lock lock(fake_mutex);
    fake_pinned[static_cast<char*>(data)] = bytes + 1;
    return {data, data, &free_pinned, torch::kCPU};
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }

 private:
  static void free_pinned(void* data) {
    const std::scoped_lock lock(fake_mutex);
    fake_pinned.erase(static_cast<char*>(data));
    std::free(data);
  }
};

FakeAllocator fake_allocator;
PinnedAllocator pinned_allocator;

// The same memory as a storage of another device.
c10::Storage on_other(const c10::Storage& storage, const torch::Device& device) {
  auto* kept = new c10::Storage(storage);
  return {c10::Storage::use_byte_size_t(), storage.nbytes(),
          c10::DataPtr(
              storage.mutable_data(), kept,
              [](void* held) { delete static_cast<c10::Storage*>(held); }, device),
          device.is_cpu() ? c10::GetAllocator(c10::DeviceType::CPU) : &fake_allocator,
          /*resizable=*/true};
}

torch::Tensor on_storage(const torch::Tensor& like, c10::Storage storage) {
  const auto key = storage.device().is_cpu() ? c10::DispatchKey::CPU : c10::DispatchKey::CUDA;
  auto tensor = at::detail::make_tensor<c10::TensorImpl>(std::move(storage),
                                                         c10::DispatchKeySet(key), like.dtype());
  tensor.unsafeGetTensorImpl()->set_sizes_and_strides(like.sizes(), like.strides(),
                                                      like.storage_offset());
  return tensor;
}

torch::Tensor as_cpu(const torch::Tensor& tensor) {
  return on_storage(tensor, on_other(tensor.storage(), torch::kCPU));
}

// ── Kernels ──────────────────────────────────────────────────────────────────

// Kernels that make the CPU wait: for the size of a result, or for a value.
const std::set<std::string> kWaiting = {"aten::_local_scalar_dense",
                                        "aten::nonzero",
                                        "aten::masked_select",
                                        "aten::_unique2",
                                        "aten::equal",
                                        "aten::bincount"};

// A value, with `change` applied to each of its tensors, and the CPU in place of a CUDA device.
template <typename Change>
c10::IValue with_tensors(const c10::IValue& value, Change change) {
  if (value.isTensor()) return change(value.toTensor());
  if (value.isTensorList()) {
    c10::List<torch::Tensor> list;
    for (const torch::Tensor& tensor : value.toTensorVector()) list.push_back(change(tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<torch::Tensor>> list;
    for (const auto& tensor : value.toOptionalTensorVector()) {
      list.push_back(tensor ? std::optional(change(*tensor)) : std::nullopt);
    }
    return list;
  }
  if (value.isDevice() && value.toDevice().is_cuda()) return torch::Device(torch::kCPU);
  return value;
}

// Applies with_tensors() to the top `count` values.
template <typename Change>
void replace_tensors(torch::jit::Stack& stack, std::size_t count, Change change) {
  for (auto value = stack.end() - static_cast<std::ptrdiff_t>(count); value != stack.end();
       ++value) {
    *value = with_tensors(*value, change);
  }
}

// Calls the CPU's kernel on the same memory.
void run_on_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const std::string& name = op.schema().name();
  if (kWaiting.contains(name)) note_wait(name);
  struct Pair {
    torch::Tensor fake, cpu;
  };
  std::vector<Pair> pairs;
  const auto lent = [&](const torch::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    TORCH_CHECK(tensor.is_cuda() || tensor.dim() == 0, name,
                ": a tensor on the CPU beside one on the device");
    if (!tensor.is_cuda()) return tensor;
    pairs.push_back({tensor, as_cpu(tensor)});
    return pairs.back().cpu;
  };
  replace_tensors(*stack, op.schema().arguments().size(), lent);
  op.callBoxed(stack);
  for (const auto& [fake, cpu] : pairs) {  // outputs that were resized
    if (cpu.sizes() == fake.sizes() && cpu.const_data_ptr() == fake.const_data_ptr()) continue;
    auto* impl = fake.unsafeGetTensorImpl();
    impl->set_storage_keep_dtype(on_other(cpu.storage(), kFakeDevice));
    impl->set_sizes_and_strides(cpu.sizes(), cpu.strides(), cpu.storage_offset());
  }
  const auto given_back = [&](const torch::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    for (const auto& [fake, cpu] : pairs) {
      if (tensor.is_same(cpu)) return fake;
      if (tensor.is_alias_of(cpu)) return on_storage(tensor, fake.storage());
    }
    return on_storage(tensor, on_other(tensor.storage(), kFakeDevice));
  };
  replace_tensors(*stack, op.schema().returns().size(), given_back);
}

torch::Tensor& copy_(torch::Tensor& to, const torch::Tensor& from, bool non_blocking) {
  if (!to.is_cuda()) note_wait("a copy to the CPU");
  if (!from.is_cuda() && from.numel() > 0 &&
      !(non_blocking && is_fake_pinned(from.const_data_ptr()))) {
    note_wait(c10::str("a copy of ", from.sizes(), " from memory that isn't pinned"));
  }
  as_cpu(to).copy_(as_cpu(from));
  return to;
}

torch::Tensor empty(at::IntArrayRef size, std::optional<torch::ScalarType> type,
                    std::optional<torch::Layout>, std::optional<torch::Device>, std::optional<bool>,
                    std::optional<at::MemoryFormat> format) {
  return torch::Tensor(at::detail::empty_generic(size, &fake_allocator,
                                                 c10::DispatchKeySet(c10::DispatchKey::CUDA),
                                                 c10::dtype_or_default(type), format));
}

torch::Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                            std::optional<torch::ScalarType> type, std::optional<torch::Layout>,
                            std::optional<torch::Device>, std::optional<bool>) {
  return torch::Tensor(at::detail::empty_strided_generic(
      size, stride, &fake_allocator, c10::DispatchKeySet(c10::DispatchKey::CUDA),
      c10::dtype_or_default(type)));
}

// ── LibTorch's device interface ──────────────────────────────────────────────

struct FakeHooks : at::CUDAHooksInterface {
  explicit FakeHooks(at::CUDAHooksArgs) {}
  void init() const override {}
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasCUDA() const override { return true; }
  int getNumGPUs() const override { return 1; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex current_device() const override { return 0; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  long versionCUDART() const override { return 13000; }
  bool isPinnedPtr(const void* data) const override { return is_fake_pinned(data); }
  c10::Allocator* getPinnedMemoryAllocator() const override { return &pinned_allocator; }
  c10::Allocator* getCUDADeviceAllocator() const override { return &fake_allocator; }
  void deviceSynchronize(c10::DeviceIndex) const override { note_wait("a synchronisation"); }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    static const at::Generator generator = at::detail::createCPUGenerator();
    return generator;
  }
};

struct FakeGuard : c10::impl::NoOpDeviceGuardImpl<c10::DeviceType::CUDA> {
  torch::Device exchangeDevice(torch::Device) const override { return kFakeDevice; }
  torch::Device getDevice() const override { return kFakeDevice; }
  c10::Stream getStream(torch::Device) const noexcept override { return stream(); }
  c10::Stream getDefaultStream(torch::Device) const override { return stream(); }
  c10::Stream getNewStream(torch::Device, int) const override { return stream(); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return stream(); }

 private:
  static c10::Stream stream() { return c10::Stream(c10::Stream::DEFAULT, kFakeDevice); }
};

}  // namespace

void fake_a_cuda_device() {
  using Register = torch::Library;
  static const bool done = [] {
    at::CUDAHooksRegistry()->Register("CUDAHooks", [](at::CUDAHooksArgs arguments) {
      return std::unique_ptr<at::CUDAHooksInterface>(std::make_unique<FakeHooks>(arguments));
    });
    static FakeGuard guard;
    static c10::impl::DeviceGuardImplRegistrar registrar(c10::DeviceType::CUDA, &guard);
    c10::SetAllocator(c10::DeviceType::CUDA, &fake_allocator);
    static Register all(Register::IMPL, "_", c10::DispatchKey::CUDA, __FILE__, __LINE__);
    all.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_cpu>());
    static Register aten(Register::IMPL, "aten", c10::DispatchKey::CUDA, __FILE__, __LINE__);
    aten.impl("copy_", TORCH_FN(copy_));
    aten.impl("empty.memory_format", TORCH_FN(empty));
    aten.impl("empty_strided", TORCH_FN(empty_strided));
    // Without these, LibTorch would call cuDNN.
    for (const char* name : {"convolution", "convolution_backward"}) {
      aten.impl(name, torch::CppFunction::makeFromBoxedFunction<&run_on_cpu>());
    }
    return true;
  }();
  static_cast<void>(done);
}

std::vector<std::string> take_waits() {
  const std::scoped_lock lock(fake_mutex);
  return std::exchange(fake_waits, {});
}

}  // namespace gan
