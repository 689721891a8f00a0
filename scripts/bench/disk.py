"""The cost of training from disk rather than memory, on a file that may be larger than memory.

    disk.py [--images N | --file FILE] [--steps N] [--rounds N] [--folder DIR]
            [--under COMMAND] [--no-memory] GAN_TRAIN

Writes an IDX file of N images of 28x28 random bytes (10,000,000 are 7.8 GB), trains on it from
memory and from disk alternately, and prints images per second and peak memory: for mnist_mlp, and
for networks so small that only reading the images matters, with ten times as many steps. `cold` is
from disk after the file was dropped from the page cache. Finally checks that a run which is killed
and resumed ends like one that was not. --under puts a command before the program, such as
'systemd-run --scope -p MemoryMax=1G', and is used with --no-memory. --file uses an existing file;
a file that was written is deleted at the end. Needs numpy.
"""

import argparse
import csv
import os
import pathlib
import shlex
import statistics
import struct
import subprocess
import tempfile
import time

import numpy as np

SIDE = 28
SMALL = ("--model.generator_widths", "8", "--model.discriminator_widths", "8")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def write_images(path, count):
    random = np.random.default_rng(0)
    with path.open("wb") as file:
        file.write(struct.pack(">HBBIII", 0, 8, 3, count, SIDE, SIDE))
        for begin in range(0, count, 100_000):
            rows = min(100_000, count - begin)
            file.write(random.bytes(rows * SIDE * SIDE))
        file.flush()
        os.fsync(file.fileno())


def forget(path):
    """Drops the file from the system's page cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


class Bench:
    def __init__(self, arguments, folder):
        self.under = shlex.split(arguments.under)
        self.program = arguments.program
        self.steps = arguments.steps
        self.images = pathlib.Path(arguments.file) if arguments.file else folder / "images"
        self.folder = folder

    def command(self, out, *settings):
        data = ("--data", self.images, "--data.sampling", "epoch")
        fixed = ("--config", "mnist_mlp", "--out", self.folder / out, "-q", *data)
        return [*map(str, (*self.under, self.program, *fixed, *settings))]

    def stretches(self, times=1):
        return ("--train.steps_per_epoch", times * self.steps, "--epochs", 2)

    def train(self, in_memory, *settings):
        """Images per second in the second of two stretches, total seconds, peak memory in MiB."""
        held = ("--data.in_memory", in_memory, "--output.sample_every", 0, "--overwrite")
        command = self.command("run", *held, *settings)
        start = time.perf_counter()
        process = subprocess.Popen(command, **QUIET)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"failed: {shlex.join(command)}")
        seconds = time.perf_counter() - start
        with (self.folder / "run" / "losses.csv").open(newline="") as file:
            rate = float(list(csv.DictReader(file))[1]["images_per_second"])
        return rate, seconds, usage.ru_maxrss / 1024

    def compare(self, rounds, kinds):
        print("| networks | images | images a second | a run, s | peak RSS, MiB |")
        print("|---|---|---|---|---|")
        small = (*SMALL, *self.stretches(10))
        for name, settings in (("mnist_mlp", self.stretches()), ("of 8 units", small)):
            runs = {kind: [] for kind in kinds}
            for _ in range(rounds):
                for kind in kinds:
                    if kind == "cold":
                        forget(self.images)
                    held = "true" if kind == "memory" else "false"
                    runs[kind].append(self.train(held, *settings))
            for kind, figures in runs.items():
                rate, seconds, peak = (statistics.median(column) for column in zip(*figures))
                row = f"| {name} | {kind} | {rate:,.0f} | {seconds:.1f} | {peak:,.0f} |"
                print(row, flush=True)

    def end_of(self, out):
        drawn = self.folder / f"{out}.npy"
        last = self.folder / out / "checkpoints" / "g_2.pt"
        sample = pathlib.Path(self.program).with_name("gan-sample")
        few = ("-n", "64", "--format", "npy", "--out", drawn)
        subprocess.run([sample, "--ckpt", last, *few], check=True, **QUIET)
        with (self.folder / out / "losses.csv").open(newline="") as file:
            return [row[:6] for row in csv.reader(file)], drawn.read_bytes()

    def check_resume(self):
        """Checks that a run from disk that is killed and resumed ends like one that was not."""
        settings = (*self.stretches(), "--data.in_memory", "false", "--output.save_state_steps", 7)
        subprocess.run(self.command("whole", *settings), check=True, **QUIET)
        process = subprocess.Popen(self.command("killed", *settings), **QUIET)
        rows = self.folder / "killed" / "losses.csv"
        while process.poll() is None and not (rows.exists() and rows.read_text().count("\n") > 1):
            time.sleep(0.01)
        time.sleep(0.5)
        process.kill()
        if process.wait() == 0:
            raise SystemExit("the run ended before it was killed; give more --steps")
        resume = [*self.under, self.program, "--resume", self.folder / "killed", "-q"]
        subprocess.run(resume, check=True, **QUIET)
        same = self.end_of("whole") == self.end_of("killed")
        print(f"\nkilled and resumed: {'the same bits' if same else 'OTHER BITS'}")
        return same


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=10_000_000)
    parser.add_argument("--file")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where the file lies (default: that of temporary files)")
    parser.add_argument("--under", default="")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("program")
    a = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=a.folder) as folder:
        bench = Bench(a, pathlib.Path(folder))
        if not a.file:
            write_images(bench.images, a.images)
        print(f"{bench.images.stat().st_size / 2**20:,.0f} MiB of images\n")
        bench.compare(a.rounds, ("disk", "cold") if a.no_memory else ("memory", "disk", "cold"))
        raise SystemExit(0 if bench.check_resume() else 1)


main()
