#include "formats/legacy_pt.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/pickle.hpp"
#include "formats/pickle_machine.hpp"
#include "formats/pt_tensor.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

using std::literals::operator""sv;

constexpr auto kLegacyMagic = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19."sv;
constexpr auto kLegacyProtocol = "\x80\x02M\xe9\x03."sv;  // 1001

template <typename T>
const T* as(const PickleGraph& graph, PickleId id) {
  return std::get_if<T>(&graph.nodes[id]);
}

// The third pickle is a dict about the machine; only the byte order matters.
void check_system(const PickleGraph& graph, std::string_view name) {
  const auto* dict = as<PickleDict>(graph, graph.root);
  for (std::size_t i = 0; dict != nullptr && i + 1 < dict->items.size(); i += 2) {
    const auto* key = as<std::string_view>(graph, dict->items[i]);
    const auto* value = as<bool>(graph, dict->items[i + 1]);
    if (key == nullptr || *key != "little_endian" || value == nullptr) continue;
    if (*value) return;
    throw run_error(name, ": was written on a big-endian machine, which is not supported");
  }
  throw run_error(name, ": its third pickle does not say 'little_endian'");
}

// The types of the storages by key, from every reference to them.
std::map<std::string_view, std::string_view> storage_types(const PickleGraph& graph) {
  std::map<std::string_view, std::string_view> types;
  for (const auto& node : graph.nodes) {
    const auto* storage = std::get_if<PickleStorageId>(&node);
    const auto* tuple = storage == nullptr ? nullptr : as<PickleTuple>(graph, storage->tuple);
    if (tuple == nullptr || tuple->items.size() < 3) continue;
    const auto* type = as<PickleGlobal>(graph, tuple->items[1]);
    const auto* key = as<std::string_view>(graph, tuple->items[2]);
    if (type != nullptr && key != nullptr) types.emplace(*key, type->name);
  }
  return types;
}

// Reads one storage after the pickles: its count, then its elements.
class StorageReader {
 public:
  StorageReader(ByteView bytes, std::size_t begin, std::string_view name)
      : bytes_(bytes), next_(begin), name_(name) {}

  ByteView take(std::string_view key, std::string_view type) {
    const auto size = storage_element_size(type);
    if (!size) fail(key, "is of type ", in_quotes(type), ", which is not read");
    if (left() < sizeof(std::int64_t)) fail(key, "expected its count, found the file's end");
    const auto count = get_le<std::uint64_t>(bytes_.subspan(next_, sizeof(std::int64_t)));
    next_ += sizeof(std::int64_t);
    if (count > left() / *size) fail(key, "has ", count, " elements, but the file ends before");
    next_ += count * *size;
    return bytes_.subspan(next_ - count * *size, count * *size);
  }
  void expect_end() const {
    if (left() == 0) return;
    throw run_error(name_, ", byte ", next_, ": found ", left(), " bytes after the end");
  }

 private:
  std::size_t left() const { return bytes_.size() - next_; }
  template <typename... Args>
  [[noreturn]] void fail(std::string_view key, const Args&... args) const {
    throw run_error(name_, ", byte ", next_, ": storage ", in_quotes(key), ": ", args...);
  }

  ByteView bytes_;
  std::size_t next_;
  std::string_view name_;
};

std::vector<PickleStorage> read_storages(ByteView bytes, const PickleGraph& keys,
                                         const PickleGraph& content, std::string_view name) {
  const auto* list = as<PickleList>(keys, keys.root);
  if (list == nullptr) throw run_error(name, ": its fifth pickle is not a list of storages");
  const auto types = storage_types(content);
  if (list->items.size() != types.size()) {
    throw run_error(name, ": lists ", list->items.size(), " storages, but its tensors have ",
                    types.size());
  }
  StorageReader reader(bytes, keys.end, name);
  std::vector<PickleStorage> storages;
  for (const PickleId item : list->items) {
    const auto* key = as<std::string_view>(keys, item);
    const auto type = key == nullptr ? types.end() : types.find(*key);
    if (type == types.end()) throw run_error(name, ": lists a storage that belongs to no tensor");
    storages.push_back({*key, reader.take(*key, type->second)});
  }
  reader.expect_end();
  return storages;
}

}  // namespace

bool is_legacy_pt(ByteView bytes) { return as_text(bytes).starts_with(kLegacyMagic); }

PtDict parse_legacy_pt(ByteView bytes, std::string_view name) {
  if (!as_text(bytes.subspan(kLegacyMagic.size())).starts_with(kLegacyProtocol)) {
    throw run_error(name, ", byte ", kLegacyMagic.size(), ": expected format 1001 of torch.save");
  }
  const auto system = run_pickle(bytes, name, kLegacyMagic.size() + kLegacyProtocol.size());
  check_system(system, name);
  auto content = run_pickle(bytes, name, system.end);
  const auto keys = run_pickle(bytes, name, content.end);
  const auto storages = read_storages(bytes, keys, content, name);
  return read_pickle_graph(std::move(content), storages, name);
}

}  // namespace gan
