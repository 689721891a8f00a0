#include "eval/metric_table.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "gan_train/core/error.hpp"

namespace gan {
namespace {

// The last cell of the page's first table row that names the metric.
std::string better_in(std::string_view page, std::string_view name) {
  const std::string quoted = str("`", name, "`");
  for (const auto& line : split(page, '\n')) {
    const auto cells = split(line, '|');
    if (cells.size() > 3 && cells[1].find(quoted) != std::string::npos) return cells[3];
  }
  return "not there";
}

TEST(MetricTable, SaysWhichWayIsBetterAsTheDocsDo) {
  const Bytes page = read_file(DOCS_DIR "/quality.md");
  for (const MetricRow& row : metric_table()) {
    const std::string said = better_in(as_text(page), row.name);
    EXPECT_NE(said, "not there") << row.name;
    EXPECT_EQ(said == "low", row.better == Better::kLower) << row.name;
    EXPECT_EQ(said == "high", row.better == Better::kHigher) << row.name;
  }
}

}  // namespace
}  // namespace gan
