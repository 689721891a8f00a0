#include "report/run_reader.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"
#include "run/csv_log.hpp"
#include "train/health.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// No screen can show more; a run may have a hundred times as many.
constexpr std::size_t kMaxReportRows = 1000;
constexpr std::size_t kMaxReportWarnings = 50;
constexpr std::uint64_t kMaxLogBytes = 256 << 10;

// Every `every`-th row, counted from the last, as one array per column.
Json table_json(const CsvRows& rows, std::size_t every) {
  const auto names = split(rows.header(), ',');
  std::vector<Json> columns(names.size(), Json::array());
  for (std::size_t i = rows.size() == 0 ? 0 : (rows.size() - 1) % every; i < rows.size();
       i += every) {
    const auto cells = split(rows[i], ',');
    for (std::size_t k = 0; k < columns.size(); ++k) columns[k].push_back(json_number(cells[k]));
  }
  Json members = Json::object();
  for (std::size_t k = 0; k < names.size(); ++k) members[names[k]] = std::move(columns[k]);
  return members;
}

// Reads a folder. Missing or unreadable files become notes.
class RunReader {
 public:
  RunReader(const fs::path& root, std::uint64_t max_bytes, std::optional<RunState> state)
      : files_(root), max_bytes_(max_bytes), state_(state) {}

  Json read() {
    Json run = {{"name", fs::weakly_canonical(files_.root()).filename().string()},
                {"path", files_.root().string()},
                {"config", config()},
                {"facts", text_of(files_.facts())},
                {"losses", table(files_.losses_csv())},
                {"health", table(files_.health_csv())},
                {"steps", table(files_.steps_csv(), "output.log_every")},
                {"metrics", table(files_.metrics_csv(), "eval.every")}};
    if (fs::exists(files_.metrics_csv())) {
      run["evaluation"] = text_of(files_.evaluation());
    }
    run["log"] = log();
    run["state"] = state_name();
    run["collapsed"] = has_collapsed();
    run["grids"] = grids();
    if (fs::exists(files_.real_images())) run["real"] = real_images();
    run["notes"] = std::move(notes_);
    return run;
  }

 private:
  template <typename... Args>
  void note(const fs::path& path, const Args&... args) {
    notes_.push_back(fs::relative(path, files_.root()).generic_string() + ": " + str(args...));
  }

  // The result of `read` for a file; null, with a note, if that fails.
  template <typename Read>
  Json try_reading(const fs::path& path, Read read, std::string_view key = "") {
    if (!fs::exists(path)) {
      note(path, "missing", key.empty() ? "" : str(" (see ", key, ")"));
      return {};
    }
    try {
      return read();
    } catch (const Error& error) {
      notes_.push_back(error.what());
      return {};
    }
  }

  // JSON inside a JSON string, so that the page works even if it is damaged.
  Json text_of(const fs::path& path) {
    return try_reading(path, [&]() -> Json { return as_text(read_file(path, kMaxConfigBytes)); });
  }

  // Triples: key, value, and whether it is the default.
  Json config() {
    return try_reading(files_.config(), [&] {
      const ParsedSettings parsed = read_settings(files_.config());
      for (const auto& mistake : parsed.mistakes) notes_.push_back(mistake);
      const auto options = option_table(config_);
      Json rows = Json::array();
      for (const auto& [key, value, origin] : parsed.settings) {
        const auto option = std::find_if(options.begin(), options.end(),
                                         [&](const Option& row) { return row.key == key; });
        std::string shown = value;
        bool usual = false;
        if (option != options.end()) {
          const std::string before = value_text(*option);
          if (set_value(*option, value).empty()) shown = value_text(*option);
          usual = shown == before;
        }
        rows.push_back(Json::array({key, shown, usual}));
      }
      return rows;
    });
  }

  // If there are too many rows, only every second, third, … is used.
  Json table(const fs::path& path, std::string_view key = "") {
    const auto read = [&] {
      // Only the table of steps can grow too large to read after each epoch.
      if (fs::file_size(path) > max_bytes_) throw too_large(path);
      const CsvRows rows(path);
      const std::size_t every = (rows.size() + kMaxReportRows - 1) / kMaxReportRows;
      if (rows.incomplete() > 0) note(path, rows.incomplete(), " incomplete line(s) left out");
      if (every > 1) note(path, "one row in ", every, " of ", rows.size(), " is shown");
      return table_json(rows, std::max<std::size_t>(1, every));
    };
    return try_reading(path, read, key);
  }

  // From the run itself or, without it, from its folder.
  const char* state_name() {
    switch (state_.value_or(state_in_folder())) {
      case RunState::kTraining:
        return "training";
      case RunState::kStopped:
        return "stopped";
      case RunState::kFailed:
        return "failed";
      case RunState::kComplete:
        return "complete";
    }
    throw run_error("a run in no known state");
  }

  RunState state_in_folder() const {
    const auto epochs = column(files_.losses_csv(), kLossHeader, "epoch");
    const auto planned = static_cast<double>(config_.train.epochs);
    if (!epochs.empty() && epochs.back() == planned) return RunState::kComplete;
    if (FolderLock::is_held(files_.root())) return RunState::kTraining;
    return ended_by_error_ ? RunState::kFailed : RunState::kStopped;
  }

  // Replays the collapse warning over health.csv: whether it was active at the last epoch.
  bool has_collapsed() const {
    const auto of = [&](std::string_view name) {
      return column(files_.health_csv(), kHealthHeader, name);
    };
    const auto d_real = of("d_real"), d_fake = of("d_fake"), d_norm = of("d_grad_norm"),
               g_norm = of("g_grad_norm"), diversity = of("diversity");
    HealthState health;
    for (std::size_t i = 0; i < diversity.size(); ++i) {
      StepMetrics metrics;
      metrics.d_real = d_real[i];
      metrics.d_fake = d_fake[i];
      metrics.d_grad_norm = d_norm[i];
      metrics.g_grad_norm = g_norm[i];
      watch_health(metrics, diversity[i], config_.loss, health);
    }
    return health.epochs[static_cast<std::size_t>(Symptom::kCollapse)] >= kSymptomEpochs;
  }

  static std::vector<double> column(const fs::path& csv, std::string_view header,
                                    std::string_view name) {
    return fs::exists(csv) ? read_column(csv, header, name) : std::vector<double>();
  }

  // First and last time in the log, number of starts, and warnings.
  Json log() {
    return try_reading(files_.log(), [&] {
      std::ifstream file(files_.log(), std::ios::binary);
      std::string line, first, last;
      std::int64_t starts = 0;
      Json warnings = Json::array();
      while (std::getline(file, line)) {
        const auto level = line.find(' ', kLogTime + 1);
        if (level == std::string::npos || line[4] != '-') continue;
        last = line.substr(0, kLogTime - 4);  // cut to seconds
        if (first.empty()) {
          first = last;
          skip_to_end(file);
        }
        const std::string text = line.substr(level + 1);
        const std::string name = line.substr(kLogTime + 1, level - kLogTime - 1);
        if (name == "info" && text.starts_with("gan-train ")) ++starts;
        ended_by_error_ = name == "error";
        if (name == "warning" || name == "error") {
          warnings.push_back(Json::array({last, name, text}));
        }
      }
      if (warnings.size() > kMaxReportWarnings) {
        note(files_.log(), "the first ", warnings.size() - kMaxReportWarnings,
             " warnings are left out");
        warnings.erase(warnings.begin(), warnings.end() - kMaxReportWarnings);
      }
      return Json{
          {"first", first}, {"last", last}, {"starts", starts}, {"warnings", std::move(warnings)}};
    });
  }

  // Skips to the end of a long log.
  void skip_to_end(std::ifstream& file) {
    const auto size = fs::file_size(files_.log());
    if (size <= kMaxLogBytes) return;
    file.seekg(static_cast<std::streamoff>(size - kMaxLogBytes));
    std::string incomplete;
    std::getline(file, incomplete);
    note(files_.log(), "only its last ", kMaxLogBytes >> 10, " KiB were read");
  }

  // The smallest n such that every n-th grid, counted from the last, fits.
  std::size_t grid_stride(const std::vector<std::uint64_t>& sizes) const {
    for (std::size_t every = 1; every <= sizes.size(); ++every) {
      std::uint64_t bytes = 0;
      for (std::size_t i = sizes.size(); i > 0; i -= std::min(i, every)) bytes += sizes[i - 1];
      if (bytes <= max_bytes_) return every;
    }
    return sizes.size() + 1;
  }

  // Pairs: epoch, and the grid as a data: URI.
  Json grids() {
    const fs::path folder = files_.root() / "samples";
    const auto all = files_.samples();
    std::vector<std::uint64_t> sizes;
    for (const auto& grid : all) sizes.push_back(fs::file_size(grid.second));
    const std::size_t every = grid_stride(sizes);
    Json pairs = Json::array();
    std::size_t after = all.size();  // number of grids after this one
    for (const auto& [epoch, path] : all) {
      if (--after % every != 0 || every > all.size()) continue;
      Json uri = try_reading(path, [&file = path] { return data_uri(file); });
      if (uri.is_string()) pairs.push_back(Json::array({epoch, std::move(uri)}));
    }
    if (all.empty()) {
      note(folder, "no grids (see output.sample_every)");
    } else if (every > all.size()) {
      note(folder, "none of the ", all.size(), " grids is shown: the last has ", sizes.back(),
           " bytes, and the limit is ", max_bytes_);
    } else if (every > 1) {
      note(folder, "one grid in ", every, " is shown, counted from the last: all ", all.size(),
           " would take more than ", max_bytes_ >> 10,
           " KiB; a report with a higher limit shows more");
    }
    return pairs;
  }

  Json real_images() {
    const fs::path path = files_.real_images();
    return try_reading(path, [&]() -> Json {
      if (fs::file_size(path) > max_bytes_) throw too_large(path);
      return data_uri(path);
    });
  }

  Error too_large(const fs::path& path) const {
    return run_error(path.string(), ": has more than ", max_bytes_ >> 10,
                     " KiB, so it is left out; a report with a higher limit shows it");
  }

  static std::string data_uri(const fs::path& path) {
    const Bytes bytes = read_file(path);
    constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
    if (!as_text(bytes).starts_with(kSignature)) throw run_error(path.string(), ": is not a PNG");
    std::string uri = "data:image/png;base64,";
    append_base64(uri, bytes);
    return uri;
  }

  static constexpr std::size_t kLogTime = 23;  // "2026-11-22 12:54:38.123"

  RunFiles files_;
  std::uint64_t max_bytes_;
  std::optional<RunState> state_;
  Config config_;
  bool ended_by_error_ = false;
  Json notes_ = Json::array();
};

}  // namespace

Json read_run(const fs::path& root, std::uint64_t max_bytes, std::optional<RunState> state) {
  return RunReader(root, max_bytes, state).read();
}

}  // namespace gan
