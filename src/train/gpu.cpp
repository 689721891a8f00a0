#include "train/gpu.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <iterator>

#include <ATen/Context.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>

#include "core/file.hpp"
#include "core/machine.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#ifdef GAN_TRAIN_HAS_CUDA
#include <cuda_runtime_api.h>
#endif

namespace gan {
namespace {

namespace fs = std::filesystem;

bool is_gpu_on_bus(const fs::path& device) {
  const auto begins = [&](const char* file, const std::string& with) {
    std::string text;
    std::ifstream(device / file) >> text;
    return text.starts_with(with);
  };
  return begins("vendor", "0x10de") && begins("class", "0x03");  // NVIDIA display controller
}

bool is_gpu_file(const fs::path& file) {  // "nvidia0", not "nvidiactl"
  constexpr std::string_view kBegin = "nvidia";
  const std::string name = file.filename();
  return name.starts_with(kBegin) && name.size() > kBegin.size() &&
         std::isdigit(static_cast<unsigned char>(name[kBegin.size()])) != 0;
}

template <typename Is>
bool any_in(const fs::path& folder, Is is) {
  std::error_code code;
  fs::directory_iterator entries(folder, code);
  return std::any_of(begin(entries), end(entries), [&](const auto& entry) { return is(entry); });
}

// The file is named after its driver: libcuda.so.580.65.06.
std::string version_of_libcuda() {
  void* library = dlopen("libcuda.so.1", RTLD_LAZY);  // never closed: CUDA may use it
  void* symbol = library != nullptr ? dlsym(library, "cuInit") : nullptr;
  Dl_info where{};
  if (symbol == nullptr || dladdr(symbol, &where) == 0) return "";
  std::error_code code;
  return version_in(fs::canonical(where.dli_fname, code).filename());
}

// The oldest driver for a major version of CUDA, whatever its minor version (NVIDIA's guide "CUDA
// Compatibility", the table of minor version compatibility).
struct OldestDriver {
  long cuda;
  long driver;
};
constexpr OldestDriver kOldestDrivers[] = {{12, 525}, {13, 580}};

long oldest_driver(const GpuInfo& gpu) {
  for (const auto& [cuda, driver] : kOldestDrivers) {
    if (cuda == gpu.cuda / 1000) return driver;
  }
  return 0;
}

// 580 for "580.65.06".
std::int64_t branch_of(const std::string& driver) {
  return parse_int(driver.substr(0, driver.find('.'))).value_or(0);
}

std::string driver_wanted(const GpuInfo& gpu) {
  const long oldest = oldest_driver(gpu);
  return str("a driver", oldest > 0 ? str(" of version ", oldest, " or later") : "", " for CUDA ",
             cuda_name(gpu.cuda));
}

bool has_no_code(const GpuInfo& gpu) {
  return gpu.cuda_error.find("no kernel image") != std::string::npos;
}

// Runs a first kernel on a GPU. Returns the first line of its error, or "" if there is none.
std::string failure_on(const torch::Device& device) try {
  torch::ones({1}, device).add_(1).cpu();
  return "";
} catch (const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  return what.substr(0, what.find('\n'));
}

struct GpuProblemRow {
  bool (*applies)(const GpuInfo&);
  GpuProblem (*problem)(const GpuInfo&);
};

// The first row that applies gives the problem.
const GpuProblemRow kGpuProblems[] = {
    {[](const GpuInfo& gpu) { return !gpu.cuda_build; },
     [](const GpuInfo&) -> GpuProblem {
       return {str("this LibTorch (", TORCH_VERSION, ") is built for the CPU only"),
               "build with a CUDA LibTorch, which GAN_TRAIN_TORCH=cuda scripts/setup.sh installs"};
     }},
    {[](const GpuInfo& gpu) { return gpu.headers > 0 && gpu.headers / 1000 != gpu.cuda / 1000; },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {str("gan-train is compiled with the headers of CUDA ", cuda_name(gpu.headers),
                   ", LibTorch with CUDA ", cuda_name(gpu.cuda)),
               str("build it again with the headers of CUDA ", gpu.cuda / 1000)};
     }},
    {has_no_code,
     [](const GpuInfo& gpu) -> GpuProblem {
       return {
           str("this LibTorch (", TORCH_VERSION, " for CUDA ", cuda_name(gpu.cuda),
               ") has no code for a GPU of compute capability ", gpu.capability),
           "build with a LibTorch for an older CUDA if the GPU is old, with a newer LibTorch if "
           "it is new"};
     }},
    {[](const GpuInfo& gpu) { return gpu.usable > 0; },
     [](const GpuInfo& gpu) -> GpuProblem {
       if (gpu.cuda_error.empty()) return {};
       return {str("CUDA says: ", gpu.cuda_error), "check that nvidia-smi works"};
     }},
    {[](const GpuInfo& gpu) { return !gpu.on_bus && !gpu.device_file && gpu.driver.empty(); },
     [](const GpuInfo&) -> GpuProblem { return {"no NVIDIA GPU was found", ""}; }},
    {[](const GpuInfo& gpu) { return gpu.driver.empty(); },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {"no NVIDIA driver is loaded",
               str("install ", driver_wanted(gpu), ", and restart the machine")};
     }},
    {[](const GpuInfo& gpu) { return branch_of(gpu.driver) < oldest_driver(gpu); },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {str("the NVIDIA driver ", gpu.driver, " is too old"),
               str("install ", driver_wanted(gpu), ", or build with a LibTorch for an older CUDA")};
     }},
    {[](const GpuInfo& gpu) { return !gpu.device_file; },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {str("the NVIDIA driver ", gpu.driver, " is loaded, but /dev/nvidia0 is not here"),
               "give the container its GPU (Docker's option gpus); outside of one, call "
               "nvidia-smi as root"};
     }},
    {[](const GpuInfo& gpu) { return gpu.library.empty(); },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {str("the NVIDIA driver ", gpu.driver, " is loaded, but libcuda.so.1 was not found"),
               "give the container its GPU (Docker's option gpus); outside of one, install "
               "the driver's libcuda (Debian's libcuda1)"};
     }},
    {[](const GpuInfo& gpu) { return gpu.library != gpu.driver; },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {str("the NVIDIA driver in the kernel is ", gpu.driver, ", its libcuda.so.1 is ",
                   gpu.library),
               "restart the machine, so that it loads the driver that was installed last"};
     }},
    {[](const GpuInfo& gpu) { return gpu.hidden; },
     [](const GpuInfo&) -> GpuProblem {
       return {"CUDA_VISIBLE_DEVICES hides every GPU", "unset it, or name one: 0 is the first"};
     }},
    {[](const GpuInfo&) { return true; },
     [](const GpuInfo& gpu) -> GpuProblem {
       return {
           str("this LibTorch (CUDA ", cuda_name(gpu.cuda), ") can't use the GPU with the NVIDIA ",
               "driver ", gpu.driver, gpu.cuda_error.empty() ? "" : str(": ", gpu.cuda_error)),
           "check that nvidia-smi works"};
     }},
};

}  // namespace

bool is_cuda_build() { return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA); }

std::string cuda_name(long version) { return str(version / 1000, ".", version % 1000 / 10); }

GpuInfo query_gpu(const torch::Device& device, const fs::path& root) {
  GpuInfo gpu;
  gpu.on_bus = any_in(root / "sys/bus/pci/devices", is_gpu_on_bus);
  gpu.device_file = any_in(root / "dev", is_gpu_file);
  const auto line = value_in(root / "proc/driver/nvidia/version", "NVRM version");
  if (!line.empty()) gpu.driver = version_in(line);
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  gpu.hidden = visible != nullptr && (*visible == '\0' || *visible == '-');
  gpu.cuda_build = is_cuda_build();
  if (!gpu.cuda_build) return gpu;
  gpu.cuda = at::detail::getCUDAHooks().versionCUDART();
  gpu.library = version_of_libcuda();
  gpu.usable = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
  if (gpu.usable > 0) gpu.cuda_error = failure_on(device);
#ifdef GAN_TRAIN_HAS_CUDA
  gpu.headers = CUDART_VERSION;
  int count = 0;
  if (const auto error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    gpu.cuda_error = cudaGetErrorString(error);
  } else {
    int major = 0, minor = 0;
    const int index = device.has_index() ? device.index() : 0;
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index);
    cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index);
    gpu.capability = str(major, ".", minor);
  }
#endif
  return gpu;
}

GpuProblem gpu_problem(const GpuInfo& gpu) {
  const auto* first = std::find_if(std::begin(kGpuProblems), std::end(kGpuProblems),
                                   [&](const GpuProblemRow& row) { return row.applies(gpu); });
  return first->problem(gpu);
}

}  // namespace gan
