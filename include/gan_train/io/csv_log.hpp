#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gan_train/core/file.hpp"
#include "gan_train/formats/image.hpp"
#include "gan_train/train/health.hpp"
#include "gan_train/train/loop.hpp"

namespace gan {

/// What a run writes a row of at a time, comma-separated under a header whose
/// first columns are epoch and step.
class CsvLog {
 public:
  /// Opens `path`, keeping of it the whole rows up to `step` (0: none).
  CsvLog(const std::filesystem::path& path, std::string_view header, std::int64_t step);
  void add(std::string_view row) { file_->line(row); }
  /// Makes the rows last before a state is saved that counts on them.
  void sync() { file_->sync(); }

 private:
  std::unique_ptr<AppendFile> file_;
};

/// The numbers under `name` in a log with that header, NaN where a cell holds none.
std::vector<double> read_column(const std::filesystem::path& path, std::string_view header,
                                std::string_view name);

/// losses.csv and steps.csv.
inline constexpr std::string_view kLossHeader =
    "epoch,step,d_loss,g_loss,d_real,d_fake,seconds,images_per_second";
std::string loss_row(const LogRow& row);

/// health.csv.
inline constexpr std::string_view kHealthHeader =
    "epoch,step,d_real,d_fake,d_grad_norm,g_grad_norm,diversity";
std::string health_row(const LogRow& row, const HealthFigures& figures);

/// Both losses of a losses.csv against the epoch; those of many epochs with their mean over
/// a twentieth of them.
Plot loss_plot(const std::filesystem::path& csv);

}  // namespace gan
