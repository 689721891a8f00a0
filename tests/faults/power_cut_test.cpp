#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <limits>
#include <map>

#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "disk.hpp"
#include "formats/pt.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/run/run.hpp"
#include "report/report.hpp"
#include "run/csv_log.hpp"
#include "runs.hpp"
#include "temp_folder.hpp"

namespace gan::faults {
namespace {

namespace fs = std::filesystem;

std::int64_t step_of(const fs::path& state) {
  const Bytes bytes = read_file(state);
  const PtDict root = parse_pt(bytes, state.string());
  return std::get<std::int64_t>(find(root, "step")->value);
}

// A folder in memory, so that files cost no disk access.
fs::path memory_folder() {
  return fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
}

// "g_2.pt" and "g_3.pt" both become "g_.pt".
std::string without_digits(std::string path) {
  std::erase_if(path, [](char c) { return c >= '0' && c <= '9'; });
  return path;
}

int wanted() {
  const char* asked = std::getenv("GAN_TRAIN_POWER_CUTS");
  return asked != nullptr ? static_cast<int>(parse_int(asked).value()) : 2'000;
}

// The result of resuming after a power cut.
struct Resumed {
  std::int64_t step = -1;  // step of the resumed state; -1: there was none
  std::int64_t seed = 0;   // of the run that the state belongs to
  std::string error;       // the error if there was nothing to resume
  std::string difference;  // at the end, from an uninterrupted run
};

struct Tally {
  int states = 0;
  int gone = 0;  // nothing to resume, but nothing was guaranteed
  std::map<std::string, Resumed> distinct;
  std::string violation;  // the first violation ends the search
};

/// Ends runs by a power cut at any moment, and resumes them from what the disk may hold.
class PowerCutTest : public testing::Test {
 protected:
  PowerCutTest() {
    log::set_level(log::Level::kOff);
    ::setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);  // cache of evaluations
    config_ = config_of({"mlp_on_shapes", [](Config&) {}});
    config_.data.synthetic_size = 64;
    config_.train.epochs = 3;
    config_.output.checkpoint_every = 1;
    config_.output.keep_last = 1;
    config_.output.save_state_steps = 3;
    config_.output.log_every = 2;
  }
  void TearDown() override { leave_out_plots(false); }

  // The folder of the uninterrupted run with that seed.
  fs::path whole(std::int64_t seed) const { return folder_ / str("whole_", seed) / "run"; }
  fs::path whole() {
    const fs::path root = whole(config_.train.seed);
    if (!fs::exists(root)) train(config_, root);
    return root;
  }

  using Forgets = std::function<bool(const std::string&)>;

  // Records a run that starts from a disk's state or an empty folder, stops after five steps and is
  // resumed.
  void record(const DiskState& before = {}, std::int64_t promised = -1, Forgets forgets = {}) {
    whole();
    const fs::path root = lay_out(before, "recorded");
    Recorder recorder(root.parent_path(), std::move(forgets));
    const auto promise = [&](bool finished) {
      recorder.promise(step_of(root / "checkpoints/last.pt"), finished);
    };
    recorder.promise(promised, /*finished=*/false);
    if (promised < 0) {
      removing_ = true;
      const RunFolder emptied(root, RunFolder::Open::kOverwrite);
      removing_ = false;
    }
    for (const int steps : {5, 0}) {
      const bool finished = train(config_, root, steps, [&] { promise(/*finished=*/false); });
      promise(finished);
    }
    moments_ = recorder.moments();
    synced_paths_ = recorder.synced_paths();
    // The recorder missed nothing.
    EXPECT_EQ(moments_.back().disk.now().digest(), Disk(root.parent_path()).now().digest());
  }

  fs::path lay_out(const DiskState& state, const std::string& name = "cut") const {
    const fs::path top = folder_ / name;
    fs::remove_all(top);
    fs::create_directory(top);
    state.write_to(top);
    return top / "run";
  }

  Resumed resume(const DiskState& state) {
    const fs::path root = lay_out(state);
    leave_out_plots(true);
    Resumed resumed;
    resumed.seed = config_.train.seed;
    Config config = config_;
    try {
      const SavedState saved = find_state(root);
      resumed.step = step_of(saved.path);
      resumed.seed = saved.config.train.seed;
      config = saved.config;
    } catch (const Error& error) {
      resumed.error = error.what();
    }
    try {
      train(config, root);
      resumed.difference = end_difference(resumed, root);
    } catch (const Error& error) {
      resumed.difference = error.what();
    }
    leave_out_plots(false);
    return resumed;
  }

  // A resumed run does not repeat an evaluation that was cut off.
  std::string end_difference(const Resumed& resumed, const fs::path& root) const {
    const fs::path good = whole(resumed.seed);
    const std::string csv = "metrics.csv";
    if (!fs::exists(good / csv)) return difference(good, root);
    const CsvRows all(good / csv), left(root / csv);
    double best_left = std::numeric_limits<double>::infinity(), best_kept = best_left;
    const std::int64_t kept = load_generator(root / "checkpoints/best.pt").step;
    bool misses = false;
    for (const auto row : all) {
      const auto cells = split(row, ',');
      const double distance = parse_double(cells[3]).value();
      if (cells[1] == std::to_string(kept)) best_kept = distance;
      if (std::ranges::find(left, row) != left.end()) {
        best_left = std::min(best_left, distance);
      } else if (misses || cells[1] != std::to_string(resumed.step)) {
        return str("metrics.csv lacks ", row);
      } else {
        misses = true;
      }
    }
    if (!misses) return difference(good, root);
    if (best_kept > best_left) return "best.pt is not the best";
    return difference(good, root, {csv, "metrics.jsonl", "evaluation.json", "checkpoints/best.pt"});
  }

  // A finished run that `config_` will overwrite.
  DiskState longer_run() {
    Config longer = config_;
    longer.train.epochs = 4;
    train(longer, whole(1));
    config_.train.seed = 2;
    return Disk(whole(1).parent_path()).now();
  }

  // The files that a finished run has lost.
  std::string missing(DiskState state) const {
    std::erase_if(state.entries,
                  [](const auto& entry) { return !target_of_temporary(entry.first).empty(); });
    const fs::path root = lay_out(state);
    const fs::path svg = root / "losses.svg";  // its content differs on every run
    const bool cut = fs::exists(svg) && !as_text(read_file(svg)).ends_with("</svg>\n");
    return cut ? "losses.svg" : difference(whole(config_.train.seed), root);
  }

  std::string violation(const Moment& moment, const DiskState& state,
                        const Resumed& resumed) const {
    if (moment.step >= 0 && resumed.step < 0) return "nothing to resume: " + resumed.error;
    if (resumed.step < moment.step) {
      return str("step ", moment.step, " was saved, and step ", resumed.step, " is resumed");
    }
    if (moment.step >= 0 && resumed.seed != config_.train.seed) return "another run is resumed";
    if (resumed.step < 0 && resumed.error.find("last.pt: missing") == std::string::npos) {
      return "what is gone is not said: " + resumed.error;
    }
    if (!resumed.difference.empty()) return "at the end differs: " + resumed.difference;
    const std::string lost = moment.finished ? missing(state) : "";
    return lost.empty() ? "" : "the finished run has lost: " + lost;
  }

  // Favours the last moment, the only one when everything is guaranteed, and those before the first
  // guarantee.
  std::size_t any_moment(SplitMix64& rng) const {
    const auto first = std::ranges::find_if(moments_, [](const auto& m) { return m.step >= 0; });
    const auto before = static_cast<std::uint64_t>(first - moments_.begin());
    const auto kind = rng.below(8);
    if (kind == 0) return moments_.size() - 1;
    return rng.below(kind <= 2 && before > 0 ? before : moments_.size());
  }

  // Tries that many cuts, or stops at the first that lost something.
  Tally try_cuts(int wanted) {
    constexpr std::uint64_t kSeed = 2024;
    SplitMix64 rng(kSeed);
    Tally tally;
    while (tally.states < wanted && tally.violation.empty()) {
      const std::size_t at = any_moment(rng);
      const DiskState state = moments_[at].disk.after_cut(rng);
      const auto [place, is_new] = tally.distinct.try_emplace(state.digest());
      if (is_new) place->second = resume(state);
      ++tally.states;
      tally.gone += place->second.step < 0;
      const std::string what = violation(moments_[at], state, place->second);
      if (what.empty()) continue;
      tally.violation = str("state ", tally.states, ", cut after ", at, " of ", moments_.size() - 1,
                            " operations: ", what, "; where ", state.lost);
    }
    return tally;
  }

  void expect_nothing_lost(int wanted) {
    const Tally tally = try_cuts(wanted);
    EXPECT_EQ(tally.violation, "");
    std::printf(
        "%d states, %zu of them distinct, after %zu operations; %d with nothing promised "
        "nor left\n",
        tally.states, tally.distinct.size(), moments_.size(), tally.gone);
  }

  // The control: the same without the syncs selected by `forgets`.
  void expect_loss_without(const std::string& syncs, const Forgets& forgets,
                           const DiskState& before = {}) {
    constexpr int kEnough = 2'000;
    record(before, -1, forgets);
    const Tally tally = try_cuts(kEnough);
    EXPECT_NE(tally.violation, "") << "without the syncs of " << syncs;
    std::printf("without the syncs of %s: %s\n", syncs.c_str(), tally.violation.c_str());
  }

  // Checks each synced file whose path ends in `end`.
  void expect_each_sync_matters(const std::string& end) {
    record();
    std::set<std::string> names;
    for (const auto& path : synced_paths_) {
      if (path.ends_with(end)) names.insert(without_digits(path));
    }
    EXPECT_FALSE(names.empty()) << end;
    for (const auto& name : names) {
      expect_loss_without(name, [&](const auto& path) { return without_digits(path) == name; });
    }
  }

  void measure_on_the_way() {
    config_ = config_of("points_measured_on_the_way");
    config_.train.steps_per_epoch = 3;
    config_.eval.every = 1;
    config_.output.sample_every = 0;
  }

  const TempFolder folder_{memory_folder()};
  Config config_;
  std::vector<Moment> moments_;
  std::set<std::string> synced_paths_;
  bool removing_ = false;  // whether files of an earlier run are being removed
};

TEST_F(PowerCutTest, NothingSavedIsLost) {
  record();
  expect_nothing_lost(wanted());
}

TEST_F(PowerCutTest, NorByASecondCutWhileResuming) {
  record();
  SplitMix64 rng(7);
  for (int i = 0; i < 4; ++i) {
    const Moment moment = moments_[moments_.size() * (i + 3) / 8];
    ASSERT_GE(moment.step, 0);
    auto saved = moments_;
    record(moment.disk.after_cut(rng), moment.step);
    expect_nothing_lost(wanted() / 8);
    moments_ = std::move(saved);
  }
}

// Until the next save it is the only state.
TEST_F(PowerCutTest, NorIsThePreviousStateWhereTheLastIsDamaged) {
  record();
  DiskState damaged = moments_[moments_.size() / 2].disk.now();
  auto& last = damaged.entries.at("run/checkpoints/last.pt");
  last = std::make_shared<const std::string>(last->substr(0, last->size() / 2));
  record(damaged, step_of(lay_out(damaged) / "checkpoints/previous.pt"));
  expect_nothing_lost(wanted() / 8);
}

TEST_F(PowerCutTest, NorWhereARunTakesThePlaceOfAnother) {
  const DiskState before = longer_run();
  record(before);
  expect_nothing_lost(wanted() / 2);
}

TEST_F(PowerCutTest, NorOfWhatIsMeasuredOnTheWay) {
  measure_on_the_way();
  record();
  expect_nothing_lost(wanted() / 2);
}

// Nothing would write it again.
TEST_F(PowerCutTest, NorIsTheReportOfAFinishedRun) {
  const RunFiles files(whole());
  const Recorder recorder(files.root().parent_path(), {});
  write_report(files, RunState::kTraining);
  EXPECT_TRUE(recorder.synced_paths().empty());
  write_report(files, RunState::kComplete);
  EXPECT_TRUE(recorder.synced_paths().contains("run/report.html"));
}

// The control: every file's and folder's syncs are needed.
TEST_F(PowerCutTest, WithoutTheSyncsOfAnyOneFileSomethingIsLost) {
  config_.output.keep_last = 0;
  expect_each_sync_matters("");
}

TEST_F(PowerCutTest, AlsoOfThoseThatAnEvaluationWrites) {
  measure_on_the_way();
  for (const char* name : {"metrics.csv", "evaluation.json", "best.pt"}) {
    expect_each_sync_matters(name);
  }
}

TEST_F(PowerCutTest, AndOfThoseAfterRemovingAnEarlierRun) {
  const DiskState before = longer_run();
  for (const std::string name : {"run", "run/checkpoints", "run/samples"}) {
    expect_loss_without(name, [&](const auto& path) { return removing_ && path == name; }, before);
  }
}

}  // namespace
}  // namespace gan::faults
