#include "gan_train/config/choices.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "message.hpp"

namespace gan {
namespace {

template <Choice Enum>
std::string names() {
  return join(names_of(kNames<Enum>), " ");
}

TEST(Choices, AreSpelledAsInFilesAndFlags) {
  EXPECT_EQ(names<DatasetKind>(),
            "auto idx npy cifar10 cifar100 folder stacked_mnist shapes rings");
  EXPECT_EQ(names<Arch>(), "mlp dcgan resnet");
  EXPECT_EQ(names<LossKind>(), "bce minimax lsgan hinge wasserstein relativistic");
  EXPECT_EQ(names<PenaltyKind>(), "none wgan_gp r1 r2 r1_r2 dragan");
  EXPECT_EQ(name_of(Activation::kLeakyRelu), "leaky_relu");
  EXPECT_EQ(name_of(InMemory::kTrue), "true");
  EXPECT_EQ(from_name<Schedule>("cosine", "schedule"), Schedule::kCosine);
  EXPECT_EQ(str("no ", PenaltyKind::kR1R2), "no r1_r2");
}

// A config field takes no strings, and no values of another enum.
using Output = decltype(ModelConfig::output)&;
static_assert(std::is_assignable_v<Output, OutputActivation>);
static_assert(!std::is_assignable_v<Output, const char*>);
static_assert(!std::is_assignable_v<Output, Activation>);
static_assert(!std::is_assignable_v<Output, int>);

TEST(Choices, RefuseUnknownNamesAndValues) {
  EXPECT_EQ(usage_message_of([] { from_name<OutputActivation>("tahn", "output"); }),
            "unknown output 'tahn'; known: tanh, sigmoid; did you mean 'tanh'?");
  EXPECT_EQ(usage_message_of([] { name_of(static_cast<OutputActivation>(7)); }),
            "value 7 is none of tanh, sigmoid");
  Config config;
  config.model.output = static_cast<OutputActivation>(7);
  EXPECT_EQ(usage_message_of([&] { check_config(config); }),
            "model.output: value 7 is none of tanh, sigmoid");
  EXPECT_THROW(to_yaml(config), Error);
}

}  // namespace
}  // namespace gan
