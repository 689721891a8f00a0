#include <exception>
#include <gan_train/data/dataset.hpp>
#include <gan_train/run/run.hpp>
#include <gan_train/train/trainer.hpp>
#include <iostream>

int main(int argc, char** argv) try {
  gan::Config config;
  config.data.dataset = gan::DatasetKind::kShapes;  // or kFolder, with config.data.path
  config.model.arch = gan::Arch::kDcgan;
  config.train.epochs = 2;
  config.train.steps_per_epoch = 50;

  const gan::Dataset data = gan::load_dataset(config.data);
  gan::Trainer trainer(config, data);
  const gan::RunFolder folder(argc > 1 ? argv[1] : "run", gan::RunFolder::Open::kNew);
  gan::Run run(trainer, data, folder);
  gan::Hooks watch;
  watch.on_epoch = [](const gan::LogRow& row) { std::cout << "epoch " << row.epoch << '\n'; };
  run.train(watch);
  std::cout << folder.generator(config.train.epochs).string() << '\n';
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
