#include "tensors.hpp"

#include <array>
#include <utility>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::array<std::pair<torch::ScalarType, PtType>, 5> kTypes = {{
    {torch::kUInt8, PtType::kUint8},
    {torch::kInt64, PtType::kInt64},
    {torch::kFloat32, PtType::kFloat32},
    {torch::kFloat64, PtType::kFloat64},
    {torch::kBFloat16, PtType::kBfloat16},
}};

PtType pt_type(torch::ScalarType type) {
  for (const auto& [torch_type, pt] : kTypes) {
    if (torch_type == type) return pt;
  }
  throw run_error("cannot save a tensor of type ", torch::toString(type));
}

torch::ScalarType torch_type(PtType type) {
  for (const auto& [torch_type, pt] : kTypes) {
    if (pt == type) return torch_type;
  }
  throw run_error("cannot load a tensor of unknown type");
}

}  // namespace

PtValue TensorPacker::pack(const torch::Tensor& tensor) {
  const auto& kept = alive_.emplace_back(tensor.detach().cpu().contiguous());
  const auto* data = static_cast<const std::uint8_t*>(kept.const_data_ptr());
  return {PtTensor{pt_type(kept.scalar_type()), kept.sizes().vec(), {data, kept.nbytes()}}};
}

PtDict TensorPacker::pack(const std::vector<torch::Tensor>& tensors,
                          const std::vector<std::string>& names) {
  PtDict dict;
  for (std::size_t i = 0; i < tensors.size(); ++i) dict.emplace_back(names[i], pack(tensors[i]));
  return dict;
}

PtDict TensorPacker::pack(const torch::nn::Module& module) {
  PtDict dict;
  for (const auto& item : module.named_parameters()) dict.emplace_back(item.key(), pack(*item));
  for (const auto& item : module.named_buffers()) dict.emplace_back(item.key(), pack(*item));
  return dict;
}

void unpack(const PtValue* value, torch::Tensor& target, const std::string& where) {
  const auto* saved = value == nullptr ? nullptr : std::get_if<PtTensor>(&value->value);
  if (saved == nullptr) throw run_error(where, ": is missing or not a tensor");
  if (target.sizes() != saved->shape) {
    throw run_error(where, ": has shape ", torch::IntArrayRef(saved->shape), ", the config needs ",
                    target.sizes());
  }
  if (target.numel() == 0) return;
  // from_blob only reads here; its signature lacks a const form.
  auto* bytes = const_cast<std::uint8_t*>(saved->bytes.data());
  const torch::NoGradGuard no_grad;
  target.copy_(torch::from_blob(bytes, saved->shape, torch_type(saved->type)));
}

void unpack(const PtDict& dict, torch::nn::Module& module, const std::string& where) {
  std::size_t count = 0;
  const auto take = [&](auto named) {
    for (auto& item : named) {
      unpack(find(dict, item.key()), item.value(), where + " '" + item.key() + "'");
      ++count;
    }
  };
  take(module.named_parameters());
  take(module.named_buffers());
  if (count != dict.size()) {
    throw run_error(where, ": holds ", dict.size(), " tensors, the config's network has ", count);
  }
}

}  // namespace gan
