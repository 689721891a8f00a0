#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace gan {

/// What gan-doctor found out about one thing.
struct Finding {
  enum class Status { kGood, kNote, kBad };

  std::string what;  ///< "LibTorch"
  Status status = Status::kGood;
  std::string text;
  Json facts = {};  ///< beside these, for programs
};

/// LibTorch, processor, GPU, memory, disk and what came with the program.
std::vector<Finding> look_at_machine();

/// The data sets in `folder`, and those in ./data, against the published checksums.
std::vector<Finding> look_at_data(const std::filesystem::path& folder);

/// Trains a tiny GAN on made-up images for so long.
Finding try_training(double seconds);

}  // namespace gan
