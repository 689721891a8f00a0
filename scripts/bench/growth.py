"""How a step's time and memory grow with batch, width, image size, threads and data.

    growth.py [--rounds N] [--csv FILE] [--plot FILE] [--from FILE] BENCH_PROGRAM

Runs gan_bench for each size, with everything else as in the recipe, and prints Markdown tables;
--csv keeps the results, --from plots such a file without running anything. The plot needs
matplotlib.
"""

import argparse
import csv
import os
import subprocess
import sys

MLP, DCGAN = "mnist_mlp", "mnist_cpp_dcgan"
WIDTHS = {
    MLP: {"generator_widths": (256, 512, 1024), "discriminator_widths": (1024, 512, 256)},
    DCGAN: {"generator_widths": (256, 128, 64), "discriminator_widths": (64, 128, 256)},
}


def scaled(recipe, factor):
    return [
        f"model.{key}={','.join(str(factor * width) for width in widths)}"
        for key, widths in WIDTHS[recipe].items()
    ]


def sweeps():
    """(what grows, recipe, size, gan_bench's arguments)"""
    cores = len(os.sched_getaffinity(0))
    for recipe in (MLP, DCGAN):
        for batch in (16, 32, 64, 128, 256, 512, 1024):
            yield "batch", recipe, batch, ["--set", f"train.batch_size={batch}"]
        for factor in (1, 2, 4, 8):
            settings = [word for s in scaled(recipe, factor) for word in ("--set", s)]
            settings += ["--set", "train.batch_size=32"]
            yield "width", recipe, factor, settings
        for threads in sorted({1, 2, 4, 8, 16, cores} & set(range(1, cores + 1))):
            yield "threads", recipe, threads, ["--set", f"train.threads={threads}"]
    for size in (28, 64, 96, 128):
        arguments = ["--image-size", str(size), "--set", "train.batch_size=32"]
        yield "image", DCGAN, size, arguments
    for images in (60_000, 250_000, 1_000_000):
        yield "data", MLP, images, ["--images", str(images)]


def run(program, rounds, recipe, arguments):
    command = [program, "--step-only", "--rounds", str(rounds), *arguments]
    result = subprocess.run(
        [*command, f"configs/{recipe}.ini"], capture_output=True, text=True, check=True
    )
    _, step, gflop, _, _, rss = result.stdout.split()
    return float(step), float(gflop), float(rss)


def measure(program, rounds):
    rows = []
    for what, recipe, size, arguments in sweeps():
        step, gflop, rss = run(program, rounds, recipe, arguments)
        rows.append((what, recipe, size, step, gflop, rss))
        print(what, recipe, size, step, file=sys.stderr, flush=True)
    return rows


def print_tables(rows):
    for what in dict.fromkeys(row[0] for row in rows):
        print(f"\n| {what} | recipe | step, ms | GFLOP/s | peak RSS, MiB |")
        print("|---|---|---|---|---|")
        for kind, recipe, size, step, gflop, rss in rows:
            if kind == what:
                print(f"| {size:,} | {recipe} | {step:.1f} | {1e3 * gflop / step:.0f} | {rss:.0f} |")


def plot(rows, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    names = {"batch": "batch size", "width": "width, times the recipe's, batch 32",
             "threads": "threads", "image": "image side, pixels, batch 32"}  # fmt: skip
    figure, axes = plt.subplots(1, len(names), figsize=(14, 3.4), sharey=True, layout="constrained")
    for axis, (what, label) in zip(axes, names.items()):
        for recipe, marker in ((MLP, "C0o-"), (DCGAN, "C1s-")):
            points = [(row[2], row[3]) for row in rows if row[:2] == (what, recipe)]
            if points:
                axis.plot(*zip(*points), marker, label=recipe)
        axis.set(xscale="log", yscale="log", xlabel=label)
        sizes = sorted({row[2] for row in rows if row[0] == what})
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("step, ms")
    axes[0].legend()
    figure.savefig(path, dpi=100)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--csv")
    parser.add_argument("--plot")
    parser.add_argument("--from", dest="source")
    parser.add_argument("program", nargs="?")
    a = parser.parse_args()
    if a.source:
        with open(a.source, newline="") as file:
            rows = [(r[0], r[1], int(r[2]), *map(float, r[3:])) for r in csv.reader(file)]
    else:
        rows = measure(a.program, a.rounds)
    if a.csv:
        with open(a.csv, "w", newline="") as file:
            csv.writer(file).writerows(rows)
    print_tables(rows)
    if a.plot:
        plot(rows, a.plot)


main()
