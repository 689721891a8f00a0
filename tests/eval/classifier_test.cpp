#include "eval/classifier.hpp"

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <functional>
#include <gtest/gtest.h>
#include <utility>

#include <torch/types.h>
#include <torch/utils.h>

#include "gan_train/eval/evaluator.hpp"
#include "gan_train/models/networks.hpp"
#include "labelled_shapes.hpp"
#include "train/device.hpp"

namespace {
std::atomic<int> tanh_calls = 0;
}

// LibTorch, whose tanh calls it, finds this before MKL's own.
extern "C" void vmsTanh(int n, const float* x, float* y, long long mode) {
  ++tanh_calls;
  static const auto of_mkl = reinterpret_cast<decltype(&vmsTanh)>(dlsym(RTLD_NEXT, "vmsTanh"));
  of_mkl(n, x, y, mode);
}

namespace gan {
namespace {

TEST(Classifier, LearnsToTellShapesApart) {
  const Dataset train = labelled_shapes(1200);
  const TestedClassifier made = make_classifier(train, {});
  EXPECT_FALSE(made.test_images);
  EXPECT_GT(made.accuracy, 0.9);  // one in eight by chance
  EXPECT_EQ(made.net->classes(), 8);

  const Classified found = classify(made.net, train.samples);
  EXPECT_EQ(found.features.sizes(), torch::IntArrayRef({1200, ClassifierImpl::kFeatures}));
  EXPECT_TRUE(found.probabilities.sum(1).allclose(torch::ones({1200})));
  // Features of one kind are closer to each other than to another kind's.
  const auto squares = found.features.slice(0, 0, 400, 8);
  const auto discs = found.features.slice(0, 2, 400, 8);
  EXPECT_LT(torch::cdist(squares, squares).mean().item<double>(),
            0.7 * torch::cdist(squares, discs).mean().item<double>());
}

TEST(Classifier, TakesStackedImagesOneByOne) {
  const Dataset train = stacked_shapes(700);
  EXPECT_EQ(classifier_classes(train), 1000);
  const TestedClassifier made = make_classifier(train, {});
  EXPECT_GT(made.accuracy, 0.8);  // one in 512 by chance
  const Classified found = classify(made.net, train.samples.narrow(0, 0, 5));
  EXPECT_EQ(found.features.sizes(), torch::IntArrayRef({5, 3 * ClassifierImpl::kFeatures}));

  // The same weights on single images: a stack's probabilities are the products of theirs.
  Classifier single(ImageShape{1, 12, 12}, 10);
  const torch::NoGradGuard no_grad;
  for (const auto& item : made.net->named_parameters()) {
    single->named_parameters()[item.key()].copy_(item.value());
  }
  for (const auto& item : made.net->named_buffers()) {
    single->named_buffers()[item.key()].copy_(item.value());
  }
  const auto each = classify(single, train.samples.narrow(0, 0, 5).reshape({15, 1, 12, 12}));
  EXPECT_TRUE(torch::allclose(found.features, each.features.view({5, -1})));
  const auto of = each.probabilities.view({5, 3, 10});
  const auto products = of.select(1, 0).view({5, 10, 1, 1}) * of.select(1, 1).view({5, 1, 10, 1}) *
                        of.select(1, 2).view({5, 1, 1, 10});
  EXPECT_TRUE(torch::allclose(found.probabilities, products.flatten(1), 1e-4, 1e-6));
}

TEST(Classifier, TestsOnTheTestImagesWhereThereAreSome) {
  const Dataset train = labelled_shapes(400);
  Dataset test = labelled_shapes(160);
  EXPECT_TRUE(make_classifier(train, test).test_images);
  // With shifted labels, all images are classified wrongly.
  test.labels = (test.labels + 1).remainder(8);
  EXPECT_LT(make_classifier(train, test).accuracy, 0.2);
}

TEST(Classifier, IsTheSameEachTime) {
  const Dataset data = labelled_shapes(200);
  const auto weights = [&] {
    torch::rand({7});  // advances the global generator
    const Classifier net = train_classifier(data, 8);
    std::vector<torch::Tensor> all;
    for (const auto& parameter : net->parameters()) all.push_back(parameter.detach().flatten());
    return torch::cat(all);
  };
  EXPECT_TRUE(torch::equal(weights(), weights()));
}

TEST(Classifier, TakesAnyShape) {
  for (const ImageShape shape : {ImageShape{1, 4, 4}, {3, 40, 20}, {1, 1, 9}, {1, 28, 28}}) {
    Classifier net(shape, 3);
    net->eval();
    const auto images = torch::zeros({2, shape.channels, shape.height, shape.width}, torch::kUInt8);
    EXPECT_EQ(classify(net, images).probabilities.sizes(), torch::IntArrayRef({2, 3}))
        << to_string(shape);
  }
}

TEST(Classifier, NeedsImagesOfSeveralClasses) {
  Dataset data = labelled_shapes(200);
  EXPECT_TRUE(is_classifiable(data));
  data.labels = torch::zeros({200}, torch::kInt64);
  EXPECT_FALSE(is_classifiable(data));
  data.labels = torch::Tensor();
  EXPECT_FALSE(is_classifiable(data));
  DataConfig rings;
  rings.dataset = DatasetKind::kRings;
  EXPECT_FALSE(is_classifiable(load_dataset(rings)));
  EXPECT_FALSE(is_classifiable({}));
}

// In separate processes, since the choice is made once per process.
TEST(VectorKernels, AreChosenBeforeAnythingIsComputed) {
  if (!at::hasMKL()) GTEST_SKIP() << "NOT TESTED: this LibTorch has no MKL";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const ModelConfig model;
  const ImageShape image{1, 8, 8};
  const std::pair<const char*, std::function<void()>> ways[] = {
      {"make_networks", [&] { make_networks(model, image, 1); }},
      {"make_generator", [&] { make_generator(model, image); }},
      {"Classifier", [&] { Classifier(image, 2); }},
      {"Evaluator", [&] { Evaluator({"", labelled_shapes(200), {}}, std::nullopt, 100); }},
      {"configure_process", [] { configure_process({}); }},
  };
  for (const auto& [name, way] : ways) {
    const auto exit_with_calls = [&] {
      way();
      std::_Exit(tanh_calls);
    };
    EXPECT_EXIT(exit_with_calls(), testing::ExitedWithCode(1), "") << name;
  }
}

}  // namespace
}  // namespace gan
