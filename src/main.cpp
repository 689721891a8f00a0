#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <span>
#include <string>

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
      "  gan-train  --config mnist_mlp --data DIR\n"
      "  gan-sample --ckpt runs/.../checkpoints/g_200.pt -n 100\n"
      "  gan-eval   --ckpt runs/.../checkpoints/g_200.pt\n"
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

constexpr const char* kOutOfMemory =
    "out of memory; use a smaller batch, fewer images or narrower networks";

// A LibTorch error without its back-trace, on one line.
std::string first_line(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  const bool no_memory = what.find("allocate memory") != std::string::npos ||
                         what.find("out of memory") != std::string::npos;
  return no_memory ? kOutOfMemory : "LibTorch: " + what.substr(0, what.find('\n'));
}

}  // namespace

std::span<const gan::Command> gan::commands() { return kCommands; }

int main(int argc, char** argv) {
  // Errors of a write, not deaths: a limit on file sizes, and a pipe that nobody reads.
  for (const int number : {SIGXFSZ, SIGPIPE}) std::signal(number, SIG_IGN);
  try {
    return dispatch(argc, argv);
  } catch (const gan::Error& error) {
    gan::log::live_line("");
    gan::log::error(error.what());
    return error.exit_code();
  } catch (const c10::Error& error) {
    gan::log::live_line("");
    gan::log::error(first_line(error));
  } catch (const std::bad_alloc&) {
    gan::log::error(kOutOfMemory);
  } catch (const std::exception& error) {
    gan::log::live_line("");
    gan::log::error(error.what());
  }
  return gan::Error::kFailed;
}
