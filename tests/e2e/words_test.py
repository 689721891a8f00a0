"""Messages of running programs."""

import os
import subprocess

import common
import terminal


class OutputTest(common.ProgramTest):
    def test_a_full_disk_is_an_error_and_a_reader_that_has_seen_enough_is_none(self):
        with open("/dev/full", "w") as full:
            command = [common.BIN / "gan", "list", "losses"]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^error: standard output: [^\n]+\n$")
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class ResumeWarningTest(common.ProgramTest):
    """Changes at a resume that are allowed, but with a warning."""

    def resume(self, *flags):
        return self.train("--resume", "run", *flags).stderr

    def test_other_threads_are_warned_of(self):
        self.train("--config", common.SMOKE, "--epochs", 1, "--threads", 1, "--out", "run", "-q")
        self.assertNotIn("warning", self.resume("--epochs", 2))
        self.assertIn(
            "warning: train.threads changed from 1 to 2: the result may differ in the last bits",
            self.resume("--epochs", 3, "--threads", 2),
        )

    def test_other_data_of_the_same_size_are_warned_of(self):
        header = bytes([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 8, 0, 0, 0, 8])
        images = bytearray(range(256)) * 10
        (self.folder / "images").write_bytes(header + images)
        (self.folder / "copy").write_bytes(header + images)
        self.train(
            *("--data.dataset", "idx", "--data", "images", "--model.generator_widths", 8),
            *("--batch-size", 8, "--epochs", 1, "--out", "run", "--quiet"),
        )
        for flags in ("--data", "copy"), ("--data.in_memory", "false"):
            self.assertNotIn("warning", self.resume("--epochs", 2, *flags))
        images[100] ^= 1
        (self.folder / "images").write_bytes(header + images)
        self.assertIn(
            "warning: run/checkpoints/last.pt: was trained on other data of the same size",
            self.resume("--epochs", 3, "--data", "images"),
        )


class WordsOfARunTest(common.ProgramTest):
    """Messages of a run other than its epochs."""

    few = ["--config", common.SMOKE, "--train.steps_per_epoch", 2]

    def test_epochs_keep_their_columns_in_sixty(self):
        screen = terminal.Terminal(
            60, common.BIN / "gan-train", *map(str, self.few), "--epochs", 12, "--out", "run",
            cwd=self.folder, TERM="dumb",
        )  # fmt: skip
        self.assertEqual(screen.finish(), 0)
        lines = [line.strip("\r") for line in screen.lines if line.startswith("epoch ")]
        self.assertEqual(len(lines), 12, screen.lines)
        self.assertLessEqual(max(map(len, lines)), 60)
        for word in "/12  D ", "  G ", "  D(x) ", "  D(G(z)) ":
            self.assertEqual(len({line.index(word) for line in lines}), 1, lines)

    def test_one_is_not_many(self):
        flags = (*self.few[:2], "--train.steps_per_epoch", 1, "--epochs", 1, "--threads", 1,
                 "--train.precision", "fp32")  # fmt: skip
        self.assertIn(
            "1 step per epoch on cpu in fp32, 1 thread;",
            self.train(*flags, "--out", "run").stderr,
        )

    def test_where_it_resumes(self):
        self.assertNotIn("goes on", self.train(*self.few, "--epochs", 1, "--out", "run").stderr)
        self.assertIn("already complete: 1 epoch", self.train("--resume", "run").stderr)
        self.assertIn(
            "training goes on after step 2 of 4", self.train("--resume", "run", "--epochs", 2).stderr
        )
        says = "the run has done 4 steps, more than the 2"
        self.refused("gan-train", "--resume", "run", "--epochs", 1, code=2, says=says)


if __name__ == "__main__":
    common.main()
