#include <memory>

#include "call.hpp"
#include "formats/idx.hpp"
#include "formats/npy.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

// Generators of 16x16 images, with and without classes, one of points, and bare weights.
class RefusedDraw : public RefusedCall {
 protected:
  static void SetUpTestSuite() {
    runs = std::make_unique<TempFolder>();
    const std::string smoke = "gan-train -c " SOURCE_DIR
                              "/configs/smoke.ini -q --epochs 1 "
                              "--train.steps_per_epoch 1 --out " +
                              runs->path().string();
    const std::string rings = "gan-train -c " SOURCE_DIR
                              "/configs/rings.ini -q --epochs 1 "
                              "--train.steps_per_epoch 1 --out " +
                              runs->path().string();
    ASSERT_EQ(call(smoke + "/plain").code, 0);
    ASSERT_EQ(call(smoke + "/classes --model.conditional projection").code, 0);
    ASSERT_EQ(call(rings + "/points").code, 0);
    ASSERT_EQ(
        call(smoke + "/other --debug-steps 1 --debug-dump " + runs->path().string() + "/dump").code,
        0);
  }
  static void TearDownTestSuite() { runs.reset(); }

  static std::string ckpt(const std::string& run) {
    return " --ckpt " + (*runs / run).string() + "/checkpoints/g_1.pt";
  }
  static inline std::unique_ptr<TempFolder> runs;
};

void write_latents(const char* path, std::int64_t size) {
  write_file(path, npy_header("<f4", {7, size}) +
                       std::string(static_cast<std::size_t>(7 * size * 4), '\0'));
}

TEST_F(RefusedDraw, Sample) {
  write_latents("z.npy", 16);
  write_latents("y.npy", 15);
  expect_refused("gan-sample", {"--ckpt"});
  refuse("gan-sample" + ckpt("plain"),
         {{"g.pt", {"unexpected argument g.pt; did you mean --ckpt g.pt?"}},
          {"--checkpoint g.pt", {"unknown option --checkpoint"}},
          {"--interpolate 1", {"--interpolate"}},
          {"--interpolate 4 -n 9", {"--interpolate", "--count"}},
          {"--interpolate 4 --latent-grid 9", {"--interpolate", "--latent-grid"}},
          {"--interpolate 4 --save-labels y.npy", {"--interpolate", "--save-labels"}},
          {"--interpolat 4", {"did you mean '--interpolate'"}},
          {"--frames 4", {"--frames", "--interpolate"}},
          {"--latent-grid 1", {"--latent-grid"}},
          {"--latent-grid 3 --cols 4", {"--latent-grid", "--cols"}},
          {"--truncation 0", {"--truncation"}},
          {"--latents z.npy --truncation 0.7", {"--latents", "--truncation"}},
          {"--latents z.npy --seed 1", {"--seed", "--latents"}},
          {"--latents z.npy -n 8", {"-n 8", "z.npy holds 7 latents"}},
          {"--latents z.npy --interpolate 8", {"8 latents are needed"}},
          {"--latents y.npy", {"[7, 15]", "N x 16"}},
          {"--latents absent.npy", {"absent.npy: no such file"}},
          {"-n 13 --rows 3 --cols 4", {"13"}},
          {"-n 0", {"--count"}},
          {"-n 70000", {"65536", "--format idx, npy or png"}},
          {"--format grid --out x.npy", {"x.npy: --format grid writes", "samples.png"}},
          {"--format nyp", {"npy"}},
          {"--out x.JPG", {"x.JPG: --format grid writes"}},
          {"--format npy --out x.png", {"x.png: --format npy writes"}},
          {"--out -", {"--stdout"}},
          {"--save-latents z.pt", {"z.pt: --save-latents writes a .npy file"}},
          {"--gif x.png", {"x.png: --gif writes a .gif file"}},
          {"--fps 5", {"--fps", "--gif"}},
          {"--stdout -o x", {"--stdout", "--out"}},
          {"--stdout --format npy", {"--stdout", "--format"}},
          {"--stdout --preview", {"--stdout", "--preview"}},
          {"--stdout --scale 4 --cols 9", {"--cols"}},
          {"--stdout --scale 4", {"--scale"}},
          {"--format npy --rows 3", {"--rows"}},
          {"--preview=never", {"--preview=never", "always"}},
          {"--preview --format npy", {"--preview"}},
          {"--preview --out x.npy", {"--preview"}},
          {"--preview --gif x.gif", {"--preview"}},
          {"--class 1", {"--class", "has no classes", "model.conditional"}},
          {"--save-labels y.npy", {"--save-labels", "has no classes"}},
          {"--config smoke", {"has its own config; leave out --config"}}});
  EXPECT_EQ(files(), 2u);
}

TEST_F(RefusedDraw, SampleOfClasses) {
  write_latents("z.npy", 24);
  refuse("gan-sample" + ckpt("classes"),
         {{"--class 8", {"'8' is not a list of classes from 0 to 7"}},
          {"--class 3-1", {"'3-1' is not a list of classes"}},
          {"--class -1", {"'-1' is not a list of classes"}},
          {"--class 1,x", {"'x' is not a list of classes"}},
          {"--class 0-99999999999999999999", {"is not a list of classes"}},
          {"--class 0-7 -n 12", {"-n 12 images don't divide into one row"}},
          {"--class 0-7 -n 16 --cols 3", {"don't divide into one row"}},
          {"--class 0-7 --rows 3", {"--rows 3"}},
          {"--latent-grid 3 --class 1,2", {"--latent-grid: shows one class"}},
          {"--latents z.npy --class 1", {"holds the classes too"}}});
  EXPECT_EQ(files(), 1u);
}

TEST_F(RefusedDraw, SampleOfPoints) {
  refuse("gan-sample" + ckpt("points"), {{"--stdout", {"--stdout: ", "points, not images"}},
                                         {"--gif x.gif", {"--gif: ", "points, not images"}},
                                         {"--format idx", {"points, not images"}},
                                         {"-o x.npy", {"points, not images"}}});
  EXPECT_EQ(files(), 0u);
}

TEST_F(RefusedDraw, Export) {
  refuse("gan-export" + ckpt("plain"),
         {{"--format html5", {"did you mean 'html'"}},
          {"-o g.onx", {"did you mean 'onnx'"}},
          {"--html -o x.onnx", {"x.onnx: --format html writes a .html file"}},
          {"--format onnx -o y.safetensors", {"y.safetensors: --format onnx writes"}},
          {"--html --format onnx", {"--html", "--format"}}});
  expect_refused("gan-export" + ckpt("plain") + " -o no/g.html", {"no/g.html"}, Error::kFailed);
  expect_refused("gan-export --ckpt none.pt", {"none.pt: no such file"});
  EXPECT_EQ(files(), 0u);
}

TEST_F(RefusedDraw, WeightsWithoutAConfig) {
  const std::string weights = " --ckpt " + (*runs / "dump").string() + "/init.pt";
  for (const std::string command : {"gan-sample", "gan-eval", "gan-export"}) {
    expect_refused(command + weights, {"take the weights in it with --config"}, Error::kFailed);
    refuse(command + weights, {{"-c smoke --shape 28", {"such as 1x28x28"}},
                               {"--shape 1x16x16", {"--config"}},
                               {"-c mnist_fast --shape 1x28x28", {"--class-count"}}});
  }
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(call("gan-sample -n 4 -q -c smoke -o A.NPY" + weights).code, 0);
  EXPECT_EQ(text_of("A.NPY").substr(1, 5), "NUMPY");
  EXPECT_EQ(call("gan-export -c smoke -o A.HTML" + weights).code, 0);
  const auto evaluated = call("gan-eval -c smoke -n 100 --json E.JSON" + weights);
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
  expect_says(evaluated.out, "100 samples of ");
  expect_says(text_of("E.JSON"), "\"frechet\"");
}

TEST_F(RefusedDraw, EvalAgainstImagesOfAnotherShape) {
  write_file("images", idx_header({400, 8, 8}) + std::string(25600, '\7'));
  expect_refused("gan-eval --data images --dataset idx" + ckpt("plain"), {"draws 1x16x16, but"});
}

TEST_F(RefusedDraw, ReportOfOtherFolders) {
  fs::create_directories("tuned/trials");
  fs::create_directory("runs");
  fs::copy(*runs / "plain", "runs/one", fs::copy_options::recursive);
  for (int i = 0; i < 9; ++i) {  // like those of gan-tune
    fs::copy(*runs / "plain", str("tuned/trials/00", i), fs::copy_options::recursive);
  }
  refuse("gan-report", {{"runs", {"name those", "runs/one"}}, {"tuned", {"tuned/trials/007 …"}}});
  expect_refused("gan-report runs/one -o no/x.html", {"no/x.html"}, Error::kFailed);
  expect_refused("gan-report runs/one -o runs", {"runs"}, Error::kFailed);
}

}  // namespace
}  // namespace gan
