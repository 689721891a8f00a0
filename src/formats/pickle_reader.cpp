#include "formats/pickle_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include "core/text.hpp"
#include "formats/byte_order.hpp"

namespace gan {
namespace {

// Where torch.save found the storage: "cpu", "cuda" or "cuda:0".
bool is_device(std::string_view text) {
  if (!text.starts_with("cuda")) return text == "cpu";
  text.remove_prefix(4);
  return text.empty() || (text[0] == ':' && is_digits(text.substr(1)));
}

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

template <typename T>
T PickleReader::pop_as(std::string_view expected) {
  Item item = pop();
  T* found = std::get_if<T>(&item.what);
  if (found == nullptr) fail("found ", kind(item), ", expected ", expected);
  return std::move(*found);
}

PickleReader::PickleReader(ByteView pickle, std::span<const PickleStorage> storages,
                           std::string_view name)
    : pickle_(pickle), name_(name) {
  for (const auto& storage : storages) records_[storage.key].bytes = storage.bytes;
}

PtDict PickleReader::read() {
  constexpr std::uint16_t kProtocol2 = 0x0280;
  if (take_le<std::uint16_t>() != kProtocol2) fail("expected a pickle of protocol 2");
  for (std::size_t steps = 0;; ++steps) {
    at_ = next_;
    if (steps == kPickleMaxSteps) fail("more than ", kPickleMaxSteps, " opcodes");
    const auto opcode = take_le<std::uint8_t>();
    if (opcode == '.') break;
    step(opcode);
  }
  if (next_ != pickle_.size()) fail("found ", pickle_.size() - next_, " bytes behind the end");
  Item whole = pop();
  if (!stack_.empty()) fail("found ", stack_.size(), " values left over at the end");
  auto* root = std::get_if<PtValue>(&whole.what);
  if (root == nullptr || !std::holds_alternative<PtDict>(root->value)) {
    fail(
        "found ", kind(whole),
        ", expected a dict as the whole; it is neither a checkpoint of gan-train nor a state_dict");
  }
  check_unique_keys(*root);
  for (const auto& [key, record] : records_) {
    if (!record.used) throw run_error(name_, ": record 'data/", key, "' belongs to no tensor");
  }
  return std::get<PtDict>(std::move(root->value));
}

// ── Bytes ──────────────────────────────────────────────────────────────────

ByteView PickleReader::take(std::size_t count) {
  const std::size_t left = pickle_.size() - next_;
  if (count > left) fail("expected ", count, " more bytes, found ", left);
  next_ += count;
  return pickle_.subspan(next_ - count, count);
}

template <typename T>
T PickleReader::take_le() {
  return get_le<T>(take(sizeof(T)));
}

std::string_view PickleReader::take_line() {
  constexpr std::size_t kLongest = 100;
  const auto rest = as_text(pickle_.subspan(next_));
  const auto end = rest.substr(0, kLongest).find('\n');
  if (end == std::string_view::npos)
    fail("found the name ", in_quotes(rest), " of no known global");
  next_ += end + 1;
  return rest.substr(0, end);
}

// ── Stack ──────────────────────────────────────────────────────────────────

std::string_view PickleReader::kind(const Item& item) {
  // In the order of the variants' alternatives.
  static constexpr std::array<std::string_view, 8> kValues = {
      "None", "a bool", "an integer", "a float", "a string", "a tensor", "a list", "a dict"};
  static constexpr std::array<std::string_view, 7> kOthers = {
      "", "a string", "a tuple", "a function", "a tensor type", "a storage", "a mark"};
  const auto* value = std::get_if<PtValue>(&item.what);
  return value == nullptr ? kOthers.at(item.what.index()) : kValues.at(value->value.index());
}

PickleReader::Item& PickleReader::top() {
  if (stack_.empty() || std::holds_alternative<Mark>(stack_.back().what)) {
    fail("expected a value on the stack, found none");
  }
  return stack_.back();
}

PickleReader::Item PickleReader::pop() {
  Item item = std::move(top());
  stack_.pop_back();
  return item;
}

PickleReader::Tuple PickleReader::pop_items(std::size_t count) {
  Tuple items(count);
  std::generate(items.rbegin(), items.rend(), [this] { return pop(); });
  return items;
}

PickleReader::Tuple PickleReader::pop_to_mark() {
  const auto is_mark = [](const Item& item) { return std::holds_alternative<Mark>(item.what); };
  const auto mark = std::find_if(stack_.rbegin(), stack_.rend(), is_mark);
  if (mark == stack_.rend()) fail("expected a mark on the stack, found none");
  Tuple items(std::make_move_iterator(mark.base()), std::make_move_iterator(stack_.end()));
  stack_.erase(mark.base() - 1, stack_.end());
  return items;
}

std::string PickleReader::to_text(const Item& item) {
  const auto* text = std::get_if<std::string_view>(&item.what);
  if (text == nullptr) fail("found ", kind(item), ", expected a string as the key of a dict");
  text_ += text->size();
  if (text_ > kPickleMaxText) fail("more than ", kPickleMaxText, " bytes of strings");
  return std::string(*text);
}

PtValue PickleReader::to_value(Item&& item) {
  if (std::holds_alternative<std::string_view>(item.what)) return {to_text(item)};
  auto* value = std::get_if<PtValue>(&item.what);
  if (value == nullptr) {
    fail("found ", kind(item), ", expected None, a bool, number, string, tensor, list or dict");
  }
  return std::move(*value);
}

void PickleReader::nest(Item& outer, const Item& inner) const {
  outer.depth = std::max(outer.depth, inner.depth + 1);
  if (outer.depth > kPickleMaxDepth) fail("nested more than ", kPickleMaxDepth, " deep");
}

// ── Opcodes ────────────────────────────────────────────────────────────────

void PickleReader::step(std::uint8_t opcode) {
  switch (opcode) {
    case 'N':
      return push_value({});
    case 0x88:
      return push_value({true});
    case 0x89:
      return push_value({false});
    case 'K':
      return push_int(take_le<std::uint8_t>());
    case 'M':
      return push_int(take_le<std::uint16_t>());
    case 'J':
      return push_int(static_cast<std::int32_t>(take_le<std::uint32_t>()));
    case 0x8a:
      return push_long();
    case 'G':  // the one field with the most significant byte first
      return push_value({std::bit_cast<double>(__builtin_bswap64(take_le<std::uint64_t>()))});
    case 'X':
      return push_text();
    case 'c':
      return push_global();
    case 'q':
      return memo_put(take_le<std::uint8_t>());
    case 'r':
      return memo_put(take_le<std::uint32_t>());
    case 'h':
      return memo_get(take_le<std::uint8_t>());
    case 'j':
      return memo_get(take_le<std::uint32_t>());
    default:
      return step_structure(opcode);
  }
}

void PickleReader::step_structure(std::uint8_t opcode) {
  switch (opcode) {
    case '}':
      return push_value({PtDict()});
    case ']':
      return push_value({PtList()});
    case ')':
      return push_tuple({});
    case '(':
      return push({Mark()});
    case 't':
      return push_tuple(pop_to_mark());
    case 0x85:
    case 0x86:
    case 0x87:
      return push_tuple(pop_items(opcode - 0x84U));
    case 'a':
      return append(pop_items(1));
    case 'e':
      return append(pop_to_mark());
    case 's':
      return set_items(pop_items(2));
    case 'u':
      return set_items(pop_to_mark());
    case 'Q':
      return push_storage();
    case 'R':
      return call();
    case 'b':
      return build();
    default:
      fail("found opcode ", hex(opcode), ", which no plain data or tensor needs");
  }
}

void PickleReader::push_text() {
  const auto text = as_text(take(take_le<std::uint32_t>()));
  if (!is_utf8(text)) fail("expected a string of UTF-8");
  push({text});
}

void PickleReader::push_long() {
  const std::size_t size = take_le<std::uint8_t>();
  if (size > 8) fail("found an integer of ", size, " bytes; at most 8 are allowed");
  std::uint64_t bits = 0;
  const auto bytes = take(size);
  for (std::size_t i = 0; i < size; ++i) bits |= std::uint64_t{bytes[i]} << (8 * i);
  if (size > 0 && size < 8 && bytes[size - 1] >= 0x80) bits |= ~std::uint64_t{0} << (8 * size);
  push_value({static_cast<std::int64_t>(bits)});
}

void PickleReader::push_tuple(Tuple items) {
  Item tuple;
  for (const auto& item : items) nest(tuple, item);
  tuple.what = std::move(items);
  push(std::move(tuple));
}

// Python numbers the memo in order, so anything else is not its work.
void PickleReader::memo_put(std::uint32_t index) {
  if (index != memo_.size()) fail("found memo place ", index, ", expected ", memo_.size());
  const Item& item = top();
  Memo memo;
  if (const auto* text = std::get_if<std::string_view>(&item.what)) memo = *text;
  if (const auto* known = std::get_if<PickleCall>(&item.what)) memo = *known;
  if (const auto* type = std::get_if<PtType>(&item.what)) memo = *type;
  if (const auto* value = std::get_if<PtValue>(&item.what)) {
    if (const auto* tensor = std::get_if<PtTensor>(&value->value)) memo = *tensor;
  }
  memo_.push_back(std::move(memo));
}

void PickleReader::memo_get(std::uint32_t index) {
  if (index >= memo_.size()) fail("found memo place ", index, " of ", memo_.size());
  const Memo& memo = memo_[index];
  if (const auto* text = std::get_if<std::string_view>(&memo)) return push({*text});
  if (const auto* known = std::get_if<PickleCall>(&memo)) return push({*known});
  if (const auto* type = std::get_if<PtType>(&memo)) return push({*type});
  if (const auto* tensor = std::get_if<PtTensor>(&memo)) return push_value({*tensor});
  fail("found a list, dict or tuple that is used twice; save copies of it");
}

void PickleReader::append(Tuple items) {
  Item& outer = top();
  auto* value = std::get_if<PtValue>(&outer.what);
  auto* list = value == nullptr ? nullptr : std::get_if<PtList>(&value->value);
  if (list == nullptr) fail("found ", kind(outer), ", expected a list to add to");
  if (list->empty()) list->reserve(items.size());  // to grow step by step takes three times as much
  for (auto& item : items) {
    nest(outer, item);
    list->push_back(to_value(std::move(item)));
  }
}

void PickleReader::set_items(Tuple items) {
  Item& outer = top();
  auto* value = std::get_if<PtValue>(&outer.what);
  auto* dict = value == nullptr ? nullptr : std::get_if<PtDict>(&value->value);
  if (dict == nullptr) fail("found ", kind(outer), ", expected a dict to add to");
  if (items.size() % 2 != 0) fail("found a key without a value");
  if (dict->empty()) dict->reserve(items.size() / 2);
  for (std::size_t i = 0; i < items.size(); i += 2) {
    nest(outer, items[i + 1]);
    std::string key = to_text(items[i]);
    dict->push_back({std::move(key), to_value(std::move(items[i + 1]))});
  }
}

PtDict read_pickle(ByteView pickle, std::span<const PickleStorage> storages,
                   std::string_view name) {
  return PickleReader(pickle, storages, name).read();
}

// The calls that a pickle of torch.save makes, each with the exact arguments that it makes them
// with.

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
