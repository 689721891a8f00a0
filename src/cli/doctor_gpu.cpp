#include "cli/doctor_gpu.hpp"

#include "gan_train/core/error.hpp"

namespace gan {

Finding judge_gpu(const GpuSigns& signs) {
  const bool seen = signs.usable > 0 || signs.on_bus || signs.device_file || !signs.driver.empty();
  const auto [what, cure] = gpu_problem(signs);
  const std::string cuda = signs.cuda_build ? cuda_name(signs.cuda) : "";
  Finding finding{"GPU",
                  Finding::Status::kGood,
                  "",
                  {{"usable", signs.usable},
                   {"cuda", cuda},
                   {"driver", signs.driver},
                   {"libcuda", signs.library},
                   {"capability", signs.capability},
                   {"device_file", signs.device_file}}};
  if (what.empty()) {
    finding.text = str(signs.usable, " usable, CUDA ", cuda);
    if (!signs.driver.empty()) finding.text += "; the NVIDIA driver is " + signs.driver;
  } else if (seen) {
    const bool meant = !signs.cuda_build || signs.hidden;
    finding.status = meant ? Finding::Status::kNote : Finding::Status::kBad;
    finding.text = str("there is one, but it can't be used: ", what, "; ", cure);
  } else if (signs.cuda_build) {
    finding.status = Finding::Status::kNote;
    finding.text = str(what, ", though this LibTorch is built for CUDA; training runs on the CPU");
  } else {
    finding.text = "none; training runs on the CPU";
  }
  return finding;
}

}  // namespace gan
