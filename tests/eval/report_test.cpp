#include "eval/report.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

namespace gan {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

Metrics example_metrics() {
  return {"LeNet classifier of a \"data\" set\\with a long name, 99.3 % on its test images",
          "10000 test images of data/mnist",
          10000,
          {{"frechet", "Fréchet distance", 26.125, 1.25, 123456.7},
           {"kid", "kernel distance (KID)", -1.234567e-5, 0.0, std::nan("")},
           {"parzen", "Parzen log-likelihood", -kInfinite, 225.0, -1e-300}}};
}

std::size_t columns_in(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST(Report, TableFitsSixtyColumnsAndLinesUp) {
  std::istringstream table(metrics_table(
      example_metrics(), "10000 samples of a/rather/long/path/to/a/run/g_200.pt (epoch 200)"));
  std::string line;
  std::vector<std::size_t> rows;
  bool figures = false;
  while (std::getline(table, line)) {
    EXPECT_LE(columns_in(line), kTableWidth) << line;
    if (figures) rows.push_back(columns_in(line));
    if (line.empty()) figures = true;
  }
  EXPECT_EQ(rows, std::vector<std::size_t>(4, kTableWidth));  // a heading and three metrics
}

TEST(Report, TableShowsWhatCannotBeMeasuredAsADash) {
  const std::string table = metrics_table(example_metrics(), "title");
  EXPECT_NE(table.find("Fréchet distance                 26.12       1.25     123457\n"),
            std::string::npos)
      << table;
  EXPECT_NE(table.find("-1.235e-05          0          -\n"), std::string::npos) << table;
}

Metrics example_with_classes() {
  Metrics metrics = example_metrics();
  metrics.rows.push_back({"class_0_percent", "  class 0, %", 60, 50, 0});
  metrics.classes = {{"0",
                      600,
                      60,
                      50,
                      98.75,
                      {"precision", "", 0.5, 0.8, 0},
                      {"recall", "", 0.4, 0.7, 0},
                      {"coverage", "", 0.25, 1.0, 0},
                      {"frechet", "", 12.5, 2, 0}},
                     {"1",
                      400,
                      40,
                      50,
                      std::nan(""),
                      {"precision", "", std::nan(""), 0.6, 0},
                      {"recall", "", 0, 0, 0},
                      {"coverage", "", 0, 0.5, 0},
                      {"frechet", "", 123456.7, 4, 0}}};
  return metrics;
}

TEST(Report, ClassesAreARowEachAndTheirSharesAreSaidOnce) {
  const std::string table = metrics_table(example_with_classes(), "title");
  EXPECT_EQ(table.find("class 0, %"), std::string::npos);
  EXPECT_NE(table.find("\nclass  share %  data %  asked %  precision  coverage Fréchet\n"
                       "    0       60      50    98.75        0.5      0.25    12.5\n"
                       "    1       40      50        -          -         0  123457\n"
                       " real                                  0.7      0.75       3\n"),
            std::string::npos)
      << table;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_in(line), kTableWidth);
  const std::string json = metrics_json(example_with_classes(), {});
  const Json classes = Json::parse(json)["classes"];
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(to_json_line(classes[0]),
            R"({"class":0,"name":"0","samples":600,"percent":60.0,"data_percent":50.0,)"
            R"("as_asked_percent":98.75,"precision":{"value":0.5,"real":0.8},)"
            R"("recall":{"value":0.4,"real":0.7},"coverage":{"value":0.25,"real":1.0},)"
            R"("frechet":{"value":12.5,"real":2.0}})");
  EXPECT_TRUE(classes[1]["as_asked_percent"].is_null());
  EXPECT_TRUE(classes[1]["precision"]["value"].is_null());
}

TEST(Report, ClassesHaveTheirNamesIfTheyHaveAny) {
  Metrics metrics = example_with_classes();
  metrics.classes[0].name = "t-shirt";
  metrics.classes[1].name = "cat";
  const std::string table = metrics_table(metrics, "title");
  EXPECT_NE(table.find("\n  class  share %"), std::string::npos) << table;
  EXPECT_NE(table.find("\nt-shirt       60"), std::string::npos) << table;
  EXPECT_NE(table.find("\n    cat       40"), std::string::npos) << table;
}

TEST(Report, JsonIsEscapedAndHoldsNoNan) {
  const Json json =
      Json::parse(metrics_json(example_metrics(), {{"checkpoint", "caf\xe9\n"}, {"epoch", 7}}));
  EXPECT_EQ(to_json_line(json),
            R"({"checkpoint":"caf)"
            "\xef\xbf\xbd"
            R"(\n","epoch":7,"features":"LeNet classifier of a \"data\" set\\with a long name, )"
            R"(99.3 % on its test images","reference":"10000 test images of data/mnist",)"
            R"("samples":10000,"figures":{"frechet":{"value":26.125,"real":1.25,)"
            R"("noise":123456.7},"kid":{"value":-1.234567e-05,"real":0.0,"noise":null},)"
            R"("parzen":{"value":null,"real":225.0,"noise":-1e-300}}})");
}

TEST(Report, CsvHasNamesAndValues) {
  EXPECT_EQ(metrics_csv_names(example_metrics()), "frechet,kid,parzen");
  EXPECT_EQ(metrics_csv_values(example_metrics()), "26.125,-1.234567e-05,nan");
  EXPECT_EQ(example_metrics().value("frechet"), 26.125);
  EXPECT_TRUE(std::isnan(example_metrics().value("frichet")));
}

}  // namespace
}  // namespace gan
