
#include "report/report.hpp"

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "core/file.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"
#include "gan_train/run/run_folder.hpp"
#include "report/timelapse.hpp"

namespace gan {
namespace {

struct ReportArguments {
  explicit ReportArguments(CLI::App& app) {
    app.add_option("runs", folders, "folder of a run; several to compare them")
        ->type_name("DIR")
        ->required();
    auto* page =
        app.add_option(
               "-o,--out", out,
               "file to write (default: report.html in the run's folder, or comparison.html here "
               "for several runs)")
            ->type_name("FILE");
    auto* limit =
        app.add_option("--max-mib", mib,
                       "read at most this many MiB of pictures, and of each table (default 16)")
            ->type_name("N")
            ->check(number_from(1, 1024));
    auto* gif = app.add_option("--gif", timelapse,
                               "write an animated GIF of one run's sample grids instead of a page")
                    ->type_name("FILE")
                    ->excludes(page)
                    ->excludes(limit);
    app.add_option("--fps", fps, "frames per second of the GIF (default 10)")
        ->check(number_from(1, 50))
        ->needs(gif);
    add_quiet(app, quiet);
  }

  std::vector<std::string> folders;
  std::string out;
  std::uint64_t mib = 16;
  std::string timelapse;
  std::int64_t fps = 10;
  bool quiet = false;
};

int run_report(ReportArguments& arguments) {
  const auto& [folders, out, mib, timelapse, fps, quiet] = arguments;
  check_extension("--gif", timelapse, {".gif"});
  check_extension("--out", out, {".html", ".htm"});
  if (!timelapse.empty()) {
    if (folders.size() > 1) throw usage_error("--gif: takes one run, not ", folders.size());
    const auto frames = write_timelapse(folders.front(), timelapse, fps);
    log::info(str("wrote ", counted(frames, "grid"), " of ", folders.front(), " to ", timelapse));
    return 0;
  }
  const std::vector<std::filesystem::path> runs(folders.begin(), folders.end());
  const std::string page = make_report(runs, mib << 20);
  const std::filesystem::path path = !out.empty()      ? std::filesystem::path(out)
                                     : runs.size() > 1 ? "comparison.html"
                                                       : RunFiles(runs.front()).report();
  write_file(path, page);
  log::info("wrote " + path.string() +
            formatted(" (%.1f MiB)", static_cast<double>(page.size()) / (1 << 20)));
  return 0;
}

}  // namespace

const Command kReportCommand = {"report", "writes a report page of a run, or compares several",
                                declare<ReportArguments, run_report>, "gan-report run"};

}  // namespace gan
