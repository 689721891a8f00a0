#include <cerrno>
#include <cstdio>
#include <cstring>
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "core/log.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run.hpp"
#include "runs.hpp"
#include "temp_folder.hpp"
#include "wrap.hpp"

namespace gan::faults {
namespace {

namespace fs = std::filesystem;

/// Injects a fault at each call of write, fsync and rename in turn.
class InjectionTest : public testing::Test {
 protected:
  InjectionTest() {
    log::set_level(log::Level::kOff);
    config_ = config_of("summed_mlp_on_idx");
    config_.train.epochs = 2;
    config_.output.save_state_steps = 7;
    train(config_, folder_ / "whole");
  }
  void TearDown() override { plan() = {}; }

  // For each call: runs with `fault` injected there, then calls `check` with the run's folder and
  // the error it ended in, if any. Returns the number of calls.
  template <typename Check>
  int at_each_call(Plan fault, Check check) {
    for (int call = 0;; ++call) {
      const fs::path root = folder_ / "faulty";
      fs::remove_all(root);
      std::optional<Error> error;
      fault.at = call;
      plan() = fault;
      try {
        train(config_, root);
      } catch (const Error& thrown) {
        error = thrown;
      }
      const bool struck = plan().struck;
      plan() = {};
      if (!struck) return call;
      check(root, error, call);
    }
  }

  void survives(int code) {
    const int calls =
        at_each_call({.fault = Fault::kError, .error = code},
                     [&](const fs::path& root, const auto& error, int call) {
                       if (!error) {  // only train.log may be incomplete, with a warning
                         ASSERT_EQ(difference(folder_ / "whole", root), "") << call;
                         return;
                       }
                       const std::string what = error->what();
                       EXPECT_EQ(error->exit_code(), Error::kFailed);
                       EXPECT_NE(what.find(std::strerror(code)), std::string::npos) << what;
                       EXPECT_EQ(what.rfind(root.string(), 0), 0u) << what;
                       EXPECT_EQ(what.find(".tmp"), std::string::npos) << what;
                       for (const auto& entry : fs::recursive_directory_iterator(root)) {
                         EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << entry;
                       }
                       // The state saved before is intact, and resumes to the same end.
                       if (!fs::exists(root / "checkpoints/last.pt")) fs::remove_all(root);
                       ASSERT_TRUE(train(config_, root)) << call;
                       ASSERT_EQ(difference(folder_ / "whole", root), "") << call;
                     });
    EXPECT_GT(calls, 60);  // all files of the run, with several calls each
    std::printf("%d faults\n", calls);
  }

  void is_not_seen(const Plan& fault) {
    const int calls = at_each_call(fault, [&](const fs::path& root, const auto& error, int call) {
      ASSERT_FALSE(error) << call << ": " << error->what();
      ASSERT_EQ(difference(folder_ / "whole", root), "") << call;
    });
    EXPECT_GT(calls, 60);
    std::printf("%d faults\n", calls);
  }

  const TempFolder folder_;
  Config config_;
};

// The previous state must survive any failure of the run that resumes from it.
TEST_F(InjectionTest, AFullDiskWhileADamagedStateIsReplaced) {
  const fs::path root = folder_ / "damaged";
  train(config_, root, 14);
  Bytes state = read_file(root / "checkpoints/last.pt");
  state[state.size() / 2] ^= 1;
  write_file(root / "checkpoints/last.pt", state);
  for (int call = 0;; ++call) {
    const fs::path copy = folder_ / "copy";
    fs::remove_all(copy);
    fs::copy(root, copy, fs::copy_options::recursive);
    plan() = {.fault = Fault::kError, .at = call, .error = ENOSPC};
    try {
      train(config_, copy);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): checked below
    }
    const bool struck = plan().struck;
    plan() = {};
    ASSERT_TRUE(train(config_, copy)) << call;
    ASSERT_EQ(difference(folder_ / "whole", copy), "") << call;
    if (!struck) break;
  }
}

TEST_F(InjectionTest, AFullDiskAtAnyCall) { survives(ENOSPC); }
TEST_F(InjectionTest, AnInputOutputErrorAtAnyCall) { survives(EIO); }
TEST_F(InjectionTest, AnInterruptedCallIsMadeAgain) {
  is_not_seen({.fault = Fault::kError, .error = EINTR});
}
TEST_F(InjectionTest, AShortWriteIsGoneOnWith) { is_not_seen({.fault = Fault::kShortWrite}); }

}  // namespace
}  // namespace gan::faults
