#include "io/memory_limit.hpp"

#include <gtest/gtest.h>

#include <torch/types.h>

#include "message.hpp"
#include "models/tensors.hpp"

namespace gan {
namespace {

constexpr std::int64_t kMillion = 1 << 20;

class MemoryLimitTest : public testing::Test {
 protected:
  // Builds tensors of these sizes in MiB.
  void build(std::initializer_list<std::int64_t> sizes) {
    build_within(saved, "f.pt", [&] {
      for (const std::int64_t mib : sizes) made.push_back(torch::empty({mib * kMillion / 4}));
    });
  }

  PtBuilder builder;
  const PtDict saved = {{"inner", {builder.build({torch::empty({10 * kMillion})}, {"40 MiB"})}}};
  std::vector<torch::Tensor> made;
};

TEST_F(MemoryLimitTest, IsWhatTheTensorsTakeAndALittleMore) {
  build({40, 30});
  EXPECT_EQ(message_of([&] { build({40, 30, 20}); }),
            "f.pt: does not fit the networks of the config, which take far more than the 41943040 "
            "bytes of tensors here; use another copy of the file, or weights that were trained "
            "with that config");
}

TEST_F(MemoryLimitTest, DoublesForHalfOfTheWidth) {
  const PtDict half = builder.build({torch::empty({10 * kMillion}, torch::kBFloat16)}, {"20 MiB"});
  build_within(half, "f.pt", [&] { made = {torch::empty({15 * kMillion})}; });
}

TEST_F(MemoryLimitTest, EndsWithTheBuilding) {
  EXPECT_NE(message_of([&] { build({100}); }), "");
  build({70});
  torch::empty({100 * kMillion / 4});
  made.back().resize_({200 * kMillion / 4});
}

TEST_F(MemoryLimitTest, KnowsSizesThatNoTensorCanHave) {
  const std::int64_t side = std::int64_t{1} << 40;
  EXPECT_NE(message_of([&] {
              build_within(saved, "f.pt", [&] { torch::empty({side, side}); });
            }).find("does not fit the networks"),
            std::string::npos);
  EXPECT_THROW(build_within(saved, "f.pt", [] { torch::empty({-1}); }), c10::Error);
}

}  // namespace
}  // namespace gan
