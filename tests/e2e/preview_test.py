"""Terminal output: pictures, and the live line of training."""

import os
import re

import common
import terminal
from sampling import Sampling

try:
    import numpy as np
    from PIL import Image
except ImportError:
    pass  # Sampling reports it


def blocks(text):
    """The colours of half blocks in 24 bits, [height, width, 3]."""
    rows = []
    for line in text.splitlines():
        upper, lower = [], []
        for code in terminal.PIECE.findall(line):
            if code.startswith("\x1b[38;2;"):
                numbers = code[2:-1].split(";")
                above = [int(n) for n in numbers[2:5]]
                below = [int(n) for n in numbers[7:10]]
            elif code == "▀":
                upper.append(above)
                lower.append(below)
        rows += [row for row in (upper, lower) if row]
    return np.array(rows)


class PreviewTest(Sampling):
    def preview(self, columns, *flags, flag="--preview", **environment):
        """The lines sent to a terminal before the final message."""
        screen = terminal.Terminal(
            columns, common.BIN / "gan-sample", "--ckpt", self.checkpoint, flag, *flags,
            "--out", "x.png", cwd=self.folder, **environment)  # fmt: skip
        self.assertEqual(screen.finish(), 0, screen.raw)
        text, message = screen.raw.replace("\r\n", "\n").rsplit("wrote ", 1)
        self.assertIn("samples", message)
        return text[: text.rindex("\n") + 1]

    def test_true_colour_shows_the_very_pixels(self):
        colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        text = self.preview(60, "-n", 3, "--rows", 1, "--scale", 1, **colours)
        grid = np.asarray(Image.open(self.folder / "x.png").convert("RGB"))
        self.assertEqual(grid.shape, (20, 56, 3))
        self.assertTrue((blocks(text) == grid).all())

    def test_it_fits_every_width(self):
        for columns in 60, 40, 20:
            for environment in (
                {"TERM": "xterm", "COLORTERM": "truecolor"},
                {"TERM": "xterm-256color"},
                {"TERM": "dumb"},
                {"TERM": "xterm", "NO_COLOR": "1"},
            ):
                text = self.preview(columns, **environment)
                plain = terminal.PIECE.sub(lambda m: m[0] if len(m[0]) == 1 else "", text)
                self.assertEqual({len(line) for line in plain.splitlines()}, {columns})
                is_plain = "dumb" in environment.values() or "NO_COLOR" in environment
                self.assertEqual("\x1b" in text, not is_plain)
                self.assertEqual("▀" in text, not is_plain)

    def test_kitty_gets_the_file(self):
        text = self.preview(60, TERM="xterm-kitty")
        self.assertTrue(text.startswith("\x1b_Ga=T,f=100,q=2,"), text[:40])
        self.assertTrue(text.endswith("\x1b\\\n"))

    def test_a_pipe_gets_it_only_when_asked(self):
        flags = ("--ckpt", self.checkpoint)
        self.assertEqual(self.sample(*flags, "--preview").stdout, "")
        os.environ["COLUMNS"] = "50"
        self.addCleanup(os.environ.pop, "COLUMNS", None)
        lines = self.sample(*flags, "--preview=always").stdout.splitlines()
        self.assertGreater(len(lines), 10)

    def test_training_shows_each_grid(self):
        screen = terminal.Terminal(
            60, common.BIN / "gan-train", "--config", common.SMOKE, "--epochs", 3, "--preview",
            "--out", "new", cwd=self.folder, TERM="xterm", COLORTERM="truecolor")  # fmt: skip
        self.assertEqual(screen.finish(), 0)
        pictures = [line for line in screen.lines if "▀" in line]
        self.assertEqual({len(line.strip("\r")) for line in pictures}, {60})
        grid = np.asarray(Image.open(self.folder / "new" / "samples" / "epoch_0001.png"))
        height = grid.shape[0] * 60 // grid.shape[1]
        self.assertEqual(len(pictures), 3 * ((height + 1) // 2))


class LiveLineTest(common.ProgramTest):
    forms = {
        100: r"img/s .*left",
        60: r"\[=* *\] D [\d.]+  G .*left",
        40: r"/2000  \d.*left",
        20: r"^\d+/2000  ",
    }

    def test_it_survives_narrow_windows_and_resizing(self):
        flags = ("--config", common.SMOKE, "--epochs", 2000, "--out", "run")
        screen = terminal.Terminal(
            100, common.BIN / "gan-train", *flags, cwd=self.folder, TERM="xterm-256color"
        )
        for columns in 100, 60, 40, 20, 60:
            screen.resize(columns)
            screen.read_until(self.forms[columns])
            before = len(screen.raw)
            for _ in range(30):  # over several epochs, with log lines in between
                screen.read()
            lines = re.findall(r"\x1b\[J([^\r\n\x1b]+)\r", screen.raw[before:])
            self.assertGreater(len(lines), 2)
            self.assertLess(max(map(len, lines)), columns)
        screen.interrupt()
        self.assertEqual(screen.finish(), 130)
        log = (self.folder / "run" / "train.log").read_text()
        # The answer to Ctrl-C is immediate, even between a line and its end.
        answer = "stopping and saving after this step; Ctrl-C again stops now, without saving"
        self.assertEqual(sum(line.endswith(answer) for line in screen.lines), 1)
        shown = [line.removesuffix(answer) for line in screen.lines]
        self.assertGreater(len(list(filter(None, shown))), 4)
        for line in shown:  # no live line left a trace
            self.assertIn(line.removeprefix("warning: "), log)


if __name__ == "__main__":
    common.main()
