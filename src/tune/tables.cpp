#include "tune/tables.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "eval/report.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

constexpr std::size_t kShownTrials = 8;

std::string short_score(double value) {
  return std::isnan(value) ? "-" : score_text(value, kShownDigits);
}

std::string rung_name(const SearchSetup& setup, std::int64_t level) {
  return level == setup.search.rungs ? "final" : str(level + 1, "/", setup.search.rungs);
}

std::string values_text(const SearchTrials& trials, std::int64_t trial) {
  std::string text = trial == 0 ? "the recipe:" : "";
  const Trial& values = trials.values(trial);
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += " " + trials.space()[i].key + "=" + values[i];
  }
  return wrap(text, kTableWidth, "  ", "  ");
}

std::string place_line(const std::string& place, const std::string& trial, const std::string& rung,
                       const std::string& seeds, const std::string& score,
                       const std::string& spread) {
  return formatted("%5s %7s %7s %7s %13s %13s\n", place.c_str(), trial.c_str(), rung.c_str(),
                   seeds.c_str(), score.c_str(), spread.c_str());
}

// A difference of means below two of its standard errors may be due to the seeds.
std::string comparison_text(const RankedTrial& best, const RankedTrial& recipe) {
  if (best.trial == 0) return "No trial beat the recipe.";
  if (!std::isfinite(recipe.score)) return "The recipe itself diverged.";
  const double gain = recipe.score - best.score;
  const std::string text =
      str("Trial ", best.trial, " is ahead of the recipe by ", short_score(gain));
  if (best.seeds < 2 || recipe.seeds < 2) return text + ", with one seed each.";
  const auto error = [](const RankedTrial& one) {
    return one.spread * one.spread / static_cast<double>(one.seeds);
  };
  const double unsure = 2 * std::sqrt(error(best) + error(recipe));
  return text + (gain > unsure ? ", more than" : ", less than") +
         " twice the standard error of that difference" +
         (gain > unsure ? "." : ": it may be chance. Try more repeats, or longer runs.");
}

std::string range_line(const Dimension& dimension) {
  const std::string values =
      dimension.values.empty()
          ? str(format_double(dimension.low), " to ", format_double(dimension.high),
                dimension.logarithmic ? ", logarithmic" : "")
          : join(dimension.values, ", ");
  return wrap(dimension.key + ": " + values, kTableWidth, "  ", "  ");
}

}  // namespace

std::string plan_text(const SearchSetup& setup, const SearchTrials& trials) {
  SearchConfig search = setup.search;
  search.trials = trials.size();
  std::string text = "space\n";
  for (const auto& dimension : trials.space()) text += range_line(dimension);
  text += "plan\n";
  const auto add = [&](const std::string& line) { text += wrap(line, kTableWidth, "  ", "  "); };
  const auto sizes = level_sizes(search);
  for (std::int64_t level = 0; level < search.rungs; ++level) {
    const std::int64_t n = sizes[static_cast<std::size_t>(level)];
    add(str("rung ", level + 1, ": ", level > 0 ? "at most " : "", counted(n, "trial"), ", ",
            short_score(100 * level_share(search, level)), " % of a run"));
  }
  const SearchCost cost = search_cost(search);
  add(str("final: at most ", sizes.back(), " with ", search.repeats, " further seeds"));
  add(str("in all at most ", short_score(cost.runs), " runs of ",
          counted(setup.recipe.train.epochs, "epoch"), ", and ",
          counted(cost.jobs, "measurement")));
  return text;
}

Json plan_json(const SearchSetup& setup, const SearchTrials& trials) {
  SearchConfig search = setup.search;
  search.trials = trials.size();
  Json space = Json::array();
  for (const auto& one : trials.space()) {
    space.push_back(one.values.empty() ? Json{{"key", one.key},
                                              {"low", one.low},
                                              {"high", one.high},
                                              {"logarithmic", one.logarithmic}}
                                       : Json{{"key", one.key}, {"values", one.values}});
  }
  Json rungs = Json::array();
  const auto sizes = level_sizes(search);
  for (std::int64_t level = 0; level < search.rungs; ++level) {
    rungs.push_back(Json{{"trials", sizes[static_cast<std::size_t>(level)]},
                         {"share_of_run", level_share(search, level)}});
  }
  const SearchCost cost = search_cost(search);
  return {{"space", std::move(space)}, {"rungs", std::move(rungs)}, {"finalists", sizes.back()},
          {"repeats", search.repeats}, {"runs", cost.runs},         {"measurements", cost.jobs}};
}

Json ranking_json(const SearchSetup& setup, const SearchTrials& trials,
                  const std::vector<JobResult>& results) {
  Json places = Json::array();
  for (const RankedTrial& one : ranking(setup.search, results)) {
    Json values = Json::object();
    for (std::size_t i = 0; i < trials.space().size(); ++i) {
      values[trials.space()[i].key] = trials.values(one.trial)[i];
    }
    places.push_back(Json{{"trial", one.trial},
                          {"rung", rung_name(setup, one.level)},
                          {"seeds", one.seeds},
                          {"score", one.score},
                          {"spread", one.spread},
                          {"values", std::move(values)}});
  }
  return places;
}

std::string ranking_text(const SearchSetup& setup, const SearchTrials& trials,
                         const std::vector<JobResult>& results, const std::string& score_name) {
  const auto places = ranking(setup.search, results);
  if (places.empty()) return "";
  std::string text = wrap("score: " + score_name +
                              " to images held out, lower is better; spread: "
                              "its standard deviation over seeds",
                          kTableWidth, "", "  ") +
                     '\n' + place_line("place", "trial", "rung", "seeds", "score", "spread");
  for (std::size_t i = 0; i < places.size(); ++i) {
    const RankedTrial& one = places[i];
    if (i >= kShownTrials && one.trial != 0) continue;
    text +=
        place_line(std::to_string(i + 1), std::to_string(one.trial), rung_name(setup, one.level),
                   std::to_string(one.seeds), short_score(one.score), short_score(one.spread)) +
        values_text(trials, one.trial);
  }
  if (places.size() > kShownTrials) text += "  … the others are in tune.csv\n";
  const auto recipe = std::find_if(places.begin(), places.end(),
                                   [](const RankedTrial& one) { return one.trial == 0; });
  if (recipe == places.end()) return text;
  return text + "\n" + wrap(comparison_text(places.front(), *recipe), kTableWidth, "", "  ");
}

}  // namespace gan
