#include "data/picture_files.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;
using std::literals::operator""sv;

constexpr std::array kRead = {".png"sv, ".jpg"sv, ".jpeg"sv, ".jpe"sv, ".jfif"sv, ".webp"sv};
// Unsupported formats that users may expect to work.
constexpr std::array kNotRead = {".avif"sv, ".bmp"sv, ".gif"sv, ".heic"sv, ".heif"sv, ".ico"sv,
                                 ".jp2"sv,  ".jxl"sv, ".pbm"sv, ".pgm"sv,  ".ppm"sv,  ".psd"sv,
                                 ".svg"sv,  ".tga"sv, ".tif"sv, ".tiff"sv, ".arw"sv,  ".cr2"sv,
                                 ".dng"sv,  ".nef"sv, ".mov"sv, ".mp4"sv,  ".webm"sv, ".zip"sv};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_picture_file(const fs::path& path) {
  std::error_code ignored;
  return std::ranges::count(kRead, extension_of(path)) > 0 && fs::is_regular_file(path, ignored);
}

// Walks a folder and everything below it. Calls `use` with each file until it returns true.
class Walk {
 public:
  Walk() = default;
  explicit Walk(const fs::path& above) : above_{fs::canonical(above)} {}

  bool met_run() const { return met_run_; }

  template <typename Use>
  bool below(const fs::path& folder, Use use) {
    const fs::path real = fs::canonical(folder);
    if (std::ranges::count(above_, real) > 0) return false;  // a link that leads back
    above_.push_back(real);
    const bool done = inside(folder, use);
    above_.pop_back();
    return done;
  }

 private:
  template <typename Use>
  bool inside(const fs::path& folder, Use use) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::error_code ignored;
      if (is_hidden(entry.path())) continue;
      if (!entry.is_directory(ignored)) {
        if (use(entry.path())) return true;
      } else if (holds_run(entry.path())) {
        met_run_ = true;
      } else if (below(entry.path(), use)) {
        return true;
      }
    }
    return false;
  }

  std::vector<fs::path> above_;  // the folders around the current one, with links resolved
  bool met_run_ = false;
};

// Sorts files into the list as they are found.
class Lister {
 public:
  explicit Lister(const fs::path& root) : root_(root) {}

  PictureList list() {
    std::vector<fs::path> pictures, folders;
    for (const auto& entry : fs::directory_iterator(root_)) {
      std::error_code ignored;
      if (is_hidden(entry.path())) continue;
      if (!entry.is_directory(ignored)) {
        sort(entry.path(), pictures);
      } else if (!holds_run(entry.path())) {
        folders.push_back(entry.path());
      }
    }
    std::ranges::sort(folders);
    for (const auto& folder : folders) add_class(folder);
    if (!pictures.empty() && !list_.files.empty()) {
      throw usage_error(root_.string(), ": holds images, such as ",
                        shown(std::ranges::min(pictures).filename().string()),
                        ", and folders of images; keep either all in the folder or each in "
                        "the folder of its class");
    }
    add(std::move(pictures), -1);
    return std::move(list_);
  }

 private:
  void sort(const fs::path& path, std::vector<fs::path>& pictures) {
    const std::string end = extension_of(path);
    std::error_code ignored;
    if (is_picture_file(path)) {
      pictures.push_back(path);
    } else if (!fs::exists(path, ignored)) {
      ++list_.skipped["broken links"];
    } else if (std::ranges::count(kNotRead, end) > 0) {
      ++list_.skipped[end];
    }
  }

  // Adds them sorted by name, since the file system's order is arbitrary.
  void add(std::vector<fs::path> pictures, std::int64_t label) {
    std::ranges::sort(pictures);
    for (auto& path : pictures) list_.files.push_back({std::move(path), label});
  }

  void add_class(const fs::path& folder) {
    std::vector<fs::path> pictures;
    Walk walk(root_);
    walk.below(folder, [&](const fs::path& path) {
      sort(path, pictures);
      return false;
    });
    const std::string name = printable(folder.filename().string());
    if (pictures.empty()) {
      if (!walk.met_run()) list_.without_pictures.push_back(name);
      return;
    }
    add(std::move(pictures), static_cast<std::int64_t>(list_.classes.size()));
    list_.classes.push_back(name);
  }

  const fs::path& root_;
  PictureList list_;
};

}  // namespace

std::string PictureList::skipped_text() const {
  std::vector<std::string> parts;
  for (const auto& [kind, count] : skipped) parts.push_back(str(grouped(count), " ", kind));
  return join(parts, ", ");
}

PictureList list_pictures(const fs::path& root) {
  PictureList list;
  try {
    list = Lister(root).list();
  } catch (const fs::filesystem_error& error) {
    throw usage_error(error.path1().string(), ": cannot be read: ", error.code().message(),
                      "; set config key data.path to the folder of your pictures");
  }
  if (list.files.empty()) {
    const auto others = list.skipped_text();
    throw usage_error(root.string(), ": holds no .png, .jpg or .webp files, nor folders of them",
                      others.empty() ? "" : "; it holds " + others + ", which are not read");
  }
  return list;
}

bool holds_pictures(const fs::path& root) {
  try {
    return Walk().below(root, is_picture_file);
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

}  // namespace gan
