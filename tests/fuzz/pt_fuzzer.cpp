// The first byte selects what the rest is, so that CRCs don't keep the fuzzer from deeper code.
// Anything accepted must survive being written again.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "formats/byte_order.hpp"
#include "formats/pickle.hpp"
#include "formats/pt.hpp"
#include "formats/zip.hpp"
#include "formats/zip_layout.hpp"
#include "fuzz.hpp"

namespace {

using namespace gan;

const Bytes kData(24);

// Removes values that can only be described.
PtValue writable(const PtValue& value) {
  if (const auto* dict = std::get_if<PtDict>(&value.value)) {
    PtDict kept;
    for (const auto& [key, item] : *dict) kept.push_back({key, writable(item)});
    return {kept};
  }
  if (const auto* list = std::get_if<PtList>(&value.value)) {
    PtList kept;
    for (const auto& item : *list) kept.push_back(writable(item));
    return {kept};
  }
  return std::holds_alternative<PtOther>(value.value) ? PtValue() : value;
}

void check_round_trip(const PtDict& read) {
  must_not_throw([&] {
    const auto dict = std::get<PtDict>(writable({read}).value);
    const Bytes once = encode_pt(dict);
    if (encode_pt(parse_pt(once, "once")) != once) std::abort();
  });
}

void seal(Bytes& file) {
  const auto text = zip_seal(crc32_of(ByteView(file).first(file.size() - kZipSealSize)));
  std::copy(text.begin(), text.end(), file.end() - kZipSealSize);
}

// A complete file.
void fuzz_file(ByteView bytes) { check_round_trip(parse_pt(bytes, "fuzz")); }

// A file with a matching seal added.
void fuzz_sealed(ByteView bytes) {
  Bytes file(bytes.begin(), bytes.end());
  file.resize(file.size() + kZipSealSize);
  seal(file);
  check_round_trip(parse_pt(file, "fuzz"));
}

// A pickle over three records: 0 of 24 bytes, 1 of 8, 2 of none.
void fuzz_pickle(ByteView bytes, bool any_use) {
  const ByteView data(kData);
  std::vector<PickleStorage> storages;
  if (any_use) storages = {{"0", data}, {"1", data.first(8)}, {"2", data.first(0)}};
  check_round_trip(read_pickle(bytes, storages, "fuzz"));
}

// The part of a file from before PyTorch 1.6 that follows its first pickle.
void fuzz_legacy(ByteView bytes) {
  const std::string_view head =
      "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.\x80\x02M\xe9\x03.";
  Bytes file(head.begin(), head.end());
  file.insert(file.end(), bytes.begin(), bytes.end());
  check_round_trip(parse_pt(file, "fuzz"));
}

// An intact archive of any records: a size and a name, a size and the contents, and so on.
void fuzz_records(ByteView bytes) {
  const auto take = [&] {
    const std::size_t size = bytes.empty() ? 0 : std::min<std::size_t>(bytes[0], bytes.size() - 1);
    const auto part = bytes.subspan(bytes.empty() ? 0 : 1, size);
    bytes = bytes.subspan(bytes.empty() ? 0 : 1 + size);
    return part;
  };
  std::vector<ZipRecord> records;
  while (!bytes.empty()) {
    const auto record = as_text(take());
    records.push_back({record, take()});
  }
  const auto file = encode_zip(records);
  check_round_trip(parse_pt(file, "fuzz"));
}

// An intact archive with some bytes changed: pairs of an offset and a byte.
void fuzz_patches(ByteView bytes) {
  const ByteView data(kData);
  static const Bytes kSound = encode_pt({{"a", {PtTensor{PtType::kFloat32, {2, 3}, data}}},
                                         {"b", {PtTensor{PtType::kInt64, {0}, {}}}},
                                         {"c", {PtDict{{"d", {1.5}}}}}});
  Bytes file = kSound;
  for (; bytes.size() >= 3; bytes = bytes.subspan(3)) {
    file[get_le<std::uint16_t>(bytes) % file.size()] = bytes[2];
  }
  if (file == kSound) return;
  seal(file);
  parse_pt(file, "fuzz");
  // Only the text of the seal itself may have been restored by seal().
  if (file != kSound) std::abort();
}

}  // namespace

void gan::fuzz(ByteView input) {
  if (input.empty()) return;
  const auto rest = input.subspan(1);
  switch (input[0] % 7) {
    case 0:
      return fuzz_file(rest);
    case 1:
      return fuzz_sealed(rest);
    case 2:
      return fuzz_pickle(rest, true);
    case 3:
      return fuzz_pickle(rest, false);
    case 4:
      return fuzz_records(rest);
    case 5:
      return fuzz_legacy(rest);
    default:
      return fuzz_patches(rest);
  }
}
