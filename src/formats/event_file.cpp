#include "formats/event_file.hpp"

#include <array>
#include <bit>
#include <chrono>
#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>

#include "formats/byte_order.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The fields that we use, per message, with the numbers of TensorFlow's event.proto and
// summary.proto.
using Tag = protozero::pbf_tag_type;
enum class Event : Tag { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5 };
enum class Summary : Tag { kValue = 1 };
enum class Value : Tag { kTag = 1, kSimpleValue = 2, kImage = 4 };
enum class Picture : Tag { kHeight = 1, kWidth = 2, kColorspace = 3, kEncoded = 4 };

template <typename Message>
using Builder = protozero::pbf_builder<Message>;

// The step of an event; negative if it has none.
std::int64_t step_of(ByteView event) {
  try {
    protozero::pbf_message<Event> fields(as_text(event).data(), event.size());
    return fields.next(Event::kStep, protozero::pbf_wire_type::varint) ? fields.get_int64() : -1;
  } catch (const protozero::exception&) {
    return -1;
  }
}

// ── TFRecord framing ──
// The size in 8 bytes, its masked CRC-32C, the message, its masked CRC-32C.

constexpr std::size_t kHead = 12;
constexpr std::size_t kTail = 4;

// TFRecord masks its CRCs, since the CRC of data that contains CRCs is weak.
std::uint32_t masked_crc(ByteView bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

std::string record(std::string_view message) {
  std::string out;
  put_le(out, std::uint64_t{message.size()});
  put_le(out, masked_crc(as_bytes(out)));
  out += message;
  put_le(out, masked_crc(as_bytes(message)));
  return out;
}

// The record of an event at `step`; `fill` adds its content.
template <typename Fill>
std::string event_record(std::int64_t step, Fill fill) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string message;
  Builder<Event> event(message);
  event.add_double(Event::kWallTime, std::chrono::duration<double>(now).count());
  event.add_int64(Event::kStep, step);
  fill(event);
  return record(message);
}

// Size of the complete records up to `step`: a killed run may have left the last one incomplete.
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
    const std::string first = event_record(
        0, [](auto& event) { event.add_string(Event::kFileVersion, "brain.Event:2"); });
    kept.assign(first.begin(), first.end());
  }
  write_file(path, kept);
  file_ = std::make_unique<AppendFile>(path);
}

void EventFile::add_scalars(std::int64_t step, const Scalars& scalars) {
  if (scalars.empty()) return;
  file_->add(as_bytes(event_record(step, [&](auto& event) {
    Builder<Summary> summary(event, Event::kSummary);
    for (const auto& [tag, number] : scalars) {
      Builder<Value> value(summary, Summary::kValue);
      value.add_string(Value::kTag, tag);
      value.add_float(Value::kSimpleValue, static_cast<float>(number));
    }
  })));
}

void EventFile::add_picture(std::int64_t step, std::string_view tag, ByteView png) {
  // Its first chunk, IHDR: width, height, bits per channel, colour type.
  constexpr std::size_t kHeader = 16;
  constexpr std::uint8_t kRgb = 2;
  file_->add(as_bytes(event_record(step, [&](auto& event) {
    Builder<Summary> summary(event, Event::kSummary);
    Builder<Value> value(summary, Summary::kValue);
    value.add_string(Value::kTag, tag.data(), tag.size());
    Builder<Picture> picture(value, Value::kImage);
    picture.add_int64(Picture::kHeight, get_be32(png.subspan(kHeader + 4)));
    picture.add_int64(Picture::kWidth, get_be32(png.subspan(kHeader)));
    picture.add_int64(Picture::kColorspace, png[kHeader + 9] == kRgb ? 3 : 1);
    picture.add_bytes(Picture::kEncoded, std::string(as_text(png)));
  })));
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
