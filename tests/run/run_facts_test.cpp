#include "run/run_facts.hpp"

#include <gtest/gtest.h>

#include <torch/types.h>

#include "tiny_config.hpp"

namespace gan {
namespace {

TEST(DescribeNetworks, TellsLayersOfAnMlp) {
  const Config config = tiny_config();
  Trainer trainer(config, load_dataset(config.data));
  trainer.networks.generator->train();
  const auto rows = describe_networks(trainer);
  EXPECT_TRUE(trainer.networks.generator->is_training());
  EXPECT_EQ(rows.generator.front().text, "Linear(in_features=4, out_features=16, bias=true)");
  EXPECT_EQ(rows.generator.front().shape, "16");
  EXPECT_EQ(rows.generator.front().parameters, 4 * 16 + 16);
  EXPECT_EQ(rows.generator.back().shape, "1x8x8");
  EXPECT_EQ(rows.generator.back().values, 64);
  std::int64_t parameters = 0;
  for (const auto& row : rows.discriminator) parameters += row.parameters;
  EXPECT_EQ(parameters, count_parameters(*trainer.networks.discriminator));
}

}  // namespace
}  // namespace gan
