#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "formats/pickle.hpp"
#include "formats/pickle_machine.hpp"
#include "formats/pt_tensor.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

// Turns a pickle's graph into plain values and tensors. Anything else becomes a PtOther.
class PickleReader {
 public:
  PickleReader(PickleGraph graph, std::span<const PickleStorage> storages, std::string_view name);
  PtDict read();

 private:
  struct Record {
    ByteView bytes;
    std::optional<PtType> type;
    bool used = false;
  };
  struct Storage {
    std::optional<PtType> type;  // empty: an unsupported type
    std::string_view type_name;
    ByteView bytes;
  };

  template <typename... Args>
  [[noreturn]] void fail(const Args&... args) const {
    throw run_error(name_, ": ", path_.empty() ? "" : in_quotes(join(path_, ".")) + ": ", args...);
  }

  const PickleNode& node(PickleId id) const { return graph_.nodes[id]; }
  template <typename T>
  const T* as(PickleId id) const {
    return std::get_if<T>(&node(id));
  }

  PtValue value(PickleId id);
  PtList list(const std::vector<PickleId>& items);
  PtDict dict(const std::vector<PickleId>& items);
  void check_unique_keys(const PtDict& dict) const;
  PtValue object(const PickleObject& object);
  PtValue call(const PickleGlobal& function, PickleId arguments, PickleId items);
  std::string text(std::string_view text);
  void add_values(std::size_t count);

  PtValue tensor(const std::vector<PickleId>& arguments);
  Storage storage(PickleId id);
  std::int64_t count(PickleId id, std::string_view what) const;
  std::vector<std::int64_t> sizes(PickleId id, std::string_view what) const;

  PickleGraph graph_;
  std::string_view name_;
  std::map<std::string_view, Record> records_;
  std::vector<std::string> path_;  // keys of the dicts around the current value
  std::size_t depth_ = 0;          // number of containers around it
  std::size_t values_ = 0;         // made so far
  std::size_t text_ = 0;           // bytes of strings made so far
};

PickleReader::PickleReader(PickleGraph graph, std::span<const PickleStorage> storages,
                           std::string_view name)
    : graph_(std::move(graph)), name_(name) {
  for (const auto& storage : storages) records_[storage.key].bytes = storage.bytes;
}

std::string_view kind_of(const PtValue& value) {
  // In the order of the variant's alternatives.
  static constexpr std::array<std::string_view, 6> kKinds = {"None",    "a bool",   "an integer",
                                                             "a float", "a string", "a tensor"};
  return kKinds.at(value.value.index());
}

PtDict PickleReader::read() {
  for (PickleId id = 0; id < graph_.nodes.size(); ++id) {
    if (as<PickleStorageId>(id) != nullptr) storage(id);
  }
  for (const auto& [key, record] : records_) {
    if (!record.used) throw run_error(name_, ": record 'data/", key, "' belongs to no tensor");
  }
  PtValue root = value(graph_.root);
  if (auto* dict = std::get_if<PtDict>(&root.value)) return std::move(*dict);
  if (const auto* other = std::get_if<PtOther>(&root.value)) {
    fail("holds ", other->what, ", not a dict of tensors; of a module, save module.state_dict()");
  }
  auto* list = std::get_if<PtList>(&root.value);
  if (list == nullptr) {
    fail("found ", kind_of(root), ", expected a dict as the whole; it is neither a checkpoint of ",
         "gan-train nor a state_dict");
  }
  PtDict numbered;
  for (std::size_t i = 0; i < list->size(); ++i) {
    numbered.push_back({std::to_string(i), std::move((*list)[i])});
  }
  return numbered;
}

PtValue PickleReader::value(PickleId id) {
  if (depth_ > kPickleMaxDepth) fail("nested more than ", kPickleMaxDepth, " deep");
  if (const auto* plain = as<bool>(id)) return {*plain};
  if (const auto* plain = as<std::int64_t>(id)) return {*plain};
  if (const auto* plain = as<double>(id)) return {*plain};
  if (const auto* plain = as<std::string_view>(id)) return {text(*plain)};
  if (const auto* other = as<PickleOther>(id)) return {PtOther{std::string(other->what)}};
  if (const auto* global = as<PickleGlobal>(id)) {
    return {PtOther{shown(str(global->module, ".", global->name))}};
  }
  if (as<PickleStorageId>(id) != nullptr) return {PtOther{"a storage"}};
  if (const auto* called = as<PickleObject>(id)) return object(*called);
  if (const auto* items = as<PickleTuple>(id)) return {list(items->items)};
  if (const auto* items = as<PickleList>(id)) return {list(items->items)};
  if (const auto* items = as<PickleDict>(id)) return {dict(items->items)};
  return {};
}

std::string PickleReader::text(std::string_view text) {
  text_ += text.size();
  if (text_ > kPickleMaxText) fail("more than ", kPickleMaxText, " bytes of strings");
  return std::string(text);
}

// Without this limit, shared nodes would let a small file expand to any size.
void PickleReader::add_values(std::size_t count) {
  values_ += count;
  if (values_ > kPickleMaxSteps) fail("more than ", kPickleMaxSteps, " values");
}

PtList PickleReader::list(const std::vector<PickleId>& items) {
  add_values(items.size());
  ++depth_;
  PtList values;
  values.reserve(items.size());
  for (const PickleId item : items) values.push_back(value(item));
  --depth_;
  return values;
}

// Drops keys that are neither strings nor integers, since nothing here could name them.
PtDict PickleReader::dict(const std::vector<PickleId>& items) {
  add_values(items.size() / 2);
  ++depth_;
  PtDict values;
  values.reserve(items.size() / 2);
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const auto* word = as<std::string_view>(items[i]);
    const auto* number = as<std::int64_t>(items[i]);
    if (word == nullptr && number == nullptr) continue;
    path_.push_back(text(word != nullptr ? *word : std::to_string(*number)));
    PtValue item = value(items[i + 1]);
    values.push_back({std::move(path_.back()), std::move(item)});
    path_.pop_back();
  }
  --depth_;
  check_unique_keys(values);
  return values;
}

void PickleReader::check_unique_keys(const PtDict& dict) const {
  std::vector<std::string_view> keys;
  keys.reserve(dict.size());
  for (const auto& entry : dict) keys.push_back(entry.first);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) fail("key ", in_quotes(*twice), " occurs twice in a dict");
}

PtValue PickleReader::object(const PickleObject& object) {
  const auto* function = as<PickleGlobal>(object.callable);
  ++depth_;
  PtValue made =
      call(function == nullptr ? PickleGlobal() : *function, object.arguments, object.items);
  --depth_;
  return made;
}

// Handles the few functions that tensors and dicts need; no other object is ever created.
PtValue PickleReader::call(const PickleGlobal& function, PickleId arguments, PickleId items) {
  const auto* tuple = as<PickleTuple>(arguments);
  const auto full_name = str(function.module, ".", function.name);
  const auto is = [&](std::string_view name) { return full_name == name; };
  if (tuple != nullptr && !tuple->items.empty()) {
    const auto& given = tuple->items;
    if (is("torch._utils._rebuild_tensor_v2")) return tensor(given);
    if (is("torch._utils._rebuild_parameter") || is("torch._utils._rebuild_parameter_with_state") ||
        is("torch._utils._rebuild_device_tensor_from_cpu_tensor")) {
      return value(given[0]);
    }
    // A tensor with attributes: the arguments are a function, a class, the function's arguments,
    // the attributes.
    const auto* inner = given.size() < 3 ? nullptr : as<PickleGlobal>(given[0]);
    if (inner != nullptr && is("torch._tensor._rebuild_from_type_v2") &&
        inner->name != function.name) {
      return call(*inner, given[2], 0);
    }
  }
  // OrderedDict, defaultdict, and similar classes
  if (items != 0) return value(items);
  if (is("collections.OrderedDict")) return {PtDict()};
  if (function.name.empty()) return {PtOther{"an object"}};
  return {PtOther{"an object of " + shown(full_name)}};
}

// (storage, offset, size, stride, requires_grad, hooks), in elements.
PtValue PickleReader::tensor(const std::vector<PickleId>& arguments) {
  if (arguments.size() != 6) return {PtOther{"a tensor with metadata"}};
  if (as<PickleStorageId>(arguments[0]) == nullptr) fail("expected a tensor's storage");
  const Storage from = storage(arguments[0]);
  if (!from.type) return {PtOther{"a tensor of " + shown(from.type_name)}};
  const auto offset = count(arguments[1], "a tensor's offset");
  PtTensor tensor{*from.type, sizes(arguments[2], "a tensor's shape"), {}, {}};
  add_values(tensor.shape.size());
  tensor.strides = sizes(arguments[3], "a tensor's strides");
  const auto elements = element_count(tensor.shape);
  if (!elements) {
    fail("a tensor's shape is negative, too large or of more than ", kPtMaxDims, " sizes");
  }
  if (tensor.strides.size() != tensor.shape.size()) {
    fail("a tensor has ", tensor.shape.size(), " sizes and ", tensor.strides.size(), " strides");
  }
  if (is_contiguous(tensor.shape, tensor.strides)) tensor.strides.clear();
  const auto extent = element_extent(tensor);
  const std::size_t size = size_of(*from.type);
  const auto room = static_cast<std::int64_t>(from.bytes.size() / size);
  if (!extent || offset > room || *extent > room - offset) {
    fail("a tensor of ", *elements, " elements from ", offset, " exceeds its storage of ", room);
  }
  tensor.bytes = from.bytes.subspan(static_cast<std::size_t>(offset) * size,
                                    static_cast<std::size_t>(*extent) * size);
  return {std::move(tensor)};
}

// ('storage', type, key, device, number of elements); the old format adds its part of another
// storage.
PickleReader::Storage PickleReader::storage(PickleId id) {
  const auto* tuple = as<PickleTuple>(as<PickleStorageId>(id)->tuple);
  const std::size_t size = tuple == nullptr ? 0 : tuple->items.size();
  if (size != 5 && size != 6) fail("a storage is named by 5 values, or 6 in the old format");
  const auto& parts = tuple->items;
  if (size == 6 && as<std::monostate>(parts[5]) == nullptr) {
    fail("holds a storage that is a part of another one, which PyTorch before 0.4 wrote; in ",
         "Python, save it again with torch.save(torch.load(file), file)");
  }
  const auto* kind = as<std::string_view>(parts[0]);
  const auto* type = as<PickleGlobal>(parts[1]);
  const auto* key = as<std::string_view>(parts[2]);
  if (kind == nullptr || *kind != "storage" || type == nullptr || key == nullptr ||
      as<std::string_view>(parts[3]) == nullptr) {
    fail("expected ('storage', type, key, device, elements)");
  }
  const auto found = records_.find(*key);
  if (found == records_.end()) fail("there is no record 'data/' of the storage ", in_quotes(*key));
  Record& record = found->second;
  record.used = true;
  const auto row = std::find_if(kPtTypes.begin(), kPtTypes.end(), [&](const PtTypeRow& known) {
    return type->module == "torch" && type->name == known.storage;
  });
  if (row == kPtTypes.end()) return {std::nullopt, type->name, {}};
  const auto elements = static_cast<std::uint64_t>(count(parts[4], "a number of elements"));
  if (record.bytes.size() % row->size != 0 || record.bytes.size() / row->size != elements) {
    fail("the storage ", in_quotes(*key), " has ", elements, " elements of ", row->size,
         " bytes, its record holds ", record.bytes.size(), " bytes");
  }
  if (record.type.value_or(row->type) != row->type) {
    fail("the storage ", in_quotes(*key), " is used with two types");
  }
  record.type = row->type;
  return {row->type, type->name, record.bytes};
}

std::int64_t PickleReader::count(PickleId id, std::string_view what) const {
  const auto* found = as<std::int64_t>(id);
  if (found == nullptr) fail("expected an integer as ", what);
  if (*found < 0) fail("found ", *found, ", expected at least 0 as ", what);
  return *found;
}

std::vector<std::int64_t> PickleReader::sizes(PickleId id, std::string_view what) const {
  const auto* tuple = as<PickleTuple>(id);
  if (tuple == nullptr) fail("expected a tuple as ", what);
  std::vector<std::int64_t> numbers;
  for (const PickleId size : tuple->items) numbers.push_back(count(size, what));
  return numbers;
}

}  // namespace

PtDict read_pickle(ByteView pickle, std::span<const PickleStorage> storages,
                   std::string_view name) {
  const std::string place = str(name, ": data.pkl");
  PickleGraph graph = run_pickle(pickle, place);
  if (graph.end != pickle.size()) {
    throw run_error(place, ", byte ", graph.end, ": found ", pickle.size() - graph.end,
                    " bytes after the end");
  }
  return read_pickle_graph(std::move(graph), storages, name);
}

PtDict read_pickle_graph(PickleGraph graph, std::span<const PickleStorage> storages,
                         std::string_view name) {
  return PickleReader(std::move(graph), storages, name).read();
}

}  // namespace gan
