#include "cli/preview.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "core/file.hpp"
#include "core/log.hpp"
#include "core/terminal.hpp"
#include "formats/decode_image.hpp"
#include "formats/preview.hpp"
#include "gan_train/core/error.hpp"

namespace gan {

CLI::Option* add_preview(CLI::App& app, std::string& when) {
  return app.add_flag("--preview{auto}", when,
                      "show the grid in the terminal; --preview=always: even if the output is "
                      "piped");
}

bool wants_preview(const std::string& when) {
  if (when.empty()) return false;
  if (when != "auto" && when != "always") {
    throw usage_error("--preview=", when, ": not known; write --preview or --preview=always");
  }
  return when == "always" || isatty(STDOUT_FILENO) == 1;
}

void show_preview(const std::filesystem::path& png) {
  const Image image = decode_image(read_file(png), {}, png.string()).image;
  const auto get = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  const auto columns = static_cast<std::int64_t>(terminal_width(STDOUT_FILENO));
  const std::string text = preview_text(image, columns, terminal_shades(get));
  log::live_line("");
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace gan
