#pragma once

#include <cstdint>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "gan_train/core/shape.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {

/// A small convolutional network after LeNet-5 (LeCun et al. 1998), with batch norm: what labelled
/// images are measured by. Its features are the activations of its last hidden layer. Stacked
/// images (Dataset::stacked) it takes one by one: their features stand side by side, and a stack's
/// probability of a label is the product of its images' probabilities of the digits in it.
class ClassifierImpl : public torch::nn::Module {
 public:
  /// Values in the features of one image.
  static constexpr std::int64_t kFeatures = 128;

  /// `classes` are those of a whole item: 10^stacked where `stacked` is above 1.
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

/// Whether a classifier can be learned from it: images, and labels of two classes or more.
bool is_classifiable(const Dataset& data);

/// The classes that a classifier of it tells apart; 0 without labels.
std::int64_t classes_to_tell(const Dataset& data);

/// Trains a classifier with a fixed seed on images and their labels, each below `classes`. The
/// weights are a pure function of these, but for rounding on another machine.
Classifier train_classifier(const Dataset& data, std::int64_t classes);

/// What a classifier makes of images uint8 [n, c, h, w]: both float32 on the CPU.
struct Classified {
  torch::Tensor features;       ///< [n, stacked x kFeatures]
  torch::Tensor probabilities;  ///< [n, classes]
};
Classified classify(Classifier net, const torch::Tensor& images);

/// A classifier and how good it is.
struct TestedClassifier {
  Classifier net{nullptr};
  double accuracy = 0.0;     ///< share of images that it had not seen put into the right class
  bool test_images = false;  ///< whether those were the data's own test images
};

/// Trains a classifier on `train` and tests it on `test` or, where that has no labels, on a tenth
/// of `train` that is left out of training for it.
TestedClassifier make_classifier(const Dataset& train, const Dataset& test);

}  // namespace gan
