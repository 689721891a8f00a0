#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "core/log.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/io/checkpoint.hpp"
#include "gan_train/run/run.hpp"
#include "runs.hpp"
#include "temp_folder.hpp"
#include "wrap.hpp"

namespace gan::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;

// LibTorch's autograd can't be forked once it has run, so every run here, and nothing else, is a
// child of this process.
pid_t start_child(const Config& config, const fs::path& root, const Plan& fault) {
  const pid_t child = fork();
  if (child != 0) return child;
  plan() = fault;
  try {
    train(config, root);
    _exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  _exit(1);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) != child) {
  }
  return status;
}

bool succeeded(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }
bool was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

struct Kills {
  int anywhere = 0;
  int in_save = 0;
  int runs = 0;  // runs that were killed repeatedly and then finished
};

class KillTest : public testing::Test {
 protected:
  KillTest() {
    log::set_level(log::Level::kOff);
    use("normed_dcgan_with_ema");
  }

  void use(const char* kind) {
    config_ = config_of(kind);
    config_.output.save_state_steps = 1;  // after every step
  }

  // Half of the kills are after a random time, half at a random call during a save.
  int run_and_kill(SplitMix64& rng) {
    clear_in_save();
    Plan fault;
    const bool at_call = rng.below(2) == 0;
    if (at_call) {
      fault = {.fault = Fault::kKill,
               .at = static_cast<std::int64_t>(rng.below(40)),
               .saves_only = true};
    }
    const pid_t child = start_child(config_, folder_ / "killed", fault);
    if (!at_call) {
      std::this_thread::sleep_for(microseconds(rng.below(80'000)));
      kill(child, SIGKILL);
    }
    return wait_for(child);
  }

  // At any moment, no file is incomplete, and there is a state unless none was saved yet.
  void check_states() const {
    for (const char* name : {"last.pt", "previous.pt"}) {
      const fs::path path = folder_ / "killed" / "checkpoints" / name;
      if (!fs::exists(path)) continue;
      EXPECT_NO_THROW(load_checkpoint_config(path)) << name;
    }
  }

  void survive(int wanted) {
    ASSERT_TRUE(succeeded(wait_for(start_child(config_, folder_ / "whole", {}))));
    SplitMix64 rng(2024);
    Kills kills;
    while (kills.anywhere < wanted || kills.runs == 0) {
      const int status = run_and_kill(rng);
      ASSERT_TRUE(was_killed(status) || succeeded(status)) << status;
      check_states();
      if (was_killed(status)) {
        if (!fs::exists(folder_ / "killed/checkpoints/last.pt")) fs::remove_all(folder_ / "killed");
        ++kills.anywhere;
        kills.in_save += in_save();
      } else {
        ASSERT_EQ(difference(folder_ / "whole", folder_ / "killed"), "") << kills.anywhere;
        fs::remove_all(folder_ / "killed");
        ++kills.runs;
      }
    }
    std::printf("%d kills, %d of them while a state was saved; %d runs came to the same end\n",
                kills.anywhere, kills.in_save, kills.runs);
    EXPECT_GE(kills.in_save, wanted / 3);
  }

  const TempFolder folder_;
  Config config_;
};

TEST_F(KillTest, ARunKilledAtAnyMomentGoesOnToTheSameEnd) {
  const char* asked = std::getenv("GAN_TRAIN_KILLS");
  survive(asked != nullptr ? static_cast<int>(parse_int(asked).value()) : 300);
}

TEST_F(KillTest, SoDoesOneOnTwoThreads) {
  use("wide_dcgan_on_two_threads");
  survive(60);
}

}  // namespace
}  // namespace gan::faults
