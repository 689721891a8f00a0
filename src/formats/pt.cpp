#include "formats/pt.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "formats/file_kind.hpp"
#include "formats/legacy_pt.hpp"
#include "formats/pickle.hpp"
#include "formats/zip.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

struct FixedRecord {
  std::string_view name;
  std::string_view content;
};

// Records that torch.save writes before the data, and after them.
constexpr std::array<FixedRecord, 3> kHeadRecords = {{
    {".format_version", "1"},
    {".storage_alignment", "64"},
    {"byteorder", "little"},
}};
constexpr FixedRecord kVersionRecord = {"version", "3\n"};

// Rejects other kinds of files and names the kind.
void check_kind(ByteView bytes, std::string_view name) {
  const auto kind = file_kind(as_text(bytes));
  if (kind.empty() || kind == "a zip archive") return;
  if (kind == "a Python pickle") {
    throw run_error(name,
                    ": is a pickle, but not of torch.save; in Python, save what it holds with ",
                    "torch.save");
  }
  throw run_error(name, ": is not a .pt file but ", kind);
}

// torch.jit.save and C++'s torch::save add records of code to the archive.
bool is_torchscript(ByteView bytes) {
  return as_text(bytes).find("/constants.pkl") != std::string_view::npos;
}

// The records of an archive by purpose.
struct Contents {
  ByteView pickle;
  bool has_pickle = false;
  bool has_version = false;
  std::vector<PickleStorage> storages;
};

// Returns false for a record that no .pt file has.
bool sort_in(Contents& contents, std::string_view record, ByteView data) {
  if (record == "data.pkl") {
    contents.pickle = data;
    return contents.has_pickle = true;
  }
  if (record.starts_with("data/") && is_digits(record.substr(5))) {
    contents.storages.push_back({record.substr(5), data});
    return true;
  }
  if (record == kVersionRecord.name) {
    contents.has_version = true;
    return as_text(data) == kVersionRecord.content;
  }
  if (record == ".data/serialization_id") return data.size() == 40 && is_digits(as_text(data));
  return std::any_of(kHeadRecords.begin(), kHeadRecords.end(), [&](const FixedRecord& fixed) {
    return fixed.name == record && fixed.content == as_text(data);
  });
}

Contents sort_records(std::span<const ZipRecord> records, std::string_view name) {
  Contents contents;
  const auto folder =
      records.empty() ? std::string_view() : records[0].name.substr(0, records[0].name.find('/'));
  for (const auto& record : records) {
    const auto slash = record.name.find('/');
    if (slash == std::string_view::npos || record.name.substr(0, slash) != folder ||
        !sort_in(contents, record.name.substr(slash + 1), record.data)) {
      throw run_error(name, ": record ", in_quotes(record.name), " of ", record.data.size(),
                      " bytes does not belong in a .pt file, or is damaged");
    }
  }
  if (!contents.has_pickle || !contents.has_version) {
    throw run_error(name, ": there is no record 'data.pkl' or 'version'; expected a .pt file");
  }
  return contents;
}

}  // namespace

Bytes encode_pt(const PtDict& root, std::string_view folder) {
  if (!is_plain_name(folder) || folder.find('/') != std::string_view::npos) {
    throw run_error(in_quotes(folder), " can't be the folder in a .pt file");
  }
  std::vector<ByteView> data;
  const std::string pickle = write_pickle(root, data);

  // In torch.save's order: torch.load may compute data offsets from it.
  std::vector<std::pair<std::string, ByteView>> named = {{"data.pkl", as_bytes(pickle)}};
  const auto add_fixed = [&](const FixedRecord& record) {
    named.emplace_back(record.name, as_bytes(record.content));
  };
  std::for_each(kHeadRecords.begin(), kHeadRecords.end(), add_fixed);
  for (std::size_t i = 0; i < data.size(); ++i) {
    named.emplace_back("data/" + std::to_string(i), data[i]);
  }
  add_fixed(kVersionRecord);

  std::vector<ZipRecord> records;
  for (auto& [name, bytes] : named) {
    name = str(folder, '/', name);
    records.push_back({name, bytes});
  }
  Bytes file = encode_zip(records);
  // Refuses to write what could not be read back (equal keys, broken UTF-8, too deep, too much).
  parse_pt(file, "the .pt file to write");
  return file;
}

PtDict parse_pt(ByteView bytes, std::string_view name) {
  if (is_legacy_pt(bytes)) return parse_legacy_pt(bytes, name);
  check_kind(bytes, name);
  try {
    const auto records = parse_zip(bytes, name);
    const auto contents = sort_records(records, name);
    return read_pickle(contents.pickle, contents.storages, name);
  } catch (const Error&) {
    if (!is_torchscript(bytes)) throw;
    throw run_error(name, ": is TorchScript (of torch.jit.save or C++'s torch::save), which holds ",
                    "code; in Python, save torch.jit.load(file).state_dict() with torch.save");
  }
}

const PtValue* find(const PtDict& dict, std::string_view key) {
  for (const auto& [name, value] : dict) {
    if (name == key) return &value;
  }
  return nullptr;
}

}  // namespace gan
