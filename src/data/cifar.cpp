#include <algorithm>
#include <filesystem>
#include <utility>

#include <torch/types.h>

#include "core/file.hpp"
#include "core/random_access_file.hpp"
#include "core/text.hpp"
#include "formats/file_kind.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kCifarPixels = std::int64_t{3} * 32 * 32;

// A data set in its binary version (https://www.cs.toronto.edu/~kriz/cifar.html). A record is one
// or more label bytes, of which the last is used, then 32 x 32 bytes each of red, green and blue,
// row by row.
struct Cifar {
  const char* name;
  std::int64_t label_bytes;
  std::int64_t classes;
  const char* folder;  // created by unpacking the archive
  const char* first_file;
  const char* test_file;
  const char* names_file;
  const char* where_from;

  std::int64_t record() const { return label_bytes + kCifarPixels; }
};

constexpr Cifar kTen = {.name = "CIFAR-10",
                        .label_bytes = 1,
                        .classes = 10,
                        .folder = "cifar-10-batches-bin",
                        .first_file = "data_batch_1.bin",
                        .test_file = "test_batch.bin",
                        .names_file = "batches.meta.txt",
                        .where_from = "`scripts/get_data.sh cifar10`"};
constexpr Cifar kHundred = {.name = "CIFAR-100",
                            .label_bytes = 2,  // one of 20 coarse classes, then one of 100
                            .classes = 100,
                            .folder = "cifar-100-binary",
                            .first_file = "train.bin",
                            .test_file = "test.bin",
                            .names_file = "fine_label_names.txt",
                            .where_from = "a browser (its binary version)"};

// Folder of the files: `path`, or the folder created by unpacking the archive.
fs::path folder_of(const Cifar& set, const fs::path& path) {
  if (fs::is_regular_file(path)) return path.parent_path();
  const fs::path subfolder = path / set.folder;
  return fs::is_directory(subfolder) ? subfolder : path;
}

bool is_cifar_at(const Cifar& set, const fs::path& path) {
  if (!fs::is_regular_file(path)) return fs::is_regular_file(folder_of(set, path) / set.first_file);
  std::error_code ignored;
  const auto size = static_cast<std::int64_t>(fs::file_size(path, ignored));
  return extension_of(path) == ".bin" && size > 0 && size % set.record() == 0;
}

std::vector<fs::path> find_cifar_files(const Cifar& set, const fs::path& path) {
  if (fs::is_regular_file(path)) return {path};
  if (!fs::is_directory(path)) {
    throw usage_error(path.string(), ": no such file or folder; fetch ", set.name, " with ",
                      set.where_from, " and set config key data.path to its folder");
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_of(set, path))) {
    const fs::path& file = entry.path();
    if (extension_of(file) == ".bin" && file.filename() != set.test_file) files.push_back(file);
  }
  if (files.empty()) {
    throw usage_error(path.string(), ": holds no ", set.first_file,
                      " or other .bin file to train on; set config key data.path to a folder that "
                      "does, or to such a file");
  }
  std::sort(files.begin(), files.end());
  return files;
}

// One name per line; empty if the file is missing or has other contents.
std::vector<std::string> read_class_names(const Cifar& set, const fs::path& path) {
  constexpr std::uint64_t kMaxNames = 1 << 16;
  const fs::path file = folder_of(set, path) / set.names_file;
  if (!fs::is_regular_file(file)) return {};
  const Bytes bytes = read_file(file, kMaxNames);
  auto names = split(as_text(bytes), '\n');
  std::erase(names, "");
  return std::cmp_equal(names.size(), set.classes) ? names : std::vector<std::string>();
}

std::int64_t count_records(const Cifar& set, const fs::path& file) {
  const std::int64_t record = set.record();
  std::error_code code;
  const auto size = static_cast<std::int64_t>(fs::file_size(file, code));
  if (code) throw run_error(file.string(), ": cannot be read: ", code.message());
  if (size == 0 || size % record != 0) {
    Bytes head(static_cast<std::size_t>(std::min<std::int64_t>(size, kFileKindBytes)));
    RandomAccessFile(file).read(0, head);
    if (!file_kind(as_text(head)).empty()) {
      throw not_a(file.string(), head, str("a file of ", set.name, " in its binary version"));
    }
    throw run_error(file.string(), ": holds ", size, " bytes; a file of ", set.name,
                    " in its binary version holds records of ", record, " bytes; ", size % record,
                    " are left over");
  }
  return size / record;
}

void check_cifar_labels(const Cifar& set, const torch::Tensor& labels, const fs::path& file) {
  const auto wrong = labels.ge(set.classes).nonzero();
  if (wrong.size(0) == 0) return;
  const auto record = wrong[0].item<std::int64_t>();
  throw run_error(file.string(), ": offset ", record * set.record() + set.label_bytes - 1,
                  ": found label ", labels[record].item<std::int64_t>(), " where 0 to ",
                  set.classes - 1, " are expected");
}

Dataset read_cifar(const Cifar& set, const DataConfig& config, const std::vector<fs::path>& files,
                   const fs::path& source) {
  const std::int64_t record = set.record();
  std::vector<std::int64_t> counts;
  std::int64_t n = 0;
  for (const auto& file : files) n += counts.emplace_back(count_records(set, file));
  check_memory(config, n, kCifarPixels);
  Dataset data{.source = source.string(),
               .shape = {3, 32, 32},
               .samples = torch::empty({n, 3, 32, 32}, torch::kUInt8),
               .labels = torch::empty({n}, torch::kInt64),
               .class_names = read_class_names(set, config.path)};
  std::int64_t first = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Bytes bytes = read_file(files[i], static_cast<std::uint64_t>(counts[i] * record));
    const auto records = torch::from_blob(
        bytes.data(), {static_cast<std::int64_t>(bytes.size()) / record, record}, torch::kUInt8);
    const auto labels = records.select(1, set.label_bytes - 1);
    check_cifar_labels(set, labels, files[i]);
    data.labels.narrow(0, first, counts[i]).copy_(labels);
    data.samples.view({n, kCifarPixels})
        .narrow(0, first, counts[i])
        .copy_(records.narrow(1, set.label_bytes, kCifarPixels));
    first += counts[i];
  }
  return data;
}

const Cifar& set_of(const DataConfig& config) {
  return config.dataset == DatasetKind::kCifar100 ? kHundred : kTen;
}

Dataset load_cifar(const DataConfig& config) {
  const Cifar& set = set_of(config);
  return read_cifar(set, config, find_cifar_files(set, config.path), config.path);
}

std::optional<Dataset> load_cifar_test(const DataConfig& config) {
  const Cifar& set = set_of(config);
  const fs::path path = config.path;
  const fs::path file = folder_of(set, path) / set.test_file;
  if (!fs::is_regular_file(file) || path.filename() == set.test_file) return std::nullopt;
  return read_cifar(set, config, {file}, file);
}

}  // namespace

extern const DatasetLoader kCifar10 = {
    .kind = DatasetKind::kCifar10,
    .help =
        "CIFAR-10's binary files: data_batch_1.bin to _5.bin, or any folder "
        "or file of such records (data.path)",
    .load = load_cifar,
    .is_at = [](const fs::path& path) { return is_cifar_at(kTen, path); },
    .load_test = load_cifar_test};

extern const DatasetLoader kCifar100 = {
    .kind = DatasetKind::kCifar100,
    .help =
        "CIFAR-100's binary files: train.bin and test.bin, of a hundred fine classes (data.path)",
    .load = load_cifar,
    .is_at = [](const fs::path& path) { return is_cifar_at(kHundred, path); },
    .load_test = load_cifar_test};

}  // namespace gan
