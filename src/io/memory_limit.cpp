#include "io/memory_limit.hpp"

#include <new>
#include <string_view>

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kAlwaysAllowed = 32U << 20;
constexpr std::size_t kUnlimited = SIZE_MAX;

// Bytes that this thread may still allocate.
thread_local std::size_t bytes_left = kUnlimited;

// LibTorch's CPU allocator with a limit. Never destroyed, since tensors keep a pointer to the
// allocator that they come from.
class LimitedAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes > bytes_left) throw std::bad_alloc();
    if (bytes_left != kUnlimited) bytes_left -= bytes;
    return base->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return base->raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    base->copy_data(to, from, bytes);
  }

  c10::Allocator* const base = c10::GetCPUAllocator();
};

class AllocationLimit {
 public:
  AllocationLimit(LimitedAllocator& allocator, std::size_t bytes) : allocator_(allocator) {
    bytes_left = bytes;
    c10::SetCPUAllocator(&allocator);
  }
  ~AllocationLimit() {
    c10::SetCPUAllocator(allocator_.base);
    bytes_left = kUnlimited;
  }
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;

 private:
  LimitedAllocator& allocator_;
};

// Bytes of the tensors as float32; half-precision tensors come from other programs.
std::size_t tensor_bytes(const PtDict& dict);
std::size_t tensor_bytes(const PtValue& value) {
  std::size_t bytes = 0;
  if (const auto* dict = std::get_if<PtDict>(&value.value)) return tensor_bytes(*dict);
  if (const auto* list = std::get_if<PtList>(&value.value)) {
    for (const auto& item : *list) bytes += tensor_bytes(item);
  }
  const auto* tensor = std::get_if<PtTensor>(&value.value);
  if (tensor != nullptr) bytes += tensor->bytes.size() * (size_of(tensor->type) == 2 ? 2 : 1);
  return bytes;
}
std::size_t tensor_bytes(const PtDict& dict) {
  std::size_t bytes = 0;
  for (const auto& entry : dict) bytes += tensor_bytes(entry.second);
  return bytes;
}

}  // namespace

void build_within(const PtDict& saved, const std::string& where,
                  const std::function<void()>& build) {
  static auto& allocator = *new LimitedAllocator;
  const std::size_t bytes = tensor_bytes(saved);
  const auto too_large = [&] {
    return run_error(where, ": does not fit the networks of the config, which take far more than ",
                     "the ", bytes, " bytes of tensors here; use another copy of the file, or ",
                     "weights that were trained with that config");
  };
  try {
    const AllocationLimit limit(allocator, bytes + kAlwaysAllowed);
    build();
  } catch (const std::bad_alloc&) {
    throw too_large();
  } catch (const c10::Error& error) {
    // Only sizes beyond the limits of tensors are the file's fault.
    if (std::string_view(error.what()).find("overflow") == std::string_view::npos) throw;
    throw too_large();
  }
}

}  // namespace gan
