// Writes the fuzzers' seeds, one folder per parser, and the dictionaries derived from the option
// table: fuzz_seeds CONFIGS FOLDER
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "../formats/jpeg_files.hpp"
#include "../formats/make_gzip.hpp"
#include "../formats/png_files.hpp"
#include "../formats/webp_files.hpp"
#include "formats/byte_order.hpp"
#include "formats/decode_image.hpp"
#include "formats/gzip.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"
#include "formats/pickle.hpp"
#include "formats/pt.hpp"
#include "formats/safetensors.hpp"
#include "formats/zip.hpp"
#include "formats/zip_layout.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace {

namespace fs = std::filesystem;
using namespace gan;
using std::literals::operator""s;

// The seeds of one parser. Add only accepted files: from refused ones, a fuzzer rarely gets to
// accepted ones.
class Seeds {
 public:
  explicit Seeds(fs::path folder) : folder_(std::move(folder)) { make_folders(folder_); }
  void add(ByteView content) { write_file(folder_ / std::to_string(count_++), content); }
  void add(std::string_view content) { add(as_bytes(content)); }

 private:
  fs::path folder_;
  int count_ = 0;
};

Bytes joined(std::string_view start, ByteView rest) {
  Bytes bytes(start.begin(), start.end());
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

void idx_seeds(Seeds seeds) {
  const Bytes values(24, 7);
  using Dims = std::vector<std::int64_t>;
  for (const Dims& dims : {Dims{24}, {3, 8}, {2, 3, 4}, {1, 2, 3, 4}}) {
    const auto file = joined(idx_header(dims), values);
    parse_idx(file, "seed");
    seeds.add(file);
    seeds.add(make_gzip(file));
  }
}

void gzip_seeds(Seeds seeds) {
  const auto add = [&](std::uint16_t limit, ByteView file) {
    gunzip(file, limit, "seed");
    seeds.add(joined(std::string{char(limit & 0xff), char(limit >> 8)}, file));
  };
  const auto member = make_gzip(Bytes(64, 'a'));
  add(64, member);
  add(UINT16_MAX, joined(as_text(member), make_gzip({})));
  add(UINT16_MAX, make_gzip(Bytes(40000)));
  // With a file name, and an 'a' stored uncompressed.
  add(64, as_bytes("\x1f\x8b\x08\x08\0\0\0\0\0\x03name\0\1\1\0\xfe\xff"
                   "a\x43\xbe\xb7\xe8\1\0\0\0"s));
}

void picture_seeds(Seeds seeds) {
  const auto add = [&](const Bytes& file) {
    decode_image(file, {}, "seed");
    seeds.add(file);
  };
  add(encode_png({5, 3, 1, Bytes(15, 200)}));
  add(encode_png({3, 5, 3, Bytes(45, 7)}));
  for (const auto& file : png_files()) add(file.bytes);
  for (const auto digits : {kProgressiveJpeg, kColourJpeg, kArithmeticJpeg, kLosslessWebp,
                            kAlphaWebp, kLossyWebp, kAnimatedWebp, kTurnedWebp}) {
    add(from_hex(digits));
  }
}

void npy_seeds(Seeds seeds) {
  const auto add = [&](const std::string& header, std::size_t size) {
    const auto file = joined(header, Bytes(size, 7));
    parse_npy(file, "seed");
    seeds.add(file);
  };
  add(npy_header("|u1", {2, 3, 4}), 24);
  add(npy_header("<f4", {6}), 24);
  add(npy_header("<f4", {}), 4);
  add(npy_header("<f4", {0, 3}), 0);
  auto second = npy_header("|u1", {24, 1});
  second[6] = 2;  // format 2.0: two more bytes of length
  second.insert(10, 2, '\0');
  add(second, 24);
}

const Bytes kData(24);

std::vector<PtDict> pt_roots() {
  const ByteView all(kData);
  return {{},
          {{"none", {}},
           {"yes", {true}},
           {"no", {false}},
           {"int", {std::int64_t{70000}}},
           {"long", {INT64_MIN}},
           {"float", {0.5}},
           {"text", {std::string("ü")}}},
          {{"list", {PtList{{1.0}, {PtList()}, {PtDict{{"k", {}}}}}}}},
          {{"a", {PtTensor{PtType::kFloat32, {2, 3}, all}}},
           {"b", {PtTensor{PtType::kInt64, {1}, all.first(8)}}},
           {"c", {PtTensor{PtType::kUint8, {0}, {}}}}},
          {{"a", {PtTensor{PtType::kFloat64, {3, 1, 1}, all}}},
           {"b", {PtTensor{PtType::kBfloat16, {2, 2}, all.first(8)}}},
           {"c", {PtTensor{PtType::kFloat32, {3, 0}, {}}}}}};
}

// Each unchanged, and with the header length as one byte behind another.
void safetensors_seeds(Seeds seeds) {
  const ByteView all(kData);
  const PtDict tensors = {{"a", {PtTensor{PtType::kFloat32, {2, 3}, all}}},
                          {"ü", {PtTensor{PtType::kInt64, {}, all.first(8)}}},
                          {"c", {PtTensor{PtType::kFloat16, {0, 3}, {}}}}};
  const std::vector<SafeTensors> contents = {{}, {{{"k", "\"\n"}}, {}}, {{}, tensors}};
  for (const auto& content : contents) {
    const auto file = encode_safetensors(content);
    if (file[0] % 2 == 0) seeds.add(file);
    if (file[1] == 0) seeds.add(joined({"\1"s + char(file[0])}, ByteView(file).subspan(8)));
  }
}

// The first byte of each tells the fuzzer what follows.
void pt_seeds(Seeds seeds) {
  for (const auto& root : pt_roots()) {
    const Bytes file = encode_pt(root);
    seeds.add(joined("\0"s, file));
    seeds.add(joined("\1"s, ByteView(file).first(file.size() - kZipSealSize)));
    std::vector<ByteView> storages;
    const auto pickle = write_pickle(root, storages);
    seeds.add((storages.empty() ? "\3"s : "\2"s) + pickle);
    std::string records = "\4";
    for (const auto& record : parse_zip(file, "seed")) {
      for (const auto part : {record.name, as_text(record.data)}) {
        records += static_cast<char>(part.size());
        records += part;
      }
    }
    seeds.add(records);
  }
  const auto hooks = "ccollections\nOrderedDict\n)R"s;
  seeds.add("\3\x80\2"s + hooks + "}X\11\0\0\0_metadata}X\0\0\0\0}X\7\0\0\0versionK\2sssb."s);
  seeds.add("\3\x80\2}q\0(X\1\0\0\0aq\1K\1X\1\0\0\0b](h\1h\1eu."s);
  // As torch.save writes parameters on a GPU.
  const auto tensor = [&](char key, char count) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nByteStorage\nX\1\0\0\0"s +
           key + "X\6\0\0\0cuda:0K"s + count + "tQK\0K"s + count + "\x85K\1\x85\x89" + hooks + "tR";
  };
  seeds.add("\2\x80\2}(X\1\0\0\0actorch._utils\n_rebuild_parameter\n("s + tensor('0', 24) + "\x88" +
            hooks + "tRX\1\0\0\0b"s + tensor('1', 8) + "X\1\0\0\0c"s + tensor('2', 0) + "u.");
  seeds.add("\6\0\0\1\x40\1\2"s);
  // As PyTorch before 1.6 wrote a tensor of two bytes.
  const std::string content =
      "\x80\2}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nByteStorage\n"
      "X\1\0\0\0001X\3\0\0\0cpuK\2NtQK\0K\2\x85K\1\x85\x89"s +
      hooks + "tRs.";
  seeds.add("\5\x80\2}X\15\0\0\0little_endian\x88s."s + content +
            "\x80\2]X\1\0\0\0001a.\2\0\0\0\0\0\0\0ab"s);
}

// The recipes, and every option in both formats.
void config_seeds(Seeds seeds, const fs::path& configs, bool ini) {
  Config config;
  const auto table = option_table(config);
  const auto add = [&](std::string_view text) {
    const auto parsed = ini ? parse_ini(text, "seed") : parse_yaml(text, "seed");
    apply_settings(table, parsed.settings, parsed.mistakes);
    seeds.add(text);
  };
  std::string dotted;
  for (const auto& option : table) {
    dotted += option.key + (ini ? " = \"" : ": \"") + value_text(option) + "\"\n";
  }
  add(dotted);
  if (!ini) add(to_yaml(Config()));
  for (const auto& entry : fs::directory_iterator(configs)) {
    if (entry.path().extension() == ".sha256") continue;
    if ((entry.path().extension() == ".ini") == ini) add(as_text(read_file(entry.path())));
  }
}

void config_dictionary(const fs::path& path, bool ini) {
  const auto between = ini ? " = " : ": ";
  std::string text;
  const auto word = [&](const std::string& content) { text += '"' + content + "\"\n"; };
  std::string section;
  Config config;
  for (const auto& option : option_table(config)) {
    const auto dot = option.key.find('.');
    if (option.key.substr(0, dot) != section) {
      section = option.key.substr(0, dot);
      word(ini ? "[" + section + "]\\x0a" : section + ":\\x0a");
    }
    word((ini ? "" : "  ") + option.key.substr(dot + 1) + between);
    for (const auto& choice : choices_of(option)) word(choice);
  }
  for (const char* value : {"true", "false", "[1, 2]", "0.9:1.1", "1e-3", "cuda:0"}) word(value);
  write_file(path, text);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const fs::path configs = argv[1];
  const fs::path folder = argv[2];
  try {
    idx_seeds(Seeds(folder / "idx"));
    picture_seeds(Seeds(folder / "picture"));
    gzip_seeds(Seeds(folder / "gzip"));
    npy_seeds(Seeds(folder / "npy"));
    pt_seeds(Seeds(folder / "pt"));
    safetensors_seeds(Seeds(folder / "safetensors"));
    for (const bool ini : {true, false}) {
      const std::string name = ini ? "ini" : "yaml";
      config_seeds(Seeds(folder / name), configs, ini);
      config_dictionary(folder / (name + ".dict"), ini);
    }
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
