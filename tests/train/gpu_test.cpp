#include "train/gpu.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>

#include "temp_folder.hpp"

namespace gan {
namespace {

// A machine without faults on which CUDA sees no GPU; each test breaks one thing.
GpuInfo working_gpu() {
  return {.cuda_build = true,
          .cuda = 13000,
          .headers = 13000,
          .on_bus = true,
          .device_file = true,
          .driver = "580.65.06",
          .library = "580.65.06"};
}

void expect_problem(const GpuInfo& gpu, const std::string& what, const std::string& cure) {
  const GpuProblem problem = gpu_problem(gpu);
  EXPECT_EQ(problem.what, what);
  EXPECT_EQ(problem.cure, cure);
}

TEST(Gpu, OneThatWorksIsNoProblem) {
  auto gpu = working_gpu();
  gpu.usable = 1;
  expect_problem(gpu, "", "");
  gpu.driver = gpu.library = "";  // WSL shows neither
  expect_problem(gpu, "", "");
  gpu.library = "590.44.01";  // NVIDIA's package for forward compatibility
  expect_problem(gpu, "", "");
}

TEST(Gpu, ABuildForTheCpuSaysHowToGetAnother) {
  const GpuProblem problem = gpu_problem({.on_bus = true, .driver = "580.65.06"});
  EXPECT_NE(problem.what.find("is built for the CPU only"), std::string::npos) << problem.what;
  EXPECT_NE(problem.cure.find("GAN_TRAIN_TORCH=cuda"), std::string::npos) << problem.cure;
}

TEST(Gpu, HeadersOfAnotherCudaAreNamedEvenWhereAGpuWorks) {
  auto gpu = working_gpu();
  gpu.usable = 1;
  gpu.headers = 13020;  // another minor version works
  expect_problem(gpu, "", "");
  gpu.headers = 12060;
  expect_problem(gpu,
                 "gan-train is compiled with the headers of CUDA 12.6, LibTorch with CUDA 13.0",
                 "build it again with the headers of CUDA 13");
}

TEST(Gpu, OneThatLibTorchHasNoCodeForIsNamedByItsCapability) {
  auto gpu = working_gpu();
  gpu.usable = 1;
  gpu.capability = "6.1";
  gpu.cuda_error = "CUDA error: no kernel image is available for execution on the device";
  const GpuProblem problem = gpu_problem(gpu);
  EXPECT_NE(problem.what.find("CUDA 13.0) has no code for a GPU of compute capability 6.1"),
            std::string::npos)
      << problem.what;
  EXPECT_EQ(problem.cure,
            "build with a LibTorch for an older CUDA if the GPU is old, with a newer LibTorch if "
            "it is new");
}

TEST(Gpu, OneThatFailsOtherwiseFailsInCudasWords) {
  auto gpu = working_gpu();
  gpu.usable = 1;
  gpu.cuda_error = "CUDA error: uncorrectable ECC error encountered";
  expect_problem(gpu, "CUDA says: " + gpu.cuda_error, "check that nvidia-smi works");
}

TEST(Gpu, NoneIsNotCured) {
  expect_problem({.cuda_build = true, .cuda = 13000, .headers = 13000}, "no NVIDIA GPU was found",
                 "");
}

TEST(Gpu, OneWithoutADriverWantsOneOfTheRightAge) {
  for (const auto& [cuda, driver] : {std::pair{12060L, "525 or later for CUDA 12.6"},
                                     {12090L, "525 or later for CUDA 12.9"},
                                     {13000L, "580 or later for CUDA 13.0"}}) {
    auto gpu = working_gpu();
    gpu.cuda = gpu.headers = cuda;
    gpu.driver = gpu.library = "";
    gpu.device_file = false;
    expect_problem(
        gpu, "no NVIDIA driver is loaded",
        std::string("install a driver of version ") + driver + ", and restart the machine");
  }
  auto gpu = working_gpu();
  gpu.cuda = gpu.headers = 14010;  // not in the table
  gpu.driver = "";
  expect_problem(gpu, "no NVIDIA driver is loaded",
                 "install a driver for CUDA 14.1, and restart the machine");
}

// The minor version does not matter: CUDA 12.8 came with driver 570, and runs with 525.
TEST(Gpu, ADriverTooOldForTheCudaIsNamed) {
  auto gpu = working_gpu();
  gpu.driver = gpu.library = "575.57.08";
  expect_problem(gpu, "the NVIDIA driver 575.57.08 is too old",
                 "install a driver of version 580 or later for CUDA 13.0, or build with a LibTorch "
                 "for an older CUDA");
  gpu.cuda = gpu.headers = 12080;
  gpu.driver = gpu.library = "470.256.02";
  expect_problem(gpu, "the NVIDIA driver 470.256.02 is too old",
                 "install a driver of version 525 or later for CUDA 12.8, or build with a LibTorch "
                 "for an older CUDA");
  gpu.driver = gpu.library = "525.60.13";
  EXPECT_EQ(gpu_problem(gpu).what.find("too old"), std::string::npos);
}

TEST(Gpu, AContainerWithoutTheDeviceSaysSo) {
  auto gpu = working_gpu();
  gpu.device_file = false;
  expect_problem(gpu, "the NVIDIA driver 580.65.06 is loaded, but /dev/nvidia0 is not here",
                 "give the container its GPU (Docker's option gpus); outside of one, call "
                 "nvidia-smi as root");
}

TEST(Gpu, AContainerWithoutLibcudaSaysSo) {
  auto gpu = working_gpu();
  gpu.library = "";
  expect_problem(gpu, "the NVIDIA driver 580.65.06 is loaded, but libcuda.so.1 was not found",
                 "give the container its GPU (Docker's option gpus); outside of one, install "
                 "the driver's libcuda (Debian's libcuda1)");
}

TEST(Gpu, TwoVersionsOfTheDriverAreNamed) {
  auto gpu = working_gpu();
  gpu.library = "590.44.01";
  expect_problem(gpu, "the NVIDIA driver in the kernel is 580.65.06, its libcuda.so.1 is 590.44.01",
                 "restart the machine, so that it loads the driver that was installed last");
}

TEST(Gpu, OneThatIsHiddenIsNamedOnlyWhereItWouldWork) {
  auto gpu = working_gpu();
  gpu.hidden = true;
  expect_problem(gpu, "CUDA_VISIBLE_DEVICES hides every GPU",
                 "unset it, or name one: 0 is the first");
  gpu.driver = "470.256.02";
  EXPECT_NE(gpu_problem(gpu).what.find("too old"), std::string::npos);
}

TEST(Gpu, WhatNoRowKnowsIsSaidInCudasWords) {
  auto gpu = working_gpu();
  gpu.cuda_error = "system not yet initialized";
  expect_problem(gpu,
                 "this LibTorch (CUDA 13.0) can't use the GPU with the NVIDIA driver 580.65.06: "
                 "system not yet initialized",
                 "check that nvidia-smi works");
}

TEST(Gpu, IsLookedForAmongTheFilesOfTheKernel) {
  const TempFolder root;
  const auto write = [&](const std::string& name, const std::string& text) {
    const auto path = root.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  };
  const auto look = [&] { return query_gpu(torch::kCUDA, root.path()); };
  write("dev/nvidiactl", "");
  write("sys/bus/pci/devices/0000:00:1f.0/vendor", "0x10de\n");  // its audio device
  write("sys/bus/pci/devices/0000:00:1f.0/class", "0x040300\n");
  EXPECT_FALSE(look().on_bus);
  EXPECT_FALSE(look().device_file);
  EXPECT_EQ(look().driver, "");

  write("dev/nvidia1", "");
  write("sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
  write("sys/bus/pci/devices/0000:01:00.0/class", "0x030200\n");
  write("proc/driver/nvidia/version",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build\n"
        "GCC version:  gcc version 12.2.0\n");
  EXPECT_TRUE(look().on_bus);
  EXPECT_TRUE(look().device_file);
  EXPECT_EQ(look().driver, "570.86.15");
}

TEST(Gpu, IsHiddenByAnEmptyListOrMinusOne) {
  const char* before = std::getenv("CUDA_VISIBLE_DEVICES");
  const std::string kept = before != nullptr ? before : "";
  for (const auto& [value, hides] :
       {std::pair{"", true}, {"-1", true}, {"0", false}, {"1,0", false}}) {
    setenv("CUDA_VISIBLE_DEVICES", value, 1);
    EXPECT_EQ(query_gpu().hidden, hides) << value;
  }
  unsetenv("CUDA_VISIBLE_DEVICES");
  EXPECT_FALSE(query_gpu().hidden);
  if (before != nullptr) setenv("CUDA_VISIBLE_DEVICES", kept.c_str(), 1);
}

}  // namespace
}  // namespace gan
