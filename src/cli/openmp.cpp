// libgomp reads its settings from the environment when it is loaded, with LibTorch, before main.
// libc adopts the environment only then, so a variable set earlier is lost, and one set in main is
// too late. So the program executes itself again, with the setting in its environment. Code in
// .preinit_array runs before the libraries' constructors, so this costs only milliseconds.
#include <fcntl.h>
#include <string_view>
#include <sys/auxv.h>
#include <unistd.h>
#include <vector>

namespace {

// True if all cores are busy: there are more runnable threads (the 3 of "3/456" in /proc/loadavg,
// including this one) than cores.
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

// libgomp's threads wait by spinning, for milliseconds at a time. If another program needs one of
// the cores, they spin against each other, and steps take up to thirty times as long. On an idle
// machine, 3,000 rounds are as fast as libgomp's 300,000; 1,000 cost a third, and 100 double the
// step of mnist_fast. On a machine that is busy when the program starts, 100 make it as fast as one
// thread.
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
}  // if it fails, libgomp's own setting remains

[[gnu::section(".preinit_array"), gnu::used]] void (*const preinit)(int, char**,
                                                                    char**) = set_openmp_defaults;

}  // namespace
