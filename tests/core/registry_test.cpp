#include "gan_train/core/registry.hpp"

#include <array>
#include <gtest/gtest.h>

#include "gan_train/core/error.hpp"

namespace gan {
namespace {

struct Row {
  std::string_view name;
  int value;
};
constexpr std::array kRows = {Row{"bce", 1}, Row{"minimax", 2}};

TEST(Registry, FindsARowByItsWholeName) {
  EXPECT_EQ(&find_row(kRows, "minimax", "loss"), &kRows[1]);
  EXPECT_EQ(names_of(kRows), (std::vector<std::string>{"bce", "minimax"}));
}

TEST(Registry, AnUnknownNameListsTheCandidatesAndSuggests) {
  const auto message = [](std::string_view name) {
    try {
      find_row(kRows, name, "loss");
    } catch (const Error& problem) {
      EXPECT_EQ(problem.exit_code(), Error::kUsage);
      return std::string(problem.what());
    }
    return std::string();
  };
  EXPECT_EQ(message("minmax"),
            "unknown loss 'minmax'; known: bce, minimax; did you mean 'minimax'?");
  EXPECT_EQ(message("hinge"), "unknown loss 'hinge'; known: bce, minimax");
  EXPECT_EQ(message("BCE"), "unknown loss 'BCE'; known: bce, minimax");
  EXPECT_EQ(message(""), "unknown loss ''; known: bce, minimax");
}

}  // namespace
}  // namespace gan
