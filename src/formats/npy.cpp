#include "formats/npy.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "formats/file_kind.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::size_t kMaxNpyDims = 32;  // NumPy's own limit

std::string python_tuple(const std::vector<std::int64_t>& shape) {
  return "(" + join(shape, ", ") + (shape.size() == 1 ? ",)" : ")");
}

// Parses the header, at `offset` of the file `name`: a Python dict of three keys, in any order.
class NpyHeader {
 public:
  NpyHeader(std::string_view text, std::size_t offset, std::string_view name)
      : text_(text), offset_(offset), name_(name) {}

  NpyLayout read() {
    NpyLayout array;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const auto key_at = at_;
      const auto key = string();
      expect(':');
      if (key == "descr" && !std::exchange(descr, true)) {
        array.dtype = dtype();
      } else if (key == "fortran_order" && !std::exchange(order, true)) {
        c_order();
      } else if (key == "shape" && !std::exchange(shape, true)) {
        array.shape = sizes();
      } else {
        fail_at(key_at, in_quotes(key) + " is unknown or occurs twice");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    expect_end();
    if (!descr || !order || !shape) fail_at(0, "needs 'descr', 'fortran_order' and 'shape'");
    return array;
  }

 private:
  [[noreturn]] void fail_at(std::size_t at, std::string_view problem) const {
    throw run_error(name_, ": offset ", offset_ + at, ": .npy header: ", problem);
  }
  [[noreturn]] void fail(std::string_view problem) const { fail_at(at_, problem); }

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

  void expect_end() {
    skip_space();
    if (at_ != text_.size()) fail("unexpected text after the closing '}'");
  }

  std::string_view string() {
    expect('\'');
    const auto end = text_.find('\'', at_);
    if (end == std::string_view::npos) fail("a string without its closing quote");
    const auto found = text_.substr(at_, end - at_);
    at_ = end + 1;
    return found;
  }

  std::string dtype() {
    skip_space();
    const auto at = at_;
    const auto found = string();
    for (const auto* known : {"|u1", "<i8", "<f4", "<f8"}) {
      if (found == known) return known;
    }
    fail_at(at, "found values of " + in_quotes(found) +
                    " where '|u1', '<i8', '<f4' or '<f8' is needed");
  }

  void c_order() {
    skip_space();
    if (!text_.substr(at_).starts_with("False")) {
      fail("fortran_order must be False (save numpy.ascontiguousarray of the array)");
    }
    at_ += 5;
  }

  std::vector<std::int64_t> sizes() {
    std::vector<std::int64_t> shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      const auto end = std::min(text_.find_first_of(" ,)", at_), text_.size());
      const auto size = parse_int(text_.substr(at_, end - at_));
      if (!size || *size < 0 || shape.size() == kMaxNpyDims) fail("not a valid shape");
      shape.push_back(*size);
      at_ = end;
      if (!accept(',')) {
        // In Python (3) is a number; a tuple of one element needs a comma.
        if (shape.size() == 1) fail("expected ','");
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  std::size_t at_ = 0;  // position in text_ of the next character
  std::size_t offset_;
  std::string_view name_;
};

std::uint64_t byte_count(const NpyLayout& array, std::string_view name) {
  std::int64_t count = array.dtype[2] - '0';
  for (const auto size : array.shape) {
    if (__builtin_mul_overflow(count, size, &count)) {
      throw run_error(name, ": the shape ", python_tuple(array.shape),
                      " is more than any file can hold");
    }
  }
  return static_cast<std::uint64_t>(count);
}

}  // namespace

std::string npy_header(std::string_view dtype, const std::vector<std::int64_t>& shape) {
  std::string dict =
      str("{'descr': '", dtype, "', 'fortran_order': False, 'shape': ", python_tuple(shape), ", }");
  const std::size_t prefix = kNpyMagic.size() + 4;
  // The header ends in a newline; spaces before it align the data.
  dict.append(63 - (prefix + dict.size()) % 64, ' ');
  dict += '\n';
  std::string header(kNpyMagic);
  header +=
      {'\x01', '\x00', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return header + dict;
}

NpyLayout parse_npy_layout(ByteView bytes, std::uint64_t size, std::string_view name) {
  const auto text = as_text(bytes);
  if (!text.starts_with(kNpyMagic)) throw not_a(name, bytes, "a .npy file");
  if (bytes.size() < 12) throw run_error(name, ": truncated at offset ", bytes.size());
  const int version = bytes[6];
  if ((version != 1 && version != 2) || bytes[7] != 0) {
    throw run_error(name, ": offset 6: found .npy format ", version, ".", int{bytes[7]},
                    " where 1.0 or 2.0 is needed");
  }
  std::uint64_t length = bytes[8] | bytes[9] << 8;
  if (version == 2) length |= std::uint64_t{bytes[10]} << 16 | std::uint64_t{bytes[11]} << 24;
  const std::size_t start = version == 1 ? 10 : 12;
  if (length > bytes.size() - start) {
    throw run_error(name, ": offset 8: a header of ", length, " bytes where ", bytes.size() - start,
                    " are left");
  }
  auto layout = NpyHeader(text.substr(start, length), start, name).read();
  layout.offset = start + length;
  const auto expected = byte_count(layout, name);
  if (size - layout.offset != expected) {
    throw run_error(name, ": offset ", layout.offset, ": found ", size - layout.offset,
                    " bytes of values where the shape ", python_tuple(layout.shape), " of '",
                    layout.dtype, "' makes ", expected);
  }
  return layout;
}

NpyArray parse_npy(ByteView bytes, std::string_view name) {
  auto layout = parse_npy_layout(bytes, bytes.size(), name);
  return {std::move(layout.dtype), std::move(layout.shape), bytes.subspan(layout.offset)};
}

}  // namespace gan
