#include "formats/event_file.hpp"

#include <gtest/gtest.h>

#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// The check value of CRC-32C, and an example of RFC 3720, B.4.
TEST(EventFile, ChecksWithCrc32c) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8a9136aaU);
}

// Writes events at steps 0 (the version), 10, 20 and 300; returns the file size after each.
std::vector<std::uintmax_t> write_events(const fs::path& path) {
  EventFile events(path, 0);
  std::vector<std::uintmax_t> sizes = {fs::file_size(path)};
  for (const std::int64_t step : {10, 20, 300}) {
    events.add_scalars(step, {{"losses/d_loss", 0.5}});
    sizes.push_back(fs::file_size(path));
  }
  return sizes;
}

TEST(EventFile, FramesEachEventAsTheFormatSays) {
  const TempFolder temp;
  const auto sizes = write_events(temp / "events");
  const Bytes file = read_file(temp / "events");
  // 12 bytes of head, 4 of tail; 9 for the time, 2 for the step; then 2 + (2 + 13 + 2 + ...).
  const Bytes event(file.begin() + static_cast<std::ptrdiff_t>(sizes[0]),
                    file.begin() + static_cast<std::ptrdiff_t>(sizes[1]));
  ASSERT_EQ(event.size(), 12U + 9 + 2 + 2 + 2 + 15 + 5 + 4);
  EXPECT_EQ(event[0], event.size() - 16);
  const std::string body(event.begin() + 12 + 9, event.end() - 4);
  EXPECT_EQ(body, std::string("\x10\x0a\x2a\x16\x0a\x14\x0a\x0dlosses/d_loss\x15\0\0\0\x3f", 26));
}

TEST(EventFile, GoingOnKeepsTheWholeEventsUpToAStep) {
  const TempFolder temp;
  const auto sizes = write_events(temp / "events");
  const std::vector<std::pair<std::int64_t, std::size_t>> kKept = {
      {10, 1}, {19, 1}, {20, 2}, {299, 2}, {300, 3}};
  for (const auto& [step, kept] : kKept) {
    fs::copy_file(temp / "events", temp / "cut", fs::copy_options::overwrite_existing);
    const EventFile events(temp / "cut", step);
    EXPECT_EQ(fs::file_size(temp / "cut"), sizes[kept]) << step;
  }
}

TEST(EventFile, ANewRunStartsAfresh) {
  const TempFolder temp;
  const auto sizes = write_events(temp / "events");
  const EventFile events(temp / "events", 0);
  EXPECT_EQ(fs::file_size(temp / "events"), sizes[0]);
}

// Cut at any byte, or with any byte changed: only complete events before the damage are kept.
TEST(EventFile, DropsWhatIsDamaged) {
  const TempFolder temp;
  const auto sizes = write_events(temp / "events");
  const Bytes whole = read_file(temp / "events");
  const auto kept_before = [&](std::size_t at) {
    std::uintmax_t kept = sizes[0];  // rewritten if not even the first is complete
    for (const auto size : sizes) {
      if (size <= at) kept = size;
    }
    return kept;
  };
  for (std::size_t at = 0; at < whole.size(); ++at) {
    write_file(temp / "cut", ByteView(whole).first(at), /*durable=*/false);
    {
      const EventFile events(temp / "cut", 300);
    }
    EXPECT_EQ(fs::file_size(temp / "cut"), kept_before(at)) << at;
    Bytes changed = whole;
    changed[at] ^= 0x10;
    write_file(temp / "changed", changed, /*durable=*/false);
    {
      const EventFile events(temp / "changed", 300);
    }
    EXPECT_EQ(fs::file_size(temp / "changed"), kept_before(at)) << at;
  }
}

}  // namespace
}  // namespace gan
