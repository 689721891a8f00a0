#include "gan_train/formats/safetensors.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "gan_train/core/error.hpp"
#include "gan_train/core/json.hpp"
#include "gan_train/core/text.hpp"

#include "pt_tensor.hpp"
#include "wire.hpp"

namespace gan {
namespace {

constexpr std::size_t kLengthSize = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

constexpr std::array<std::pair<PtType, std::string_view>, 6> kDtypes = {{
    {PtType::kUint8, "U8"},
    {PtType::kInt64, "I64"},
    {PtType::kFloat16, "F16"},
    {PtType::kBfloat16, "BF16"},
    {PtType::kFloat32, "F32"},
    {PtType::kFloat64, "F64"},
}};

std::string_view dtype_name(PtType type) {
  return std::ranges::find(kDtypes, type, &std::pair<PtType, std::string_view>::first)->second;
}

// A tensor of the header and where its bytes lie, from the end of the header.
struct Entry {
  std::string name;
  PtTensor tensor = {};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Reads the one form of JSON that a header has: objects in an object.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  std::vector<Entry> parse(Metadata& metadata) {
    std::vector<Entry> entries;
    object([&](std::string key) {
      if (key == kMetadataKey) {
        object([&](std::string entry) { metadata.emplace_back(std::move(entry), string()); });
      } else {
        entries.push_back(entry(std::move(key)));
      }
    });
    skip_space();
    if (at_ != text_.size()) fail("something follows the closing '}'");
    return entries;
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw run_error(name_, ": offset ", kLengthSize + at_, ": safetensors header: ", what);
  }

 private:
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \n\r\t", at_), text_.size()); }

  bool accept(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) fail(str("expected '", wanted, "'"));
  }

  // Calls `value` with each key, to read what it stands for.
  template <typename Value>
  void object(Value value) {
    std::set<std::string> keys;
    expect('{');
    if (accept('}')) return;
    do {
      auto key = string();
      if (!keys.insert(key).second) fail(str(printable(key), " is there twice"));
      expect(':');
      value(std::move(key));
    } while (accept(','));
    expect('}');
  }

  template <typename Value>
  void array(Value value) {
    expect('[');
    if (accept(']')) return;
    do {
      value();
    } while (accept(','));
    expect(']');
  }

  std::uint64_t number() {
    skip_space();
    const auto end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    const auto digits = text_.substr(at_, end - at_);
    const auto value = parse_int(digits);
    if (!value || (digits.size() > 1 && digits[0] == '0')) fail("expected a whole number");
    at_ = end;
    return static_cast<std::uint64_t>(*value);
  }

  std::string string() {
    expect('"');
    std::string out;
    while (true) {
      if (at_ == text_.size()) fail("a string without its end");
      const char c = text_[at_++];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) fail("a string with a control character");
      if (c == '\\') {
        escaped(out);
      } else {
        out += c;
      }
    }
    if (!is_utf8(out)) fail("expected a string of UTF-8");
    return out;
  }

  void escaped(std::string& out) {
    constexpr std::string_view kShort = "\"\\/bfnrt", kMeaning = "\"\\/\b\f\n\r\t";
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    if (const auto i = kShort.find(c); i != std::string_view::npos) {
      out += kMeaning[i];
      return;
    }
    if (c != 'u') fail("an unknown escape in a string");
    std::uint32_t code = hex4();
    if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const std::uint32_t low = hex4();
      // What is no pair is no character: is_utf8 refuses it.
      if (low >= 0xdc00 && low < 0xe000) code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    put_utf8(out, code);
  }

  std::uint32_t hex4() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      const auto digit = std::string_view("0123456789abcdefABCDEF").find(c);
      if (digit == std::string_view::npos) fail("expected four hexadecimal digits");
      code = code * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
      ++at_;
    }
    return code;
  }

  static void put_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6), tail(0);
    } else if (code < 0x10000) {
      out += static_cast<char>(0xe0 | code >> 12), tail(6), tail(0);
    } else {
      out += static_cast<char>(0xf0 | code >> 18), tail(12), tail(6), tail(0);
    }
  }

  PtType dtype() {
    const auto found = string();
    for (const auto& [type, its_name] : kDtypes) {
      if (its_name == found) return type;
    }
    fail(str("found values of ", printable(found), "; U8, I64, F16, BF16, F32 and F64 are known"));
  }

  Entry entry(std::string name) {
    Entry found{.name = std::move(name)};
    std::optional<PtType> type;
    std::vector<std::uint64_t> offsets;
    bool has_shape = false;
    object([&](std::string_view key) {
      if (key == "dtype") {
        type = dtype();
      } else if (key == "shape") {
        has_shape = true;
        array([&] { found.tensor.shape.push_back(static_cast<std::int64_t>(number())); });
      } else if (key == "data_offsets") {
        array([&] { offsets.push_back(number()); });
      } else {
        fail(str("the key ", printable(key), " is unknown"));
      }
    });
    if (!type || !has_shape || offsets.size() != 2) {
      fail(str(printable(found.name), " needs 'dtype', 'shape' and two 'data_offsets'"));
    }
    found.tensor.type = *type;
    found.begin = offsets[0];
    found.end = offsets[1];
    return found;
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t at_ = 0;
};

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::vector<std::string> sizes;
  for (const auto size : shape) sizes.push_back(std::to_string(size));
  return "[" + join(sizes, ",") + "]";
}

std::string header_text(const Metadata& metadata, const std::vector<const PtEntry*>& entries) {
  std::vector<std::string> parts, pairs;
  for (const auto& [key, value] : metadata) {
    pairs.push_back(json_string(key) + ":" + json_string(value));
  }
  if (!pairs.empty()) parts.push_back(str('"', kMetadataKey, "\":{", join(pairs, ","), "}"));
  std::uint64_t begin = 0;
  for (const auto* entry : entries) {
    const auto& tensor = std::get<PtTensor>(entry->second.value);
    const std::uint64_t end = begin + tensor.bytes.size();
    parts.push_back(str(json_string(entry->first), ":{\"dtype\":\"", dtype_name(tensor.type),
                        "\",\"shape\":", shape_text(tensor.shape), ",\"data_offsets\":[", begin,
                        ",", end, "]}"));
    begin = end;
  }
  std::string text = "{" + join(parts, ",") + "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data are aligned
  return text;
}

}  // namespace

bool is_safetensors(ByteView bytes) {
  return bytes.size() > kLengthSize && bytes[kLengthSize] == '{';
}

Bytes encode_safetensors(const SafeTensors& content) {
  std::vector<const PtEntry*> entries;
  for (const auto& entry : content.tensors) entries.push_back(&entry);
  std::ranges::stable_sort(entries, std::ranges::greater(), [](const PtEntry* entry) {
    return size_of(std::get<PtTensor>(entry->second.value).type);
  });
  const std::string header = header_text(content.metadata, entries);
  std::string length;
  put_le<std::uint64_t>(length, header.size());
  Bytes file;
  const auto add = [&](ByteView bytes) { file.insert(file.end(), bytes.begin(), bytes.end()); };
  add(as_bytes(length));
  add(as_bytes(header));
  for (const auto* entry : entries) add(std::get<PtTensor>(entry->second.value).bytes);
  return file;
}

SafeTensors parse_safetensors(ByteView bytes, std::string_view name) {
  if (bytes.size() < kLengthSize) throw run_error(name, ": truncated at offset ", bytes.size());
  const auto length = get_le<std::uint64_t>(bytes);
  const std::uint64_t left = bytes.size() - kLengthSize;
  if (length > left) {
    throw run_error(name, ": offset 0: a safetensors header of ", length, " bytes where ", left,
                    " are left; not such a file, or cut short");
  }
  if (length > kSafetensorsMostHeader) {
    throw run_error(name, ": offset 0: a safetensors header of ", length, " bytes; at most ",
                    kSafetensorsMostHeader, " are taken");
  }
  SafeTensors content;
  HeaderParser parser(as_text(bytes.subspan(kLengthSize, length)), name);
  auto entries = parser.parse(content.metadata);
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  const auto data = bytes.subspan(kLengthSize + length);
  std::uint64_t at = 0;
  for (auto& [key, tensor, begin, end] : entries) {
    const auto count = element_count(tensor.shape);
    if (!count) throw run_error(name, ": ", printable(key), " has a shape that no tensor has");
    if (begin != at || end < begin || end > data.size()) {
      throw run_error(name, ": ", printable(key), " lies at ", begin, " to ", end, " of ",
                      data.size(), " bytes of data, where one from ", at, " is next");
    }
    if (static_cast<std::uint64_t>(*count) > data.size() ||
        static_cast<std::uint64_t>(*count) * size_of(tensor.type) != end - begin) {
      throw run_error(name, ": ", printable(key), " of shape ", shape_text(tensor.shape), " and ",
                      dtype_name(tensor.type), " can't take ", end - begin, " bytes");
    }
    tensor.bytes = data.subspan(begin, end - begin);
    content.tensors.push_back({std::move(key), {std::move(tensor)}});
    at = end;
  }
  if (at != data.size()) {
    throw run_error(name, ": ", data.size() - at, " bytes at its end belong to no tensor");
  }
  return content;
}

}  // namespace gan
