#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <torch/nn/module.h>

#include "formats/pt.hpp"

namespace gan {

/// Builds .pt values from tensors, and keeps the memory alive that they point into.
class PtBuilder {
 public:
  PtValue build(const torch::Tensor& tensor);
  PtDict build(const std::vector<torch::Tensor>& tensors, const std::vector<std::string>& names);
  /// All parameters and buffers of a module under PyTorch's names.
  PtDict build(const torch::nn::Module& module);

 private:
  std::vector<torch::Tensor> alive_;
};

/// A copy of a saved tensor.
torch::Tensor to_tensor(const PtTensor& saved);

/// Copies a saved tensor into `target`; throws an Error beginning with `where` if the shapes
/// differ.
void copy_into(const PtValue* value, torch::Tensor& target, const std::string& where);

/// Copies saved tensors into all parameters and buffers of a module. None may be missing, except
/// those that may_be_missing(); none may be left over; all numbers must be finite. Otherwise throws
/// an Error beginning with `where`. `prefix` is that of the names in the file.
void copy_into(const PtDict& dict, torch::nn::Module& module, const std::string& where,
               const std::string& prefix = "");

/// Whether it is a batch norm's num_batches_tracked, which older files lack and nothing uses.
bool may_be_missing(std::string_view name);

}  // namespace gan
