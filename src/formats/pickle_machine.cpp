#include "formats/pickle_machine.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/pickle.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr PickleId kMark = std::numeric_limits<PickleId>::max();  // a mark on the stack; not a node

class PickleMachine {
 public:
  PickleMachine(ByteView pickle, std::string_view name, std::size_t begin)
      : pickle_(pickle), name_(name), next_(begin) {}
  PickleGraph run();

 private:
  using Ids = std::vector<PickleId>;

  template <typename... Args>
  [[noreturn]] void fail(const Args&... args) const {
    throw run_error(name_, ", byte ", at_, ": ", args...);
  }

  // Bytes
  ByteView take(std::uint64_t count);
  template <typename T>
  T take_le() {
    return get_le<T>(take(sizeof(T)));
  }
  std::string_view take_line();

  // The stack
  PickleId add(PickleNode node);
  void push(PickleNode node) { stack_.push_back(add(std::move(node))); }
  PickleId top() const;
  PickleId pop();
  Ids pop_items(std::size_t count);
  Ids pop_to_mark();
  PickleNode& node(PickleId id) { return graph_.nodes[id]; }

  // Opcodes. Each function passes those it does not know to the next.
  void step_plain(std::uint8_t opcode);
  void step_container(std::uint8_t opcode);
  void step_object(std::uint8_t opcode);
  void step_memo(std::uint8_t opcode);
  void push_integer(std::uint64_t size);
  void push_bytes(std::uint64_t size);
  void push_text(ByteView bytes);
  void push_global();
  void push_persistent();
  void memo_put(std::uint64_t index);
  void memo_get(std::uint64_t index);
  template <typename Container>
  void add_items(Ids items);

  ByteView pickle_;
  std::string_view name_;
  std::size_t next_;    // position of the next byte
  std::size_t at_ = 0;  // position of the current opcode
  PickleGraph graph_;
  Ids stack_;
  Ids memo_;
};

ByteView PickleMachine::take(std::uint64_t count) {
  const std::size_t left = pickle_.size() - next_;
  if (count > left) fail("expected ", count, " more bytes, found ", left);
  next_ += count;
  return pickle_.subspan(next_ - count, count);
}

std::string_view PickleMachine::take_line() {
  constexpr std::size_t kMaxLength = 1000;
  const auto rest = as_text(pickle_.subspan(next_));
  const auto end = rest.substr(0, kMaxLength).find('\n');
  if (end == std::string_view::npos) fail("found ", in_quotes(rest), ", expected a name's end");
  next_ += end + 1;
  return rest.substr(0, end);
}

PickleId PickleMachine::add(PickleNode node) {
  graph_.nodes.push_back(std::move(node));
  return static_cast<PickleId>(graph_.nodes.size() - 1);
}

PickleId PickleMachine::top() const {
  if (stack_.empty() || stack_.back() == kMark) fail("expected a value on the stack, found none");
  return stack_.back();
}

PickleId PickleMachine::pop() {
  const PickleId id = top();
  stack_.pop_back();
  return id;
}

PickleMachine::Ids PickleMachine::pop_items(std::size_t count) {
  Ids items(count);
  std::generate(items.rbegin(), items.rend(), [this] { return pop(); });
  return items;
}

PickleMachine::Ids PickleMachine::pop_to_mark() {
  const auto mark = std::find(stack_.rbegin(), stack_.rend(), kMark);
  if (mark == stack_.rend()) fail("expected a mark on the stack, found none");
  Ids items(mark.base(), stack_.end());
  stack_.erase(mark.base() - 1, stack_.end());
  return items;
}

void PickleMachine::step_plain(std::uint8_t opcode) {
  switch (opcode) {
    case 'N':
      return push(std::monostate());
    case 0x88:
      return push(true);
    case 0x89:
      return push(false);
    case 'K':
      return push(std::int64_t{take_le<std::uint8_t>()});
    case 'M':
      return push(std::int64_t{take_le<std::uint16_t>()});
    case 'J':
      return push(std::int64_t{static_cast<std::int32_t>(take_le<std::uint32_t>())});
    case 0x8a:
      return push_integer(take_le<std::uint8_t>());
    case 0x8b:
      return push_integer(take_le<std::uint32_t>());
    case 'G':  // the only big-endian field
      return push(std::bit_cast<double>(__builtin_bswap64(take_le<std::uint64_t>())));
    case 'U':
    case 0x8c:
      return push_text(take(take_le<std::uint8_t>()));
    case 'T':
    case 'X':
      return push_text(take(take_le<std::uint32_t>()));
    case 0x8d:
      return push_text(take(take_le<std::uint64_t>()));
    case 'C':
      return push_bytes(take_le<std::uint8_t>());
    case 'B':
      return push_bytes(take_le<std::uint32_t>());
    case 0x8e:
    case 0x96:
      return push_bytes(take_le<std::uint64_t>());
    default:
      return step_container(opcode);
  }
}

void PickleMachine::step_container(std::uint8_t opcode) {
  switch (opcode) {
    case '}':
      return push(PickleDict());
    case ']':
      return push(PickleList());
    case ')':
      return push(PickleTuple());
    case '(':
      return stack_.push_back(kMark);
    case 't':
      return push(PickleTuple{pop_to_mark()});
    case 0x85:
    case 0x86:
    case 0x87:
      return push(PickleTuple{pop_items(opcode - 0x84U)});
    case 'a':
      return add_items<PickleList>(pop_items(1));
    case 'e':
      return add_items<PickleList>(pop_to_mark());
    case 's':
      return add_items<PickleDict>(pop_items(2));
    case 'u':
      return add_items<PickleDict>(pop_to_mark());
    case 0x8f:
      return push(PickleOther{"a set"});
    case 0x90:
      pop_to_mark();
      top();
      return;
    case 0x91:
      pop_to_mark();
      return push(PickleOther{"a frozenset"});
    default:
      return step_object(opcode);
  }
}

void PickleMachine::step_object(std::uint8_t opcode) {
  switch (opcode) {
    case 'c': {
      const auto module = take_line();
      return push(PickleGlobal{module, take_line()});
    }
    case 0x93:
      return push_global();
    case 'Q':
      return push_persistent();
    case 'R':
    case 0x81: {
      const auto parts = pop_items(2);
      return push(PickleObject{parts[0], parts[1]});
    }
    case 0x92: {
      const auto parts = pop_items(3);
      return push(PickleObject{parts[0], parts[1]});
    }
    case 'b':  // sets attributes, such as the _metadata of a state_dict()
      pop();
      top();
      return;
    default:
      return step_memo(opcode);
  }
}

void PickleMachine::step_memo(std::uint8_t opcode) {
  switch (opcode) {
    case 'q':
      return memo_put(take_le<std::uint8_t>());
    case 'r':
      return memo_put(take_le<std::uint32_t>());
    case 0x94:
      return memo_put(memo_.size());
    case 'h':
      return memo_get(take_le<std::uint8_t>());
    case 'j':
      return memo_get(take_le<std::uint32_t>());
    case '0':
      pop();
      return;
    case '1':
      pop_to_mark();
      return;
    case '2':
      return stack_.push_back(top());
    case 0x95:  // size of a frame
      take(8);
      return;
    default:
      fail("found opcode ", hex(opcode), ", which no file of torch.save has");
  }
}

void PickleMachine::push_integer(std::uint64_t size) {
  const auto bytes = take(size);
  if (size > 8) return push(PickleOther{"an integer of more than 64 bits"});
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < size; ++i) bits |= std::uint64_t{bytes[i]} << (8 * i);
  if (size > 0 && size < 8 && bytes[size - 1] >= 0x80) bits |= ~std::uint64_t{0} << (8 * size);
  push(static_cast<std::int64_t>(bits));
}

void PickleMachine::push_bytes(std::uint64_t size) {
  take(size);
  push(PickleOther{"bytes"});
}

void PickleMachine::push_text(ByteView bytes) {
  const auto text = as_text(bytes);
  if (!is_utf8(text)) fail("expected a string of UTF-8");
  push(text);
}

void PickleMachine::push_global() {
  const auto parts = pop_items(2);
  const auto* module = std::get_if<std::string_view>(&node(parts[0]));
  const auto* name = std::get_if<std::string_view>(&node(parts[1]));
  if (module == nullptr || name == nullptr) fail("expected two strings as the name of a global");
  push(PickleGlobal{*module, *name});
}

// A storage, or, in files from before PyTorch 1.6, also ('module', class, source file, source).
void PickleMachine::push_persistent() {
  const PickleId id = pop();
  const auto* tuple = std::get_if<PickleTuple>(&node(id));
  const bool is_class = tuple != nullptr && tuple->items.size() == 4;
  const auto* kind = is_class ? std::get_if<std::string_view>(&node(tuple->items[0])) : nullptr;
  if (kind != nullptr && *kind == "module") return stack_.push_back(tuple->items[1]);
  push(PickleStorageId{id});
}

// Python numbers the memo consecutively, Python 2 from 1; anything else is refused.
void PickleMachine::memo_put(std::uint64_t index) {
  if (memo_.empty() && index == 1) memo_.push_back(0);
  if (index != memo_.size()) fail("found memo place ", index, ", expected ", memo_.size());
  memo_.push_back(top());
}

void PickleMachine::memo_get(std::uint64_t index) {
  if (index >= memo_.size()) fail("found memo place ", index, " of ", memo_.size());
  stack_.push_back(memo_[index]);
}

template <typename Container>
void PickleMachine::add_items(Ids items) {
  constexpr bool kDict = std::is_same_v<Container, PickleDict>;
  if (kDict && items.size() % 2 != 0) fail("found a key without a value");
  PickleId id = top();
  if (auto* object = std::get_if<PickleObject>(&node(id))) {
    if (object->items == 0) object->items = add(Container());  // adding to a deque moves no node
    id = object->items;
  }
  auto* outer = std::get_if<Container>(&node(id));
  if (outer == nullptr) fail("expected a ", kDict ? "dict" : "list", " to add to");
  if (outer->items.empty()) {
    outer->items = std::move(items);
  } else {
    outer->items.insert(outer->items.end(), items.begin(), items.end());
  }
}

PickleGraph PickleMachine::run() {
  at_ = next_;
  const auto start = take_le<std::uint8_t>();
  const auto protocol = take_le<std::uint8_t>();
  if (start != 0x80 || protocol < 2 || protocol > 5) {
    fail("expected a pickle of protocol 2 to 5");
  }
  graph_.nodes.emplace_back();  // 0 means none
  for (std::size_t steps = 0;; ++steps) {
    at_ = next_;
    if (steps == kPickleMaxSteps) fail("more than ", kPickleMaxSteps, " opcodes");
    const auto opcode = take_le<std::uint8_t>();
    if (opcode == '.') break;
    step_plain(opcode);
  }
  graph_.end = next_;
  graph_.root = pop();
  if (!stack_.empty()) fail("found ", stack_.size(), " values left over at the end");
  return std::move(graph_);
}

}  // namespace

PickleGraph run_pickle(ByteView bytes, std::string_view name, std::size_t begin) {
  return PickleMachine(bytes, name, begin).run();
}

}  // namespace gan
