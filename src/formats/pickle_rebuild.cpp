// The calls that a pickle of torch.save makes, each with the exact arguments
// that it makes them with.
#include <algorithm>

#include "gan_train/core/text.hpp"

#include "pickle_reader.hpp"

namespace gan {
namespace {

// Where torch.save found the storage: "cpu", "cuda" or "cuda:0".
bool is_device(std::string_view text) {
  if (!text.starts_with("cuda")) return text == "cpu";
  text.remove_prefix(4);
  return text.empty() || (text[0] == ':' && is_digits(text.substr(1)));
}

}  // namespace

template <typename T>
T PickleReader::pop_as(std::string_view expected) {
  Item item = pop();
  T* found = std::get_if<T>(&item.what);
  if (found == nullptr) fail("found ", kind(item), ", expected ", expected);
  return std::move(*found);
}

void PickleReader::push_global() {
  const auto module = take_line();
  const auto name = take_line();
  if (module == "collections" && name == "OrderedDict") return push({PickleCall::kOrderedDict});
  if (module == "torch._utils" && name == "_rebuild_tensor_v2") {
    return push({PickleCall::kRebuildTensor});
  }
  if (module == "torch._utils" && name == "_rebuild_parameter") {
    return push({PickleCall::kRebuildParameter});
  }
  for (const auto& row : kPtTypes) {
    if (module == "torch" && name == row.storage) return push({row.type});
  }
  fail("found the global ", in_quotes(std::string(module) + "." + std::string(name)),
       "; only tensors of uint8, int64, float32, float64, bfloat16 and float16 are read; of ",
       "a module, save module.state_dict() instead");
}

// ('storage', type, key, location, number of elements)
void PickleReader::push_storage() {
  const auto id = pop_as<Tuple>("a tuple that names a storage");
  if (id.size() != 5) fail("a storage is named by 5 values, found ", id.size());
  const auto* kind = std::get_if<std::string_view>(&id[0].what);
  const auto* type = std::get_if<PtType>(&id[1].what);
  const auto* key = std::get_if<std::string_view>(&id[2].what);
  const auto* place = std::get_if<std::string_view>(&id[3].what);
  if (kind == nullptr || *kind != "storage" || type == nullptr || key == nullptr ||
      place == nullptr || !is_device(*place)) {
    fail("expected ('storage', type, key, 'cpu' or 'cuda:N', elements)");
  }
  const auto found = records_.find(*key);
  if (found == records_.end()) fail("there is no record 'data/' of the storage ", in_quotes(*key));
  Record& record = found->second;
  const auto& row = pt_type_row(*type);
  const auto count = static_cast<std::uint64_t>(integer(id[4], "a number of elements"));
  if (record.bytes.size() % row.size != 0 || record.bytes.size() / row.size != count) {
    fail("the storage ", in_quotes(*key), " has ", count, " elements of ", row.size,
         " bytes, its record holds ", record.bytes.size(), " bytes");
  }
  if (record.type.value_or(*type) != *type) {
    fail("the storage ", in_quotes(*key), " is used with two types");
  }
  record.type = *type;
  push({Storage{*type, &record}});
}

void PickleReader::call() {
  auto arguments = pop_as<Tuple>("a tuple of arguments");
  switch (pop_as<PickleCall>("a function to call")) {
    case PickleCall::kOrderedDict: {
      if (!arguments.empty()) fail("expected OrderedDict without arguments");
      Item dict{PtValue{PtDict()}};
      dict.ordered = true;
      return push(std::move(dict));
    }
    case PickleCall::kRebuildTensor:
      return push_value(rebuild_tensor(arguments));
    case PickleCall::kRebuildParameter:
      return push_value(rebuild_parameter(arguments));
  }
}

// (storage, offset, size, stride, requires_grad, hooks), counted in elements
PtValue PickleReader::rebuild_tensor(Tuple& arguments) {
  if (arguments.size() != 6) fail("a tensor has 6 arguments, found ", arguments.size());
  const auto* storage = std::get_if<Storage>(&arguments[0].what);
  if (storage == nullptr) fail("found ", kind(arguments[0]), ", expected a tensor's storage");
  const auto offset = integer(arguments[1], "a tensor's offset");
  PtTensor tensor{storage->type, sizes(arguments[2], "a tensor's shape"), {}};
  const auto strides = sizes(arguments[3], "a tensor's strides");
  const auto* grad = std::get_if<PtValue>(&arguments[4].what);
  if (grad == nullptr || !std::holds_alternative<bool>(grad->value)) {
    fail("found ", kind(arguments[4]),
         ", expected a bool that says whether a tensor has gradients");
  }
  check_hooks(arguments[5]);

  const auto count = element_count(tensor.shape);
  if (!count)
    fail("a tensor's shape is negative, too large or of more than ", kPtMaxDims, " sizes");
  const auto expected = contiguous_strides(tensor.shape);
  if (strides.size() != expected.size()) {
    fail("a tensor has ", expected.size(), " sizes and ", strides.size(), " strides");
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    // The stride of a single element, or of none, is never stepped.
    if (*count > 0 && tensor.shape[i] > 1 && strides[i] != expected[i]) {
      fail("found stride ", strides[i], ", expected ", expected[i],
           ": only contiguous tensors are read; save tensor.contiguous()");
    }
  }
  const std::size_t size = size_of(storage->type);
  const auto room = static_cast<std::int64_t>(storage->record->bytes.size() / size);
  if (offset > room || *count > room - offset) {
    fail("a tensor of ", *count, " elements from ", offset, " on passes its storage of ", room);
  }
  storage->record->used = true;
  tensor.bytes = storage->record->bytes.subspan(static_cast<std::size_t>(offset) * size,
                                                static_cast<std::size_t>(*count) * size);
  return {std::move(tensor)};
}

// (tensor, requires_grad, hooks)
PtValue PickleReader::rebuild_parameter(Tuple& arguments) {
  if (arguments.size() != 3) fail("a parameter has 3 arguments, found ", arguments.size());
  auto* data = std::get_if<PtValue>(&arguments[0].what);
  const auto* grad = std::get_if<PtValue>(&arguments[1].what);
  if (data == nullptr || !std::holds_alternative<PtTensor>(data->value) || grad == nullptr ||
      !std::holds_alternative<bool>(grad->value)) {
    fail("expected a tensor and a bool as a parameter's arguments");
  }
  check_hooks(arguments[2]);
  return std::move(*data);
}

void PickleReader::check_hooks(const Item& item) const {
  const auto* value = std::get_if<PtValue>(&item.what);
  if (!item.ordered || !std::get<PtDict>(value->value).empty()) {
    fail("expected an empty OrderedDict as a tensor's hooks");
  }
}

std::int64_t PickleReader::integer(const Item& item, std::string_view what) const {
  const auto* value = std::get_if<PtValue>(&item.what);
  const auto* found = value == nullptr ? nullptr : std::get_if<std::int64_t>(&value->value);
  if (found == nullptr) fail("found ", kind(item), ", expected an integer as ", what);
  if (*found < 0) fail("found ", *found, ", expected at least 0 as ", what);
  return *found;
}

std::vector<std::int64_t> PickleReader::sizes(const Item& item, std::string_view what) const {
  const auto* tuple = std::get_if<Tuple>(&item.what);
  if (tuple == nullptr) fail("found ", kind(item), ", expected a tuple as ", what);
  std::vector<std::int64_t> numbers;
  for (const auto& size : *tuple) numbers.push_back(integer(size, what));
  return numbers;
}

namespace {

// {name: {word: number}}, as Module.state_dict() makes it.
bool is_metadata(const PtValue& value) {
  const auto is_number = [](const auto& entry) {
    return std::holds_alternative<std::int64_t>(entry.second.value) ||
           std::holds_alternative<bool>(entry.second.value);
  };
  const auto is_module = [&](const auto& entry) {
    const auto* words = std::get_if<PtDict>(&entry.second.value);
    return words != nullptr && std::all_of(words->begin(), words->end(), is_number);
  };
  const auto* modules = std::get_if<PtDict>(&value.value);
  return modules != nullptr && std::all_of(modules->begin(), modules->end(), is_module);
}

}  // namespace

// state_dict() hangs a `_metadata` on its OrderedDict; it holds version numbers
// of modules, which nothing here needs.
void PickleReader::build() {
  const PtValue state = to_value(pop());
  Item outer = pop();
  const auto* attributes = std::get_if<PtDict>(&state.value);
  if (!std::exchange(outer.ordered, false) || attributes == nullptr || attributes->size() != 1 ||
      attributes->front().first != "_metadata" || !is_metadata(attributes->front().second)) {
    fail("expected the _metadata of a state_dict(), found other attributes");
  }
  check_unique_keys(state);
  push(std::move(outer));
}

void PickleReader::check_unique_keys(const PtValue& value) const {
  if (const auto* list = std::get_if<PtList>(&value.value)) {
    for (const auto& item : *list) check_unique_keys(item);
  }
  const auto* dict = std::get_if<PtDict>(&value.value);
  if (dict == nullptr) return;
  std::vector<std::string_view> keys;
  for (const auto& [key, item] : *dict) {
    keys.push_back(key);
    check_unique_keys(item);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) {
    throw run_error(name_, ": data.pkl: key ", in_quotes(*twice), " occurs twice in a dict");
  }
}

}  // namespace gan
