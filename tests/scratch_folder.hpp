#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "temp_folder.hpp"

namespace gan {

/// Sets the folder for temporary files during its lifetime.
class ScratchFolder {
 public:
  ScratchFolder() {
    if (const char* value = std::getenv("TMPDIR")) before_ = value;
    ::setenv("TMPDIR", folder_.path().c_str(), 1);
  }
  ~ScratchFolder() { before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR"); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempFolder folder_;
  std::optional<std::string> before_;
};

}  // namespace gan
