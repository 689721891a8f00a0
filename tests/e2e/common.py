"""Shared by the end-to-end tests: paths of the program and the data, and calls of the program."""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("GAN_BIN", ROOT / "build" / "bin"))
MNIST = pathlib.Path(os.environ.get("GAN_DATA", ROOT / "data")) / "mnist"
CONFIGS = pathlib.Path(os.environ.get("GAN_CONFIGS", ROOT / "configs"))
SMOKE = CONFIGS / "smoke.ini"

ALL_SKIPPED = 77  # the exit code that ctest counts as skipped


def write_png(path, width, height, colour):
    """Writes an RGB PNG of a single colour, without the program's code."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = (b"\0" + bytes(colour) * width) * height
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def need(condition, what):
    """Skips the test if something is missing; in CI, where nothing may be missing, fails it."""
    if condition:
        return
    if os.environ.get("CI", "").lower() in ("true", "1"):
        raise AssertionError(f"{what}, and CI must test all")
    raise unittest.SkipTest(f"NOT TESTED: {what}")


def need_mnist():
    need(
        any(MNIST.glob("train-images*idx3-ubyte*")),
        f"no MNIST in {MNIST}; fetch it with scripts/get_data.sh mnist",
    )


def yaml_of(text):
    """The config at the top of the output of --dry-run."""
    return text[: text.index("\ndata: ")]


def snippets(page, language):
    """The fenced blocks in that language on a page, given by its path from the root."""
    text = (ROOT / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


# The runs made by `trained`, by their call.
KEPT = tempfile.TemporaryDirectory(prefix="gan_train_e2e_")
RUNS = {}


class ProgramTest(unittest.TestCase):
    """A test that calls the program from its own folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gan_train_e2e_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def call(self, command, *arguments, code=0, cwd=None):
        """Runs a link of the program, checks the exit code, and returns the output as text."""
        done = subprocess.run(
            [BIN / command, *map(str, arguments)],
            cwd=cwd or self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
        )
        self.assertEqual(done.returncode, code, f"{command} {arguments}: {done.stderr}")
        return done

    def train(self, *arguments, **how):
        return self.call("gan-train", *arguments, **how)

    def trained(self, *arguments, out="run"):
        """A fresh copy of a finished run in `out`; equal runs are trained once per module."""
        call = (out, *map(str, arguments))
        shutil.rmtree(self.folder / out, ignore_errors=True)
        if call in RUNS:
            shutil.copytree(RUNS[call], self.folder / out)
        else:
            self.train(*arguments, "--out", out)
            RUNS[call] = shutil.copytree(self.folder / out, f"{KEPT.name}/{len(RUNS)}")
        return self.folder / out

    def train_until_signal(self, number, run, *arguments):
        """Sends gan-train the signal after two epochs of `run`; returns exit code and stderr."""
        process = subprocess.Popen(
            [BIN / "gan-train", *map(str, arguments), "--out", run],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        rows = self.folder / run / "losses.csv"
        self.wait_for(lambda: rows.exists() and rows.read_text().count("\n") >= 3, process)
        process.send_signal(number)
        errors = process.communicate(timeout=120)[1]
        return process.returncode, errors

    def wait_for(self, what, process=None):
        """Waits until `what` is true or the process has ended; fails if neither happens."""
        for _ in range(60_000):
            if what() or (process and process.poll() is not None):
                return
            time.sleep(0.005)
        if process:
            process.kill()
        self.fail("it did not come")

    def sample(self, *arguments, **how):
        return self.call("gan-sample", *arguments, **how)

    def peak_kib(self, command, *arguments, code=0):
        """Peak resident memory of a call in KiB (on Linux), and its stderr."""
        if os.environ.get("GAN_SANITIZE"):
            self.skipTest("NOT TESTED: a sanitizer keeps freed memory")
        # In a small process of its own, since a child's peak starts at its parent's size.
        measure = (
            "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]); "
            "sys.stderr.write(f'\\n{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}'); "
            "sys.exit(code)"
        )
        call = [sys.executable, "-S", "-c", measure, BIN / command, *map(str, arguments)]
        done = subprocess.run(call, cwd=self.folder, capture_output=True, text=True, timeout=500)
        self.assertEqual(done.returncode, code, done.stderr)
        said, kib = done.stderr.rsplit("\n", 1)
        return int(kib), said

    def refused(self, command, *arguments, code, says=(), cwd=None):
        """Checks that the call fails with `code` and one line on stderr that has each of `says`."""
        done = self.call(command, *arguments, code=code, cwd=cwd)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("error: "), done.stderr)
        self.assertEqual(done.stdout, "")
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, lines[0])

    def python(self, script):
        """Runs a script in the test's folder with this Python; returns its output."""
        done = subprocess.run([sys.executable, "-c", script], cwd=self.folder,
                              capture_output=True, text=True)  # fmt: skip
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stderr}")
        return done.stdout

    def commands(self):
        """The names of all commands of gan."""
        return re.findall(r"^  ([a-z]+) {2,}", self.call("gan", "--help").stdout, re.MULTILINE)


class RecipesTest(ProgramTest):
    """A test in a folder where recipes are found by name, wherever the build folder is."""

    def setUp(self):
        super().setUp()
        (self.folder / "configs").symlink_to(CONFIGS)


def count(program):
    """The numbers of all, failed and skipped tests."""
    result, tests = program.result, program.test.countTestCases()
    failed, skipped = (
        {getattr(test, "test_case", test).id() for test, _ in found if isinstance(test, unittest.TestCase)}
        for found in (result.failures + result.errors, result.skipped)
    )
    failed, skipped = len(failed), len(skipped - failed)
    # A class whose set-up failed has run no tests.
    if result.wasSuccessful():
        return tests, 0, skipped + tests - result.testsRun
    return tests, max(1, failed + tests - result.testsRun), skipped


def main():
    """unittest.main with a separate exit code for runs in which every test was skipped."""
    program = unittest.main(module="__main__", verbosity=2, exit=False)
    for test, reason in program.result.skipped:
        print(f"{test}: {reason}", file=sys.stderr)
    tests, failed, skipped = count(program)
    if "GAN_RESULTS" in os.environ:  # for scripts/test.sh, in GoogleTest's format
        path = pathlib.Path(os.environ["GAN_RESULTS"])
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'<testsuites tests="{tests}" failures="{failed}">\n'
                        + '<testcase result="skipped"/>\n' * skipped + "</testsuites>\n")  # fmt: skip
    if failed:
        sys.exit(1)
    sys.exit(ALL_SKIPPED if skipped == tests else 0)
