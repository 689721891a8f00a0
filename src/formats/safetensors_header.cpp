#include "safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "gan_train/core/text.hpp"

#include "header_scanner.hpp"

namespace gan {
namespace {

constexpr std::array<std::pair<PtType, std::string_view>, 6> kDtypes = {{
    {PtType::kUint8, "U8"},
    {PtType::kInt64, "I64"},
    {PtType::kFloat16, "F16"},
    {PtType::kBfloat16, "BF16"},
    {PtType::kFloat32, "F32"},
    {PtType::kFloat64, "F64"},
}};

// Reads the one form of JSON that a header has: objects in an object.
class SafetensorsHeader : HeaderScanner {
 public:
  SafetensorsHeader(std::string_view text, std::size_t offset, std::string_view name)
      : HeaderScanner(text, offset, name, "safetensors") {}

  std::vector<SafetensorsEntry> parse(Metadata& metadata) {
    std::vector<SafetensorsEntry> entries;
    object([&](std::string key) {
      if (key == kSafetensorsMetadata) {
        object([&](std::string entry) { metadata.emplace_back(std::move(entry), string()); });
      } else {
        entries.push_back(entry(std::move(key)));
      }
    });
    expect_end();
    return entries;
  }

 private:
  // Calls `value` with each key, to read what it stands for.
  template <typename Value>
  void object(Value value) {
    std::set<std::string> keys;
    expect('{');
    if (accept('}')) return;
    do {
      auto key = string();
      if (!keys.insert(key).second) fail(str(in_quotes(key), " is there twice"));
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
    fail(str("found values of ", in_quotes(found), "; U8, I64, F16, BF16, F32 and F64 are known"));
  }

  SafetensorsEntry entry(std::string name) {
    SafetensorsEntry found{.name = std::move(name)};
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
        fail(str("the key ", in_quotes(key), " is unknown"));
      }
    });
    if (!type || !has_shape || offsets.size() != 2) {
      fail(str(in_quotes(found.name), " needs 'dtype', 'shape' and two 'data_offsets'"));
    }
    found.tensor.type = *type;
    found.begin = offsets[0];
    found.end = offsets[1];
    return found;
  }
};

}  // namespace

std::vector<SafetensorsEntry> parse_safetensors_header(std::string_view text, std::size_t offset,
                                                       std::string_view name, Metadata& metadata) {
  return SafetensorsHeader(text, offset, name).parse(metadata);
}

std::string_view safetensors_dtype(PtType type) {
  return std::ranges::find(kDtypes, type, &std::pair<PtType, std::string_view>::first)->second;
}

}  // namespace gan
