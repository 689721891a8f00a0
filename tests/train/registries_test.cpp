#include <gtest/gtest.h>

#include "gan_train/data/dataset.hpp"
#include "gan_train/models/networks.hpp"
#include "gan_train/sampling/sample.hpp"
#include "gan_train/train/trainer.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"
#include "message.hpp"
#include "tiny_config.hpp"

namespace gan {
namespace {

template <typename Rows>
void expect_a_row_each(const Rows& rows) {
  using Enum = std::remove_const_t<decltype(rows[0].kind)>;
  ASSERT_EQ(rows.size(), std::size(kNames<Enum>));
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].kind, kNames<Enum>[i].value);
}

TEST(Registries, HaveARowForEachNameInItsOrder) {
  expect_a_row_each(losses());
  expect_a_row_each(penalties());
  expect_a_row_each(architectures());
  expect_a_row_each(dataset_loaders());
}

// Invalid enum values, which C++ users may create by a cast, are refused at every look-up.
TEST(Registries, AndNetworksRefuseValuesThatAreNone) {
  ModelConfig model;
  model.output = static_cast<OutputActivation>(9);
  EXPECT_EQ(usage_message_of([&] { make_networks(model, {1, 4, 4}, 1); }),
            "value 9 is none of tanh, sigmoid");
  model = {};
  model.latent = static_cast<Latent>(9);
  EXPECT_THROW(draw_latents(model, 2, 1, Stream::kLatentD, 0), Error);
  DataConfig data;
  data.dataset = static_cast<DatasetKind>(9);
  EXPECT_THROW(load_dataset(data), Error);
  EXPECT_THROW(find_row(losses(), static_cast<LossKind>(9)), Error);
  Config config = tiny_config();
  config.train.discriminator_update = static_cast<DiscriminatorUpdate>(9);
  EXPECT_EQ(usage_message_of([&] { Trainer(config, load_dataset(config.data)); }),
            "train.discriminator_update: value 9 is none of joint, summed, separate");
}

}  // namespace
}  // namespace gan
