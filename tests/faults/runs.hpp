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

/// Small runs of each recipe's kind, 50 steps in 5 epochs each.
struct Kind {
  const char* name;
  void (*change)(Config& config);
};
const std::vector<Kind>& kinds();
inline void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
Config config_of(const Kind& kind);
/// Of the kind called that.
Config config_of(std::string_view name);

/// Trains in `root`, going on where there is a state, until all is done or `steps`
/// more steps were (0: no such end). Returns whether all is done. `each_step` is called
/// before what a step leaves is saved.
bool train(const Config& config, const std::filesystem::path& root, std::int64_t steps = 0,
           const std::function<void()>& each_step = {});

/// What two finished runs differ in; empty where in nothing but times and the files `ignored`.
std::string difference(const std::filesystem::path& a, const std::filesystem::path& b,
                       const std::set<std::string>& ignored = {});

}  // namespace gan::faults
