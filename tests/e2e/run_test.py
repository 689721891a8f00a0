"""The files of a run, and resuming a stopped run as if it had not been stopped."""

import signal
import time

import common

try:
    import torch

    import files
except ImportError:
    torch = None

HEADER = "epoch,step,d_loss,g_loss,d_real,d_fake,seconds,images_per_second"


def figures(path):
    """The rows of a loss file without columns that depend on the clock."""
    return [row[:6] for row in files.read_csv(path)[1]]


class RunFolderTest(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")

    def check_run(self, run, flags, epochs, steps, plots=True):
        expected = {
            *("config.yaml", "run.json", "losses.csv", "health.csv", "metrics.jsonl"),
            *("report.html", "train.log", ".lock", "samples", "checkpoints"),
        }
        present = {path.name for path in run.iterdir()} - {"losses.png", "losses.svg", "steps.csv"}
        self.assertEqual(present, expected)
        self.assertEqual(
            (run / "config.yaml").read_text(),
            common.yaml_of(self.train(*flags, "--dry-run").stdout),
        )
        header, rows = files.read_csv(run / "losses.csv")
        self.assertEqual(header, HEADER)
        self.assertEqual(
            [row[:2] for row in rows], [[i + 1, steps * (i + 1)] for i in range(epochs)]
        )
        for row in rows:
            self.assertTrue(all(0 < value < 20 for value in row[2:4]), row)
            self.assertTrue(all(0 < value < 1 for value in row[4:6]), row)
            self.assertGreater(row[7], 0)
        names = sorted(path.name for path in (run / "samples").iterdir())
        self.assertEqual(names, [f"epoch_{i + 1:04}.png" for i in range(epochs)] + ["real.png"])
        first, last, real = (
            files.read_png(run / "samples" / name) for name in (names[0], names[-2], names[-1])
        )
        self.assertEqual(first.shape, last.shape)
        self.assertEqual(first.shape, real.shape)
        self.assertTrue((first != last).any())
        if (run / "losses.png").exists():  # missing in builds without cairo
            self.assertGreater(files.read_png(run / "losses.png").std(), 1)
        else:
            self.assertIn("no plots", (run / "train.log").read_text())
        self.assertEqual(torch.load(run / "checkpoints" / f"g_{epochs}.pt")["epoch"], epochs)
        self.assertEqual(torch.load(run / "checkpoints" / "last.pt")["step"], steps * epochs)
        self.assertIn(f"epoch {epochs}/{epochs}", (run / "train.log").read_text())
        return first

    def test_mnist(self):
        common.need_mnist()
        flags = [
            "--config",
            common.CONFIGS / "mnist_mlp.ini",
            "--data",
            common.MNIST,
            "--epochs",
            2,
            "--data.limit",
            2000,
            "--out",
            "run",
        ]
        self.train(*flags)
        row = self.check_run(self.folder / "run", flags, epochs=2, steps=2000 // 256)
        # A row of ten, dark on light.
        self.assertGreater(row.shape[1], 9 * row.shape[0])

    def test_shapes(self):
        flags = ["--config", common.SMOKE, "--out", "a/new/run"]
        done = self.train(*flags)
        run = self.folder / "a" / "new" / "run"
        self.check_run(run, flags, epochs=2, steps=16)
        header, rows = files.read_csv(run / "steps.csv")
        self.assertEqual(header, HEADER)
        self.assertEqual([row[1] for row in rows], [8, 16, 24, 32])
        self.assertTrue((run / "checkpoints" / "g_1.pt").exists())
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("\r", done.stdout + done.stderr)

        (run / "own.txt").write_text("mine")
        self.train(*flags, "--overwrite", "--epochs", 1)
        self.assertFalse((run / "checkpoints" / "g_2.pt").exists())
        self.assertFalse((run / "samples" / "epoch_0002.png").exists())
        self.assertEqual((run / "own.txt").read_text(), "mine")

    def test_default_folder_bears_the_recipe_s_name(self):
        (self.folder / "mine.ini").write_text(common.SMOKE.read_text())
        self.train("--config", "mine", "--epochs", 1, "--quiet")
        (run,) = (self.folder / "runs").iterdir()
        self.assertRegex(run.name, r"^mine-\d{8}-\d{6}$")

    def test_runs_of_one_second_do_not_meet(self):
        now = int(time.time())
        for second in range(now, now + 120):
            stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(second))
            (self.folder / "runs" / f"smoke-{stamp}").mkdir(parents=True)
        self.train("--config", common.SMOKE, "--train.steps_per_epoch", 1, "--epochs", 1)
        (run,) = (path for path in (self.folder / "runs").iterdir() if any(path.iterdir()))
        self.assertRegex(run.name, r"^smoke-\d{8}-\d{6}-2$")

    def test_quiet_says_nothing(self):
        done = self.train("--config", common.SMOKE, "--epochs", 1, "--out", "run", "--quiet")
        self.assertEqual((done.stdout, done.stderr), ("", ""))


class MinutesTest(common.ProgramTest):
    def test_the_steps_that_fit_stand_in_the_config_and_run_the_same_again(self):
        common.need(torch, "this Python has no torch or no numpy")
        call = ("--config", common.SMOKE, "--minutes", 0.005)
        said = self.train(*call, "--out", "timed").stderr
        self.assertIn("0.005 minutes here: ", said)
        self.train("--config", "timed/config.yaml", "--out", "again")
        timed, again = (figures(self.folder / run / "losses.csv") for run in ("timed", "again"))
        self.assertEqual(timed, again)
        self.assertIn("can't be combined with", self.train(*call, "--epochs", 2, code=2).stderr)


class StopTest(common.ProgramTest):
    """A run that is stopped and resumed ends like one that was not stopped."""

    flags = ("--config", common.SMOKE, "--epochs", 6, "--threads", 1, "--data.synthetic_size", 2048)
    steps = 64

    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")

    def stop(self, number):
        code, message = self.train_until_signal(number, "stopped", *self.flags)
        self.assertEqual(code, 128 + number, message)
        self.assertIn("--resume", message)
        return torch.load(self.folder / "stopped" / "checkpoints" / "last.pt")

    def assert_same(self, a, b, where=""):
        self.assertEqual(type(a), type(b), where)
        if isinstance(a, dict):
            self.assertEqual(list(a), list(b), where)
            for key in a:
                if key not in ("seconds", "dir"):
                    self.assert_same(a[key], b[key], f"{where}/{key}")
        elif isinstance(a, torch.Tensor):
            self.assertTrue(torch.equal(a, b), where)
        else:
            self.assertEqual(a, b, where)

    def test_resuming_is_exact(self):
        self.train(*self.flags, "--out", "whole", "--quiet")
        for number in signal.SIGINT, signal.SIGTERM:
            state = self.stop(number)
            self.assertLess(state["step"], 6 * self.steps)
            self.assertEqual(state["config"]["train"]["epochs"], 6)
            self.train("--resume", "stopped", "--quiet")
            whole, stopped = self.folder / "whole", self.folder / "stopped"
            for name in "losses.csv", "steps.csv":
                self.assertEqual(figures(whole / name), figures(stopped / name))
            for name in "g_6.pt", "last.pt":
                self.assert_same(
                    *(torch.load(run / "checkpoints" / name) for run in (whole, stopped))
                )
            self.assertEqual(
                (whole / "samples" / "epoch_0006.png").read_bytes(),
                (stopped / "samples" / "epoch_0006.png").read_bytes(),
            )
            for path in sorted(stopped.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            stopped.rmdir()

    def test_more_epochs_can_be_added(self):
        self.train(
            "--config", common.SMOKE, "--epochs", 1, "--threads", 1, "--out", "run", "--quiet"
        )
        self.train("--resume", "run", "--epochs", 2, "--quiet")
        self.train(
            "--config", common.SMOKE, "--epochs", 2, "--threads", 1, "--out", "whole", "--quiet"
        )
        self.assert_same(
            *(
                torch.load(self.folder / run / "checkpoints" / "g_2.pt")["generator"]
                for run in ("run", "whole")
            )
        )


class StopOnTwoThreadsTest(StopTest):
    # Large enough that LibTorch uses several threads.
    flags = ("--config", common.SMOKE, "--epochs", 6, "--threads", 2, "--data.synthetic_size", 512,
             "--model.generator_widths", "64,32", "--model.discriminator_widths", "32,64",
             "--batch-size", 64)  # fmt: skip
    steps = 8


if __name__ == "__main__":
    common.main()
