// libgomp reads its settings as it is loaded, with LibTorch, before main, and libc only then
// takes up the environment: what is set earlier is lost, what is set later comes too late.
// So the program starts itself a second time, with the setting in its environment. What
// .preinit_array holds runs before the libraries' constructors, so this costs milliseconds.
#include <fcntl.h>
#include <string_view>
#include <sys/auxv.h>
#include <unistd.h>
#include <vector>

namespace {

// Whether all cores are in use: more threads can run (the 3 of "3/456" in /proc/loadavg, this one
// included) than there are cores.
bool cores_are_busy() {
  char text[64] = {};
  const int file = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const auto size = read(file, text, sizeof(text) - 1);
  close(file);
  const std::string_view line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::size_t end = line.find('/');
  const std::size_t begin = line.rfind(' ', end);
  int runnable = 0;
  if (end == line.npos || begin == line.npos) return false;
  for (const char digit : line.substr(begin + 1, end - begin - 1)) {
    runnable = 10 * runnable + (digit - '0');
  }
  return runnable > sysconf(_SC_NPROCESSORS_ONLN);
}

// libgomp's threads wait by spinning, for milliseconds at a time. Where another
// program wants one of the cores, they then spin against each other, and steps take
// up to thirty times as long. On an idle machine a spin of 3,000 rounds is as fast as libgomp's of
// 300,000; one of 1,000 costs a third, and one of 100 doubles the step of mnist_fast. On a
// machine that is busy as the program starts, 100 makes it run as fast as one thread.
void set_openmp_defaults(int /*argc*/, char** arguments, char** environment) {
  if (getauxval(AT_BASE) == 0) return;  // AT_EXECFN is the loader's own file
  std::vector<char*> variables;
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable = *environment;
    if (variable.starts_with("GOMP_SPINCOUNT=") || variable.starts_with("OMP_WAIT_POLICY=")) return;
    variables.push_back(*environment);
  }
  static char spin_count[] = "GOMP_SPINCOUNT=3000";
  static char short_spin_count[] = "GOMP_SPINCOUNT=100";
  variables.insert(variables.end(), {cores_are_busy() ? short_spin_count : spin_count, nullptr});
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  execve(reinterpret_cast<const char*>(getauxval(AT_EXECFN)), arguments, variables.data());
}  // where that fails, all goes on with libgomp's own spin

[[gnu::section(".preinit_array"), gnu::used]] void (*const preinit)(int, char**,
                                                                    char**) = set_openmp_defaults;

}  // namespace
