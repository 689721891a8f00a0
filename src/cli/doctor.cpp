#include "cli/doctor.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kDoctorColumns = 60;

// Prints "ok    LibTorch   2.13.0, …", with mark and name in columns.
void print_finding(const Finding& finding) {
  const char* mark = finding.status == Finding::Status::kGood   ? "ok"
                     : finding.status == Finding::Status::kNote ? "note"
                                                                : "FAIL";
  const std::string head = formatted("%-6s%-11s", mark, finding.what.c_str());
  const std::string margin(head.size(), ' ');
  std::fputs(wrap(finding.text, kDoctorColumns, head, margin).c_str(), stdout);
}

Json json_of(const Finding& finding) {
  const char* status = finding.status == Finding::Status::kGood   ? "ok"
                       : finding.status == Finding::Status::kNote ? "note"
                                                                  : "failed";
  Json object = {{"what", finding.what}, {"verdict", status}, {"text", finding.text}};
  for (const auto& [key, value] : finding.facts.items()) object[key] = value;
  return object;
}

struct DoctorArguments {
  explicit DoctorArguments(CLI::App& app) {
    app.add_option("--data", data,
                   "also check the data set in this folder (those in ./data are always checked)")
        ->type_name("DIR");
    app.add_option("--seconds", seconds, "length of the trial training in seconds (default 5)")
        ->check(number_from(0.0, 3600.0));
    json.declare(app);
    app.footer("Exit code: 1 if a line is marked FAIL, else 0, even with notes.");
  }

  std::string data;
  double seconds = 5;
  JsonOutput json;
};

int run_doctor(DoctorArguments& arguments) {
  const auto& [data, seconds, json] = arguments;
  if (!data.empty() && !std::filesystem::is_directory(data)) {
    throw usage_error("--data: ", data, " is not a folder");
  }

  const bool as_text = !json.is_printed();
  if (as_text) std::printf("gan-train %s\n", kVersion);
  std::vector<Finding> findings;
  const auto add = [&](Finding finding) {
    if (as_text) print_finding(finding);
    std::fflush(stdout);  // the trial takes a while
    findings.push_back(std::move(finding));
  };
  for (auto& finding : machine_findings()) add(std::move(finding));
  for (auto& finding : data_findings(data)) add(std::move(finding));
  add(try_training(seconds));

  const auto bad = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.status == Finding::Status::kBad;
  });
  Json all = Json::array();
  for (const Finding& finding : findings) all.push_back(json_of(finding));
  json.put(to_json({{"gan_train", kVersion}, {"ok", bad == 0}, {"findings", all}}));
  if (as_text && bad == 0) std::puts("all is well");
  if (as_text && bad > 0) {
    std::printf("%lld of %zu checks failed\n", static_cast<long long>(bad), findings.size());
  }
  return bad == 0 ? 0 : Error::kFailed;
}

}  // namespace

const Command kDoctorCommand = {"doctor", "checks that training works on this machine",
                                declare<DoctorArguments, run_doctor>};

}  // namespace gan
