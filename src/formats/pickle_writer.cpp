#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

#include "formats/byte_order.hpp"
#include "formats/pickle.hpp"
#include "formats/pt_tensor.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

using std::literals::operator""sv;

class PickleWriter {
 public:
  explicit PickleWriter(std::vector<ByteView>& storages) : storages_(storages) {}

  std::string write(const PtDict& root) {
    out_ = "\x80\x02";
    put(root);
    return std::move(out_) + '.';
  }

 private:
  void put(std::monostate) { out_ += 'N'; }
  void put(bool value) { out_ += value ? '\x88' : '\x89'; }
  void put(std::int64_t value);
  void put(double value);
  void put(std::string_view text);
  void put(const PtTensor& tensor);
  void put(const PtList& list);
  void put(const PtDict& dict);
  [[noreturn]] static void put(const PtOther& other);
  void put(const PtValue& value);
  void put_sizes(std::span<const std::int64_t> sizes);

  std::string out_;
  std::vector<ByteView>& storages_;
};

void PickleWriter::put(std::int64_t value) {
  if (value >= 0 && value <= 0xff) {
    out_ += 'K';
    put_le(out_, static_cast<std::uint8_t>(value));
  } else if (value == static_cast<std::int32_t>(value)) {
    out_ += 'J';
    put_le(out_, static_cast<std::uint32_t>(value));
  } else {
    out_ += "\x8a\x08";
    put_le(out_, static_cast<std::uint64_t>(value));
  }
}

void PickleWriter::put(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  out_ += 'G';
  for (int shift = 56; shift >= 0; shift -= 8) out_ += static_cast<char>(bits >> shift & 0xff);
}

void PickleWriter::put(std::string_view text) {
  if (text.size() > kPickleMaxText) {
    throw run_error("a string of ", text.size(), " bytes is too long for a .pt file; at most ",
                    kPickleMaxText, " are allowed");
  }
  out_ += 'X';
  put_le(out_, static_cast<std::uint32_t>(text.size()));
  out_ += text;
}

void PickleWriter::put_sizes(std::span<const std::int64_t> sizes) {
  out_ += '(';
  for (const std::int64_t size : sizes) put(size);
  out_ += 't';
}

// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
void PickleWriter::put(const PtTensor& tensor) {
  const auto count = element_extent(tensor);
  const auto& row = pt_type_row(tensor.type);
  if (!count || tensor.bytes.size() % row.size != 0 ||
      tensor.bytes.size() / row.size != static_cast<std::uint64_t>(*count)) {
    throw run_error("a tensor of ", tensor.bytes.size(), " bytes does not fit its shape and type");
  }
  out_ += "ctorch._utils\n_rebuild_tensor_v2\n((";
  put("storage"sv);  // a string literal would convert to bool
  out_ += "ctorch\n";
  out_ += row.storage;
  out_ += '\n';
  put(std::to_string(storages_.size()));
  put("cpu"sv);
  put(*count);
  out_ += "tQ";
  put(std::int64_t{0});
  put_sizes(tensor.shape);
  put_sizes(tensor.strides.empty() ? contiguous_strides(tensor.shape) : tensor.strides);
  put(false);
  out_ += "ccollections\nOrderedDict\n)RtR";
  storages_.push_back(tensor.bytes);
}

void PickleWriter::put(const PtOther& other) {
  throw run_error("can't write ", other.what, " into a .pt file");
}

void PickleWriter::put(const PtList& list) {
  out_ += ']';
  for (const auto& value : list) {
    put(value);
    out_ += 'a';
  }
}

void PickleWriter::put(const PtDict& dict) {
  out_ += '}';
  for (const auto& [key, value] : dict) {
    put(key);
    put(value);
    out_ += 's';
  }
}

void PickleWriter::put(const PtValue& value) {
  std::visit([this](const auto& held) { this->put(held); }, value.value);
}

}  // namespace

std::string write_pickle(const PtDict& root, std::vector<ByteView>& storages) {
  return PickleWriter(storages).write(root);
}

}  // namespace gan
