"""Times whole runs of the program on MNIST, as users experience them.

    runs.py [--epochs N] [--peer PROGRAM] GAN_TRAIN RECIPE...

For each recipe: the time from start to the end of the first step, the share of an epoch that is
not spent in steps (logs, plot, grid, health, state and a kept generator every epoch), and the peak
memory. --peer also compares an epoch of PyTorch's C++ example cpp/dcgan, built from its own source,
with an epoch of mnist_cpp_dcgan, alternately.
"""

import argparse
import csv
import os
import pathlib
import subprocess
import tempfile
import time

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def rows_of(path):
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(line for line in file if line.endswith("\n")))


def watch(command, path):
    """Runs the command; returns the times of new rows in the CSV file, and the peak MiB."""
    times = []
    start = time.perf_counter()
    process = subprocess.Popen(command, **QUIET)
    ended = 0
    while not ended:
        time.sleep(0.005)
        now = time.perf_counter() - start
        times += [now] * (len(rows_of(path)) - len(times))
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return times, usage.ru_maxrss / 1024


def train(program, recipe, out, *settings):
    return [program, "--config", recipe, "--out", out, "-q", *settings]


def first_step(program, recipe, folder):
    times = []
    for i in range(3):
        out = folder / f"{recipe}-first-{i}"
        few = ("--epochs", "1", "--train.steps_per_epoch", "3", "--output.log_every", "1")
        times.append(watch(train(program, recipe, out, *few), out / "steps.csv")[0][0])
    return sorted(times)[1]


def overhead(program, recipe, folder, epochs):
    out = folder / recipe
    often = ("--epochs", str(epochs), "--output.checkpoint_every", "1")
    times, peak = watch(train(program, recipe, out, *often), out / "losses.csv")
    in_steps = sum(float(row["seconds"]) for row in rows_of(out / "losses.csv")[1:])
    return 1 - in_steps / (times[-1] - times[0]), in_steps / (epochs - 1), peak


def seconds(command, **options):
    start = time.perf_counter()
    subprocess.run(command, check=True, **QUIET, **options)
    return time.perf_counter() - start


def against_peer(program, peer, folder):
    # The example reads its four files from ./data.
    (folder / "data").symlink_to(pathlib.Path("data/mnist").resolve())
    ours, theirs = [], []
    for i in range(2):
        out = folder / f"epoch-{i}"
        ours.append(seconds(train(program, "mnist_cpp_dcgan", out, "--epochs", "1")))
        theirs.append(seconds([peer, "10", "1"], cwd=folder))
    print(f"\nan epoch of mnist_cpp_dcgan: {' and '.join(f'{s:.1f}' for s in ours)} s;"
          f" of cpp/dcgan: {' and '.join(f'{s:.1f}' for s in theirs)} s;"
          f" ratio {sum(theirs) / sum(ours):.2f}")  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--peer", type=os.path.abspath)
    parser.add_argument("program")
    parser.add_argument("recipe", nargs="*")
    a = parser.parse_args()
    print("| recipe | first step after, s | an epoch's steps, s | beside steps | peak RSS, MiB |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for recipe in a.recipe:
            first = first_step(a.program, recipe, folder)
            share, epoch, peak = overhead(a.program, recipe, folder, a.epochs)
            print(f"| {recipe} | {first:.2f} | {epoch:.1f} | {100 * share:.2f} % | {peak:.0f} |",
                  flush=True)
        if a.peer:
            against_peer(a.program, a.peer, folder)


main()
