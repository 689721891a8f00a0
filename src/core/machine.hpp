#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace gan {

/// Limits on a container's use of its machine; unlimited if not set.
struct ContainerLimits {
  double cpus = std::numeric_limits<double>::infinity();
  std::uint64_t memory = UINT64_MAX;  ///< bytes
};

/// The limits of this process's control groups (Linux's cgroups, versions 1 and 2) and of their
/// parents.
ContainerLimits container_limits(const std::filesystem::path& groups = "/proc/self/cgroup",
                                 const std::filesystem::path& mount = "/sys/fs/cgroup");

/// Number of processors that this process may use at once: those it is bound to, but not more than
/// its container's quota, rounded up.
int usable_cpus();

/// Bytes of the machine's memory, or of the container's if that is less.
std::uint64_t usable_memory();

/// The first number with a point in it: "2024.2" for "Library Version 2024.2-Product"; "?" if there
/// is none.
std::string version_in(const std::string& text);

}  // namespace gan
