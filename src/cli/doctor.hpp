#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/json.hpp"

namespace gan {

/// A finding of gan-doctor about one item.
struct Finding {
  enum class Status { kGood, kNote, kBad };

  std::string what;  ///< "LibTorch"
  Status status = Status::kGood;
  std::string text;
  Json facts = {};  ///< additional facts, for programs
};

/// Checks LibTorch, processor, GPU, memory, disk and the files shipped with the program.
std::vector<Finding> machine_findings();

/// Checks the data sets in `folder` and in ./data against the published checksums.
std::vector<Finding> data_findings(const std::filesystem::path& folder);

/// Trains a tiny GAN on synthetic images for that many seconds.
Finding try_training(double seconds);

}  // namespace gan
