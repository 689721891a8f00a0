#include "gan_train/formats/idx.hpp"
#include "gan_train/formats/npy.hpp"

#include "call.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

struct Refusal {
  const char* flags;
  std::vector<std::string> says;
};

class RefusedCall : public Call {
 protected:
  static void refuse(const std::string& command, const std::vector<Refusal>& calls) {
    for (const auto& [flags, says] : calls) expect_refused(command + " " + flags, says);
  }
};

TEST_F(RefusedCall, Program) {
  refuse("gan", {{"trian", {"unknown command 'trian'", "did you mean 'train'?"}},
                 {"man train --all x", {"leave out train"}},
                 {"man trian", {"did you mean 'train'?"}},
                 {"completion", {"bash", "zsh", "fish"}},
                 {"completion csh", {"bash", "zsh", "fish"}},
                 {"list modles", {"did you mean 'models'?"}},
                 {"inspect", {"file"}},
                 {"doctor --data absent", {"absent"}},
                 {"doctor --secons 1", {"did you mean '--seconds'?"}}});
  expect_refused("gan-trian", {"did you mean 'train'?"});
  EXPECT_EQ(files(), 0u);
}

TEST_F(RefusedCall, Train) {
  refuse("gan-train -c smoke --out run",
         {{"--optim.ls 1", {"--optim.ls", "'--optim.lr'"}},
          {"--latent_dim 8", {"did you mean '--model.latent_dim'?"}},
          {"--lr fast", {"--lr", "fast", "number"}},
          {"--lr -1", {"--lr", "out of range"}},
          {"--lr", {"--optim.lr"}},
          {"--lr=--seed", {"--lr: its value is missing"}},
          {"stray", {"unexpected argument stray"}},
          {"my.INI", {"unexpected argument my.INI; did you mean --config my.INI?"}},
          {"--model.arch dgcan", {"did you mean 'dcgan'?"}},
          {"--batch-size 4096", {"4096", "512"}},
          {"--device gpu", {"gpu", "cuda"}},
          {"--resume absent", {"absent"}},
          {"--debug-steps 0", {"not in range 1 to 1000000"}},
          {"--debug-steps 5", {"--debug-steps", "--debug-dump"}},
          {"--dry-run --debug-dump x", {"--dry-run", "--debug-dump"}},
          {"--json", {"--json", "--dry-run"}},
          {"-q --log-level bogus", {"'bogus'"}},
          {"-q --log-level debug", {"--quiet", "--log-level"}},
          {"--preview=never", {"--preview=never", "always"}},
          {"--preview --output.sample_every 0", {"--preview", "output.sample_every"}},
          {"--init-from no.pt", {"no.pt: no such file"}},
          {"--loss.real_label 1.5", {"labels from 0 to 1"}},
          {"--loss.kind relativistic --loss.real_label 1 --train.discriminator_update separate",
           {"summed or joint"}},
          {"--data.dataset idx --data absent", {"absent", "data.path (--data)"}},
          {"--data.dataset idx --data ./", {"./: holds no train-images", "(--data)"}},
          {"--data.dataset cifar10 --data absent", {"absent", "(--data)"}},
          {"--data.dataset folder --data absent", {"absent", "(--data)"}}});
  expect_refused("gan-train -c smoke --overwrite", {"--overwrite", "--out"});
  expect_refused("gan-train -c rings --augment.translation 0.1", {"points, not images"});
  EXPECT_EQ(files(), 0u);
}

TEST_F(RefusedCall, TrainByItsConfig) {
  fs::copy(SOURCE_DIR "/configs/rings.ini", "rings_copy.ini");
  write_file("config.json", "{}");
  refuse("gan-train --out run",
         {{"--config rings_copi", {"rings_copi", "did you mean 'rings_copy'"}},
          {"--config no/such.ini", {"no/such.ini: no such config file"}},
          {"--config ./", {"./: is a folder"}},
          {"--config ./config.json", {".ini", ".yaml"}}});
  EXPECT_EQ(files(), 2u);
}

TEST_F(RefusedCall, TrainIntoWhatIsNoRun) {
  fs::create_directory("own");
  write_file("own/text", "mine");
  const std::string no_run = "own: holds files, but no run of gan-train; choose another --out";
  refuse("gan-train -c smoke", {{"--out own", {no_run}},
                                {"--out own --overwrite", {no_run}},
                                {"--out /dev/null", {"/dev/null: is not a folder"}},
                                {"--resume own/text", {"name the run's folder"}},
                                {"--resume own", {"last.pt: not there"}}});
  EXPECT_FALSE(fs::exists("own/.lock"));
}

TEST_F(RefusedCall, DamagedData) {
  const std::string whole = idx_header({9, 8, 8}) + std::string(9 * 64, '\0');
  write_file("short", whole.substr(0, whole.size() - 1));
  write_file("long", whole + '\0');
  write_file("magic", '\1' + whole.substr(1));
  write_file("type", whole.substr(0, 2) + '\15' + whole.substr(3));
  const std::string many("\x7f\xff\xff\xff", 4);
  write_file("huge", whole.substr(0, 4) + many + many + many + std::string(64, '\0'));
  for (const std::string name : {"short", "long", "magic", "type", "huge"}) {
    expect_refused("gan-train --out run --data.dataset idx --data " + name, {name}, Error::kFailed);
  }
  EXPECT_FALSE(fs::exists("run"));
}

TEST_F(RefusedCall, Tune) {
  const std::string rings = "gan-tune -c rings --data.synthetic_size 1024 --epochs 4 --samples 200";
  refuse(rings, {{"--budget 30", {"--budget: '30' is no time"}},
                 {"--trials many", {"--trials: 'many' is not an integer"}},
                 {"--trials 0", {"--budget"}},
                 {"--repeats 1", {"out of range"}},
                 {"--spaces x", {"did you mean '--space'"}},
                 {"--space optim.ls=1", {"(--space)", "did you mean 'optim.lr'"}},
                 {"--space loss.kind=bcee", {"did you mean 'bce'"}},
                 {"-q -v", {"--quiet", "--verbose"}}});
  refuse("gan-tune", {{"--config nothing --trials 2", {"no config 'nothing'"}},
                      {"--resume nowhere", {"nowhere/search.yaml: not there"}},
                      {"--resume nowhere --lr 1", {"takes recipe, space and plan"}}});
  EXPECT_EQ(files(), 0u);
  fs::create_directory("mine");
  write_file("mine/x", "x");
  expect_refused(rings + " --trials 2 --out mine",
                 {"mine: already holds files; choose another --out", "--resume mine"});
  // Too few to hold any out; and values that don't go together, before any training.
  expect_refused(rings + " --data.synthetic_size 400 --trials 2 --out a", {"too few"});
  expect_refused(rings + " --out a --trials 3 --space model.pack=3 -q",
                 {"trial 1 (model.pack=3) cannot be trained"});
  EXPECT_FALSE(fs::exists("a/search.yaml"));
}

TEST_F(RefusedCall, Eval) {
  fs::create_directory("plain");
  fs::create_directory("empty");
  const std::string images = "plain/train-images-idx3-ubyte";
  write_file(images, idx_header({400, 8, 8}) + std::string(400 * 64, '\7'));
  write_file("torn.idx", text_of(images).substr(0, 400 * 64));
  refuse("gan-eval", {{"", {"either --ckpt or --samples"}},
                      {"--ckpt a.pt --samples b", {"either --ckpt or --samples"}},
                      {"--ckpt none.pt", {"none.pt: no such file"}},
                      {"--ckpt a.pt --range unit", {"--range", "--samples"}},
                      {"--samples b --seed 1", {"--samples", "--seed"}},
                      {"--samples b --config smoke", {"--config", "--ckpt"}},
                      {"--json figures.txt", {"--json=figures.txt"}},
                      {"--samples nothing.idx --data plain", {"nothing.idx: no such file"}},
                      {"--samples empty --data plain", {"empty: holds no .png"}}});
  refuse("gan-eval --samples " + images,
         {{"", {"--data"}},
          {"--data nowhere", {"nowhere: no such file or folder", "(--data)"}},
          {"--data plain -n 401", {"holds 400 samples"}},
          {"--data plain -n 99", {"100"}},
          {"--dataset shapes", {"1x16x16"}},
          {"--data plain --dataset shapes", {"makes up"}},
          {"--dataset idxx", {"did you mean 'idx'"}}});
  expect_refused("gan-eval --data plain --samples torn.idx", {"torn.idx"}, Error::kFailed);
}

TEST_F(RefusedCall, Report) {
  refuse("gan-report", {{"none", {"none: no such folder"}},
                        {".", {"is no run's folder"}},
                        {"", {"runs is required"}},
                        {"x --max-mib 0", {"--max-mib"}},
                        {"x --outt y", {"did you mean '--out'?"}},
                        {"x --gif a.gif -o p.html", {"--gif", "--out"}},
                        {"x --gif a.gif --max-mib 2", {"--gif", "--max-mib"}},
                        {"x --fps 5", {"--fps", "--gif"}},
                        {"x -o p.pdf", {"p.pdf: --out writes a .html file"}},
                        {"x --gif a.mp4", {"a.mp4: --gif writes a .gif file"}},
                        {"x y --gif a.gif", {"takes one run"}}});
  EXPECT_EQ(files(), 0u);
}

// A generator of 16x16 images, with and without classes, of one of points, and bare weights.
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
          {"--class 1", {"--class", "knows no classes", "model.conditional"}},
          {"--save-labels y.npy", {"--save-labels", "knows no classes"}},
          {"--config smoke", {"brings its own config; leave out --config"}}});
  EXPECT_EQ(files(), 2u);
}

TEST_F(RefusedDraw, SampleOfClasses) {
  write_latents("z.npy", 24);
  refuse("gan-sample" + ckpt("classes"),
         {{"--class 8", {"'8' names no classes from 0 to 7"}},
          {"--class 3-1", {"'3-1' names no classes"}},
          {"--class -1", {"'-1' names no classes"}},
          {"--class 1,x", {"'x' names no classes"}},
          {"--class 0-99999999999999999999", {"names no classes"}},
          {"--class 0-7 -n 12", {"-n 12 images do not fill a row"}},
          {"--class 0-7 -n 16 --cols 3", {"do not fill a row"}},
          {"--class 0-7 --rows 3", {"--rows 3"}},
          {"--latent-grid 3 --class 1,2", {"--latent-grid: shows one class"}},
          {"--latents z.npy --class 1", {"brings its classes"}}});
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
  write_file("images", idx_header({400, 8, 8}) + std::string(400 * 64, '\7'));
  expect_refused("gan-eval --data images --dataset idx" + ckpt("plain"), {"draws 1x16x16, but"});
}

TEST_F(RefusedDraw, ReportOfOtherFolders) {
  fs::create_directories("tuned/trials");
  fs::copy(*runs / "plain", "runs/one", fs::copy_options::recursive);
  for (int i = 0; i < 9; ++i) {  // as gan-tune leaves them
    fs::copy(*runs / "plain", str("tuned/trials/00", i), fs::copy_options::recursive);
  }
  refuse("gan-report", {{"runs", {"name those", "runs/one"}}, {"tuned", {"tuned/trials/007 …"}}});
  expect_refused("gan-report runs/one -o no/x.html", {"no/x.html"}, Error::kFailed);
  expect_refused("gan-report runs/one -o runs", {"runs"}, Error::kFailed);
}

}  // namespace
}  // namespace gan
