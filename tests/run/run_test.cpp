#include "gan_train/run/run.hpp"

#include <cmath>
#include <exception>
#include <gtest/gtest.h>

#include <torch/types.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "core/long_work.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"
#include "message.hpp"
#include "run/csv_log.hpp"
#include "temp_folder.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

// The error of a run that starts with a weight that is NaN.
std::string said_of_nan(const std::filesystem::path& root) {
  const Dataset data = load_dataset(tiny_config().data);
  Trainer trainer(tiny_config(), data);
  const torch::NoGradGuard no_grad;
  trainer.networks.generator->parameters().front().view({-1})[0] = std::nan("");
  const RunFolder folder(root, RunFolder::Open::kNew);
  Run run(trainer, data, folder);
  return message_of([&] { run.train(); });
}

TEST(RunTest, NamesNoStateToGoBackToWhereNoneWasSaved) {
  const TempFolder temp;
  EXPECT_EQ(said_of_nan(temp / "run"),
            "step 0: weights or statistics are not finite numbers; no state was saved; start "
            "again with other weights or a lower optim.lr");
}

// Two epochs of four steps, each evaluated. Without labels, so that no classifier is trained.
class MeasuredRun : public ::testing::Test {
 protected:
  MeasuredRun() {
    config_.data.dataset = DatasetKind::kRings;
    config_.data.synthetic_size = 400;
    config_.model.latent_dim = 4;
    config_.train.epochs = 2;
    config_.train.steps_per_epoch = 4;
    config_.eval.every = 1;
    config_.eval.samples = 100;
    setenv("XDG_CACHE_HOME", temp_.path().c_str(), 1);
  }

  // Returns whether the run finished.
  bool train(const char* name, bool resumes, const Hooks& watch = {}) {
    const Dataset data = load_dataset(config_.data);
    Trainer trainer(config_, data);
    const RunFolder folder(temp_ / name,
                           resumes ? RunFolder::Open::kResume : RunFolder::Open::kNew);
    gan::Run run(trainer, data, folder);
    if (resumes) run.resume(find_state(temp_ / name).path);
    return run.train(watch);
  }
  std::string text(const char* name, const char* file) const {
    const Bytes bytes = read_file(temp_ / name / file);
    return {bytes.begin(), bytes.end()};
  }

  const TempFolder temp_;
  Config config_ = tiny_config();
};

TEST_F(MeasuredRun, AnEvaluationThatIsCalledOffIsMadeUpFor) {
  ASSERT_TRUE(train("whole", false));
  bool stops = false;
  Hooks watch;
  watch.stop = [&] { return stops; };
  {
    const WatchLongWork watcher([&](std::string_view what, std::int64_t, std::int64_t) {
      if (what != "drawing samples") return;
      stops = true;
      throw Stopped();
    });
    EXPECT_FALSE(train("run", false, watch));
  }
  EXPECT_EQ(CsvRows(temp_ / "run" / "losses.csv").size(), 1u);
  EXPECT_EQ(CsvRows(temp_ / "run" / "metrics.csv").size(), 0u);
  EXPECT_TRUE(train("run", true));
  for (const char* file : {"metrics.csv", "health.csv"}) {
    EXPECT_EQ(text("run", file), text("whole", file));
  }
}

TEST_F(MeasuredRun, AProcessThatDiesOfAnEvaluationLosesNoEpochAndGoesOnPastIt) {
  struct Killed : std::exception {};
  {
    const WatchLongWork watcher([&](std::string_view what, std::int64_t, std::int64_t) {
      if (what == "drawing samples") throw Killed();
    });
    EXPECT_THROW(train("run", false), Killed);
  }
  Hooks watch;
  std::int64_t first = 0;
  watch.on_step = [&](const LogRow& row) { first = first == 0 ? row.step : first; };
  EXPECT_TRUE(train("run", true, watch));
  EXPECT_EQ(first, 5);
  const CsvRows rows(temp_ / "run" / "metrics.csv");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].substr(0, 4), "2,8,");
}

}  // namespace
}  // namespace gan
