#include "report/report.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "gan_train/config/option.hpp"
#include "gan_train/core/error.hpp"
#include "message.hpp"
#include "run/csv_log.hpp"
#include "temp_folder.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

const std::string kPng = "\x89PNG\r\n\x1a\n";

class RunReportTest : public testing::Test {
 protected:
  RunReportTest() {
    fs::create_directories(run_ / "samples");
    Config config;
    config.optim.lr = 0.125;
    write_file(run_ / "config.yaml", to_yaml(config));
    write_file(run_ / "losses.csv", str(kLossHeader, "\n1,10,1.5,0.5,0.75,nan,2.5,100\n"));
    for (int epoch = 1; epoch <= 9; ++epoch) add_grid(epoch, 10);
  }

  void add_grid(int epoch, std::size_t bytes) {
    write_file(run_ / str("samples/epoch_000", epoch, ".png"),
               kPng + std::string(bytes - kPng.size(), static_cast<char>('0' + epoch)));
  }

  static std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }

  void expect_holds(std::string_view part) const {
    const std::string data = report_data({run_});
    EXPECT_NE(data.find(part), std::string::npos) << part << "\nis not in\n" << data;
  }

  const TempFolder folder_;
  const fs::path run_ = folder_ / "run";
};

TEST_F(RunReportTest, HoldsTheFiguresByColumn) {
  expect_holds(R"("losses":{"epoch":[1],"step":[10],"d_loss":[1.5],"g_loss":[0.5],)"
               R"("d_real":[0.75],"d_fake":[null],"seconds":[2.5],"images_per_second":[100]})");
}

TEST_F(RunReportTest, TellsWhatIsNotThere) {
  expect_holds(R"("metrics":null)");
  for (const char* file : {"metrics.csv: missing (see eval.every)", "health.csv: missing",
                           "run.json: missing", "train.log: missing"}) {
    expect_holds(file);
  }
  fs::remove_all(run_ / "samples");
  expect_holds(R"("grids":[])");
  expect_holds("samples: no grids (see output.sample_every)");
}

TEST_F(RunReportTest, TellsHowFarARunHasCome) {
  expect_holds(R"("state":"stopped","collapsed":false)");
  write_file(run_ / "train.log", "2026-11-22 04:39:16.381 error step 12: not a finite number\n");
  expect_holds(R"("state":"failed")");
  {
    const FolderLock lock(run_);
    expect_holds(R"("state":"training")");
  }
  write_file(run_ / "losses.csv",
             str(kLossHeader, "\n", Config().train.epochs, ",10,1,1,1,1,1,1\n"));
  expect_holds(R"("state":"complete")");
  EXPECT_NE(
      report_data({run_}, kMaxReportBytes, RunState::kTraining).find("\"state\":\"training\""),
      std::string::npos);
}

// As the run itself warns: for three epochs, and still at the end.
TEST_F(RunReportTest, KnowsACollapseFromHealth) {
  const auto row = [](int epoch, double diversity) {
    return str(epoch, ",", 10 * epoch, ",0.5,0.5,1,1,", diversity, "\n");
  };
  std::string text = str(kHealthHeader, "\n", row(1, 0.5), row(2, 0.01), row(3, 0.01));
  write_file(run_ / "health.csv", text);
  expect_holds(R"("collapsed":false)");
  write_file(run_ / "health.csv", text += row(4, 0.01));
  expect_holds(R"("collapsed":true)");
  write_file(run_ / "health.csv", text + row(5, 0.6));
  expect_holds(R"("collapsed":false)");
}

TEST_F(RunReportTest, HoldsRealImages) {
  EXPECT_EQ(report_data({run_}).find("\"real\":"), std::string::npos);
  write_file(run_ / "samples/real.png", kPng + "xx");
  expect_holds(R"("real":"data:image/png;base64,iVBORw0KGgp4eA==")");
  expect_holds(R"("grids":[[1,)");  // not included in the grids
}

TEST_F(RunReportTest, KnowsWhichWayMetricsAreBetter) {
  expect_holds(R"(["frechet","Fréchet distance","lower"])");
  expect_holds(R"(["coverage","coverage","higher"])");
  expect_holds(R"(["nearest","nearest training image",""])");
}

TEST_F(RunReportTest, PassesOverTornLines) {
  write_file(run_ / "losses.csv", str(kLossHeader, "\n1,10,1,2,3,4,5,6\n2,20,1\n3,30,1,2,3,4,"));
  expect_holds(R"("losses":{"epoch":[1],)");
  expect_holds("losses.csv: 2 incomplete line(s) left out");
  write_file(run_ / "losses.csv", "");
  expect_holds(R"("losses":{})");
}

TEST_F(RunReportTest, ThinsLongTablesAndKeepsTheLastRow) {
  std::string text = "epoch,step\n";
  for (int i = 1; i <= 2500; ++i) text += str(i, ",", 10 * i, "\n");
  write_file(run_ / "losses.csv", text);
  expect_holds(R"("losses":{"epoch":[1,4,7,)");
  expect_holds("2497,2500],");
  expect_holds("losses.csv: one row in 3 of 2500 is shown");
}

TEST_F(RunReportTest, LeavesOutATableThatIsTooLong) {
  const std::string data = report_data({run_}, 80);
  EXPECT_NE(data.find("\"losses\":null"), std::string::npos);
  EXPECT_NE(data.find("losses.csv: has more than 0 KiB, so it is left out"), std::string::npos);
}

TEST_F(RunReportTest, TellsConfigFromDefaults) {
  expect_holds(R"(["optim.lr","0.125",false])");
  expect_holds(R"(["optim.beta1","0.5",true])");
  write_file(run_ / "config.yaml", "# gan-train\noptim:\n  lr: 2e-4\nodd:\n  key: <b>\n");
  expect_holds(R"([["optim.lr",)");
  expect_holds(R"(["odd.key","\u003cb>",false]])");
  write_file(run_ / "config.yaml", "# gan-train\noptim: [\n");
  expect_holds("malformed YAML");
}

TEST_F(RunReportTest, HoldsGridsWithinBounds) {
  expect_holds(R"("grids":[[1,"data:image/png;base64,iVBORw0KGgoxMQ=="],[2,)");
  // Nine grids of ten bytes each: every third fits, counted from the last.
  const std::string some = report_data({run_}, 30);
  EXPECT_EQ(count(some, "data:image/png"), 3u) << some;
  for (const char* epoch : {"[3,\"data", "[6,\"data", "[9,\"data"}) {
    EXPECT_NE(some.find(epoch), std::string::npos) << epoch;
  }
  EXPECT_NE(some.find("samples: one grid in 3 is shown, counted from the last: all 9 would"),
            std::string::npos);
  const std::string none = report_data({run_}, 9);
  EXPECT_EQ(count(none, "data:image/png"), 0u);
  EXPECT_NE(none.find("none of the 9 grids is shown"), std::string::npos);
  // Several runs share the limit.
  EXPECT_EQ(count(report_data({run_, run_}, 60), "data:image/png"), 6u);
}

TEST_F(RunReportTest, PassesOverWhatIsNoPicture) {
  write_file(run_ / "samples/epoch_0003.png", "PNG");
  fs::create_directories(run_ / "samples/epoch_0010.png");
  write_file(run_ / "samples/epoch_x.png", kPng);
  EXPECT_EQ(count(report_data({run_}), "data:image/png"), 8u);
  expect_holds("epoch_0003.png: is not a PNG");
}

TEST_F(RunReportTest, FindsWarningsInTheLog) {
  write_file(run_ / "train.log",
             "2026-11-22 04:39:15.381 info gan-train 0.1.0: 512 items\n"
             "2026-11-22 04:39:16.381 warning epoch 3: collapse \"<i>\"\n"
             "no line of ours\n"
             "2026-11-22 04:39:17.381 info gan-train 0.1.0: 512 items\n"
             "2026-11-22 04:39:18.3");
  expect_holds(
      R"("log":{"first":"2026-11-22 04:39:15","last":"2026-11-22 04:39:17","starts":2,)"
      R"("warnings":[["2026-11-22 04:39:16","warning","epoch 3: collapse \"\u003ci>\""]]})");
  std::string lines = "2026-11-22 04:39:15.000 info gan-train 0.1.0\n";
  for (int i = 0; i < 10000; ++i) lines += str("2026-11-22 04:39:15.001 warning number ", i, "\n");
  write_file(run_ / "train.log", lines);
  expect_holds("number 9950\"],");
  expect_holds("number 9999\"]]}");
  EXPECT_EQ(report_data({run_}).find("number 9949\""), std::string::npos);
  expect_holds("train.log: only its last 256 KiB were read");
}

// Whatever a file contains, the page has only the template's own elements.
TEST_F(RunReportTest, NothingLeavesTheDataElement) {
  const std::string clean = make_report({run_});
  const fs::path hostile = folder_ / "</script><b>";  // two folders
  fs::create_directories(hostile);
  Config config;
  config.data.path = "</script><script>alert(1)</script><!--";
  write_file(hostile / "config.yaml", to_yaml(config));
  write_file(hostile / "run.json", "</script>{{data}}");
  write_file(hostile / "losses.csv", "</script>,step\n1,</script>\n");
  write_file(hostile / "train.log", "2026-11-22 04:39:16.381 warning </script><img src=x>\n");
  const std::string page = make_report({hostile});
  EXPECT_EQ(count(page, "<"), count(clean, "<"));
  EXPECT_NE(page.find("\\u003c/script>\\u003cimg src=x>"), std::string::npos);
}

TEST_F(RunReportTest, RefusesWhatIsNoRun) {
  const auto refusal = [&](const fs::path& path) {
    return usage_message_of([&] { make_report({path}); });
  };
  const auto path = folder_.path().string();
  EXPECT_EQ(refusal(folder_ / "none"), path + "/none: no such folder");
  EXPECT_EQ(refusal(run_ / "config.yaml"),
            path + "/run/config.yaml: is not a folder; name the folder of a run");
  EXPECT_EQ(refusal(folder_.path()),
            path + ": is not the folder of a run; name those in it: " + path + "/run");
  EXPECT_EQ(refusal(run_ / "samples"),
            path + "/run/samples: is not the folder of a run (it has no config.yaml of gan-train)");
}

}  // namespace
}  // namespace gan
