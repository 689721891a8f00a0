#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "core/json.hpp"
#include "formats/event_file.hpp"
#include "formats/image.hpp"
#include "gan_train/train/loop.hpp"
#include "train/health.hpp"

namespace gan {

/// The complete rows of a CsvLog. The last row may be incomplete after a crash; rows with missing
/// cells are skipped.
class CsvRows {
 public:
  /// Uses `header`, or the file's own.
  explicit CsvRows(const std::filesystem::path& path, std::string_view header = {});
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;

  const std::string& header() const { return header_; }
  std::size_t size() const { return rows_.size(); }
  std::int64_t incomplete() const { return incomplete_; }
  std::string_view operator[](std::size_t i) const { return rows_[i]; }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

 private:
  Bytes bytes_;
  std::string header_;
  std::vector<std::string_view> rows_;  // point into bytes_
  std::int64_t incomplete_ = 0;
};

/// A row as an object of numbers, keyed by its header; null for cells that are not numbers.
Json row_json(std::string_view header, std::string_view row);

/// A comma-separated table that a run appends rows to. The first columns are epoch and step.
class CsvLog {
 public:
  /// Opens `path` and keeps its complete rows up to `step` (0: none). Added rows also go into
  /// `events`, if any, with tags such as "losses/d_loss" for losses.csv.
  CsvLog(const std::filesystem::path& path, std::string_view header, std::int64_t step,
         EventFile* events = nullptr);
  void add(const std::string& row);
  /// Syncs the rows to disk. Call it before saving a state that relies on them.
  void sync() { file_->sync(); }

 private:
  std::unique_ptr<AppendFile> file_;
  EventFile* events_;
  std::vector<std::string> tags_;  ///< one tag per column
};

/// The numbers in the column `name` of a log with that header; NaN for cells that are not numbers.
std::vector<double> read_column(const std::filesystem::path& path, std::string_view header,
                                std::string_view name);

/// losses.csv and steps.csv.
inline constexpr std::string_view kLossHeader =
    "epoch,step,d_loss,g_loss,d_real,d_fake,seconds,images_per_second";
std::string loss_row(const LogRow& row);

/// health.csv.
inline constexpr std::string_view kHealthHeader =
    "epoch,step,d_real,d_fake,d_grad_norm,g_grad_norm,diversity";
std::string health_row(const LogRow& row, double diversity);

/// A row of a table, and its column names.
struct TableRow {
  std::string_view header;
  std::string_view row;
};

/// A line of metrics.jsonl: one object with the cells of all tables' rows for one epoch. If a
/// column is in several tables, the first counts.
std::string json_line(std::span<const TableRow> rows);

/// All lines of metrics.jsonl, made from these tables, in the order of their steps. Missing tables
/// are skipped.
std::string json_lines(std::span<const std::filesystem::path> csvs);

/// A plot of both losses in a losses.csv against the epoch; if there are many epochs, with a moving
/// mean over a twentieth of them.
Plot loss_plot(const std::filesystem::path& csv);

}  // namespace gan
