#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "cli/doctor.hpp"
#include "cli/recipes.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "formats/gzip.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Contents of data.sha256: by file name, the data sets with such a file, and their checksums.
using KnownSums = std::map<std::string, std::map<std::string, std::string>>;

KnownSums known_sums() {
  KnownSums known;
  const fs::path path = find_shipped("data.sha256");
  if (path.empty()) return known;
  const Bytes bytes = read_file(path);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  for (std::string sum, file; lines >> sum >> file;) {
    const auto slash = file.find('/');
    if (slash == std::string::npos) continue;
    known[file.substr(slash + 1)][file.substr(0, slash)] = sum;
  }
  return known;
}

std::string sum_of(const fs::path& path) {
  constexpr std::uint64_t kMaxUnpacked = 1 << 30;
  const Bytes bytes = read_file(path);
  return sha256_hex(is_gzip(bytes) ? gunzip(bytes, kMaxUnpacked, path.string()) : bytes);
}

// Files with known names: how many belong to each published set, and which to none.
struct Sorted {
  std::map<std::string, std::size_t> published;
  std::vector<std::string> others;
};

Sorted sort_files(const fs::path& folder, const KnownSums& known) {
  Sorted sorted;
  std::set<fs::path> files;  // sorted by name
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const auto row = known.find(name.ends_with(".gz") ? file.stem().string() : name);
    if (row == known.end()) continue;
    const std::string sum = sum_of(file);
    const auto& sets = row->second;
    const auto set = std::find_if(sets.begin(), sets.end(),
                                  [&](const auto& candidate) { return candidate.second == sum; });
    if (set == sets.end()) {
      sorted.others.push_back(name);
    } else {
      ++sorted.published[set->first];
    }
  }
  return sorted;
}

std::size_t files_of(const KnownSums& known, const std::string& set) {
  return static_cast<std::size_t>(std::count_if(
      known.begin(), known.end(), [&](const auto& row) { return row.second.contains(set); }));
}

Finding folder_finding(const fs::path& folder, const KnownSums& known) {
  const std::string name = folder.string();
  const auto [published, others] = sort_files(folder, known);
  std::vector<std::string> words;
  for (const auto& [set, count] : published) {
    words.push_back(str(set, ", ", count, " of ", files_of(known, set), " files, as published"));
  }
  Finding finding{
      "data", Finding::Status::kGood, name + ": " + join(words, "; "), {{"folder", name}}};
  for (const auto& [set, count] : published) finding.facts[set] = count;
  finding.facts["other_files"] = others;

  // Only a folder that is a published set, or is named like one, must contain the published files.
  bool says_so = false;
  for (const auto& [file, sets] : known) {
    says_so = says_so || sets.contains(fs::weakly_canonical(folder).filename().string());
  }
  if (!others.empty() && (!published.empty() || says_so)) {
    finding.status = Finding::Status::kBad;
    finding.text +=
        str(words.empty() ? "" : "; ", join(others, ", "), others.size() == 1 ? " is" : " are",
            " damaged or not as published; scripts/get_data.sh fetches the published files");
  } else if (published.empty()) {
    finding.status = Finding::Status::kNote;
    finding.text += "no files with published checksums to compare with";
  }
  return finding;
}

}  // namespace

std::vector<Finding> data_findings(const fs::path& folder) {
  const KnownSums known = known_sums();
  if (known.empty()) {
    return {{"data", Finding::Status::kNote, "checksums not compared: data.sha256 is missing", {}}};
  }
  std::set<fs::path> folders;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator("data", code)) {
    if (entry.is_directory()) folders.insert(entry.path());
  }
  if (!folder.empty()) folders.insert(folder.lexically_normal());
  std::vector<Finding> findings;
  for (const fs::path& path : folders) {
    try {
      findings.push_back(folder_finding(path, known));
    } catch (const std::exception& error) {
      findings.push_back(
          {"data", Finding::Status::kBad, error.what(), {{"folder", path.string()}}});
    }
  }
  if (findings.empty()) {
    findings.push_back({"data",
                        Finding::Status::kNote,
                        "no data sets in ./data; fetch one with scripts/get_data.sh mnist, name "
                        "another folder with --data, or train the recipe smoke, which needs none",
                        {}});
  }
  return findings;
}

}  // namespace gan
