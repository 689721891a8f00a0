#include "core/machine.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

class ContainerLimitsTest : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view text) {
    make_folders((folder_ / name).parent_path());
    write_file(folder_ / name, text);
  }
  ContainerLimits limits() { return container_limits(folder_ / "cgroup", folder_ / "mount"); }
  TempFolder folder_;
};

TEST_F(ContainerLimitsTest, AreNoneWhereNothingSaysSo) {
  EXPECT_EQ(limits().cpus, std::numeric_limits<double>::infinity());
  put("cgroup", "0::/\n");
  put("mount/cpu.max", "max 100000\n");
  put("mount/memory.max", "max\n");
  EXPECT_EQ(limits().cpus, std::numeric_limits<double>::infinity());
  EXPECT_EQ(limits().memory, UINT64_MAX);
}

TEST_F(ContainerLimitsTest, OfVersion2AreTheLeastOfAllGroupsAbove) {
  put("cgroup", "0::/pod/container\n");
  put("mount/pod/cpu.max", "150000 100000\n");
  put("mount/pod/container/cpu.max", "max 100000\n");
  put("mount/pod/memory.max", "2000\n");
  put("mount/pod/container/memory.max", "1000\n");
  EXPECT_EQ(limits().cpus, 1.5);
  EXPECT_EQ(limits().memory, 1000U);
}

TEST_F(ContainerLimitsTest, OfVersion1LieWithTheirControllers) {
  put("cgroup", "5:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n1:name=systemd:/x\nno line\n");
  put("mount/cpu/cpu.cfs_quota_us", "100000\n");  // at the root, as seen from inside the container
  put("mount/cpu/cpu.cfs_period_us", "50000\n");
  put("mount/memory/docker/ab/memory.limit_in_bytes", "4096\n");
  EXPECT_EQ(limits().cpus, 2.0);
  EXPECT_EQ(limits().memory, 4096U);
  put("mount/cpu/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(limits().cpus, std::numeric_limits<double>::infinity());
}

TEST(Machine, HasAProcessorAndMemory) {
  EXPECT_GE(usable_cpus(), 1);
  EXPECT_GT(usable_memory(), std::uint64_t{1} << 20);
}

TEST(Machine, AVersionIsTheFirstNumberWithAPoint) {
  EXPECT_EQ(version_in("NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 2023"),
            "535.104.05");
  EXPECT_EQ(version_in("Library Version 2024.2-Product"), "2024.2");
  EXPECT_EQ(version_in("OpenMP 201511"), "?");
}

}  // namespace
}  // namespace gan
