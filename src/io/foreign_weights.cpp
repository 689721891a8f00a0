#include "io/foreign_weights.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <span>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "core/text.hpp"
#include "models/tensors.hpp"

namespace gan {
namespace {

using Shapes = std::unordered_map<std::string, std::vector<std::int64_t>>;

// Names in torch.nn.utils.parametrizations.spectral_norm, and in torch.nn.utils.spectral_norm,
// which we also use.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kNewNames = {{
    {"parametrizations.weight.original", "weight_orig"},
    {"parametrizations.weight.0._u", "weight_u"},
    {"parametrizations.weight.0._v", "weight_v"},
}};

std::string our_name(const std::string& name) {
  for (const auto& [theirs, ours] : kNewNames) {
    if (name.ends_with(theirs)) {
      return name.substr(0, name.size() - theirs.size()) + std::string(ours);
    }
  }
  return name;
}

// The words of a path in lower case: "netG_ema.module." -> "netg", "ema", "ge", "module".
std::vector<std::string> words_of(std::string_view path) {
  std::vector<std::string> words(1);
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      words.back() += static_cast<char>(std::tolower(byte));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

using Words = std::span<const std::string_view>;
constexpr auto kGeneratorWords = std::to_array<std::string_view>({"g", "gen", "generator", "netg"});
constexpr auto kDiscriminatorWords =
    std::to_array<std::string_view>({"d", "disc", "discriminator", "netd", "critic", "dis"});
constexpr auto kAverageWords = std::to_array<std::string_view>(
    {"ema", "gema", "emag", "ge", "average", "averaged", "avg", "swa", "shadow", "smoothed"});

bool has_word(const std::vector<std::string>& words, Words known) {
  return std::ranges::any_of(
      words, [&](const auto& word) { return std::ranges::find(known, word) != known.end(); });
}

// Adam's moments have the names and shapes of their weights.
bool is_optimizer(std::string_view key) {
  const auto words = words_of(key);
  return std::ranges::any_of(words, [](const auto& word) { return word.starts_with("optim"); }) ||
         key.starts_with("exp_avg");
}

struct Candidate {
  const PtDict* dict = nullptr;
  std::string path;
  std::string prefix;
  std::size_t fits = 0;  // number of tensors with a wanted name and shape
  int role = 0;          // from the words in its keys: 1 the wanted network, -1 the other one
  bool averaged = false;
};

class Finder {
 public:
  Finder(const torch::nn::Module& network, WantedWeights wanted) : wanted_(wanted) {
    auto targets = network.named_parameters();
    targets.update(network.named_buffers());
    for (const auto& item : targets) {
      if (!may_be_missing(item.key())) shapes_.emplace(item.key(), item->sizes().vec());
    }
  }

  std::optional<ForeignWeights> find(const PtDict& root);

 private:
  void collect(const PtDict& dict, const std::string& path);
  void collect(const PtList& list, const std::string& path);
  void collect_value(const PtValue& value, const std::string& path);
  bool complete(const Candidate& candidate) const { return candidate.fits == shapes_.size(); }
  bool better(const Candidate& a, const Candidate& b) const;

  WantedWeights wanted_;
  Shapes shapes_;
  std::vector<Candidate> candidates_;
};

// Counts, for each possible prefix, how many wanted names follow it.
void Finder::collect(const PtDict& dict, const std::string& path) {
  std::map<std::string, std::size_t> fits;
  bool tensors = false;
  for (const auto& [key, value] : dict) {
    const auto* tensor = std::get_if<PtTensor>(&value.value);
    if (tensor == nullptr) {
      if (!is_optimizer(key)) collect_value(value, path.empty() ? key : path + "." + key);
      continue;
    }
    tensors = true;
    const auto name = our_name(key);
    for (std::size_t start = 0;;) {
      const auto found = shapes_.find(name.substr(start));
      if (found != shapes_.end() && found->second == tensor->shape) ++fits[name.substr(0, start)];
      const auto dot = name.find('.', start);
      if (dot == std::string::npos) break;
      start = dot + 1;
    }
  }
  if (tensors) fits.try_emplace("", 0);
  for (const auto& [prefix, count] : fits) {
    const auto words = words_of(path + "." + prefix);
    const bool averaged = has_word(words, kAverageWords), d = has_word(words, kDiscriminatorWords);
    const bool g = has_word(words, kGeneratorWords) || (averaged && !d);
    const int role = (g ? 1 : 0) - (d ? 1 : 0);
    candidates_.push_back(
        {&dict, path, prefix, count, wanted_.discriminator ? -role : role, averaged});
  }
}

void Finder::collect(const PtList& list, const std::string& path) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    collect_value(list[i], path + "." + std::to_string(i));
  }
}

void Finder::collect_value(const PtValue& value, const std::string& path) {
  if (const auto* dict = std::get_if<PtDict>(&value.value)) collect(*dict, path);
  if (const auto* list = std::get_if<PtList>(&value.value)) collect(*list, path);
}

bool Finder::better(const Candidate& a, const Candidate& b) const {
  const auto key = [&](const Candidate& one) {
    return std::tuple(complete(one), one.role, one.fits, one.averaged == wanted_.averaged);
  };
  return key(a) > key(b);
}

std::optional<ForeignWeights> Finder::find(const PtDict& root) {
  collect(root, "");
  if (candidates_.empty()) return std::nullopt;
  const auto best = std::ranges::min_element(
      candidates_, [&](const Candidate& a, const Candidate& b) { return better(a, b); });
  ForeignWeights found{best->path, best->prefix, {}, complete(*best), best->role > 0, {}};
  for (const auto& [key, value] : *best->dict) {
    const auto name = our_name(key);
    if (!name.starts_with(best->prefix)) continue;
    auto rest = name.substr(best->prefix.size());
    const bool taken = std::holds_alternative<PtTensor>(value.value) ||
                       (std::holds_alternative<PtOther>(value.value) && shapes_.contains(rest));
    if (taken) found.weights.push_back({std::move(rest), value});
  }
  for (const auto& other : candidates_) {
    if (&other != &*best && complete(other)) {
      found.others.push_back(place_of(other.path, other.prefix));
    }
  }
  return found;
}

}  // namespace

std::optional<ForeignWeights> find_weights(const PtDict& root, const torch::nn::Module& network,
                                           WantedWeights wanted) {
  return Finder(network, wanted).find(root);
}

std::string place_of(const std::string& path, const std::string& prefix) {
  const auto place = path.empty() ? "its tensors" : in_quotes(path);
  return prefix.empty() ? place : place + " without the prefix " + in_quotes(prefix);
}

}  // namespace gan
