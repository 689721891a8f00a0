#include "gan_train/run/run.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/torch.h>

#include "gan_train/data/dataset.hpp"
#include "gan_train/train/trainer.hpp"
#include "message.hpp"
#include "temp_folder.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

// What a run says that begins with a weight that is no number.
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
            "step 0: weights or statistics are not finite numbers; no state was saved; start anew, "
            "with other weights or a lower optim.lr");
}

}  // namespace
}  // namespace gan
