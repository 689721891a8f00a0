#include "models/tensors.hpp"

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

// Returns "", or why a saved value can't be copied into `target`.
std::string tensor_problem(const PtValue* value, const torch::Tensor& target) {
  const auto* other = value == nullptr ? nullptr : std::get_if<PtOther>(&value->value);
  if (other != nullptr) return gan::str("is ", other->what, ", which is not supported");
  const auto* saved = value == nullptr ? nullptr : std::get_if<PtTensor>(&value->value);
  if (saved == nullptr) return "is missing or not a tensor";
  if (target.sizes() == saved->shape) return "";
  return gan::str("has shape ", torch::IntArrayRef(saved->shape), ", the config needs ",
                  target.sizes());
}

// The start of both lists, with at most `room` lines in total.
std::vector<std::string> shortened(std::vector<std::string> wanted, std::vector<std::string> found,
                                   std::size_t room) {
  const std::size_t count = wanted.size() + found.size();
  if (count > room) {
    const std::size_t kept =
        std::min(wanted.size(), std::max(room / 2, room - std::min(room, found.size())));
    wanted.resize(kept);
    found.resize(std::min(found.size(), room - kept));
  }
  const std::size_t left = count - wanted.size() - found.size();
  wanted.insert(wanted.end(), found.begin(), found.end());
  if (left > 0) wanted.push_back(str("and ", left, " more"));
  return wanted;
}

}  // namespace

PtValue PtBuilder::build(const torch::Tensor& tensor) {
  const auto& kept = alive_.emplace_back(tensor.detach().cpu().contiguous());
  const auto* data = static_cast<const std::uint8_t*>(kept.const_data_ptr());
  return {PtTensor{pt_type(kept.scalar_type()), kept.sizes().vec(), {data, kept.nbytes()}}};
}

PtDict PtBuilder::build(const std::vector<torch::Tensor>& tensors,
                        const std::vector<std::string>& names) {
  PtDict dict;
  for (std::size_t i = 0; i < tensors.size(); ++i) dict.emplace_back(names[i], build(tensors[i]));
  return dict;
}

PtDict PtBuilder::build(const torch::nn::Module& module) {
  PtDict dict;
  for (const auto& item : module.named_parameters()) dict.emplace_back(item.key(), build(*item));
  for (const auto& item : module.named_buffers()) dict.emplace_back(item.key(), build(*item));
  return dict;
}

torch::Tensor to_tensor(const PtTensor& saved) {
  // A copy, since the file's bytes need not be aligned.
  const auto elements = static_cast<std::int64_t>(saved.bytes.size() / size_of(saved.type));
  auto values = torch::empty({elements}, torch_type(saved.type));
  std::ranges::copy(saved.bytes, static_cast<std::uint8_t*>(values.mutable_data_ptr()));
  return saved.strides.empty() ? values.view(saved.shape)
                               : values.as_strided(saved.shape, saved.strides);
}

void copy_into(const PtValue* value, torch::Tensor& target, const std::string& where) {
  const auto problem = tensor_problem(value, target);
  if (!problem.empty()) throw run_error(where, ": ", problem);
  const torch::NoGradGuard no_grad;
  target.copy_(to_tensor(std::get<PtTensor>(value->value)));
}

bool may_be_missing(std::string_view name) { return name.ends_with("num_batches_tracked"); }

void copy_into(const PtDict& dict, torch::nn::Module& module, const std::string& where,
               const std::string& prefix) {
  auto targets = module.named_parameters();
  targets.update(module.named_buffers());
  std::vector<std::string> misfits, left_over;
  for (const auto& item : targets) {
    const auto* value = find(dict, item.key());
    if (value == nullptr && may_be_missing(item.key())) continue;
    const auto problem = tensor_problem(value, *item);
    if (!problem.empty()) misfits.push_back(in_quotes(item.key()) + " " + problem);
  }
  for (const auto& [name, value] : dict) {
    if (!targets.contains(name)) left_over.push_back(in_quotes(prefix + name) + " is unexpected");
  }
  if (!misfits.empty() || !left_over.empty()) {
    constexpr std::size_t kMaxListed = 18;
    throw run_error(where, ": does not fit the network of the config:\n  ",
                    join(shortened(std::move(misfits), std::move(left_over), kMaxListed), "\n  "));
  }
  for (auto& item : targets) {
    const auto* value = find(dict, item.key());
    if (value == nullptr) continue;
    copy_into(value, item.value(), where);
    if (!item->isfinite().all().item<bool>()) {
      throw run_error(where, ": ", in_quotes(item.key()), " holds numbers that are not finite");
    }
  }
}

}  // namespace gan
