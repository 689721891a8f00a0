// Writes the seeds of pt_fuzzer into a folder: pt_seeds FOLDER
#include <filesystem>
#include <string>
#include <vector>

#include "gan_train/formats/pt.hpp"

#include "../../src/formats/pickle.hpp"
#include "../../src/formats/wire.hpp"
#include "../../src/formats/zip_layout.hpp"

int main(int argc, char** argv) {
  using namespace gan;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  make_folders(folder);
  int count = 0;
  const auto seed = [&](char mode, std::string_view content) {
    write_file(folder / ("seed_" + std::to_string(count++)), mode + std::string(content));
  };

  const Bytes data(24);
  const ByteView all(data);
  const std::vector<PtDict> roots = {{},
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
  for (const auto& root : roots) {
    const Bytes file = encode_pt(root);
    seed(0, as_text(file));
    seed(1, as_text(ByteView(file).first(file.size() - kZipSealSize)));
    std::vector<ByteView> storages;
    const auto pickle = write_pickle(root, storages);
    seed(storages.empty() ? 3 : 2, pickle);
  }
  const std::string hooks = "ccollections\nOrderedDict\n)R";
  using std::literals::operator""s;
  seed(3, "\x80\x02" + hooks + "}X\11\0\0\0_metadata}X\0\0\0\0}X\7\0\0\0versionK\2sssb."s);
  seed(3, "\x80\x02}q\0(X\1\0\0\0aq\1K\1X\1\0\0\0b](h\1h\1eu."s);
  seed(4, "\0\0\1\x40\1\2"s);
}
