#include "cli/generator_arguments.hpp"

#include "cli/arguments.hpp"
#include "cli/recipes.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "io/weights.hpp"
#include "models/conditioning.hpp"

namespace gan {

CLI::Option* GeneratorArguments::declare(CLI::App& app) {
  auto* checkpoint =
      app.add_option("--ckpt", checkpoint_,
                     "checkpoint (g_<epoch>.pt, best.pt or last.pt), a PyTorch state_dict or a "
                     "safetensors file")
          ->type_name("FILE");
  auto* config = app.add_option("-c,--config", config_,
                                "for weights without a config: config or recipe whose generator "
                                "they fit")
                     ->type_name("RECIPE")
                     ->needs(checkpoint);
  auto* shape = app.add_option("--shape", shape_,
                               "shape of an image, such as 1x28x28 (default: that of the "
                               "config's data set)")
                    ->type_name("CxHxW")
                    ->needs(config);
  app.add_option("--class-count", class_count_, "number of classes of the generator")
      ->check(number_from(std::int64_t{1}, kMaxClasses))
      ->needs(shape);
  return checkpoint;
}

LoadedGenerator GeneratorArguments::load() const {
  input_file(checkpoint_);
  if (config_.empty()) return load_generator(checkpoint_);
  const Config config = load_config(find_recipe(config_));
  if (shape_.empty()) {
    const Dataset data = load_dataset(config.data);
    return load_generator(checkpoint_, config, data.shape, find_classes(config.model, data));
  }
  const auto shape = parse_shape(shape_);
  if (!shape)
    throw usage_error("--shape: '", shape_, "' is not a shape; write CxHxW, such as 1x28x28");
  if (config.model.conditional != Conditional::kNone && class_count_ == 0) {
    throw usage_error(
        "--class-count: missing; with --shape, give the number of classes too, since ",
        "model.conditional = ", config.model.conditional);
  }
  return load_generator(checkpoint_, config, *shape, class_count_);
}

}  // namespace gan
