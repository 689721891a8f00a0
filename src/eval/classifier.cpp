#include "eval/classifier.hpp"

#include <algorithm>

#include <torch/autograd.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>
#include <torch/utils.h>

#include "core/long_work.hpp"
#include "data/sampler.hpp"
#include "eval/draws.hpp"
#include "gan_train/core/random.hpp"
#include "gan_train/models/networks.hpp"
#include "gan_train/train/adam.hpp"

namespace gan {
namespace {

namespace nn = torch::nn;

constexpr std::uint64_t kClassifierSeed = kEvaluationSeed;
constexpr std::int64_t kClassifierBatch = 64;
// Whichever is reached first: three passes over 60,000 images, or 30 over a small set.
constexpr std::int64_t kMaxSteps = std::int64_t{3} * 60000 / kClassifierBatch;
constexpr std::int64_t kMaxPasses = 30;
constexpr std::int64_t kMinLabelled = 100;
constexpr double kClassifierLr = 3e-3;
constexpr std::int64_t kMaxClassifierSide = 32;
constexpr std::int64_t kDigitKinds = 10;
constexpr std::int64_t kClassifyBlock = 250;
constexpr std::int64_t kHeldOutBlock = 100 * kClassifyBlock;  // held in memory, for data on disk

std::int64_t pool_of(std::int64_t size) { return size >= 4 ? 2 : 1; }

// Pooling before the norm makes the norm four times cheaper.
void push_stage(nn::Sequential& net, std::int64_t in, std::int64_t out, std::int64_t kernel,
                std::int64_t& height, std::int64_t& width) {
  net->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false)));
  const std::int64_t rows = pool_of(height), columns = pool_of(width);
  net->push_back(nn::MaxPool2d(nn::MaxPool2dOptions({rows, columns})));
  net->push_back(nn::BatchNorm2d(out));
  net->push_back(nn::ReLU());
  height /= rows;
  width /= columns;
}

nn::Sequential make_body(const ImageShape& shape) {
  nn::Sequential net;
  std::int64_t height = std::min(shape.height, kMaxClassifierSide);
  std::int64_t width = std::min(shape.width, kMaxClassifierSide);
  if (height < shape.height || width < shape.width) {
    net->push_back(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({height, width})));
  }
  push_stage(net, shape.channels, 16, 5, height, width);
  push_stage(net, 16, 32, 3, height, width);
  net->push_back(nn::Flatten());
  net->push_back(
      nn::Linear(nn::LinearOptions(32 * height * width, ClassifierImpl::kFeatures).bias(false)));
  net->push_back(nn::BatchNorm1d(ClassifierImpl::kFeatures));
  net->push_back(nn::ReLU());
  return net;
}

double held_out_accuracy(Classifier& net, const Dataset& data) {
  std::int64_t right = 0;
  for (std::int64_t begin = 0; begin < data.size(); begin += kHeldOutBlock) {
    const std::int64_t count = std::min(kHeldOutBlock, data.size() - begin);
    const auto found = classify(net, data.items(begin, count)).probabilities.argmax(1);
    right += found.eq(data.labels.narrow(0, begin, count)).sum().item<std::int64_t>();
  }
  return static_cast<double>(right) / static_cast<double>(data.size());
}

}  // namespace

ClassifierImpl::ClassifierImpl(const ImageShape& shape, std::int64_t classes, std::int64_t stacked)
    : classes_(classes),
      stacked_(stacked),
      body_(register_module("body",
                            make_body({shape.channels / stacked, shape.height, shape.width}))),
      head_(register_module("head", nn::Linear(kFeatures, stacked > 1 ? kDigitKinds : classes))) {
  choose_vector_kernels();
}

torch::Tensor ClassifierImpl::features(const torch::Tensor& images) {
  if (stacked_ == 1) return body_->forward(images);
  const auto single =
      images.reshape({-1, images.size(1) / stacked_, images.size(2), images.size(3)});
  return body_->forward(single).view({images.size(0), stacked_ * kFeatures});
}

torch::Tensor ClassifierImpl::logits(const torch::Tensor& features) {
  if (stacked_ == 1) return head_->forward(features);
  const auto digits = head_->forward(features.view({-1, stacked_, kFeatures}));
  // [n, 10] and [n, 10] make [n, 100]: a label's logit is the sum of its digits' logits.
  auto logits = digits.select(1, 0);
  for (std::int64_t i = 1; i < stacked_; ++i) {
    logits = (logits.unsqueeze(2) + digits.select(1, i).unsqueeze(1)).flatten(1);
  }
  return logits;
}

bool is_classifiable(const Dataset& data) {
  return data.labels.defined() && data.has_pixels() && data.size() >= kMinLabelled &&
         data.labels.min().item<std::int64_t>() != data.labels.max().item<std::int64_t>();
}

std::int64_t classifier_classes(const Dataset& data) {
  if (!data.labels.defined()) return 0;
  if (data.stacked == 1) return data.labels.max().item<std::int64_t>() + 1;
  std::int64_t classes = 1;
  for (std::int64_t i = 0; i < data.stacked; ++i) classes *= kDigitKinds;
  return classes;
}

Classifier train_classifier(const Dataset& data, std::int64_t classes) {
  torch::manual_seed(stream_seed(kClassifierSeed, Stream::kEvaluation, kClassifierInit));
  Classifier net(data.shape, classes, data.stacked);

  DataConfig whole_batches;
  whole_batches.drop_last = true;
  BatchSampler sampler(data.size(), std::min(kClassifierBatch / data.stacked, data.size()),
                       whole_batches, kClassifierSeed);
  const std::int64_t passes = sampler.batches_per_pass();
  const std::int64_t steps = std::min(kMaxSteps, kMaxPasses * passes);
  OptimConfig adam;
  adam.beta1 = 0.9;
  Adam optimizer(net->parameters(), kClassifierLr, adam);
  for (std::int64_t step = 0; step < steps; ++step) {
    report_long_work("training a classifier", step, steps);
    // Constant for the first fifth, then falling linearly to zero.
    const double left = 1.0 - static_cast<double>(step) / static_cast<double>(steps);
    optimizer.scale_lr(std::min(1.0, 1.25 * left));
    const auto indices = torch::tensor(sampler.batch(step), torch::kInt64);
    const auto logits = net->logits(net->features(unit_values(data.items(indices))));
    const auto loss = torch::cross_entropy_loss(logits, data.labels.index_select(0, indices));
    optimizer.step(torch::autograd::grad({loss}, optimizer.parameters()));
  }
  net->eval();
  return net;
}

Classified classify(Classifier net, const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  net->eval();
  const auto device = net->parameters().front().device();
  std::vector<torch::Tensor> features, probabilities;
  for (const auto& block : images.split(kClassifyBlock)) {
    report_long_work("features of images", std::ssize(features) * kClassifyBlock, images.size(0));
    // Flattened and reshaped, since a single channel's strides may look like channels last, which
    // rounds differently.
    const auto pixels = unit_values(block.flatten(1)).view(block.sizes());
    const auto found = net->features(pixels.to(device));
    features.push_back(found.cpu());
    probabilities.push_back(net->logits(found).softmax(1).cpu());
  }
  return {torch::cat(features), torch::cat(probabilities)};
}

TestedClassifier make_classifier(const Dataset& train, const Dataset& test) {
  TestedClassifier made;
  made.test_images = is_classifiable(test);
  Dataset training = train, held_out = test;
  if (!made.test_images) {
    const auto order = evaluation_order(train.size());
    const std::int64_t tenth = std::max<std::int64_t>(1, train.size() / 10);
    const auto parts = order.split_with_sizes({train.size() - tenth, tenth});
    training = train.subset(parts[0]);
    held_out = train.subset(parts[1]);
  }
  made.net = train_classifier(training, classifier_classes(train));
  made.accuracy = held_out_accuracy(made.net, held_out);
  return made;
}

}  // namespace gan
