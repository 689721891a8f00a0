#include <algorithm>
#include <filesystem>

#include <torch/types.h>

#include "core/file.hpp"
#include "core/random_access_file.hpp"
#include "formats/file_kind.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/data/dataset.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// A record of the binary version (https://www.cs.toronto.edu/~kriz/cifar.html): a byte of
// label, then 32 x 32 bytes of red, of green and of blue, row by row.
constexpr std::int64_t kCifarPixels = std::int64_t{3} * 32 * 32;
constexpr std::int64_t kCifarRecord = 1 + kCifarPixels;
constexpr std::int64_t kCifarClasses = 10;
constexpr const char* kCifarTestFile = "test_batch.bin";

// Where the files are: `path`, or the folder that the archive unpacks to.
fs::path cifar_folder(const fs::path& path) {
  const fs::path unpacked = path / "cifar-10-batches-bin";
  return fs::is_directory(unpacked) ? unpacked : path;
}

std::vector<fs::path> find_cifar_files(const fs::path& path) {
  if (fs::is_regular_file(path)) return {path};
  if (!fs::is_directory(path)) {
    throw usage_error(path.string(),
                      ": no such file or folder; fetch CIFAR-10 with "
                      "`scripts/get_data.sh cifar10` and set config key data.path to its folder");
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(cifar_folder(path))) {
    const fs::path& file = entry.path();
    if (extension_of(file) == ".bin" && file.filename() != kCifarTestFile) files.push_back(file);
  }
  if (files.empty()) {
    throw usage_error(path.string(),
                      ": holds no data_batch_1.bin or other .bin file to train on; set config key "
                      "data.path to a folder that does, or to such a file");
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::int64_t count_records(const fs::path& file) {
  std::error_code code;
  const auto size = static_cast<std::int64_t>(fs::file_size(file, code));
  if (code) throw run_error(file.string(), ": cannot be read: ", code.message());
  if (size == 0 || size % kCifarRecord != 0) {
    Bytes head(static_cast<std::size_t>(std::min<std::int64_t>(size, kFileKindBytes)));
    RandomAccessFile(file).read(0, head);
    if (!file_kind(as_text(head)).empty()) {
      throw not_a(file.string(), head, "a file of CIFAR-10 in its binary version");
    }
    throw run_error(file.string(), ": holds ", size, " bytes; a file of CIFAR-10 in its binary ",
                    "version holds records of ", kCifarRecord, " bytes, so that ",
                    size % kCifarRecord, " are left over");
  }
  return size / kCifarRecord;
}

void check_cifar_labels(const torch::Tensor& labels, const fs::path& file) {
  const auto wrong = labels.ge(kCifarClasses).nonzero();
  if (wrong.size(0) == 0) return;
  const auto record = wrong[0].item<std::int64_t>();
  throw run_error(file.string(), ": offset ", record * kCifarRecord, ": found label ",
                  labels[record].item<std::int64_t>(), " where 0 to ", kCifarClasses - 1,
                  " are expected");
}

Dataset read_cifar(const DataConfig& config, const std::vector<fs::path>& files,
                   const fs::path& source) {
  std::vector<std::int64_t> counts;
  std::int64_t n = 0;
  for (const auto& file : files) n += counts.emplace_back(count_records(file));
  check_memory(config, n, kCifarPixels);
  Dataset data{.source = source.string(),
               .shape = {3, 32, 32},
               .samples = torch::empty({n, 3, 32, 32}, torch::kUInt8),
               .labels = torch::empty({n}, torch::kInt64)};
  std::int64_t first = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Bytes bytes = read_file(files[i], static_cast<std::uint64_t>(counts[i] * kCifarRecord));
    const auto records = torch::from_blob(
        bytes.data(), {static_cast<std::int64_t>(bytes.size()) / kCifarRecord, kCifarRecord},
        torch::kUInt8);
    const auto labels = records.select(1, 0);
    check_cifar_labels(labels, files[i]);
    data.labels.narrow(0, first, counts[i]).copy_(labels);
    data.samples.view({n, kCifarPixels})
        .narrow(0, first, counts[i])
        .copy_(records.narrow(1, 1, kCifarPixels));
    first += counts[i];
  }
  return data;
}

Dataset load_cifar10(const DataConfig& config) {
  return read_cifar(config, find_cifar_files(config.path), config.path);
}

std::optional<Dataset> load_cifar10_test(const DataConfig& config) {
  const fs::path path = config.path;
  const fs::path folder = fs::is_regular_file(path) ? path.parent_path() : cifar_folder(path);
  const fs::path file = folder / kCifarTestFile;
  if (!fs::is_regular_file(file) || path.filename() == kCifarTestFile) return std::nullopt;
  return read_cifar(config, {file}, file);
}

}  // namespace

extern const DatasetLoader kCifar10 = {
    .kind = DatasetKind::kCifar10,
    .help =
        "CIFAR-10's binary files: data_batch_1.bin to _5.bin, or any folder "
        "or file of such records (data.path)",
    .load = load_cifar10,
    .load_test = load_cifar10_test};

}  // namespace gan
