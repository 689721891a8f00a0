"""Times training on two ranks on this machine, and compares it with the model of scaling.py.

    ranks.py BUILD [--rounds 3] [--links] [--growth] [RECIPE...]

BUILD holds bin/gan-train and gan_sums (cmake --preset bench, with MPI). Needs MNIST. Measurements
alternate, and medians are shown. The predicted step is one on half a batch, while a second process
does the same, plus the bytes of the sums at the rate measured by gan_sums.

--links: the same over a link of known rate and latency between two "hosts" (hosts.py, as root);
--growth: time of a step by batch size, on one rank with two threads, as input for scaling.py.
"""

import argparse
import csv
import math
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

from hosts import two_hosts
from scaling import SPREAD, sum_ms

RECIPES = ("mnist_mlp", "mnist_fast", "mnist_conditional", "mnist_cpp_dcgan")
BATCHES = {"mnist_mlp": 256, "mnist_fast": 64, "mnist_conditional": 64, "mnist_cpp_dcgan": 64}
LINKS = ((1000, 0.1), (100, 1), (100, 10))  # Mb/s, ms
TRAFFIC = re.compile(r"sums over ranks: ([\d.]+) ms, ([\d.]+) MB and ([\d.]+) sums a step")


class Bench:
    def __init__(self, build, folder):
        self.build, self.folder, self.runs = pathlib.Path(build), pathlib.Path(folder), 0

    def environment(self, threads):
        as_root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        return {**os.environ, **as_root, "OMP_NUM_THREADS": str(threads), "TMPDIR": "/tmp"}

    def start(self, recipe, threads, batch, steps, launch=()):
        self.runs += 1
        out = self.folder / str(self.runs)
        # Everything in two epochs is counted, except their first step.
        command = [*launch, self.build / "bin/gan-train", "--config", recipe, "--out", out,
                   "--epochs", "2", "--train.steps_per_epoch", str(steps), "--threads", str(threads),
                   "--batch-size", str(batch), "--output.report", "false"]  # fmt: skip
        job = subprocess.Popen(
            list(map(str, command)),
            env=self.environment(threads),
            stderr=subprocess.PIPE,
            text=True,
        )
        return job, out

    def end(self, job, out, steps):
        """ms per step in the second epoch, and of its sums, with their MB and number, if any."""
        said = job.communicate()[1]
        if job.returncode != 0:
            raise RuntimeError(said)
        with open(out / "losses.csv", newline="") as file:
            ms = 1e3 * float(list(csv.DictReader(file))[1]["seconds"]) / steps
        traffic = TRAFFIC.search(said)
        return (ms, *(map(float, traffic.groups()) if traffic else (0.0, 0.0, 0.0)))

    def step(self, *arguments, launch=()):
        job, out = self.start(*arguments, launch=launch)
        return self.end(job, out, arguments[-1])

    def two_at_once(self, *arguments):
        jobs = [self.start(*arguments) for _ in range(2)]
        return statistics.mean(self.end(*job, arguments[-1])[0] for job in jobs)

    def sums(self, launch=("mpirun", "-n", "2")):
        """Seconds per sum, and bytes per second, of two ranks."""
        command = [*launch, self.build / "gan_sums"]
        done = subprocess.run(
            list(map(str, command)), env=self.environment(1), capture_output=True, check=True
        )
        rows = [tuple(map(float, row.split(b","))) for row in done.stdout.split()]
        (_, least), (most_bytes, most) = rows[0], rows[-1]
        return least * 1e-3, most_bytes / ((most - least) * 1e-3)


def median(values):
    return statistics.median(values)


def columns(rows):
    return [median(column) for column in zip(*rows)]


def slower(ranks):
    return 1 + SPREAD * math.sqrt(2 * math.log(ranks))


def here(bench, recipes, rounds):
    fits = []
    print("| recipe | 1 × 2 threads, ms | 1 × 1 | 2 × 1 | of it sums | MB | predicted | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for recipe in recipes:
        batch, steps, rows = BATCHES[recipe], 200 if recipe == "mnist_fast" else 40, []
        for _ in range(rounds):
            fits.append(bench.sums())
            threads = bench.step(recipe, 2, batch, steps)[0]
            alone = bench.step(recipe, 1, batch, steps)[0]
            ranks = bench.step(recipe, 1, batch, steps, launch=("mpirun", "-n", "2"))
            half = bench.two_at_once(recipe, 1, batch // 2, steps)
            latency, rate = columns(fits)
            predicted = slower(2) * half + 1e3 * (ranks[3] * latency + ranks[2] * 1e6 / rate)
            rows.append((threads, alone, *ranks[:3], predicted, ranks[0] / predicted))
        t, o, r, s, mb, p, ratio = columns(rows)
        print(f"| `{recipe}` | {t:.1f} | {o:.1f} | {r:.1f} | {s:.1f} | {mb:.1f} | {p:.1f} "
              f"| {ratio:.2f} |", flush=True)  # fmt: skip
    latency, rate = columns(fits)
    print(f"\na sum of two ranks: {1e6 * latency:.0f} us and {rate / 1e9:.2f} GB/s\n")


def over_links(bench, recipes, rounds):
    print("| link | recipe | sums, ms | predicted | ratio | step, ms | predicted | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for mbit, delay in LINKS:
        for recipe in recipes:
            batch, steps, rows = BATCHES[recipe], 10, []
            for _ in range(rounds):
                half = bench.two_at_once(recipe, 1, batch // 2, 4 * steps)
                with two_hosts(mbit, delay) as (names, ranks):
                    launch = ("ip", "netns", "exec", names[0], "mpirun", *ranks)
                    ms, sums, mb, count = bench.step(recipe, 1, batch, steps, launch=launch)
                # The sums of two networks, and one of a few numbers.
                network = (1e-3 * delay, mbit * 1e6 / 8)
                said = sum_ms([mb * 1e6 / 4 / (count - 1)] * round(count - 1) + [7], 2, network)
                whole = slower(2) * half + said
                rows.append((sums, said, sums / said, ms, whole, ms / whole))
            a, b, c, d, e, f = columns(rows)
            print(f"| {mbit} Mb/s, {delay} ms | `{recipe}` | {a:.0f} | {b:.0f} | {c:.2f} | {d:.0f} "
                  f"| {e:.0f} | {f:.2f} |", flush=True)  # fmt: skip


def growth(bench, recipes, rounds):
    for recipe in recipes:
        sizes = (16, 32, 64, 128, 256, 512, 1024)
        rows = [[bench.step(recipe, 2, n, 2000 // n + 4)[0] for n in sizes] for _ in range(rounds)]
        print(recipe, {n: round(ms, 1) for n, ms in zip(sizes, columns(rows))}, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--links", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("recipe", nargs="*", default=RECIPES)
    a = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory() as folder:
        way = over_links if a.links else growth if a.growth else here
        way(Bench(a.build, folder), a.recipe, a.rounds)


main()
