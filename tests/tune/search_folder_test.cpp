#include "tune/search_folder.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "core/text.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "message.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

SearchSetup example_setup() {
  SearchSetup setup;
  setup.recipe.optim.lr = 3e-4;
  setup.recipe.train.seed = 5;
  setup.search = {.trials = 4, .space = "optim.lr=1e-4..1e-2:log; loss.kind=bce,hinge"};
  return setup;
}

std::vector<JobResult> example_results() {
  return {{{0, 0, 0}, 10, 1.0 / 3, 2.0},
          {{0, 1, 0}, 10, std::numeric_limits<double>::infinity(), 0.5},
          {{3, 0, 2}, 90, 0.25, 12.0}};
}

TEST(SearchFolder, WhatIsSavedIsRead) {
  const TempFolder temp;
  const SearchSetup setup = example_setup();
  const SearchTrials trials(setup);
  const SearchFolder folder(temp / "tune", false);
  folder.save_setup(setup);
  EXPECT_TRUE(folder.load_results(setup, trials).empty());
  folder.save_results(setup, trials, example_results());
  const SearchSetup read = load_search(folder.root());
  EXPECT_EQ(to_yaml(read.recipe), to_yaml(setup.recipe));
  EXPECT_EQ(read.search.trials, 4);
  EXPECT_EQ(read.search.space, setup.search.space);
  const auto results = folder.load_results(read, SearchTrials(read));
  ASSERT_EQ(results.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].job, example_results()[i].job);
    EXPECT_EQ(score_text(results[i].score), score_text(example_results()[i].score));
  }
  EXPECT_EQ(results[0].steps, 10);
  EXPECT_TRUE(std::isinf(results[1].score));
  const Bytes bytes = read_file(folder.csv());
  const std::string text(bytes.begin(), bytes.end());
  EXPECT_TRUE(
      text.starts_with("trial,seed,rung,steps,score,seconds,optim.lr,loss.kind\n"
                       "0,5,1,10,0.333333333,2.0,3.0e-04,bce\n"
                       "1,5,1,10,diverged,0.5,"))
      << text;
  EXPECT_NE(text.find("\n0,7,final,90,0.25,12.0,3.0e-04,bce\n"), std::string::npos) << text;
}

TEST(SearchFolder, TablesOfOthersAreRefused) {
  const TempFolder temp;
  const SearchSetup setup = example_setup();
  const SearchTrials trials(setup);
  const SearchFolder folder(temp.path(), false);
  folder.save_results(setup, trials, example_results());
  SearchSetup other = setup;
  other.search.space = "optim.beta1=0,0.5";
  EXPECT_NE(usage_message_of([&] {
              folder.load_results(other, SearchTrials(other));
            }).find("is not the table of this search"),
            std::string::npos);
  const Bytes bytes = read_file(folder.csv());
  const std::string text(bytes.begin(), bytes.end());
  for (const char* row : {"0,5\n", "x,5,1,10,1,1,1,bce\n", "0,5,0,10,1,1,1,bce\n",
                          "0,5,1,10,nan,1,1,bce\n", "0,5,1,,1,1,1,bce\n"}) {
    write_file(folder.csv(), text + row);
    EXPECT_NE(usage_message_of([&] {
                folder.load_results(setup, trials);
              }).find("tune.csv:5: is not a row"),
              std::string::npos)
        << row;
  }
}

TEST(SearchFolder, ANewSearchWantsAnEmptyFolderAndOneFolderHasOneSearch) {
  const TempFolder temp;
  {
    const SearchFolder folder(temp / "tune", false);
    EXPECT_NE(usage_message_of([&] {
                SearchFolder(temp / "tune", true);
              }).find("another run is writing there"),
              std::string::npos);
    folder.save_setup(example_setup());
  }
  EXPECT_NE(
      usage_message_of([&] { SearchFolder(temp / "tune", false); }).find("already holds files"),
      std::string::npos);
  write_file(temp / "tune/tune.csv.tmp123", "torn");
  write_file(temp / "tune/notes.tmp123", "mine");
  EXPECT_NO_THROW(SearchFolder(temp / "tune", true));
  EXPECT_FALSE(fs::exists(temp / "tune/tune.csv.tmp123"));
  EXPECT_TRUE(fs::exists(temp / "tune/notes.tmp123"));
  EXPECT_NE(usage_message_of([&] { load_search(temp / "none"); }).find("missing"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(temp / "none"));
}

TEST(SearchTrials, AreTheRecipeWithTheirValues) {
  const SearchSetup setup = example_setup();
  const SearchTrials trials(setup);
  ASSERT_EQ(trials.size(), 4);
  EXPECT_EQ(to_yaml(trials.config(0)), to_yaml(setup.recipe));
  EXPECT_EQ(trials.values(0), (Trial{"3.0e-04", "bce"}));
  const Config second = trials.config(2, 3);
  EXPECT_EQ(format_double(second.optim.lr), trials.values(2)[0]);
  EXPECT_EQ(name_of(second.loss.kind), trials.values(2)[1]);
  EXPECT_EQ(second.train.seed, 8);
  // Values that can't be combined are reported.
  SearchSetup wrong = setup;
  wrong.search.space = "train.discriminator_batch=half;train.batch_size=127";
  const SearchTrials odd(wrong);
  EXPECT_NE(usage_message_of([&] { odd.config(1); }).find("127 is odd"), std::string::npos);
}

}  // namespace
}  // namespace gan
