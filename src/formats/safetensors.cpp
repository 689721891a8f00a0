#include "formats/safetensors.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json.hpp"
#include "core/text.hpp"
#include "formats/byte_order.hpp"
#include "formats/pt_tensor.hpp"
#include "formats/safetensors_header.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kLengthSize = 8;

std::string header_text(const Metadata& metadata, const std::vector<const PtEntry*>& entries) {
  Json::object_t header, texts;  // vectors, since no lookup by key is needed
  for (const auto& [key, value] : metadata) texts.emplace_back(key, value);
  if (!texts.empty()) header.emplace_back(kSafetensorsMetadata, std::move(texts));
  std::uint64_t begin = 0;
  for (const auto* entry : entries) {
    const auto& tensor = std::get<PtTensor>(entry->second.value);
    const std::uint64_t end = begin + tensor.bytes.size();
    header.emplace_back(entry->first, Json{{"dtype", safetensors_dtype(tensor.type)},
                                           {"shape", tensor.shape},
                                           {"data_offsets", {begin, end}}});
    begin = end;
  }
  std::string text = to_json_line(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // aligns the data
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
                    " are left; truncated, or not a safetensors file");
  }
  if (length > kMaxSafetensorsHeader) {
    throw run_error(name, ": offset 0: a safetensors header of ", length, " bytes; at most ",
                    kMaxSafetensorsHeader, " are allowed");
  }
  SafeTensors content;
  const auto header = as_text(bytes.subspan(kLengthSize, length));
  auto entries = parse_safetensors_header(header, kLengthSize, name, content.metadata);
  std::ranges::sort(entries, {}, [](const auto& e) { return std::pair(e.begin, e.end); });
  const auto data = bytes.subspan(kLengthSize + length);
  std::uint64_t at = 0;
  for (auto& [key, tensor, begin, end] : entries) {
    const auto count = element_count(tensor.shape);
    if (!count) throw run_error(name, ": ", in_quotes(key), " has an impossible shape");
    if (begin != at || end < begin || end > data.size()) {
      throw run_error(name, ": ", in_quotes(key), " is at bytes ", begin, " to ", end, " of ",
                      data.size(), "; expected it to begin at ", at);
    }
    if (static_cast<std::uint64_t>(*count) > data.size() ||
        static_cast<std::uint64_t>(*count) * size_of(tensor.type) != end - begin) {
      throw run_error(name, ": ", in_quotes(key), " of shape [", join(tensor.shape, ","), "] and ",
                      safetensors_dtype(tensor.type), " can't take ", end - begin, " bytes");
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
