#include "core/machine.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <sched.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "core/text.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The words of a file, such as "100000 100000" or "max"; none if it can't be read.
std::vector<std::string> words_in(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> words;
  for (std::string word; file >> word;) words.push_back(word);
  return words;
}

// The numbers at the start of a file.
std::vector<double> numbers_in(const fs::path& path) {
  std::vector<double> numbers;
  for (const auto& word : words_in(path)) {
    const auto number = parse_int(word);
    if (!number) break;
    numbers.push_back(static_cast<double>(*number));
  }
  return numbers;
}

// Applies the limits of one control group of either version. A missing file, "max" and -1 mean no
// limit.
void apply_group_limits(const fs::path& group, ContainerLimits& limits) {
  const auto cpu = [&](double quota, double period) {
    if (quota > 0 && period > 0) limits.cpus = std::min(limits.cpus, quota / period);
  };
  const auto max = numbers_in(group / "cpu.max");
  if (max.size() == 2) cpu(max[0], max[1]);
  const auto quota = numbers_in(group / "cpu.cfs_quota_us");
  const auto period = numbers_in(group / "cpu.cfs_period_us");
  if (!quota.empty() && !period.empty()) cpu(quota[0], period[0]);
  for (const char* name : {"memory.max", "memory.limit_in_bytes"}) {
    const auto bytes = numbers_in(group / name);
    if (!bytes.empty() && bytes[0] > 0) {
      limits.memory = std::min(limits.memory, static_cast<std::uint64_t>(bytes[0]));
    }
  }
}

// Applies the limits of a group and all its parents. In a container the path may be the host's,
// with only its root visible.
void apply_hierarchy_limits(const fs::path& root, fs::path path, ContainerLimits& limits) {
  path = path.relative_path();
  for (; !path.empty(); path = path.parent_path()) apply_group_limits(root / path, limits);
  apply_group_limits(root, limits);
}

}  // namespace

ContainerLimits container_limits(const fs::path& groups, const fs::path& mount) {
  ContainerLimits limits;
  std::ifstream file(groups);
  for (std::string line; std::getline(file, line);) {  // "4:cpu,cpuacct:/some/group"
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path path = line.substr(second + 1);
    if (controllers.empty()) apply_hierarchy_limits(mount, path, limits);  // version 2
    for (const auto& controller : split(controllers, ',')) {
      if (controller == "cpu" || controller == "memory") {
        apply_hierarchy_limits(mount / controller, path, limits);
      }
    }
  }
  return limits;
}

int usable_cpus() {
  cpu_set_t bound;
  CPU_ZERO(&bound);
  const int cpus = sched_getaffinity(0, sizeof bound, &bound) == 0
                       ? CPU_COUNT(&bound)
                       : static_cast<int>(std::thread::hardware_concurrency());
  const double quota = std::ceil(container_limits().cpus);
  return std::max(1, static_cast<int>(std::min<double>(cpus, quota)));
}

std::uint64_t usable_memory() {
  const auto machine =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE));
  return std::min(machine, container_limits().memory);
}

std::string version_in(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) continue;
    const auto end = std::min(text.find_first_not_of("0123456789.", i), text.size());
    std::string number = text.substr(i, end - i);
    if (number.find('.') != std::string::npos) return number;
    i = end;
  }
  return "?";
}

}  // namespace gan
