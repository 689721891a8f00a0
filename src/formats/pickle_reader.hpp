#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "formats/pickle.hpp"
#include "formats/pt_tensor.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

/// The globals that a pickle may name; storage types are told apart by PtType.
enum class PickleCall : std::uint8_t { kOrderedDict, kRebuildTensor, kRebuildParameter };

/// The stack machine behind read_pickle.
class PickleReader {
 public:
  PickleReader(ByteView pickle, std::span<const PickleStorage> storages, std::string_view name);
  PtDict read();

 private:
  struct Item;
  struct Mark {};
  using Tuple = std::vector<Item>;
  struct Record {
    ByteView bytes;
    std::optional<PtType> type;
    bool used = false;
  };
  struct Storage {
    PtType type = PtType::kUint8;
    Record* record = nullptr;
  };
  struct Item {
    std::variant<PtValue, std::string_view, Tuple, PickleCall, PtType, Storage, Mark> what;
    std::size_t depth = 0;  // of containers inside
    bool ordered = false;   // an OrderedDict without attributes
  };
  static std::string_view kind(const Item& item);  // as errors call it
  // Only what can't grow when copied: shared containers could make a small file
  // unfold to any size.
  using Memo = std::variant<std::monostate, std::string_view, PickleCall, PtType, PtTensor>;

  template <typename... Args>
  [[noreturn]] void fail(const Args&... args) const {
    throw run_error(name_, ": data.pkl, byte ", at_, ": ", args...);
  }

  // pickle_reader.cpp: bytes, stack and opcodes
  ByteView take(std::size_t count);
  template <typename T>
  T take_le();
  std::string_view take_line();
  void push(Item item) { stack_.push_back(std::move(item)); }
  void push_value(PtValue value) { push({std::move(value)}); }
  void push_int(std::int64_t value) { push_value({value}); }
  Item& top();
  Item pop();
  Tuple pop_items(std::size_t count);
  Tuple pop_to_mark();
  PtValue to_value(Item&& item);
  std::string to_text(const Item& item);
  void step(std::uint8_t opcode);
  void step_structure(std::uint8_t opcode);
  void push_text();
  void push_long();
  void push_tuple(Tuple items);
  void memo_put(std::uint32_t index);
  void memo_get(std::uint32_t index);
  void append(Tuple items);
  void set_items(Tuple items);
  void nest(Item& outer, const Item& inner) const;

  // pickle_rebuild.cpp: globals, and the few calls and their exact arguments
  template <typename T>
  T pop_as(std::string_view expected);
  void push_global();
  void push_storage();
  void call();
  PtValue rebuild_tensor(Tuple& arguments);
  PtValue rebuild_parameter(Tuple& arguments);
  void check_hooks(const Item& item) const;
  std::vector<std::int64_t> sizes(const Item& item, std::string_view what) const;
  std::int64_t integer(const Item& item, std::string_view what) const;
  void build();
  void check_unique_keys(const PtValue& value) const;

  ByteView pickle_;
  std::string_view name_;
  std::size_t next_ = 0;  // the byte to read next
  std::size_t at_ = 0;    // the opcode being run
  std::size_t text_ = 0;  // bytes of strings made so far
  std::vector<Item> stack_;
  std::vector<Memo> memo_;
  std::map<std::string_view, Record> records_;
};

}  // namespace gan
