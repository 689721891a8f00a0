#include "cli/doctor_gpu.hpp"

#include <gtest/gtest.h>

namespace gan {
namespace {

void expect_finding(const GpuSigns& signs, Finding::Status status, const std::string& text) {
  const Finding finding = judge_gpu(signs);
  EXPECT_EQ(finding.status, status) << finding.text;
  EXPECT_EQ(finding.text, text);
  EXPECT_EQ(finding.what, "GPU");
}

TEST(DoctorGpu, OneThatWorksIsGood) {
  expect_finding(
      {.cuda_build = true, .cuda = "12.6", .usable = 2, .has_gpu = true, .driver = "560.35.03"},
      Finding::Status::kGood, "2 usable, CUDA 12.6; the NVIDIA driver is 560.35.03");
}

TEST(DoctorGpu, ADriverThatDoesNotFitIsNamedBesideTheCudaOfTheBuild) {
  expect_finding(
      {.cuda_build = true, .cuda = "12.6", .has_gpu = true, .driver = "470.57"},
      Finding::Status::kBad,
      "there is one, but this LibTorch (CUDA 12.6) can't use it: the NVIDIA driver is 470.57; see "
      "that nvidia-smi works and the driver is new enough");
}

TEST(DoctorGpu, OneWithoutADriverIsBadForABuildForCuda) {
  expect_finding(
      {.cuda_build = true, .cuda = "12.6", .has_gpu = true}, Finding::Status::kBad,
      "there is one, but this LibTorch (CUDA 12.6) can't use it: no NVIDIA driver is loaded; see "
      "that nvidia-smi works and the driver is new enough");
}

TEST(DoctorGpu, ABuildForCudaWithoutOneIsNoted) {
  expect_finding({.cuda_build = true, .cuda = "12.6"}, Finding::Status::kNote,
                 "none: LibTorch is built for CUDA 12.6, but no NVIDIA driver is loaded; training "
                 "runs on the CPU");
}

TEST(DoctorGpu, ABuildForTheCpuSaysHowToUseOne) {
  for (const GpuSigns& signs : {GpuSigns{.has_gpu = true}, GpuSigns{.driver = "560.35.03"}}) {
    expect_finding(signs, Finding::Status::kNote,
                   "there is one, but this LibTorch is built for the CPU only; to use it, build "
                   "with GAN_TRAIN_TORCH=cuda scripts/setup.sh");
  }
  expect_finding({}, Finding::Status::kGood, "none; training runs on the CPU");
}

}  // namespace
}  // namespace gan
