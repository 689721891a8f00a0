#include "gan_train/train/options.hpp"

#include "gan_train/core/registry.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/losses/loss.hpp"
#include "gan_train/losses/penalty.hpp"
#include "gan_train/models/networks.hpp"

namespace gan {

std::vector<Option> full_option_table(Config& config) {
  auto table = option_table(config);
  for (Option& option : table) {
    if (option.key == "model.arch") option.choices = names_of(architectures());
    if (option.key == "loss.kind") option.choices = names_of(losses());
    if (option.key == "loss.penalty") option.choices = names_of(penalties());
    if (option.key == "data.dataset") option.choices = names_of(dataset_kinds());
  }
  return table;
}

}  // namespace gan
