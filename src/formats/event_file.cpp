#include "gan_train/formats/event_file.hpp"

#include <array>
#include <bit>
#include <chrono>

#include "wire.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// ── Messages, in the wire format of protocol buffers ──
// A field is a varint of 8 x its number + how its value is written, then the value. Ours, of
// TensorFlow's event.proto and summary.proto:
//
//   Event    1 wall_time: double  2 step: varint  3 file_version: text  5 summary: Summary
//   Summary  1 value: Value, repeated
//   Value    1 tag: text  2 simple_value: float  4 image: Image
//   Image    1 height  2 width  3 colorspace: varints  4 encoded_image_string: bytes

enum WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

std::string key(std::uint64_t number, WireType type) { return varint(number << 3 | type); }

std::string number_field(std::uint64_t number, std::int64_t value) {
  return key(number, kVarint) + varint(static_cast<std::uint64_t>(value));
}

std::string bytes_field(std::uint64_t number, std::string_view value) {
  return key(number, kBytes) + varint(value.size()) + std::string(value);
}

std::string double_field(std::uint64_t number, double value) {
  std::string out = key(number, kFixed64);
  put_le(out, std::bit_cast<std::uint64_t>(value));
  return out;
}

std::string float_field(std::uint64_t number, double value) {
  std::string out = key(number, kFixed32);
  put_le(out, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
  return out;
}

std::string event(std::int64_t step, std::string_view rest) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return double_field(1, std::chrono::duration<double>(now).count()) + number_field(2, step) +
         std::string(rest);
}

// The step of an event as event() begins it; negative where it does not.
std::int64_t step_of(ByteView event) {
  constexpr std::size_t kStepAt = 9;  // after the time, a key and eight bytes
  const auto text = as_text(event);
  if (text.size() < kStepAt || !text.starts_with(key(1, kFixed64))) return -1;
  if (!text.substr(kStepAt).starts_with(key(2, kVarint))) return -1;
  std::uint64_t step = 0;
  int shift = 0;
  for (const std::uint8_t byte : event.subspan(kStepAt + 1)) {
    step |= std::uint64_t{byte & 0x7fU} << shift;
    shift += 7;
    if (byte < 0x80 || shift > 56) break;
  }
  return static_cast<std::int64_t>(step);
}

// ── Records, as TFRecord frames them ──
// The size in 8 bytes, its masked CRC-32C, the message, its masked CRC-32C.

constexpr std::size_t kHead = 12;
constexpr std::size_t kTail = 4;

// A CRC of what holds CRCs is a weak one: so they are turned and moved.
std::uint32_t masked_crc(ByteView bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

std::string record(std::string_view message) {
  std::string out;
  put_le(out, std::uint64_t{message.size()});
  put_le(out, masked_crc(as_bytes(out)));
  out += message;
  put_le(out, masked_crc(as_bytes(message)));
  return out;
}

// How many bytes the whole records of up to `step` take: a killed run may have torn the last.
std::size_t whole_size(ByteView file, std::int64_t step) {
  std::size_t kept = 0;
  while (file.size() - kept >= kHead + kTail) {
    const ByteView rest = file.subspan(kept);
    const auto size = get_le<std::uint64_t>(rest);
    if (masked_crc(rest.first(8)) != get_le<std::uint32_t>(rest.subspan(8))) break;
    if (size > rest.size() - kHead - kTail) break;
    const ByteView message = rest.subspan(kHead, size);
    if (masked_crc(message) != get_le<std::uint32_t>(rest.subspan(kHead + size))) break;
    const std::int64_t its = step_of(message);
    if (its < 0 || its > step) break;
    kept += kHead + size + kTail;
  }
  return kept;
}

}  // namespace

EventFile::EventFile(const fs::path& path, std::int64_t step) {
  Bytes kept;
  if (step > 0 && fs::exists(path)) {
    kept = read_file(path);
    kept.resize(whole_size(kept, step));
  }
  if (kept.empty()) {
    const std::string first = record(event(0, bytes_field(3, "brain.Event:2")));
    kept.assign(first.begin(), first.end());
  }
  write_file(path, kept);
  file_ = std::make_unique<AppendFile>(path);
}

void EventFile::add_scalars(std::int64_t step, const Scalars& scalars) {
  if (scalars.empty()) return;
  std::string values;
  for (const auto& [tag, value] : scalars) {
    values += bytes_field(1, bytes_field(1, tag) + float_field(2, value));
  }
  file_->add(as_bytes(record(event(step, bytes_field(5, values)))));
}

void EventFile::add_picture(std::int64_t step, std::string_view tag, ByteView png) {
  // Its first chunk, IHDR: width, height, bits a channel, kind of colour.
  constexpr std::size_t kHeader = 16;
  constexpr std::uint8_t kRgb = 2;
  const std::int64_t channels = png[kHeader + 9] == kRgb ? 3 : 1;
  const std::string image = number_field(1, get_be32(png.subspan(kHeader + 4))) +
                            number_field(2, get_be32(png.subspan(kHeader))) +
                            number_field(3, channels) + bytes_field(4, as_text(png));
  const std::string value = bytes_field(1, tag) + bytes_field(4, image);
  file_->add(as_bytes(record(event(step, bytes_field(5, bytes_field(1, value))))));
}

std::uint32_t crc32c(ByteView bytes) {
  static const auto kTable = [] {
    constexpr std::uint32_t kReversedPolynomial = 0x82f63b78U;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1U ? kReversedPolynomial : 0U);
      table[i] = crc;
    }
    return table;
  }();
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ byte) & 0xffU];
  return ~crc;
}

}  // namespace gan
