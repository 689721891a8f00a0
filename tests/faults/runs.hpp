#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/config/config.hpp"

namespace gan::faults {

/// Small runs like each recipe, 50 steps in 5 epochs each.
struct Kind {
  const char* name;
  void (*change)(Config& config);
};
const std::vector<Kind>& kinds();
inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
Config config_of(const Kind& kind);
/// The config of the kind with that name.
Config config_of(std::string_view name);

/// Trains in `root`, resuming if there is a state, until the run is complete or `steps` more steps
/// are done (0: no limit). Returns whether the run is complete. `each_step` is called after each
/// step, before its results are saved.
bool train(const Config& config, const std::filesystem::path& root, std::int64_t steps = 0,
           const std::function<void()>& each_step = {});

/// Describes how two finished runs differ; empty if only in times and the files `ignored`.
std::string difference(const std::filesystem::path& a, const std::filesystem::path& b,
                       const std::set<std::string>& ignored = {});

}  // namespace gan::faults
