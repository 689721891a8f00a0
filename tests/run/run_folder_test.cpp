#include "gan_train/run/run_folder.hpp"

#include <gtest/gtest.h>
#include <set>

#include "core/file.hpp"
#include "gan_train/core/error.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

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
  for (const char* name :
       {"losses.csv", "report.html", "metrics.jsonl", "run.json", "samples/epoch_0003.png",
        "samples/real.png", "checkpoints/g_3.pt", "checkpoints/last.pt", "notes.txt",
        "samples/mine.png", "checkpoints/last_best.pt", "checkpoints/g_best.pt"}) {
    write_file(temp / name, "x");
  }
  EXPECT_THROW(RunFolder(temp.path(), RunFolder::Open::kOverwrite), Error);  // not yet a run
  write_file(temp / "config.yaml", "# gan-train: every option with its value\n");
  const RunFolder again(temp.path(), RunFolder::Open::kOverwrite);
  EXPECT_FALSE(fs::exists(again.losses_csv()));
  EXPECT_FALSE(fs::exists(again.report()));
  EXPECT_FALSE(fs::exists(again.metrics_jsonl()));
  EXPECT_FALSE(fs::exists(again.facts()));
  EXPECT_FALSE(fs::exists(again.sample(3)));
  EXPECT_FALSE(fs::exists(again.real_images()));
  EXPECT_FALSE(fs::exists(again.generator(3)));
  EXPECT_FALSE(fs::exists(again.state()));
  EXPECT_TRUE(fs::exists(temp / "notes.txt"));
  EXPECT_TRUE(fs::exists(temp / "samples/mine.png"));
  EXPECT_TRUE(fs::exists(temp / "checkpoints/last_best.pt"));
  EXPECT_TRUE(fs::exists(temp / "checkpoints/g_best.pt"));
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

TEST(RunFolder, RemovesWhatKilledRunsLeftHalfWritten) {
  const TempFolder temp;
  {
    const RunFolder old(temp.path(), RunFolder::Open::kNew);
  }
  for (const char* name :
       {"losses.csv.tmp12", "checkpoints/last.pt.tmp345", "mine.tmp", ".tmp1", "notes.tmp1"}) {
    write_file(temp / name, "x");
  }
  const RunFolder again(temp.path(), RunFolder::Open::kResume);
  EXPECT_FALSE(fs::exists(temp / "losses.csv.tmp12"));
  EXPECT_FALSE(fs::exists(temp / "checkpoints/last.pt.tmp345"));
  EXPECT_TRUE(fs::exists(temp / "mine.tmp"));
  EXPECT_TRUE(fs::exists(temp / ".tmp1"));
  EXPECT_TRUE(fs::exists(temp / "notes.tmp1"));
}

TEST(RunFolder, LeavesAFolderThatItRefusesAsItWas) {
  const TempFolder temp;
  const std::set<std::string> theirs = {"config.yaml.tmp77", "losses.csv.tmp5", "thesis.txt",
                                        "checkpoints/last.pt.tmp3", "samples/x.png.tmp9"};
  for (const char* name : {"checkpoints", "samples"}) fs::create_directory(temp / name);
  for (const auto& name : theirs) write_file(temp / name, "precious");
  for (const auto how : {RunFolder::Open::kNew, RunFolder::Open::kOverwrite}) {
    EXPECT_THROW(RunFolder(temp.path(), how), Error);
    std::set<std::string> left;
    for (const auto& entry : fs::recursive_directory_iterator(temp.path())) {
      if (entry.is_regular_file()) {
        left.insert(entry.path().lexically_relative(temp.path()).string());
      }
    }
    EXPECT_EQ(left, theirs);
  }
}

TEST(RunFolder, LeavesWhatTheDocsSay) {
  const Bytes page = read_file(DOCS_DIR "/formats.md");
  std::string rows;
  for (const RunFile& file : run_files()) {
    rows += str("| `", file.name, "` | ", file.content, " | ", file.written, " |\n");
  }
  EXPECT_NE(as_text(page).find(rows), std::string_view::npos) << rows;
}

TEST(RunFolder, IsTakenAgainWhereARunWasKilledBeforeItsConfigWasWhole) {
  const TempFolder temp;
  write_file(temp / "config.yaml.tmp12", "x");
  EXPECT_NO_THROW(RunFolder(temp.path(), RunFolder::Open::kOverwrite));
  EXPECT_FALSE(fs::exists(temp / "config.yaml.tmp12"));
}

TEST(RunFolder, PrunesGeneratorsButTheNewestAndTheMilestones) {
  const TempFolder temp;
  const RunFolder folder(temp.path(), RunFolder::Open::kNew);
  const auto left = [&] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(temp / "checkpoints")) {
      names.insert(entry.path().filename().string());
    }
    return names;
  };
  for (int epoch = 1; epoch <= 12; ++epoch) write_file(folder.generator(epoch), "x");
  write_file(temp / "checkpoints/g_mine.pt", "x");
  write_file(temp / "checkpoints/g_007.pt", "x");
  folder.prune_generators(10, 0, 0);
  EXPECT_EQ(left().size(), 14u);
  // Generators of later epochs come from before the run was stopped, so they are kept.
  folder.prune_generators(10, 2, 4);
  const std::set<std::string> expected = {"g_4.pt",  "g_8.pt",  "g_9.pt",    "g_10.pt",
                                          "g_11.pt", "g_12.pt", "g_mine.pt", "g_007.pt"};
  EXPECT_EQ(left(), expected);
  folder.prune_generators(10, 1, 0);
  EXPECT_TRUE(fs::exists(folder.generator(10)));
  EXPECT_FALSE(fs::exists(folder.generator(9)));
}

TEST(RunFolder, NamesItsFiles) {
  const TempFolder temp;
  const RunFolder folder(temp.path(), RunFolder::Open::kNew);
  EXPECT_EQ(folder.sample(1).filename(), "epoch_0001.png");
  EXPECT_EQ(folder.generator(200).filename(), "g_200.pt");
}

}  // namespace
}  // namespace gan
