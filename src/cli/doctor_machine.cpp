#include <algorithm>
#include <limits>
#include <thread>
#include <unistd.h>

#include <ATen/Version.h>
#include <torch/types.h>
#include <torch/version.h>

#include "cli/doctor.hpp"
#include "cli/doctor_gpu.hpp"
#include "cli/recipes.hpp"
#include "core/machine.hpp"
#include "core/text.hpp"
#include "formats/image.hpp"
#include "gan_train/core/error.hpp"
#include "train/gpu.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

Finding libtorch_finding() {
  const bool cuda = is_cuda_build();
  return {"LibTorch",
          Finding::Status::kGood,
          str(TORCH_VERSION, cuda ? ", built for CUDA" : ", built for the CPU only"),
          {{"version", TORCH_VERSION}, {"cuda_build", cuda}}};
}

Finding libraries_finding() {
  struct Library {
    const char* name;
    bool there;
    std::string version;
  };
  const Library libraries[] = {{"MKL", at::hasMKL(), at::get_mkl_version()},
                               {"oneDNN", at::hasMKLDNN(), at::get_mkldnn_version()},
                               {"OpenMP", at::hasOpenMP(), at::get_openmp_version()}};
  Finding finding{"libraries", Finding::Status::kGood, "", {}};
  std::vector<std::string> words;
  for (const auto& library : libraries) {
    const std::string version = library.there ? version_in(library.version) : "none";
    words.push_back(library.there ? str(library.name, " ", version) : str("no ", library.name));
    finding.facts[library.name] = version;
    if (!library.there) finding.status = Finding::Status::kNote;
  }
  finding.text = join(words, ", ");
  if (finding.status == Finding::Status::kNote)
    finding.text += ": training is slower without what is missing";
  return finding;
}

Finding cpu_finding() {
  std::string flags = " " + value_in("/proc/cpuinfo", "flags") + " ";
  std::vector<std::string> features;
  constexpr std::pair<const char*, const char*> kFeatures[] = {{" avx2 ", "AVX2"},
                                                               {" avx512f ", "AVX-512"},
                                                               {" avx512_bf16 ", "AVX512-BF16"},
                                                               {" amx_tile ", "AMX"},
                                                               {" amx_bf16 ", "AMX-BF16"}};
  for (const auto& [flag, name] : kFeatures) {
    if (flags.find(flag) != std::string::npos) features.emplace_back(name);
  }
  const std::string model = value_in("/proc/cpuinfo", "model name");
  const int threads = at::get_num_threads();
  const unsigned cores = std::thread::hardware_concurrency();
  std::string text = model.empty() ? "" : model + "; ";
  text += features.empty() ? "no AVX2" : join(features, ", ");
  text += str("; LibTorch uses ", at::get_cpu_capability(), " and ", counted(threads, "thread"),
              " of ", counted(cores, "logical processor"));
  const double quota = container_limits().cpus;
  const bool limited = quota < std::numeric_limits<double>::infinity();
  if (limited) text += formatted("; the container's quota is %g", quota);
  return {"CPU",
          features.empty() ? Finding::Status::kNote : Finding::Status::kGood,
          text,
          {{"model", model},
           {"features", features},
           {"used", at::get_cpu_capability()},
           {"threads", threads},
           {"processors", cores},
           {"quota", limited ? Json(quota) : Json()}}};
}

std::string gib(double bytes) { return formatted("%.1f GiB", bytes / (1 << 30)); }

Finding memory_finding() {
  constexpr double kEnough = 512 << 20;  // LibTorch itself and a small run
  const auto bytes = [](const char* key) {
    const std::string text = value_in("/proc/meminfo", key);  // "16316412 kB"
    return 1024.0 * static_cast<double>(parse_int(text.substr(0, text.find(' '))).value_or(0));
  };
  const double total = std::min(bytes("MemTotal"), static_cast<double>(usable_memory()));
  const double free = std::min(bytes("MemAvailable"), total);
  const Json facts = {{"total_bytes", static_cast<std::int64_t>(total)},
                      {"free_bytes", static_cast<std::int64_t>(free)}};
  if (total == 0) return {"memory", Finding::Status::kNote, "/proc/meminfo does not say", facts};
  const bool enough = free >= kEnough;
  return {"memory", enough ? Finding::Status::kGood : Finding::Status::kBad,
          gib(free) + " free of " + gib(total) + (enough ? "" : ": too little to train"), facts};
}

Finding disk_finding() {
  constexpr double kEnough = 100 << 20;
  std::error_code code;
  const auto here = fs::current_path(code).string();
  const auto space = fs::space(".", code);
  if (code) return {"disk", Finding::Status::kBad, here + ": " + code.message(), {}};
  const auto free = static_cast<double>(space.available);
  const Json facts = {{"folder", here}, {"free_bytes", space.available}};
  std::string text = gib(free) + " free at " + here;
  if (::access(".", W_OK) != 0) {
    return {"disk", Finding::Status::kBad,
            text + ", but this folder is not writable; name another with --out", facts};
  }
  const bool enough = free >= kEnough;
  return {"disk", enough ? Finding::Status::kGood : Finding::Status::kBad,
          text + (enough ? "" : ": too little for a run"), facts};
}

Finding extras_finding() {
  const auto recipes = shipped_recipes();
  Finding finding{"recipes",
                  recipes.empty() ? Finding::Status::kNote : Finding::Status::kGood,
                  recipes.empty()
                      ? "none found; give --config the path of a config file"
                      : str(recipes.size(), " in ", recipes.front().parent_path().string()),
                  {{"recipes", recipes.size()}, {"plots", can_plot()}}};
  if (!can_plot()) {
    finding.status = Finding::Status::kNote;
    finding.text += "; plots are off (built without cairo)";
  }
  return finding;
}

}  // namespace

std::vector<Finding> machine_findings() {
  return {libtorch_finding(), libraries_finding(), cpu_finding(),   gpu_finding(query_gpu()),
          memory_finding(),   disk_finding(),      extras_finding()};
}

}  // namespace gan
