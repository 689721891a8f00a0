#include "gan_train/eval/evaluator.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <torch/types.h>
#include <torch/utils.h>

#include "data/idx_files.hpp"
#include "eval/classifier.hpp"
#include "eval/report.hpp"
#include "gan_train/core/error.hpp"
#include "message.hpp"

namespace gan {
namespace {

Dataset shapes_of(std::int64_t n, std::int64_t limit = 0) {
  DataConfig config;
  config.dataset = DatasetKind::kShapes;
  config.synthetic_size = n;
  config.limit = limit;
  config.image_size = 10;
  return load_dataset(config);
}

// Labelled shapes, the last 300 of them as test images.
EvaluationData shapes_data() {
  const Dataset all = shapes_of(1500);
  const auto part = [&](std::int64_t begin, std::int64_t count) {
    return Dataset{"shapes", all.shape, all.samples.narrow(0, begin, count),
                   all.labels.narrow(0, begin, count)};
  };
  return {"shapes", part(0, 1200), part(1200, 300)};
}

Evaluator labelled_evaluator() {
  const EvaluationData data = shapes_data();
  static const TestedClassifier classifier = make_classifier(data.train, data.test);
  Evaluator evaluator(data, classifier, 300);
  evaluator.set_baselines(evaluator.measure_baselines());
  return evaluator;
}

Metric metric_called(const Metrics& metrics, std::string_view name) {
  for (const auto& one : metrics.rows) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << "no figure " << name;
  return {};
}

TEST(Evaluator, RealImagesScoreAsTheFloorAndNoiseAsTheCeiling) {
  const Evaluator evaluator = labelled_evaluator();
  const auto test = shapes_data().test.samples;
  const Metrics same = evaluator.measure(test);
  EXPECT_EQ(same.samples, 300);
  EXPECT_NEAR(same.value("frechet"), 0.0, 1e-3);
  EXPECT_EQ(same.value("nearest_ratio"), 1.0);
  EXPECT_EQ(same.value("classes_found"), 8);
  EXPECT_NE(same.reference.find("300 test images of shapes"), std::string::npos);
  EXPECT_NE(same.features.find("on its test images"), std::string::npos);
  for (const auto& one : same.rows) {
    EXPECT_TRUE(std::isfinite(one.value)) << one.name;
    EXPECT_TRUE(std::isfinite(one.real) && std::isfinite(one.noise)) << one.name;
  }
  for (const auto* better_high : {"precision", "coverage", "classifier_score"}) {
    EXPECT_GT(metric_called(same, better_high).real, metric_called(same, better_high).noise)
        << better_high;
  }
  for (const auto* better_low : {"frechet", "kid", "class_kl", "nearest"}) {
    EXPECT_LT(metric_called(same, better_low).real, metric_called(same, better_low).noise)
        << better_low;
  }
}

// With and without a classifier, with and without test images.
TEST(Evaluator, DataOnDiskGiveTheFiguresOfDataInMemory) {
  DataConfig config;
  config.synthetic_size = 1000;
  config.image_size = 10;
  const ShapesOnDisk files(config);
  const Dataset memory = load_held(config, true), disk = load_held(config, false);
  const TestedClassifier known = make_classifier(memory, {}), found = make_classifier(disk, {});
  EXPECT_EQ(known.accuracy, found.accuracy);
  const auto images = shapes_data().test.samples;
  const auto figures = [&](const Dataset& data, bool classified, bool tested) {
    const EvaluationData all{"shapes", data, tested ? shapes_data().test : Dataset()};
    const auto classifier = classified ? std::optional(known) : std::nullopt;
    const Evaluator evaluator(all, classifier, 300);
    std::string text = metrics_csv_values(evaluator.measure(images));
    for (const auto& row : evaluator.measure_baselines()) text += str(" ", row.real, row.noise);
    return text;
  };
  EXPECT_TRUE(
      torch::equal(classify(known.net, images).features, classify(found.net, images).features));
  for (const bool classified : {false, true}) {
    for (const bool tested : {false, true}) {
      EXPECT_EQ(figures(memory, classified, tested), figures(disk, classified, tested));
    }
  }
  const EvaluationData a = hold_out("x", memory, 100), b = hold_out("x", disk, 100);
  EXPECT_TRUE(torch::equal(a.train.samples, b.train.items(0, 900)));
  EXPECT_TRUE(torch::equal(a.train.labels, b.train.labels));
  EXPECT_TRUE(torch::equal(a.test.samples, b.test.items(0, 100)));
}

TEST(Evaluator, WorseSetsScoreWorse) {
  const Evaluator evaluator = labelled_evaluator();
  const auto test = shapes_data().test.samples;
  const Metrics good = evaluator.measure(test);
  torch::manual_seed(1);
  const auto noisy =
      (test.to(torch::kFloat32) + 60 * torch::randn(test.sizes())).clamp(0, 255).to(torch::kUInt8);
  EXPECT_GT(evaluator.measure(noisy).value("frechet"), good.value("frechet") + 1);
  EXPECT_GT(evaluator.measure(noisy).value("nearest"), good.value("nearest"));

  // Only squares and frames, each repeated.
  const auto few = test.index_select(0, torch::arange(300).remainder(8).le(1).nonzero().flatten())
                       .repeat({4, 1, 1, 1});
  const Metrics dropped = evaluator.measure(few);
  EXPECT_GT(dropped.value("frechet"), good.value("frechet") + 1);
  EXPECT_LT(dropped.value("coverage"), 0.6 * good.value("coverage"));
  EXPECT_GT(dropped.value("class_kl"), 1.0);
  EXPECT_LT(dropped.value("classes_found"), 8);
  EXPECT_NEAR(dropped.value("class_0_percent"), 50, 10);
}

TEST(Evaluator, CopiesOfTrainingImagesShow) {
  const Evaluator evaluator = labelled_evaluator();
  const Metrics copied = evaluator.measure(shapes_data().train.samples.narrow(0, 0, 300));
  EXPECT_EQ(copied.value("nearest"), 0.0);
  EXPECT_EQ(copied.value("nearest_ratio"), 0.0);
}

TEST(Evaluator, FiguresDoNotDependOnWhatWasDrawnBefore) {
  const Evaluator evaluator = labelled_evaluator();
  const auto images = shapes_data().test.samples;
  torch::manual_seed(1);
  const auto once = metrics_csv_values(evaluator.measure(images));
  torch::manual_seed(2);
  EXPECT_EQ(once, metrics_csv_values(evaluator.measure(images)));
}

TEST(Evaluator, ComparesWithTrainingImagesWhereThereAreNoTestImages) {
  Dataset data = shapes_of(1000);
  data.labels = torch::Tensor();
  Evaluator evaluator({"shapes", data, {}}, std::nullopt, 200);
  evaluator.set_baselines(evaluator.measure_baselines());
  const Metrics metrics = evaluator.measure(data.samples.narrow(0, 0, 200));
  EXPECT_EQ(metrics.reference, "200 training images of shapes, which has no test images");
  EXPECT_NE(metrics.features.find("100 fixed random projections"), std::string::npos);
  EXPECT_EQ(metrics.features.find("LeNet"), std::string::npos);
  EXPECT_TRUE(std::isnan(metrics.value("class_kl")));
  const Metric sliced = metric_called(metrics, "sliced_wasserstein");
  EXPECT_LT(sliced.value, 0.5 * sliced.noise);
  // The reference is not part of the searched images, so real images differ from all of these.
  EXPECT_GT(metric_called(metrics, "nearest").real, 0.0);
}

TEST(Evaluator, MeasuresPoints) {
  DataConfig config;
  config.dataset = DatasetKind::kRings;
  config.synthetic_size = 1000;
  const Dataset data = load_dataset(config);
  Evaluator evaluator({"rings", data, {}}, std::nullopt, 300);
  evaluator.set_baselines(evaluator.measure_baselines());
  const Metrics metrics = evaluator.measure(data.samples.narrow(0, 0, 300));
  EXPECT_LT(metric_called(metrics, "sliced_wasserstein").value,
            metric_called(metrics, "sliced_wasserstein").noise);
  EXPECT_EQ(metrics.value("modes_found"), 8);
  EXPECT_GT(metrics.value("near_modes_percent"), 97);
  EXPECT_LT(metric_called(metrics, "near_modes_percent").noise, 10);
  EXPECT_TRUE(std::isnan(metrics.value("parzen")));  // only defined for pixels in [0, 1]
}

TEST(Evaluator, RefusesDataThatAreTooFew) {
  EXPECT_EQ(usage_message_of([] { Evaluator({"few", shapes_of(199), {}}, std::nullopt, 100); }),
            "few: 199 images are too few to measure samples by; at least 200 are needed");
}

TEST(Evaluator, CountsTheSamplesThatAreOfTheClassAskedFor) {
  const Evaluator evaluator = labelled_evaluator();
  const auto images = shapes_data().train.samples.narrow(0, 0, 300);
  const auto labels = shapes_data().train.labels.narrow(0, 0, 300);
  const double right = evaluator.measure(images, labels).value("as_asked_percent");
  EXPECT_GT(right, 90);
  // Now every other requested class is wrong.
  const auto half = torch::arange(300).remainder(2);
  const auto wrong = (labels + half).remainder(labels.max() + 1);
  EXPECT_NEAR(evaluator.measure(images, wrong).value("as_asked_percent"), right / 2, 10);
  EXPECT_TRUE(std::isnan(evaluator.measure(images).value("as_asked_percent")));
}

TEST(Evaluator, MeasuresEachClass) {
  const Evaluator evaluator = labelled_evaluator();
  const EvaluationData data = shapes_data();
  // Real images: for squares (class 0) the test images themselves, for others training images;
  // frames (class 1) are left out, and class 2 is a single repeated image.
  const auto train = data.train.samples.narrow(0, 0, 600);
  const auto labels = data.train.labels.narrow(0, 0, 600);
  const auto others = labels.ge(2).nonzero().flatten();
  const auto squares = data.test.labels.eq(0).nonzero().flatten();
  auto images =
      torch::cat({data.test.samples.index_select(0, squares), train.index_select(0, others)});
  const auto asked =
      torch::cat({data.test.labels.index_select(0, squares), labels.index_select(0, others)});
  const auto twos = asked.eq(2).nonzero().flatten();
  images.index_copy_(
      0, twos,
      images.index_select(0, twos.narrow(0, 0, 1)).expand({twos.size(0), 1, 10, 10}).contiguous());
  const Metrics metrics = evaluator.measure_classes(images, asked);
  ASSERT_EQ(metrics.classes.size(), 8u);
  const auto& [square, frame, two] =
      std::tie(metrics.classes[0], metrics.classes[1], metrics.classes[2]);
  EXPECT_EQ(square.samples, squares.size(0));
  EXPECT_NEAR(square.frechet.value, 0.0, 1e-3);  // the reference itself
  EXPECT_EQ(square.coverage.value, 1.0);
  EXPECT_GT(square.frechet.real, 0.0);
  EXPECT_GT(square.confirmed_percent, 90);
  EXPECT_NEAR(square.data_percent, 12.5, 3);
  EXPECT_EQ(frame.samples, 0);
  EXPECT_TRUE(std::isnan(frame.frechet.value) && std::isnan(frame.confirmed_percent));
  EXPECT_TRUE(std::isfinite(frame.frechet.real));
  EXPECT_LT(frame.percent, 3);
  EXPECT_LT(two.coverage.value, 0.5 * two.coverage.real);
  EXPECT_EQ(two.recall.value, 0.0);
  EXPECT_GT(two.frechet.value, 2 * two.frechet.real);
  // The totals are the same as without classes.
  EXPECT_EQ(metrics_csv_values(metrics), metrics_csv_values(evaluator.measure(images, asked)));
  // If no classes were requested, the classifier assigns the images to classes.
  const Metrics unasked = evaluator.measure_classes(images);
  EXPECT_TRUE(std::isnan(unasked.classes[0].confirmed_percent));
  EXPECT_EQ(unasked.classes[0].percent, square.percent);
  EXPECT_NEAR(unasked.classes[0].samples, square.percent / 100 * images.size(0), 1e-6);
}

TEST(Evaluator, TheScoreIsTheDistanceThatIsMeasured) {
  const Evaluator evaluator = labelled_evaluator();
  const auto images = shapes_data().train.samples.narrow(0, 0, 300);
  EXPECT_EQ(evaluator.score(images), evaluator.measure(images).value("frechet"));
  const Evaluator plain(shapes_data(), std::nullopt, 300);
  const Metrics metrics = plain.measure(images);
  EXPECT_EQ(plain.score(images), metrics.value("sliced_wasserstein"));
  EXPECT_TRUE(plain.measure_classes(images).classes.empty());
}

TEST(HoldOut, PartsTheDataForGood) {
  const Dataset data = shapes_of(500);
  const EvaluationData parts = hold_out("shapes", data, 100);
  EXPECT_EQ(parts.train.size(), 400);
  EXPECT_EQ(parts.test.size(), 100);
  const auto all = torch::cat({parts.train.samples, parts.test.samples}).flatten(1);
  const auto sums = [](const torch::Tensor& rows) {
    return std::get<0>(rows.flatten(1).to(torch::kInt64).sum(1).sort());
  };
  EXPECT_TRUE(torch::equal(sums(all), sums(data.samples)));  // each image is in exactly one part
  EXPECT_TRUE(torch::equal(hold_out("x", data, 100).test.samples, parts.test.samples));
  EXPECT_EQ(parts.train.labels.size(0), 400);
  // Not simply the last images of a sorted file.
  EXPECT_FALSE(torch::equal(parts.test.samples, data.samples.narrow(0, 400, 100)));
}

}  // namespace
}  // namespace gan
