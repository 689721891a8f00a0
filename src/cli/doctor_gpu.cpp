#include "cli/doctor_gpu.hpp"

#include "gan_train/core/error.hpp"

namespace gan {

Finding judge_gpu(const GpuSigns& signs) {
  const bool seen = signs.has_gpu || !signs.driver.empty();
  const std::string driver =
      signs.driver.empty() ? "no NVIDIA driver is loaded" : "the NVIDIA driver is " + signs.driver;
  Finding finding{"GPU",
                  Finding::Status::kGood,
                  "",
                  {{"usable", signs.usable},
                   {"cuda", signs.cuda},
                   {"driver", signs.driver},
                   {"device_file", signs.has_gpu}}};
  if (signs.usable > 0) {
    finding.text = str(signs.usable, " usable, CUDA ", signs.cuda, "; ", driver);
  } else if (signs.cuda_build && seen) {
    finding.status = Finding::Status::kBad;
    finding.text =
        str("there is one, but this LibTorch (CUDA ", signs.cuda, ") can't use it: ", driver,
            "; see that nvidia-smi works and the driver is new enough");
  } else if (signs.cuda_build) {
    finding.status = Finding::Status::kNote;
    finding.text = str("none: LibTorch is built for CUDA ", signs.cuda, ", but ", driver,
                       "; training runs on the CPU");
  } else if (seen) {
    finding.status = Finding::Status::kNote;
    finding.text =
        "there is one, but this LibTorch is built for the CPU only; to use it, build with "
        "GAN_TRAIN_TORCH=cuda scripts/setup.sh";
  } else {
    finding.text = "none; training runs on the CPU";
  }
  return finding;
}

}  // namespace gan
