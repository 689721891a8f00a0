#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <c10/util/Exception.h>

#include "gan_train/core/log.hpp"
#include "gan_train/core/registry.hpp"

#include "cli/commands.hpp"

namespace {

const std::array kCommands = {gan::kTrainCommand,   gan::kSampleCommand, gan::kEvalCommand,
                              gan::kExportCommand,  gan::kReportCommand, gan::kTuneCommand,
                              gan::kInitCommand,    gan::kListCommand,   gan::kInspectCommand,
                              gan::kOptionsCommand, gan::kDoctorCommand, gan::kCompletionCommand,
                              gan::kManCommand};

void print_help() {
  std::printf(
      "gan-train: trains generative adversarial networks and draws from them\n\n"
      "usage: gan <command> [options]        (gan-train is gan train, and so on)\n\n");
  for (const auto& command : kCommands) {
    std::printf("  %-12s%s\n", std::string(command.name).c_str(),
                std::string(command.help).c_str());
  }
  std::printf(
      "\n  gan <command> --help   the options of a command\n"
      "  gan --version          this program, LibTorch, devices\n\n"
      "first steps:\n"
      "  gan-doctor\n"
      "  gan-train  --config mnist_fast --data DIR\n"
      "  gan-sample --ckpt runs/.../checkpoints/last.pt -n 100\n"
      "  gan-eval   --ckpt runs/.../checkpoints/last.pt\n"
      "  gan-report runs/...\n"
      "  gan-tune   --config mnist_fast --budget 30m\n");
}

int dispatch(int argc, char** argv) {
  const std::string program = std::filesystem::path(argv[0]).filename().string();
  if (program.starts_with("gan-")) {
    return gan::find_row(kCommands, program.substr(4), "command").run(argc, argv);
  }
  const std::string word = argc > 1 ? argv[1] : "--help";
  if (word == "--help" || word == "-h" || word == "help") {
    print_help();
    return 0;
  }
  if (word == "--version" || word == "-V") {
    gan::print_version();
    return 0;
  }
  return gan::find_row(kCommands, word, "command").run(argc - 1, argv + 1);
}

// What was printed may be on its way still, to a disk that is full. A reader of a pipe that
// has seen enough is no fault.
void finish_output() {
  struct stat where{};
  const bool fails = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (!fails || (fstat(STDOUT_FILENO, &where) == 0 && S_ISFIFO(where.st_mode))) return;
  throw gan::run_error("standard output: cannot be written; is the disk full?");
}

constexpr const char* kOutOfMemory =
    "out of memory; use a smaller batch, fewer images or narrower networks";

// A LibTorch error without its back-trace, on one line.
std::string first_line(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  const bool no_memory = what.find("allocate memory") != std::string::npos ||
                         what.find("out of memory") != std::string::npos;
  return no_memory ? kOutOfMemory : "LibTorch: " + what.substr(0, what.find('\n'));
}

int fail(const std::string& what, int exit_code = gan::Error::kFailed) {
  gan::log::live_line("");
  gan::log::error(what);
  return exit_code;
}

}  // namespace

std::span<const gan::Command> gan::commands() { return kCommands; }

int main(int argc, char** argv) {
  // Errors of a write, not deaths: a limit on file sizes, and a pipe that nobody reads.
  for (const int number : {SIGXFSZ, SIGPIPE}) std::signal(number, SIG_IGN);
  try {
    const int code = dispatch(argc, argv);
    finish_output();
    return code;
  } catch (const gan::Error& error) {
    return fail(error.what(), error.exit_code());
  } catch (const c10::Error& error) {
    return fail(first_line(error));
  } catch (const std::bad_alloc&) {
    return fail(kOutOfMemory);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}
