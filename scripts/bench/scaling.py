"""Step time against the number of ranks: measured here, and modelled for machines we have not.

    scaling.py [--measure GAN_TRAIN] [--plot FILE]

--measure runs 1 rank x 2 threads, 1 x 1 and 2 x 1 on this machine (needs mpirun and MNIST).
The model: a rank's computation on its part of the batch, from the growth figures of
docs/performance.md (a power of the batch between the measured ones), times what waiting for
the slowest of N costs (steps that vary by 3 %, normal), plus one ring all-reduce of the
gradients for each update: 2 (N - 1) / N of the bytes over the network's rate and
2 (N - 1) of its latencies, or 2 log2 N where a tree has less to wait for.
"""

import argparse
import csv
import math
import os
import pathlib
import subprocess
import tempfile

# name: (latency s, bytes a second), as their makers state them, and a usual share of it.
NETWORKS = {
    "10 Gb/s Ethernet": (30e-6, 1.1e9),
    "100 Gb/s Ethernet": (5e-6, 11e9),
    "NVLink": (3e-6, 300e9),
}
# Parameters of G and D, and ms a step at these batch sizes on two cores (docs/performance.md).
RECIPES = {
    "mnist_mlp": (
        (1_486_352, 1_460_225),
        {16: 14.8, 32: 17.3, 64: 28.7, 128: 45.8, 256: 72.1, 512: 134.9, 1024: 231.7},
    ),
    "mnist_cpp_dcgan": (
        (837_504, 659_456),
        {16: 62.8, 32: 136.5, 64: 194.9, 128: 393.8, 256: 642.2, 512: 1280.9, 1024: 2664.8},
    ),
}
RANKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
SPREAD = 0.03


def compute_ms(recipe, batch):
    known = RECIPES[recipe][1]
    sizes = sorted(known)
    low, high = sizes[0], sizes[1]
    for a, b in zip(sizes, sizes[1:]):
        if batch >= a:
            low, high = a, b
    power = math.log(known[high] / known[low]) / math.log(high / low)
    return known[low] * (max(batch, sizes[0]) / low) ** power  # smaller ones were not measured


def sum_ms(parameters, ranks, network):
    if ranks == 1:
        return 0.0
    latency, rate = NETWORKS[network]
    total = 0.0
    for count in parameters:
        ring = 2 * (ranks - 1) * latency + 2 * (ranks - 1) / ranks * 4 * count / rate
        tree = 2 * math.ceil(math.log2(ranks)) * (latency + 4 * count / rate)
        total += min(ring, tree)
    return 1e3 * total


def step_ms(recipe, batch, ranks, network):
    slowest = 1 + SPREAD * math.sqrt(2 * math.log(ranks))
    parameters = RECIPES[recipe][0]
    return slowest * compute_ms(recipe, batch / ranks) + sum_ms(parameters, ranks, network)


def print_model():
    for recipe in RECIPES:
        for what in ("128 images a rank", "a batch of 1,024 in all"):
            print(f"\n`{recipe}`, {what}; images a second, in thousands:\n")
            print("| network |" + "".join(f" {n:,} |" for n in RANKS))
            print("|---|" + "---|" * len(RANKS))
            for network in NETWORKS:
                row = []
                for n in RANKS:
                    batch = 128 * n if what.startswith("128") else 1024
                    row.append(f" {batch / step_ms(recipe, batch, n, network):.1f} |")
                print(f"| {network} |" + "".join(row))


def plot(path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        1, len(RECIPES), figsize=(11, 3.6), sharey=True, layout="constrained"
    )
    for axis, recipe in zip(axes, RECIPES):
        one = 128 / step_ms(recipe, 128, 1, "NVLink")
        axis.plot(RANKS, RANKS, "k:", label="ideal")
        for colour, network in zip(("C0", "C1", "C2"), NETWORKS):
            weak = [128 * n / step_ms(recipe, 128 * n, n, network) / one for n in RANKS]
            axis.plot(RANKS, weak, colour + "o-", label=f"{network}, 128 a rank", markersize=3)
        axis.set(xscale="log", yscale="log", title=recipe, xlabel="ranks (model)")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("images a second, times one rank's")
    axes[0].legend()
    figure.savefig(path, dpi=90)


def measured(program, recipe, ranks, threads, folder):
    out = pathlib.Path(folder) / f"{recipe}-{ranks}-{threads}"
    command = [program, "--config", recipe, "--out", out, "-q", "--epochs", "2",
               "--train.steps_per_epoch", "40", "--threads", str(threads)]  # fmt: skip
    if ranks > 1:
        command = ["mpirun", "--allow-run-as-root", "-n", str(ranks), *command]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    subprocess.run(list(map(str, command)), check=True, env=environment)
    with open(out / "losses.csv", newline="") as file:
        return 1e3 * float(list(csv.DictReader(file))[1]["seconds"]) / 40


def measure(program):
    print("| recipe | 1 rank, 2 threads, ms | 1 rank, 1 thread | 2 ranks, 1 thread |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for recipe in RECIPES:
            times = [measured(program, recipe, r, t, folder) for r, t in ((1, 2), (1, 1), (2, 1))]
            print(f"| {recipe} | " + " | ".join(f"{ms:.1f}" for ms in times) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--measure", metavar="GAN_TRAIN")
    parser.add_argument("--plot")
    a = parser.parse_args()
    if a.measure:
        measure(a.measure)
    print_model()
    if a.plot:
        plot(a.plot)


main()
