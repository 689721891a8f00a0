"""Event files, as TensorBoard itself reads them."""

import signal
import subprocess
import time

import common
import files

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    EventAccumulator = None

NAME = "events.out.tfevents.gan-train"


class TensorBoardTest(common.ProgramTest):
    flags = ("--config", common.SMOKE, "--threads", 1, "--output.tensorboard", "--quiet")

    def setUp(self):
        super().setUp()
        common.need(EventAccumulator, "this Python has no tensorboard")

    def read(self, run):
        events = EventAccumulator(str(self.folder / run), size_guidance={"scalars": 0, "images": 0})
        return events.Reload()

    def assert_holds(self, run, csv, name):
        """Every cell of a log's column, at its step and nowhere else."""
        header, rows = files.read_csv(self.folder / run / csv)
        names = header.split(",")
        scalars = self.read(run).Scalars(f"{csv.removesuffix('.csv')}/{name}")
        self.assertEqual([s.step for s in scalars], [row[names.index("step")] for row in rows])
        for scalar, row in zip(scalars, rows):
            self.assertAlmostEqual(scalar.value, row[names.index(name)], places=5)
        return len(rows)

    def check(self, run, epochs):
        self.assertEqual(self.assert_holds(run, "losses.csv", "d_loss"), epochs)
        self.assertEqual(self.assert_holds(run, "health.csv", "diversity"), epochs)
        self.assert_holds(run, "steps.csv", "g_loss")
        images = self.read(run).Images("samples")
        steps = 16 if epochs < 6 else 64
        self.assertEqual([image.step for image in images], [steps * (i + 1) for i in range(epochs)])
        for epoch, image in enumerate(images, 1):
            grid = self.folder / run / "samples" / f"epoch_{epoch:04}.png"
            self.assertEqual(image.encoded_image_string, grid.read_bytes())
            pixels = files.read_png(grid)
            self.assertEqual((image.height, image.width), pixels.shape[:2])

    def test_a_run(self):
        self.train(*self.flags, "--epochs", 2, "--out", "run")
        self.check("run", 2)
        # Resuming appends; overwriting leaves none of the old events.
        self.train("--resume", "run", "--epochs", 3, "--quiet")
        self.check("run", 3)
        self.train(*self.flags, "--epochs", 1, "--out", "run", "--overwrite")
        self.check("run", 1)

    def test_without_the_option_there_is_none(self):
        self.train("--config", common.SMOKE, "--epochs", 1, "--out", "run", "--quiet")
        self.assertFalse((self.folder / "run" / NAME).exists())

    def test_a_killed_run_goes_on_without_a_step_twice(self):
        flags = (*self.flags, "--epochs", 6, "--data.synthetic_size", 2048, "--save-state", 2)
        process = subprocess.Popen(
            [common.BIN / "gan-train", *map(str, flags), "--out", "run"], cwd=self.folder
        )
        rows = self.folder / "run" / "losses.csv"
        # Past an epoch whose state is not saved, so that there are events to cut.
        self.wait_for(lambda: rows.exists() and rows.read_text().count("\n") >= 4, process)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        with (self.folder / "run" / NAME).open("ab") as torn:
            torn.write(b"\x40\0\0\0\0\0\0\0torn")
        self.assertGreaterEqual(len(self.read("run").Scalars("losses/d_loss")), 3)
        self.train("--resume", "run", "--quiet")
        self.check("run", 6)

    def test_evaluations_are_in_it(self):
        self.train(
            *self.flags, "--epochs", 1, "--eval.every", 1, "--eval.samples", 200, "--out", "run"
        )
        self.assert_holds("run", "metrics.csv", "frechet")


if __name__ == "__main__":
    common.main()
