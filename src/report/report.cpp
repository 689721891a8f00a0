#include "report/report.hpp"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/file.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "eval/metric_table.hpp"
#include "gan_train/config/choices.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"
#include "report/run_reader.hpp"
#include "report_page_html.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDataMark = "{{data}}";

constexpr std::size_t kMaxNamed = 8;

void check_run(const fs::path& root) {
  if (holds_run(root)) return;
  const std::string name = root.string();
  if (!fs::exists(root)) throw usage_error(name, ": no such folder");
  if (!fs::is_directory(root))
    throw usage_error(name, ": is not a folder; name the folder of a run");
  std::vector<std::string> inside;
  for (const fs::path& folder : {root, root / "trials"}) {  // runs of gan-tune
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (holds_run(entry.path())) inside.push_back(entry.path().string());
    }
  }
  std::sort(inside.begin(), inside.end());
  if (inside.size() > kMaxNamed) {
    inside.resize(kMaxNamed);
    inside.emplace_back("…");
  }
  if (!inside.empty())
    throw usage_error(name, ": is not the folder of a run; name those in it: ", join(inside, " "));
  throw usage_error(name, ": is not the folder of a run (it has no config.yaml of gan-train)");
}

// Suffixes of the columns with metrics of a feature network.
std::vector<std::string> network_ids() {
  std::vector<std::string> ids = {"lite0"};
  for (const auto& protocol : kNames<EvalProtocol>) ids.push_back(str("inception_", protocol.name));
  return ids;
}

// Triples: name, label, and which direction is better ("": neither).
Json metrics_known() {
  Json rows = Json::array();
  for (const auto& [name, label, better] : metric_table()) {
    const char* way = better == Better::kLower    ? "lower"
                      : better == Better::kHigher ? "higher"
                                                  : "";
    rows.push_back(Json::array({name, label, way}));
    for (const std::string& id : network_ids()) {
      rows.push_back(Json::array({str(name, "_", id), str(label, " (", id, ")"), way}));
    }
  }
  return rows;
}

std::string now() {
  char text[32];
  const std::time_t time = std::time(nullptr);
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", std::localtime(&time));
  return text;
}

}  // namespace

std::string report_data(const std::vector<fs::path>& runs, std::uint64_t max_bytes,
                        std::optional<RunState> state) {
  Json read = Json::array();
  for (const auto& root : runs) read.push_back(read_run(root, max_bytes / runs.size(), state));
  return to_json_in_html({{"version", kVersion},
                          {"written", now()},
                          {"metrics", metrics_known()},
                          {"runs", std::move(read)}});
}

std::string make_report(const std::vector<fs::path>& runs, std::uint64_t max_bytes,
                        std::optional<RunState> state) {
  for (const auto& root : runs) check_run(root);
  const std::string_view page = kReportPage;
  const auto mark = page.find(kDataMark);
  std::string html(page.substr(0, mark));
  html += report_data(runs, max_bytes, state);
  html += page.substr(mark + kDataMark.size());
  return html;
}

void write_report(const RunFiles& files, RunState state) {
  const bool live = state == RunState::kTraining;
  const std::string page =
      make_report({files.root()}, live ? kMaxLiveBytes : kMaxReportBytes, state);
  write_file(files.report(), as_bytes(page), /*durable=*/!live);
}

}  // namespace gan
