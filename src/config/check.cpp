#include <algorithm>

#include "config/parse.hpp"
#include "core/text.hpp"
#include "formats/color.hpp"

namespace gan {

std::string device_problem(const std::string& device) {
  const std::vector<std::string> words = {"auto", "cpu", "cuda"};
  if (std::find(words.begin(), words.end(), device) != words.end()) return "";
  constexpr std::string_view kCuda = "cuda:";
  constexpr std::int64_t kMaxDevices = 128;
  if (device.starts_with(kCuda)) {
    const auto digits = std::string_view(device).substr(kCuda.size());
    const bool plain = is_digits(digits);
    const auto index = parse_int(digits);
    if (plain && index && *index < kMaxDevices) return "";
    return str(in_quotes(device), " is not a device; write cuda:0, cuda:1, …");
  }
  return str(in_quotes(device), " is not a device; write auto, cpu, cuda or cuda:N",
             did_you_mean(device, words));
}

void check_choices(const Config& config) {
  Config copy = config;
  for (const Option& option : option_table(copy)) {
    try {
      value_text(option);
    } catch (const Error& error) {
      throw usage_error(option.key, ": ", error.what());
    }
  }
}

void check_config(const Config& config) {
  check_choices(config);
  std::vector<std::string> mistakes;
  const auto refuse = [&](bool wrong, std::string_view message) {
    if (wrong) mistakes.emplace_back(message);
  };
  const TrainConfig& train = config.train;
  const bool half = train.discriminator_batch == DiscriminatorBatch::kHalf;
  refuse(half && train.reuse_fake,
         "train.reuse_fake: needs train.discriminator_batch = full; half batches of D leave too "
         "few fake images for G");
  refuse(half && train.batch_size % 2 != 0,
         str("train.batch_size: ", train.batch_size,
             " is odd; train.discriminator_batch = half needs an even number"));
  refuse(config.model.output == OutputActivation::kSigmoid &&
             config.data.range == PixelRange::kSymmetric,
         "model.output: sigmoid cannot reach pixels in [-1, 1]; set data.range = unit, or "
         "model.output = tanh");
  const Conditional conditional = config.model.conditional;
  refuse(config.model.pack > 1 &&
             (conditional == Conditional::kProjection || conditional == Conditional::kAcgan),
         str("model.pack: a pack may mix classes, which does not work with model.conditional = ",
             conditional, "; use concat"));
  refuse(config.model.minibatch_stddev == 1,
         "model.minibatch_stddev: one image has no standard deviation; use 0 or at least 2");
  refuse(config.loss.real_label == config.loss.fake_label,
         "loss.real_label: is the same as loss.fake_label, so D could learn nothing; set "
         "different labels");
  refuse(train.keep_best != KeepBest::kNone && config.eval.every == 0,
         "train.keep_best: needs evaluations to find the best; set eval.every, or "
         "train.keep_best = none");
  try {
    parse_color(config.data.background);
  } catch (const Error& error) {
    mistakes.push_back(str("data.background: ", error.what()));
  }
  if (const auto problem = device_problem(train.device); !problem.empty()) {
    mistakes.push_back("train.device: " + problem);
  }
  if (!mistakes.empty()) throw usage_error(join(mistakes, "\n"));
}

}  // namespace gan
