"""What version 1.0.0 wrote: `version_1_0_0` holds a run of it, and what it drew and computed."""

import shutil

import common
import files

OLD = common.ROOT / "tests" / "e2e" / "version_1_0_0"
CHECKPOINTS = "g_2.pt", "last.pt"


class OldVersionTest(common.ProgramTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(OLD / "run", self.folder / "run")

    def test_its_checkpoints_draw_the_same_images(self):
        for name in CHECKPOINTS:
            self.sample("--ckpt", f"run/checkpoints/{name}", "-n", 16, "--seed", 3, "-o", "new.npy")
            drawn, kept = (path.read_bytes() for path in (self.folder / "new.npy", OLD / "samples.npy"))
            pixels = 16 * 8 * 8
            self.assertEqual(drawn[:-pixels], kept[:-pixels])
            # The same bytes on the processor that drew them; elsewhere sums round differently.
            differences = [abs(a - b) for a, b in zip(drawn[-pixels:], kept[-pixels:])]
            self.assertLessEqual(max(differences), 1, name)

    def test_they_can_be_inspected_exported_and_measured(self):
        for name in CHECKPOINTS:
            path = f"run/checkpoints/{name}"
            self.assertIn("classes: 8", self.call("gan", "inspect", path).stdout)
            for kind in "onnx", "safetensors", "html":
                self.call("gan-export", "--ckpt", path, "-o", f"out.{kind}")
        self.assertIn("can_be_resumed: true", self.call("gan", "inspect", "run").stdout)
        measured = self.call("gan-eval", "--ckpt", "run/checkpoints/g_2.pt", "-n", 100).stdout
        self.assertIn("Fréchet distance", measured)
        self.call("gan-report", "run")
        self.assertIn("1.0.0", (self.folder / "run/report.html").read_text())

    def test_its_run_resumes_and_says_that_the_result_may_differ(self):
        said = "saved by gan-train 1.0.0"
        done = self.train("--resume", "run", "--epochs", 4)
        self.assertIn(said, done.stderr)
        kept = (OLD / "run/losses.csv").read_text()
        self.assertTrue((self.folder / "run/losses.csv").read_text().startswith(kept))
        header, rows = files.read_csv(self.folder / "run/losses.csv")
        old_header, old_rows = files.read_csv(OLD / "losses_of_4_epochs.csv")
        self.assertEqual(header, old_header)
        self.assertEqual([row[1] for row in rows], [8, 16, 24, 32])
        # Near those of 1.0.0, which drew the classes of D's generated images by themselves.
        for row, old in zip(rows, old_rows):
            for value, old_value in zip(row[:6], old):  # without the times
                self.assertAlmostEqual(value, old_value, delta=0.02)
        self.assertNotIn(said, self.train("--resume", "run", "--epochs", 5).stderr)

    def test_its_config_trains(self):
        done = self.train("--config", OLD / "config.ini", "--epochs", 1, "--out", "new")
        self.assertNotIn("warning", done.stderr)


if __name__ == "__main__":
    common.main()
