#include "tune/space.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "config/parse.hpp"
#include "core/text.hpp"
#include "gan_train/core/random.hpp"

namespace gan {
namespace {

// For more combinations, each dimension is drawn independently.
constexpr std::int64_t kMaxListed = 1000000;

// Returns set_value's answer for `text`, but restores the field. `written` gets the canonical form.
std::string try_value(const Option& option, std::string_view text, std::string* written = nullptr) {
  const std::string before = value_text(option);
  const std::string problem = set_value(option, text);
  if (written != nullptr) *written = value_text(option);
  set_value(option, before);
  return problem;
}

std::string read_range(const Option& option, std::string_view text, Dimension& dimension) {
  constexpr std::string_view kLog = ":log";
  dimension.logarithmic = text.ends_with(kLog);
  if (dimension.logarithmic) text.remove_suffix(kLog.size());
  const auto dots = text.find("..");
  for (const auto end : {text.substr(0, dots), text.substr(dots + 2)}) {
    if (auto problem = try_value(option, end); !problem.empty()) return problem;
  }
  dimension.is_integer = std::holds_alternative<std::int64_t*>(option.field);
  if (!dimension.is_integer && !std::holds_alternative<double*>(option.field)) {
    return "does not take a range; list the values, as in key=1,2";
  }
  dimension.low = parse_double(trim(text.substr(0, dots))).value_or(0.0);
  dimension.high = parse_double(trim(text.substr(dots + 2))).value_or(0.0);
  if (dimension.low >= dimension.high) {
    return in_quotes(text) + " is not a range; write lowest..highest";
  }
  if (dimension.logarithmic && dimension.low <= 0) {
    return in_quotes(text) + " begins at 0 or below, where no logarithm exists; begin above 0";
  }
  return "";
}

std::string read_values(const Option& option, std::string_view text, Dimension& dimension) {
  for (const std::string& part : split(text, ',')) {
    std::string value;
    if (auto problem = try_value(option, part, &value); !problem.empty()) return problem;
    const auto& known = dimension.values;
    if (std::find(known.begin(), known.end(), value) == known.end()) {
      dimension.values.push_back(value);
    }
  }
  return dimension.values.empty() ? "has no values; write key=1,2 or key=1..10:log" : "";
}

std::string name_of(const Option& option) {
  return option.alias.empty() ? option.key : option.alias;
}

// Reads "key=…" as one more dimension; returns "", or what is wrong with it.
std::string read_dimension(std::string_view text, std::span<const Option> table, Space& space) {
  const auto equals = text.find('=');
  const std::string key(trim(text.substr(0, equals)));
  const auto option = std::find_if(table.begin(), table.end(), [&](const Option& row) {
    return row.key == key || row.alias == key;
  });
  if (option == table.end() || !may_be_searched(*option)) {
    std::vector<std::string> known;
    for (const auto& row : table) {
      if (may_be_searched(row)) known.insert(known.end(), {row.key, name_of(row)});
    }
    return in_quotes(key) + " is not a key that can be searched" + did_you_mean(key, known);
  }
  if (std::any_of(space.begin(), space.end(),
                  [&](const Dimension& other) { return other.key == option->key; })) {
    return key + ": occurs twice; give all its values at once";
  }
  Dimension dimension{.key = option->key, .values = {}};
  const auto values = equals == std::string_view::npos ? "" : trim(text.substr(equals + 1));
  const bool is_range = values.find("..") != std::string_view::npos;
  const auto problem =
      is_range ? read_range(*option, values, dimension) : read_values(*option, values, dimension);
  if (!problem.empty()) return key + ": " + problem;
  space.push_back(std::move(dimension));
  return "";
}

// As short as possible, so that it can be read in a table and typed again.
std::string draw_value(const Dimension& dimension, SplitMix64& rng) {
  if (!dimension.values.empty()) return dimension.values[rng.below(dimension.values.size())];
  const double low = dimension.low, high = dimension.high, u = rng.uniform();
  const double value =
      dimension.logarithmic ? low * std::pow(high / low, u) : low + u * (high - low);
  if (dimension.is_integer) return std::to_string(static_cast<std::int64_t>(std::llround(value)));
  const std::string text = formatted("%.3g", value);
  const double rounded = parse_double(text).value_or(value);
  return format_double(rounded < low || rounded > high ? value : rounded);
}

// Number of combinations in a space of lists; nothing if there are too many, or ranges.
std::optional<std::int64_t> combinations(const Space& space) {
  std::int64_t count = 1;
  for (const auto& dimension : space) {
    const std::int64_t n = std::ssize(dimension.values);
    if (n == 0 || n > kMaxListed / count) return std::nullopt;
    count *= n;
  }
  return count;
}

Trial combination(const Space& space, std::int64_t number) {
  Trial trial;
  for (const auto& dimension : space) {
    const std::int64_t n = std::ssize(dimension.values);
    trial.push_back(dimension.values[static_cast<std::size_t>(number % n)]);
    number /= n;
  }
  return trial;
}

std::string range_around(const char* key, double value, double factor, double max) {
  return str(key, "=", format_double(value / factor), "..",
             format_double(std::min(max, value * factor)), ":log");
}

}  // namespace

std::vector<Option> search_table(SearchConfig& search) {
  return {
      {.key = "search.trials",
       .role = Role::kRunning,
       .field = &search.trials,
       .help = "Trials, including the recipe itself; 0: as many as the budget allows.",
       .max = 10000},
      {.key = "search.eta",
       .role = Role::kRunning,
       .field = &search.eta,
       .help = "One in this many trials reaches the next rung, which trains this many times as "
               "long.",
       .min = 2,
       .max = 100},
      {.key = "search.rungs",
       .role = Role::kRunning,
       .field = &search.rungs,
       .help = "Rungs; on the last, trials are whole runs.",
       .min = 1,
       .max = 10},
      {.key = "search.finalists",
       .role = Role::kRunning,
       .field = &search.finalists,
       .help = "Best trials to repeat with further seeds, in addition to the recipe.",
       .min = 1,
       .max = 1000},
      {.key = "search.repeats",
       .role = Role::kRunning,
       .field = &search.repeats,
       .help = "Further seeds for each finalist.",
       .min = 2,
       .max = 100},
      {.key = "search.samples",
       .role = Role::kRunning,
       .field = &search.samples,
       .help = "Images held out of training (at most a fifth of all), and samples compared with "
               "them to score a trial.",
       .min = 100,
       .max = 100000},
      {.key = "search.space",
       .role = Role::kRunning,
       .field = &search.space,
       .help = "Values to try for each key; keys are separated by semicolons."},
  };
}

Space parse_space(std::string_view text, std::span<const Option> table) {
  Space space;
  std::vector<std::string> mistakes;
  for (const std::string& part : split(text, ';')) {
    const auto problem = read_dimension(part, table, space);
    if (!problem.empty()) mistakes.push_back("config key search.space: " + problem);
  }
  if (!mistakes.empty()) throw usage_error(join(mistakes, "\n"));
  return space;
}

std::string default_space(const Config& recipe) {
  const OptimConfig& optim = recipe.optim;
  const LossConfig& loss = recipe.loss;
  const double d_lr = optim.discriminator_lr > 0 ? optim.discriminator_lr : optim.lr;
  std::vector<std::string> parts = {range_around("optim.lr", optim.lr, 4, 10),
                                    range_around("optim.discriminator_lr", d_lr, 4, 10),
                                    "optim.beta1=0,0.5", "train.ema=0,0.99,0.995,0.999"};
  const LossConfig usual;
  const bool plain = loss.real_label == usual.real_label && loss.fake_label == usual.fake_label &&
                     loss.label_flip == 0 && loss.kind != LossKind::kWasserstein &&
                     loss.kind != LossKind::kLsgan;
  const bool pairs = recipe.train.discriminator_update != DiscriminatorUpdate::kSeparate &&
                     recipe.train.discriminator_batch != DiscriminatorBatch::kHalf;
  if (plain) parts.push_back(str("loss.kind=bce,hinge", pairs ? ",relativistic" : ""));
  if (loss.penalty != PenaltyKind::kNone) {
    parts.push_back(range_around("loss.penalty_weight", loss.penalty_weight, 10, 1e6));
  } else if (loss.kind != LossKind::kWasserstein) {
    parts.insert(parts.end(), {"loss.penalty=none,r1", "loss.penalty_weight=0.1..10:log"});
  }
  return join(parts, "; ");
}

std::vector<Trial> draw_trials(const Space& space, const Trial& recipe, std::int64_t count,
                               std::uint64_t seed) {
  std::vector<Trial> trials = {{}};
  if (const auto all = combinations(space)) {
    const auto order = random_permutation(*all, SplitMix64(stream_seed(seed, Stream::kSearch, 0)));
    for (const std::int64_t number : order) {
      if (std::ssize(trials) >= count) break;
      if (auto trial = combination(space, number); trial != recipe) trials.push_back(trial);
    }
    return trials;
  }
  for (std::int64_t i = 1; i < count; ++i) {
    SplitMix64 rng(stream_seed(seed, Stream::kSearch, static_cast<std::uint64_t>(i)));
    Trial trial;
    for (const auto& dimension : space) trial.push_back(draw_value(dimension, rng));
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace gan
