#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/recipes.hpp"
#include "core/json.hpp"
#include "gan_train/core/registry.hpp"
#include "gan_train/data/dataset.hpp"
#include "gan_train/models/networks.hpp"
#include "io/export.hpp"
#include "io/sample_writer.hpp"
#include "losses/loss.hpp"
#include "losses/penalty.hpp"

namespace gan {
namespace {

struct Listed {
  std::string name;
  std::string help;
};

struct Listing {
  std::string_view name;
  std::string_view help;
  std::vector<Listed> (*rows)();
};

template <typename Rows>
std::vector<Listed> rows_of(const Rows& rows) {
  std::vector<Listed> listed;
  for (const auto& row : rows) {
    if constexpr (requires { row.kind; }) {
      listed.push_back({str(row.kind), std::string(row.help)});
    } else {
      listed.push_back({std::string(row.name), std::string(row.help)});
    }
  }
  return listed;
}

// Up to a full stop followed by a capital letter, unlike that of "et al. 2016".
std::string first_sentence(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] == '.' && text[i + 1] == ' ' && text[i + 2] >= 'A' && text[i + 2] <= 'Z') {
      return text.substr(0, i);
    }
  }
  const auto end = text.find_last_not_of(". ");
  return text.substr(0, end + 1);
}

std::vector<Listed> recipe_rows() {
  std::vector<Listed> listed;
  for (const auto& path : shipped_recipes()) {
    listed.push_back({path.stem().string(), first_sentence(opening_comment(path))});
  }
  return listed;
}

constexpr Listing kListings[] = {
    {"recipes", "gan-train --config NAME", recipe_rows},
    {"models", "model.arch", [] { return rows_of(architectures()); }},
    {"losses", "loss.kind", [] { return rows_of(losses()); }},
    {"penalties", "loss.penalty", [] { return rows_of(penalties()); }},
    {"datasets", "data.dataset", [] { return rows_of(dataset_loaders()); }},
    {"formats", "gan-sample --format", [] { return rows_of(sample_formats()); }},
    {"exports", "gan-export --format", [] { return rows_of(export_formats()); }}};

void print_listing(const Listing& listing) {
  constexpr std::size_t kColumns = 60;
  const std::string margin(4, ' ');
  std::printf("%s (%s)\n", std::string(listing.name).c_str(), std::string(listing.help).c_str());
  for (const auto& row : listing.rows()) {
    std::printf("  %s\n%s", row.name.c_str(), wrap(row.help, kColumns, margin, margin).c_str());
  }
}

struct ListArguments {
  explicit ListArguments(CLI::App& app) {
    app.add_option("what", what, "list to print (default: all)")
        ->check(one_of(names_of(kListings)))
        ->type_name("LIST");
    json.declare(app);
  }

  std::string what;
  JsonOutput json;
};

int run_list(ListArguments& arguments) {
  const auto& [what, json] = arguments;
  std::vector<Listing> wanted(std::begin(kListings), std::end(kListings));
  if (!what.empty()) wanted = {find_row(kListings, what, "list")};
  Json lists = Json::object();
  for (const Listing& listing : wanted) {
    Json rows = Json::object();
    for (const auto& row : listing.rows()) rows[row.name] = row.help;
    if (!json.is_printed()) {
      std::fputs(lists.empty() ? "" : "\n", stdout);
      print_listing(listing);
    }
    lists[std::string(listing.name)] = std::move(rows);
  }
  json.put(to_json(lists));
  return 0;
}

}  // namespace

const Command kListCommand = {"list", "lists recipes, models, losses, data sets and formats",
                              declare<ListArguments, run_list>};

}  // namespace gan
