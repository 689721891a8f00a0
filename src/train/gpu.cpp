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

long oldest_driver(const GpuSigns& signs) {
  for (const auto& [cuda, driver] : kOldestDrivers) {
    if (cuda == signs.cuda / 1000) return driver;
  }
  return 0;
}

// 580 for "580.65.06".
std::int64_t branch_of(const std::string& driver) {
  return parse_int(driver.substr(0, driver.find('.'))).value_or(0);
}

std::string driver_wanted(const GpuSigns& signs) {
  const long oldest = oldest_driver(signs);
  return str("a driver", oldest > 0 ? str(" of version ", oldest, " or later") : "", " for CUDA ",
             cuda_name(signs.cuda));
}

bool has_no_code(const GpuSigns& signs) {
  return signs.says.find("no kernel image") != std::string::npos;
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
  bool (*holds)(const GpuSigns&);
  GpuProblem (*problem)(const GpuSigns&);
};

// The first row that holds gives the problem.
const GpuProblemRow kGpuProblems[] = {
    {[](const GpuSigns& s) { return !s.cuda_build; },
     [](const GpuSigns&) -> GpuProblem {
       return {str("this LibTorch (", TORCH_VERSION, ") is built for the CPU only"),
               "build with a CUDA LibTorch, which GAN_TRAIN_TORCH=cuda scripts/setup.sh installs"};
     }},
    {[](const GpuSigns& s) { return s.headers > 0 && s.headers / 1000 != s.cuda / 1000; },
     [](const GpuSigns& s) -> GpuProblem {
       return {str("gan-train is compiled with the headers of CUDA ", cuda_name(s.headers),
                   ", LibTorch with CUDA ", cuda_name(s.cuda)),
               str("build it again with the headers of CUDA ", s.cuda / 1000)};
     }},
    {has_no_code,
     [](const GpuSigns& s) -> GpuProblem {
       return {
           str("this LibTorch (", TORCH_VERSION, " for CUDA ", cuda_name(s.cuda),
               ") has no code for a GPU of compute capability ", s.capability),
           "build with a LibTorch for an older CUDA if the GPU is old, with a newer LibTorch if "
           "it is new"};
     }},
    {[](const GpuSigns& s) { return s.usable > 0; },
     [](const GpuSigns& s) -> GpuProblem {
       if (s.says.empty()) return {};
       return {str("CUDA says: ", s.says), "check that nvidia-smi works"};
     }},
    {[](const GpuSigns& s) { return !s.on_bus && !s.device_file && s.driver.empty(); },
     [](const GpuSigns&) -> GpuProblem { return {"no NVIDIA GPU was found", ""}; }},
    {[](const GpuSigns& s) { return s.driver.empty(); },
     [](const GpuSigns& s) -> GpuProblem {
       return {"no NVIDIA driver is loaded",
               str("install ", driver_wanted(s), ", and restart the machine")};
     }},
    {[](const GpuSigns& s) { return branch_of(s.driver) < oldest_driver(s); },
     [](const GpuSigns& s) -> GpuProblem {
       return {str("the NVIDIA driver ", s.driver, " is too old"),
               str("install ", driver_wanted(s), ", or build with a LibTorch for an older CUDA")};
     }},
    {[](const GpuSigns& s) { return !s.device_file; },
     [](const GpuSigns& s) -> GpuProblem {
       return {str("the NVIDIA driver ", s.driver, " is loaded, but /dev/nvidia0 is not here"),
               "give the container its GPU (Docker's option gpus); outside of one, call "
               "nvidia-smi as root"};
     }},
    {[](const GpuSigns& s) { return s.library.empty(); },
     [](const GpuSigns& s) -> GpuProblem {
       return {str("the NVIDIA driver ", s.driver, " is loaded, but libcuda.so.1 was not found"),
               "give the container its GPU (Docker's option gpus); outside of one, install "
               "the driver's libcuda (Debian's libcuda1)"};
     }},
    {[](const GpuSigns& s) { return s.library != s.driver; },
     [](const GpuSigns& s) -> GpuProblem {
       return {str("the NVIDIA driver in the kernel is ", s.driver, ", its libcuda.so.1 is ",
                   s.library),
               "restart the machine, so that it loads the driver that was installed last"};
     }},
    {[](const GpuSigns& s) { return s.hidden; },
     [](const GpuSigns&) -> GpuProblem {
       return {"CUDA_VISIBLE_DEVICES hides every GPU", "unset it, or name one: 0 is the first"};
     }},
    {[](const GpuSigns&) { return true; },
     [](const GpuSigns& s) -> GpuProblem {
       return {
           str("this LibTorch (CUDA ", cuda_name(s.cuda), ") can't use the GPU with the NVIDIA ",
               "driver ", s.driver, s.says.empty() ? "" : str(": ", s.says)),
           "check that nvidia-smi works"};
     }},
};

}  // namespace

bool is_cuda_build() { return c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA); }

std::string cuda_name(long version) { return str(version / 1000, ".", version % 1000 / 10); }

GpuSigns look_for_gpus(const torch::Device& device, const fs::path& root) {
  GpuSigns signs;
  signs.on_bus = any_in(root / "sys/bus/pci/devices", is_gpu_on_bus);
  signs.device_file = any_in(root / "dev", is_gpu_file);
  const auto line = value_in(root / "proc/driver/nvidia/version", "NVRM version");
  if (!line.empty()) signs.driver = version_in(line);
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  signs.hidden = visible != nullptr && (*visible == '\0' || *visible == '-');
  signs.cuda_build = is_cuda_build();
  if (!signs.cuda_build) return signs;
  signs.cuda = at::detail::getCUDAHooks().versionCUDART();
  signs.library = version_of_libcuda();
  signs.usable = torch::cuda::is_available() ? torch::cuda::device_count() : 0;
  if (signs.usable > 0) signs.says = failure_on(device);
#ifdef GAN_TRAIN_HAS_CUDA
  signs.headers = CUDART_VERSION;
  int count = 0;
  if (const auto error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    signs.says = cudaGetErrorString(error);
  } else {
    int major = 0, minor = 0;
    const int index = device.has_index() ? device.index() : 0;
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index);
    cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index);
    signs.capability = str(major, ".", minor);
  }
#endif
  return signs;
}

GpuProblem gpu_problem(const GpuSigns& signs) {
  const auto* first = std::find_if(std::begin(kGpuProblems), std::end(kGpuProblems),
                                   [&](const GpuProblemRow& row) { return row.holds(signs); });
  return first->problem(signs);
}

}  // namespace gan
