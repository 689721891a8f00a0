// libgomp reads its settings as it is loaded, with LibTorch, before main, and libc only then
// takes up the environment: what is set earlier is lost, what is set later comes too late.
// So the program starts itself a second time, with the setting in its environment. What
// .preinit_array holds runs before the libraries' constructors, so this costs milliseconds.
#include <string_view>
#include <sys/auxv.h>
#include <unistd.h>
#include <vector>

namespace {

// libgomp's threads wait by spinning, for milliseconds at a time. Where another
// program wants one of the cores, they then spin against each other, and steps take
// up to thirty times as long. On an idle machine this short spin is as fast as the long one.
void set_openmp_defaults(int /*argc*/, char** arguments, char** environment) {
  if (getauxval(AT_BASE) == 0) return;  // AT_EXECFN is the loader's own file
  std::vector<char*> variables;
  for (; *environment != nullptr; ++environment) {
    const std::string_view variable = *environment;
    if (variable.starts_with("GOMP_SPINCOUNT=") || variable.starts_with("OMP_WAIT_POLICY=")) return;
    variables.push_back(*environment);
  }
  static char spin_count[] = "GOMP_SPINCOUNT=3000";
  variables.insert(variables.end(), {spin_count, nullptr});
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  execve(reinterpret_cast<const char*>(getauxval(AT_EXECFN)), arguments, variables.data());
}  // where that fails, all goes on with libgomp's own spin

[[gnu::section(".preinit_array"), gnu::used]] void (*const preinit)(int, char**,
                                                                    char**) = set_openmp_defaults;

}  // namespace
