#include "gan_train/io/run_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "gan_train/core/error.hpp"

#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

LogRow row(std::int64_t epoch, std::int64_t step) {
  LogRow row{epoch, step, {}, 123.45};
  row.figures.add({1.5, 0.5, 0.75, 0.25});
  row.figures.seconds = 2.0;
  return row;
}

constexpr const char* kHeader =
    "epoch,step,d_loss,g_loss,d_real,d_fake,seconds,images_per_second\n";

TEST(RunFolder, RefusesAFolderThatHoldsAnything) {
  const TempFolder temp;
  write_file(temp / "mine.txt", "x");
  EXPECT_THROW(RunFolder(temp.path(), RunFolder::Open::kNew), Error);
  EXPECT_NO_THROW(RunFolder(temp / "new/run", RunFolder::Open::kNew));
}

TEST(RunFolder, OverwritingRemovesAnOldRunAndNothingElse) {
  const TempFolder temp;
  {
    const RunFolder old(temp.path(), RunFolder::Open::kNew);
  }
  for (const char* name : {"losses.csv", "samples/epoch_0003.png", "checkpoints/g_3.pt",
                           "checkpoints/last.pt", "notes.txt", "samples/mine.png"}) {
    write_file(temp / name, "x");
  }
  EXPECT_THROW(RunFolder(temp.path(), RunFolder::Open::kOverwrite), Error);  // not known as ours
  write_file(temp / "config.yaml", "# gan-train: every option with its value\n");
  const RunFolder again(temp.path(), RunFolder::Open::kOverwrite);
  EXPECT_FALSE(fs::exists(again.losses_csv()));
  EXPECT_FALSE(fs::exists(again.sample(3)));
  EXPECT_FALSE(fs::exists(again.generator(3)));
  EXPECT_FALSE(fs::exists(again.state()));
  EXPECT_TRUE(fs::exists(temp / "notes.txt"));
  EXPECT_TRUE(fs::exists(temp / "samples/mine.png"));
}

TEST(RunFolder, IsLockedAgainstASecondRunUntilTheFirstEnds) {
  const TempFolder temp;
  {
    const RunFolder first(temp.path(), RunFolder::Open::kNew);
    try {
      const RunFolder second(temp.path(), RunFolder::Open::kResume);
      FAIL();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("another run is writing there (process "),
                std::string::npos)
          << error.what();
    }
  }
  EXPECT_NO_THROW(RunFolder(temp.path(), RunFolder::Open::kResume));
}

TEST(RunFolder, NamesItsFiles) {
  const TempFolder temp;
  const RunFolder folder(temp.path(), RunFolder::Open::kNew);
  EXPECT_EQ(folder.sample(1).filename(), "epoch_0001.png");
  EXPECT_EQ(folder.generator(200).filename(), "g_200.pt");
}

TEST(LossLog, WritesARowAnEpoch) {
  const TempFolder temp;
  LossLog log(temp / "losses.csv", 0);
  log.add(row(1, 10));
  EXPECT_EQ(text_of(temp / "losses.csv"),
            std::string(kHeader) + "1,10,1.500000,0.500000,0.750000,0.250000,2.000,123.5\n");
}

TEST(LossLog, ResumingCutsTornAndLaterRows) {
  const TempFolder temp;
  {
    LossLog log(temp / "losses.csv", 0);
    for (int epoch = 1; epoch <= 3; ++epoch) log.add(row(epoch, epoch * 10));
  }
  {
    std::ofstream(temp / "losses.csv", std::ios::app) << "4,40,0.1";
  }
  LossLog log(temp / "losses.csv", 20);
  log.add(row(3, 30));
  std::istringstream lines(text_of(temp / "losses.csv"));
  std::vector<std::string> starts;
  for (std::string line; std::getline(lines, line);) starts.push_back(line.substr(0, 5));
  EXPECT_EQ(starts, (std::vector<std::string>{"epoch", "1,10,", "2,20,", "3,30,"}));
}

TEST(LossLog, ANewRunStartsAfresh) {
  const TempFolder temp;
  {
    LossLog(temp / "losses.csv", 0).add(row(1, 10));
  }
  const LossLog log(temp / "losses.csv", 0);
  EXPECT_EQ(text_of(temp / "losses.csv"), kHeader);
}

}  // namespace
}  // namespace gan
