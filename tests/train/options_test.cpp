#include "gan_train/train/options.hpp"

#include <gtest/gtest.h>

#include "message.hpp"

namespace gan {
namespace {

TEST(FullOptionTable, KnowsTheNamesInTheRegistries) {
  for (const char* key : {"model.arch", "loss.kind", "loss.penalty", "data.dataset"}) {
    Config config;
    const std::vector<Setting> wrong = {{key, "hinje", "x.ini:1"}};
    // The layer of the config can't see the registries.
    EXPECT_EQ(usage_message_of([&] { apply_settings(option_table(config), wrong); }), "");
    EXPECT_NE(usage_message_of([&] {
                apply_settings(full_option_table(config), wrong);
              }).find(str("x.ini:1: ", key, ": ")),
              std::string::npos);
  }
  Config config;
  apply_settings(full_option_table(config), {{"loss.kind", "hinge", "x.ini:1"}});
  EXPECT_EQ(config.loss.kind, "hinge");
}

}  // namespace
}  // namespace gan
