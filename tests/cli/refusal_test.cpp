#include "call.hpp"
#include "formats/idx.hpp"

namespace gan {
namespace {

namespace fs = std::filesystem;

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

TEST_F(RefusedCall, ResumingWithMorePictures) {
  const auto write_images = [](std::int64_t n) {
    write_file("images",
               idx_header({n, 8, 8}) + std::string(static_cast<std::size_t>(64 * n), 'x'));
  };
  write_images(40);
  ASSERT_EQ(call("gan-train -q --data images --batch-size 8 --train.steps_per_epoch 1 --epochs 1 "
                 "--model.generator_widths 8 --model.discriminator_widths 8 --out run")
                .code,
            0);
  write_images(41);
  expect_refused("gan-train -q --resume run --epochs 2",
                 {"was trained on 40 items", "now has 41",
                  "or start a new run from its weights with --init-from run/checkpoints/last.pt"});
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
          {"--debug-steps 0", {"'0' is not an integer from 1 to 1000000"}},
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
                                {"--resume own", {"last.pt: missing"}}});
  EXPECT_FALSE(fs::exists("own/.lock"));
}

TEST_F(RefusedCall, DamagedData) {
  const std::string whole = idx_header({9, 8, 8}) + std::string(576, '\0');
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
  refuse(rings, {{"--budget 30", {"--budget: '30' is not a duration"}},
                 {"--trials many", {"--trials: 'many' is not an integer"}},
                 {"--trials 0", {"--budget"}},
                 {"--repeats 1", {"out of range"}},
                 {"--spaces x", {"did you mean '--space'"}},
                 {"--space optim.ls=1", {"(--space)", "did you mean 'optim.lr'"}},
                 {"--space loss.kind=bcee", {"did you mean 'bce'"}},
                 {"-q -v", {"--quiet", "--verbose"}}});
  refuse("gan-tune",
         {{"--config nothing --trials 2", {"no config 'nothing'"}},
          {"--resume nowhere", {"nowhere/search.yaml: missing"}},
          {"--resume nowhere --lr 1", {"recipe, space and plan come from the folder"}}});
  EXPECT_EQ(files(), 0u);
  fs::create_directory("mine");
  write_file("mine/x", "x");
  expect_refused(rings + " --trials 2 --out mine",
                 {"mine: already holds files; choose another --out", "--resume mine"});
  // Too few images to hold any out; and values that can't be combined, before any training.
  expect_refused(rings + " --data.synthetic_size 400 --trials 2 --out a", {"too few"});
  expect_refused(rings + " --out a --trials 3 --space model.pack=3 -q",
                 {"trial 1 (model.pack=3) cannot be trained"});
  EXPECT_FALSE(fs::exists("a/search.yaml"));
}

TEST_F(RefusedCall, Eval) {
  fs::create_directory("plain");
  fs::create_directory("empty");
  const std::string images = "plain/train-images-idx3-ubyte";
  write_file(images, idx_header({400, 8, 8}) + std::string(25600, '\7'));
  write_file("torn.idx", text_of(images).substr(0, 25600));
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
          {"--data plain --dataset shapes", {"generates itself"}},
          {"--dataset idxx", {"did you mean 'idx'"}}});
  expect_refused("gan-eval --data plain --samples torn.idx", {"torn.idx"}, Error::kFailed);
}

TEST_F(RefusedCall, Report) {
  refuse("gan-report", {{"none", {"none: no such folder"}},
                        {".", {"is not the folder of a run"}},
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

}  // namespace
}  // namespace gan
