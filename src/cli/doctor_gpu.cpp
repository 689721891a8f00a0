#include "cli/doctor_gpu.hpp"

#include "gan_train/core/error.hpp"

namespace gan {

Finding gpu_finding(const GpuInfo& gpu) {
  const bool found = gpu.usable > 0 || gpu.on_bus || gpu.device_file || !gpu.driver.empty();
  const auto [what, cure] = gpu_problem(gpu);
  const std::string cuda = gpu.cuda_build ? cuda_name(gpu.cuda) : "";
  Finding finding{"GPU",
                  Finding::Status::kGood,
                  "",
                  {{"usable", gpu.usable},
                   {"cuda", cuda},
                   {"driver", gpu.driver},
                   {"libcuda", gpu.library},
                   {"capability", gpu.capability},
                   {"device_file", gpu.device_file}}};
  if (what.empty()) {
    finding.text = str(gpu.usable, " usable, CUDA ", cuda);
    if (!gpu.driver.empty()) finding.text += "; the NVIDIA driver is " + gpu.driver;
  } else if (found) {
    const bool meant = !gpu.cuda_build || gpu.hidden;
    finding.status = meant ? Finding::Status::kNote : Finding::Status::kBad;
    finding.text = str("there is one, but it can't be used: ", what, "; ", cure);
  } else if (gpu.cuda_build) {
    finding.status = Finding::Status::kNote;
    finding.text = str(what, ", though this LibTorch is built for CUDA; training runs on the CPU");
  } else {
    finding.text = "none; training runs on the CPU";
  }
  return finding;
}

}  // namespace gan
