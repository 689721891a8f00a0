#include "models/residual.hpp"

#include <utility>

namespace gan {

ResidualImpl::ResidualImpl(torch::nn::Sequential branch, torch::nn::Sequential shortcut)
    : branch_(register_module("branch", std::move(branch))),
      shortcut_(register_module("shortcut", std::move(shortcut))) {}

torch::Tensor ResidualImpl::forward(const torch::Tensor& input) {
  return shortcut_->forward(input) + branch_->forward(input);
}

std::shared_ptr<torch::nn::Module> ResidualImpl::clone(
    const std::optional<torch::Device>& device) const {
  const auto copy = [&](const torch::nn::Sequential& net) {
    return std::dynamic_pointer_cast<torch::nn::SequentialImpl>(net->clone(device));
  };
  return std::make_shared<ResidualImpl>(copy(branch_), copy(shortcut_));
}

void ResidualImpl::pretty_print(std::ostream& stream) const {
  stream << "Residual(" << branch_->size() << " layers beside " << shortcut_->size() << ")";
}

}  // namespace gan
