// Compares the feature networks with Python's, for random weights of the same names and shapes.
// Needs a Python with torch, named by the environment variable GAN_TRAIN_PYTHON, and the packages
// that scripts/setup.sh --tests installs.
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "core/file.hpp"
#include "formats/pt.hpp"
#include "message.hpp"
#include "models/efficientnet_lite0.hpp"
#include "models/inception_v3.hpp"
#include "models/tensors.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

// The script next to this file.
std::string script() { return std::filesystem::path(__FILE__).replace_extension(".py").string(); }

class FeatureNetworks : public ::testing::Test {
 protected:
  // Makes Python write weights.pth, and truth.pt with "images" and the network's output for them.
  void make(const std::string& network) {
    const char* python = std::getenv("GAN_TRAIN_PYTHON");
    if (python == nullptr || *python == '\0') {
      GTEST_SKIP() << "NOT TESTED: set GAN_TRAIN_PYTHON to a Python with torch";
    }
    const auto folder = folder_.path().string();
    const auto command = std::string("'") + python + "' '" + script() + "' " + network + " '" +
                         folder + "' >'" + folder + "/output.txt' 2>&1";
    const int status = std::system(command.c_str());
    if (WEXITSTATUS(status) == 77) {
      GTEST_SKIP() << "NOT TESTED: " << as_text(read_file(folder_ / "output.txt"));
    }
    ASSERT_EQ(status, 0) << as_text(read_file(folder_ / "output.txt"));
    bytes_ = read_file(folder_ / "truth.pt");
    truth_ = parse_pt(bytes_, "truth.pt");
  }
  std::filesystem::path weights() const { return folder_ / "weights.pth"; }
  torch::Tensor truth(const char* name) const {
    return to_tensor(std::get<PtTensor>(find(truth_, name)->value));
  }

  TempFolder folder_;

 private:
  Bytes bytes_;
  PtDict truth_;
};

void expect_close(const torch::Tensor& found, const torch::Tensor& truth) {
  ASSERT_EQ(found.sizes(), truth.sizes());
  EXPECT_GT(truth.std().item<double>(), 0.01);
  EXPECT_LT((found - truth).abs().max().item<double>(), 1e-4 * truth.abs().max().item<double>());
}

TEST_F(FeatureNetworks, EfficientNetLite0IsThatOfPython) {
  make("lite0");
  if (IsSkipped()) return;
  const EfficientNetLite0 net(weights());
  const auto images = truth("images");
  const auto maps = net.maps(images);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    EXPECT_EQ(maps.at(i).size(1), EfficientNetLite0::kMapChannels.at(i));
    expect_close(maps.at(i), truth(("map" + std::to_string(i)).c_str()));
  }
  expect_close(net.features(images), truth("features"));
}

TEST_F(FeatureNetworks, EfficientNetLite0PassesGradientsAndTakesOtherSizes) {
  make("lite0");
  if (IsSkipped()) return;
  const EfficientNetLite0 net(weights());
  const auto images = torch::rand({2, 3, 33, 47}).requires_grad_();
  const auto maps = net.maps(images);
  EXPECT_EQ(maps[0].sizes(), (torch::IntArrayRef{2, 24, 9, 12}));
  EXPECT_EQ(maps[3].sizes(), (torch::IntArrayRef{2, 320, 2, 2}));
  maps[3].sum().backward();
  EXPECT_GT(images.grad().abs().sum().item<double>(), 0.0);
}

TEST_F(FeatureNetworks, InceptionIsThatOfPytorchFid) {
  make("inception");
  if (IsSkipped()) return;
  const InceptionV3 net(weights());
  const auto features = net.features(truth("images"));
  expect_close(features, truth("features"));
  expect_close(net.logits(features), truth("logits"));
}

TEST_F(FeatureNetworks, WeightsOfAnotherNetworkAreRefused) {
  make("lite0");
  if (IsSkipped()) return;
  const auto said = message_of([&] { InceptionV3 net(weights()); });
  EXPECT_NE(said.find("has no tensor 'Conv2d_1a_3x3."), std::string::npos) << said;
}

}  // namespace
}  // namespace gan
