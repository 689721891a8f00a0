#pragma once

#include <cstdint>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "gan_train/core/shape.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

/// A small convolutional network based on LeNet-5 (LeCun et al. 1998), with batch norm, for metrics
/// of labelled images. Its features are the activations of its last hidden layer. Stacked images
/// (Dataset::stacked) are classified one by one: their features are concatenated, and the
/// probability of a stack's label is the product of those of its digits.
class ClassifierImpl : public torch::nn::Module {
 public:
  /// Number of features of one image.
  static constexpr std::int64_t kFeatures = 128;

  /// `classes` counts those of a whole item: 10^stacked if `stacked` is above 1.
  ClassifierImpl(const ImageShape& shape, std::int64_t classes, std::int64_t stacked = 1);

  /// [n, c, h, w] float32 in [0, 1] -> [n, stacked x kFeatures].
  torch::Tensor features(const torch::Tensor& images);
  /// [n, stacked x kFeatures] -> logits [n, classes].
  torch::Tensor logits(const torch::Tensor& features);

  std::int64_t classes() const { return classes_; }
  std::int64_t stacked() const { return stacked_; }

 private:
  std::int64_t classes_;
  std::int64_t stacked_;
  torch::nn::Sequential body_;
  torch::nn::Linear head_;
};
TORCH_MODULE(Classifier);

/// Whether a classifier can be trained on it: it has images, and labels of two or more classes.
bool is_classifiable(const Dataset& data);

/// Number of classes that a classifier of the data set distinguishes; 0 without labels.
std::int64_t classifier_classes(const Dataset& data);

/// Trains a classifier with a fixed seed on images and their labels, each below `classes`. The
/// weights are a pure function of these, apart from rounding on other machines.
Classifier train_classifier(const Dataset& data, std::int64_t classes);

/// Output of a classifier for images uint8 [n, c, h, w], as float32 on the CPU.
struct Classified {
  torch::Tensor features;       ///< [n, stacked x kFeatures]
  torch::Tensor probabilities;  ///< [n, classes]
};
Classified classify(Classifier net, const torch::Tensor& images);

/// A classifier and its accuracy.
struct TestedClassifier {
  Classifier net{nullptr};
  double accuracy = 0.0;     ///< share of unseen images that it classifies correctly
  bool test_images = false;  ///< whether those were the data set's own test images
};

/// Trains a classifier on `train` and tests it on `test` or, if that has no labels, on a tenth of
/// `train` that is held out from training.
TestedClassifier make_classifier(const Dataset& train, const Dataset& test);

}  // namespace gan
