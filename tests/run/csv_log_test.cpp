#include "run/csv_log.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "gan_train/core/error.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) { return std::string(as_text(read_file(path))); }

LogRow row(std::int64_t epoch, std::int64_t step) {
  return {.epoch = epoch,
          .step = step,
          .metrics = {1.5, 0.5, 0.75, 0.25, 2.0, 1e-7},
          .seconds = 2.0,
          .images_per_second = 123.45};
}

TEST(CsvLog, WritesARowAnEpoch) {
  const TempFolder temp;
  CsvLog log(temp / "losses.csv", kLossHeader, 0);
  log.add(loss_row(row(1, 10)));
  EXPECT_EQ(text_of(temp / "losses.csv"),
            std::string(kLossHeader) + "\n1,10,1.500000,0.500000,0.750000,0.250000,2.000,123.5\n");
}

TEST(CsvLog, ResumingCutsTornAndLaterRows) {
  const TempFolder temp;
  {
    CsvLog log(temp / "losses.csv", kLossHeader, 0);
    for (int epoch = 1; epoch <= 3; ++epoch)
      log.add(loss_row(row(epoch, std::int64_t{10} * epoch)));
  }
  {
    std::ofstream(temp / "losses.csv", std::ios::app) << "4,40,0.1";
  }
  CsvLog log(temp / "losses.csv", kLossHeader, 20);
  log.add(loss_row(row(3, 30)));
  std::istringstream lines(text_of(temp / "losses.csv"));
  std::vector<std::string> starts;
  for (std::string line; std::getline(lines, line);) starts.push_back(line.substr(0, 5));
  EXPECT_EQ(starts, (std::vector<std::string>{"epoch", "1,10,", "2,20,", "3,30,"}));
}

// A power cut may leave zeros if a block of a row was not written.
TEST(CsvLog, ResumingCutsARowWithoutAStep) {
  const TempFolder temp;
  {
    CsvLog(temp / "losses.csv", kLossHeader, 0).add(loss_row(row(1, 10)));
  }
  std::string text = text_of(temp / "losses.csv");
  text.replace(text.find("\n1,10,") + 3, 2, "\0\0", 2);
  write_file(temp / "losses.csv", text);
  const CsvLog log(temp / "losses.csv", kLossHeader, 20);
  EXPECT_EQ(text_of(temp / "losses.csv"), std::string(kLossHeader) + "\n");
}

TEST(CsvLog, ANewRunStartsAfresh) {
  const TempFolder temp;
  {
    CsvLog(temp / "losses.csv", kLossHeader, 0).add(loss_row(row(1, 10)));
  }
  const CsvLog log(temp / "losses.csv", kLossHeader, 0);
  EXPECT_EQ(text_of(temp / "losses.csv"), std::string(kLossHeader) + "\n");
}

// The numbers of a row, tagged with the file's name; cells that are not numbers are skipped.
TEST(CsvLog, TellsTensorBoardToo) {
  const TempFolder temp;
  EventFile events(temp / "events", 0);
  CsvLog log(temp / "metrics.csv", "epoch,step,frechet,coverage", 0, &events);
  log.add("1,10,nan,0.5");
  const std::string text = text_of(temp / "events");
  EXPECT_NE(text.find("metrics/coverage"), std::string::npos);
  EXPECT_EQ(text.find("metrics/frechet"), std::string::npos);
  EXPECT_EQ(text.find("metrics/step"), std::string::npos);
}

TEST(CsvLog, HealthHasItsOwnColumns) {
  EXPECT_EQ(health_row(row(2, 20), 0.5), "2,20,0.750000,0.250000,2,1e-07,0.500000");
}

TEST(CsvRows, AreWholeAndCounted) {
  const TempFolder temp;
  write_file(temp / "a.csv", "epoch,step,x\r\n1,10,0.5\r\n2,20\n3,30,1.5\n4,40,2");
  const CsvRows rows(temp / "a.csv");
  EXPECT_EQ(rows.header(), "epoch,step,x");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], "1,10,0.5");
  EXPECT_EQ(rows[1], "3,30,1.5");
  EXPECT_EQ(rows.incomplete(), 2);
  for (const char* text : {"", "epoch,step", "\n", "\n\n"}) {
    write_file(temp / "b.csv", text);
    const CsvRows none(temp / "b.csv");
    EXPECT_EQ(none.header(), "");
    EXPECT_LE(none.size(), 1u);
  }
}

TEST(JsonLines, JoinTheTablesByStep) {
  const TempFolder temp;
  const std::string first = loss_row(row(1, 10)), second = loss_row(row(2, 20));
  const std::string health = health_row(row(2, 20), 0.5);
  write_file(temp / "losses.csv", str(kLossHeader, "\n", first, "\n", second, "\n3,30,"));
  write_file(temp / "health.csv", str(kHealthHeader, "\n", health, "\n"));
  write_file(temp / "metrics.csv", "epoch,step,samples,frechet,kid\n2,20,100,1.25,nan\n");
  const std::vector<std::filesystem::path> tables{temp / "losses.csv", temp / "health.csv",
                                                  temp / "metrics.csv"};
  const std::string start =
      "{\"epoch\":1,\"step\":10,\"d_loss\":1.5,\"g_loss\":0.5,\"d_real\":0.75,"
      "\"d_fake\":0.25,\"seconds\":2.0,\"images_per_second\":123.5}\n"
      "{\"epoch\":2,\"step\":20,\"d_loss\":1.5,\"g_loss\":0.5,\"d_real\":0.75,"
      "\"d_fake\":0.25,\"seconds\":2.0,\"images_per_second\":123.5,";
  const std::string told = "\"d_grad_norm\":2,\"g_grad_norm\":1e-07,\"diversity\":0.5";
  EXPECT_EQ(json_lines(tables), start + told + ",\"samples\":100,\"frechet\":1.25,\"kid\":null}\n");
  write_file(temp / "metrics.csv", "odd\n1\n");
  EXPECT_EQ(json_lines(tables), start + told + "}\n");
  std::filesystem::remove(temp / "metrics.csv");
  EXPECT_EQ(json_lines(tables), start + told + "}\n");
}

}  // namespace
}  // namespace gan
