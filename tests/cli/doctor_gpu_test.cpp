#include "cli/doctor_gpu.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

void expect_finding(const GpuInfo& gpu, Finding::Status status, const std::string& text) {
  const Finding finding = gpu_finding(gpu);
  EXPECT_EQ(finding.status, status) << finding.text;
  EXPECT_EQ(finding.text, text);
  EXPECT_EQ(finding.what, "GPU");
}

const GpuInfo kWorking = {.cuda_build = true,
                          .cuda = 12060,
                          .headers = 12060,
                          .usable = 2,
                          .on_bus = true,
                          .device_file = true,
                          .driver = "560.35.03",
                          .library = "560.35.03"};

TEST(DoctorGpu, OneThatWorksIsGood) {
  expect_finding(kWorking, Finding::Status::kGood,
                 "2 usable, CUDA 12.6; the NVIDIA driver is 560.35.03");
}

TEST(DoctorGpu, OneThatCannotBeUsedIsBadAndTheCureNamed) {
  GpuInfo gpu = kWorking;
  gpu.usable = 0;
  gpu.driver = "470.57";
  expect_finding(gpu, Finding::Status::kBad,
                 "there is one, but it can't be used: the NVIDIA driver 470.57 is too old; install "
                 "a driver of "
                 "version 525 or later for CUDA 12.6, or build with a LibTorch for an older CUDA");
}

TEST(DoctorGpu, OneThatIsHiddenIsNoted) {
  GpuInfo gpu = kWorking;
  gpu.usable = 0;
  gpu.hidden = true;
  expect_finding(gpu, Finding::Status::kNote,
                 "there is one, but it can't be used: CUDA_VISIBLE_DEVICES hides every GPU; unset "
                 "it, or name one: 0 "
                 "is the first");
}

TEST(DoctorGpu, ABuildForCudaWithoutOneIsNoted) {
  expect_finding(
      {.cuda_build = true, .cuda = 12060, .headers = 12060}, Finding::Status::kNote,
      "no NVIDIA GPU was found, though this LibTorch is built for CUDA; training runs on the CPU");
}

TEST(DoctorGpu, ABuildForTheCpuSaysHowToUseOne) {
  for (const GpuInfo& gpu : {GpuInfo{.on_bus = true}, GpuInfo{.driver = "560.35.03"}}) {
    const Finding finding = gpu_finding(gpu);
    EXPECT_EQ(finding.status, Finding::Status::kNote);
    EXPECT_TRUE(finding.text.starts_with("there is one, but it can't be used: this LibTorch"))
        << finding.text;
    EXPECT_NE(finding.text.find("GAN_TRAIN_TORCH=cuda"), std::string::npos) << finding.text;
  }
  expect_finding({}, Finding::Status::kGood, "none; training runs on the CPU");
}

}  // namespace
}  // namespace gan
