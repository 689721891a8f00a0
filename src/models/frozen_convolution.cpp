#include "models/frozen_convolution.hpp"

#include <torch/nn/functional/conv.h>
#include <torch/utils.h>

#include "core/text.hpp"
#include "formats/safetensors.hpp"
#include "gan_train/core/error.hpp"
#include "models/map_layout.hpp"
#include "models/tensors.hpp"

namespace gan {

torch::Tensor FrozenConvolution::operator()(const torch::Tensor& maps) const {
  return torch::conv2d(maps, weight, bias, options.stride, options.padding, /*dilation=*/1,
                       options.groups);
}

// Accepts a plain state dict, or one under "state_dict" as training scripts save it.
static PtDict read_state_dict(ByteView bytes, const std::string& name) {
  if (extension_of(name) == ".safetensors") return parse_safetensors(bytes, name).tensors;
  PtDict root = parse_pt(bytes, name);
  const PtValue* inner = find(root, "state_dict");
  const auto* dict = inner == nullptr ? nullptr : std::get_if<PtDict>(&inner->value);
  return dict == nullptr ? std::move(root) : PtDict(*dict);
}

FrozenWeights::FrozenWeights(const std::filesystem::path& path, torch::Device device)
    : name_(path.string()),
      device_(device),
      bytes_(read_file(path)),
      dict_(read_state_dict(bytes_, name_)) {}

torch::Tensor FrozenWeights::take(const std::string& name, torch::IntArrayRef shape) const {
  const PtValue* value = find(dict_, name);
  const auto* saved = value == nullptr ? nullptr : std::get_if<PtTensor>(&value->value);
  if (saved == nullptr) {
    throw run_error(name_, ": has no tensor ", in_quotes(name), "; it belongs to another network");
  }
  if (shape != saved->shape) {
    throw run_error(name_, ": ", in_quotes(name), " has shape ", torch::IntArrayRef(saved->shape),
                    " where ", shape, " is needed; it belongs to another network");
  }
  const torch::NoGradGuard no_grad;
  auto tensor = to_tensor(*saved).to(torch::kFloat32);
  if (!tensor.isfinite().all().item<bool>()) {
    throw run_error(name_, ": ", in_quotes(name), " holds numbers that are not finite");
  }
  return tensor.to(device_);
}

FrozenConvolution FrozenWeights::take(const std::string& conv, const std::string& norm,
                                      torch::IntArrayRef shape, const ConvolutionOptions& options,
                                      double epsilon) const {
  const auto of_norm = [&](const char* what) {
    return take(str(norm, ".", what), {shape[0]}).to(torch::kFloat64);
  };
  const torch::NoGradGuard no_grad;
  const auto scale = of_norm("weight") / (of_norm("running_var") + epsilon).sqrt();
  const auto bias = of_norm("bias") - of_norm("running_mean") * scale;
  const auto weight = take(conv + ".weight", shape) * scale.view({-1, 1, 1, 1});
  return {weight.to(torch::kFloat32).contiguous(kChannelsLast), bias.to(torch::kFloat32), options};
}

}  // namespace gan
