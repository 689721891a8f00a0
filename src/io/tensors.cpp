#include "io/tensors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::array<std::pair<torch::ScalarType, PtType>, 6> kTypes = {{
    {torch::kUInt8, PtType::kUint8},
    {torch::kInt64, PtType::kInt64},
    {torch::kFloat32, PtType::kFloat32},
    {torch::kFloat64, PtType::kFloat64},
    {torch::kBFloat16, PtType::kBfloat16},
    {torch::kFloat16, PtType::kFloat16},
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

// "" or why a saved value can't be copied into `target`.
std::string misfit(const PtValue* value, const torch::Tensor& target) {
  const auto* saved = value == nullptr ? nullptr : std::get_if<PtTensor>(&value->value);
  if (saved == nullptr) return "is missing or not a tensor";
  if (target.sizes() == saved->shape) return "";
  return gan::str("has shape ", torch::IntArrayRef(saved->shape), ", the config needs ",
                  target.sizes());
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
  const auto problem = misfit(value, target);
  if (!problem.empty()) throw run_error(where, ": ", problem);
  const auto& saved = std::get<PtTensor>(value->value);
  // A copy, since the bytes of a file need not be aligned.
  const auto tensor = torch::empty(saved.shape, torch_type(saved.type));
  std::ranges::copy(saved.bytes, static_cast<std::uint8_t*>(tensor.mutable_data_ptr()));
  const torch::NoGradGuard no_grad;
  target.copy_(tensor);
}

void unpack(const PtDict& dict, torch::nn::Module& module, const std::string& where) {
  auto targets = module.named_parameters();
  targets.update(module.named_buffers());
  std::vector<std::string> misfits;
  for (const auto& item : targets) {
    const auto problem = misfit(find(dict, item.key()), *item);
    if (!problem.empty()) misfits.push_back(in_quotes(item.key()) + " " + problem);
  }
  for (const auto& [name, value] : dict) {
    if (!targets.contains(name)) misfits.push_back(in_quotes(name) + " is unexpected");
  }
  if (misfits.empty()) {
    for (auto& item : targets) {
      unpack(find(dict, item.key()), item.value(), where);
      if (!item->isfinite().all().item<bool>()) {
        throw run_error(where, ": ", in_quotes(item.key()), " holds numbers that are not finite");
      }
    }
    return;
  }
  constexpr std::size_t kMaxListed = 20;
  const std::size_t count = misfits.size();
  if (count > kMaxListed) {
    misfits.resize(kMaxListed);
    misfits.push_back(str("and ", count - kMaxListed, " more"));
  }
  throw run_error(where, ": does not fit the network of the config:\n  ", join(misfits, "\n  "));
}

}  // namespace gan
