#include "io/eval_cache.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <torch/types.h>
#include <torch/utils.h>

#include "data/idx_files.hpp"
#include "eval/report.hpp"
#include "gan_train/io/make_evaluator.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

EvaluationData cached_data(std::int64_t n = 300) {
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.synthetic_size = n;
  config.image_size = 8;
  return {"shapes", load_dataset(config), {}};
}

TestedClassifier untrained_classifier(const EvaluationData& data, std::uint64_t seed = 1) {
  torch::manual_seed(seed);
  return {Classifier(data.train.shape, 8), 0.75, true};
}

std::vector<Metric> example_baselines() {
  return {{"frechet", "Fréchet distance", std::nan(""), 1.0 / 3, 1e30}};
}

fs::path the_only_file(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  EXPECT_EQ(files.size(), 1U);
  return files.front();
}

TEST(EvalCache, KeepsTheClassifier) {
  const TempFolder folder;
  const auto data = cached_data();
  const EvalCache cache({folder / "new"}, data);
  EXPECT_FALSE(cache.load_classifier());
  const auto made = untrained_classifier(data);
  cache.save_classifier(made);
  EXPECT_TRUE(
      the_only_file(folder / "new").filename().string().starts_with("gan-train-classifier-"));

  const auto found = cache.load_classifier();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->accuracy, 0.75);
  EXPECT_TRUE(found->test_images);
  const auto& images = data.train.samples;
  EXPECT_TRUE(
      torch::equal(classify(found->net, images).features, classify(made.net, images).features));
}

TEST(EvalCache, DataOnDiskFindWhatTheSameDataInMemoryHaveKept) {
  const TempFolder folder;
  DataConfig config;
  config.synthetic_size = 2500;
  config.image_size = 8;
  config.channels = 3;
  const ShapesOnDisk files(config);
  const EvaluationData memory{"shapes", load_held(config, true), {}};
  const EvaluationData disk{"shapes", load_held(config, false), {}};
  EvalCache({folder.path()}, memory).save_classifier(untrained_classifier(memory));
  EXPECT_TRUE(EvalCache({folder.path()}, disk).load_classifier());
}

TEST(EvalCache, OtherDataAreAnotherMatter) {
  const TempFolder folder;
  const auto data = cached_data();
  EvalCache({folder.path()}, data).save_classifier(untrained_classifier(data));
  auto other = cached_data();
  other.train.samples = other.train.samples.clone();
  other.train.samples[7][0][3][3] += 1;
  EXPECT_FALSE(EvalCache({folder.path()}, other).load_classifier());
  // Also under the file name that is looked for.
  EvalCache({folder / "b"}, other).save_classifier(untrained_classifier(other));
  fs::copy_file(the_only_file(folder / "b"), folder / "stale");
  fs::path name;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    if (entry.path().extension() == ".pt") name = entry.path();
  }
  fs::rename(folder / "stale", name);
  EXPECT_FALSE(EvalCache({folder.path()}, data).load_classifier());
}

TEST(EvalCache, AClassifierOfOtherClassesIsNotTaken) {
  const TempFolder folder;
  const auto data = cached_data();
  const EvalCache cache({folder.path()}, data);
  for (const std::int64_t classes : {7, 9}) {
    cache.save_classifier({Classifier(data.train.shape, classes), 0.75, true});
    EXPECT_FALSE(cache.load_classifier()) << classes;
  }
}

TEST(EvalCache, DamagedFilesAreNotTaken) {
  const TempFolder folder;
  const auto data = cached_data();
  const EvalCache cache({folder.path()}, data);
  cache.save_classifier(untrained_classifier(data));
  const auto path = the_only_file(folder.path());
  const auto size = fs::file_size(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2));
    const char byte = static_cast<char>(file.peek() ^ 1);
    file.seekp(static_cast<std::streamoff>(size / 2));
    file.put(byte);
  }
  EXPECT_FALSE(cache.load_classifier());
  cache.save_classifier(untrained_classifier(data));  // replaces it
  EXPECT_TRUE(cache.load_classifier());
  fs::resize_file(path, size - 1);
  EXPECT_FALSE(cache.load_classifier());
  fs::resize_file(path, 0);
  EXPECT_FALSE(cache.load_classifier());
}

TEST(EvalCache, BaselinesBelongToTheirClassifierAndCount) {
  const TempFolder folder;
  const auto data = cached_data();
  const EvalCache cache({folder.path()}, data);
  const auto classifier = untrained_classifier(data);
  cache.save_baselines(200, &classifier, example_baselines());
  const auto found = cache.load_baselines(200, &classifier);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->front().label, "Fréchet distance");
  EXPECT_EQ(found->front().real, 1.0 / 3);
  EXPECT_EQ(found->front().noise, 1e30);
  EXPECT_FALSE(cache.load_baselines(201, &classifier));
  const auto other = untrained_classifier(data, 2);
  EXPECT_FALSE(cache.load_baselines(200, &other));
  EXPECT_FALSE(cache.load_baselines(200, nullptr));
}

TEST(EvalCache, GoesOnToTheNextFolderAndWithoutAny) {
  const TempFolder folder;
  const auto data = cached_data();
  std::ofstream(folder / "file").put('x');
  // No folder can be created below a file.
  const EvalCache cache({folder / "file/below", folder / "second"}, data);
  cache.save_classifier(untrained_classifier(data));
  EXPECT_TRUE(fs::exists(folder / "second"));
  EXPECT_TRUE(cache.load_classifier());
  EXPECT_NO_THROW(EvalCache({}, data).save_classifier(untrained_classifier(data)));
}

TEST(EvalCache, TheSecondEvaluatorIsMadeFromFiles) {
  const TempFolder folder;
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string old = before == nullptr ? "" : before;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.synthetic_size = 300;
  config.image_size = 8;
  config.path = "s";  // starts like "shapes", but does not exist
  const auto images = load_dataset(config).samples.narrow(0, 0, 100);
  const auto figures = [&] {
    return metrics_json(
        make_evaluator(config, load_dataset(config), 100, torch::kCPU).measure(images), {});
  };
  const std::string first = figures();
  const fs::path kept = folder / "gan-train";
  std::vector<fs::file_time_type> times;
  for (const auto& entry : fs::directory_iterator(kept)) times.push_back(entry.last_write_time());
  EXPECT_EQ(times.size(), 2U);
  EXPECT_EQ(figures(), first);
  std::size_t i = 0;
  for (const auto& entry : fs::directory_iterator(kept)) {
    EXPECT_EQ(entry.last_write_time(), times[i++]) << entry.path();
  }
  before == nullptr ? unsetenv("XDG_CACHE_HOME") : setenv("XDG_CACHE_HOME", old.c_str(), 1);
}

// The first 2000 samples are the same for any number.
TEST(EvalCache, TheNearestImagesAreNotLookedForAgain) {
  const TempFolder folder;
  torch::manual_seed(1);
  const auto images = [](std::int64_t n) {
    return torch::randint(256, {n, 1, 3, 3}, torch::kUInt8);
  };
  write_idx_file(folder / "train-images-idx3-ubyte", images(2300));
  write_idx_file(folder / "t10k-images-idx3-ubyte", images(2100));
  DataConfig config;
  config.path = folder.path().string();
  const Dataset train = load_dataset(config);
  const auto nearest = [&](std::int64_t samples) {
    const auto rows = make_evaluator(config, train, samples, torch::kCPU).baselines();
    return *std::ranges::find(rows, "nearest", &Metric::name);
  };
  const Metric measured = nearest(2000);
  EXPECT_EQ(nearest(2100).real, measured.real);
  EXPECT_EQ(nearest(2100).noise, measured.noise);
  const auto parts = load_evaluation_parts(config, train, torch::kCPU);
  const EvalCache cache({folder.path()}, parts.data);
  for (const std::int64_t samples : {2000, 2100}) {
    cache.save_baselines(samples, nullptr, {{"nearest", "", 0.0, 7.0, 8.0}});
  }
  EXPECT_EQ(nearest(2050).real, 7.0);
  EXPECT_EQ(nearest(2050).noise, 8.0);
  EXPECT_NE(nearest(1000).real, 7.0) << "of fewer images";
}

}  // namespace
}  // namespace gan
