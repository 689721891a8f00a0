"""Models step and epoch time by the number of ranks, for machines that we don't have.

    scaling.py [--plot FILE]

The model: a rank's computation on its part of the batch, from measurements of one rank (a power
law between measured batch sizes), times a factor for waiting for the slowest of N (normally
distributed steps, with 3 % deviation), plus a sum of the gradients for each update: by ring,
2 (N - 1) / N of the bytes over the network's rate and 2 (N - 1) of its latencies, or by tree,
2 log2 N of both. ranks.py compares it with real runs.
"""

import argparse
import math

# name: (latency s, bytes per second), as stated by the makers, times a typical share.
NETWORKS = {
    "10 Gb/s Ethernet": (30e-6, 1.1e9),
    "100 Gb/s Ethernet": (5e-6, 11e9),
    "NVLink": (3e-6, 300e9),
}
# Parameters of G and D, and ms per step at these batch sizes on two cores (docs/performance.md; for
# mnist_fast and mnist_conditional from one run of ranks.py --growth, when their D had two layers).
RECIPES = {
    "mnist_mlp": (
        (1_486_352, 1_460_225),
        {16: 14.8, 32: 17.3, 64: 28.7, 128: 45.8, 256: 72.1, 512: 134.9, 1024: 231.7},
    ),
    "mnist_fast": (
        (74_400, 25_696),
        {16: 7.9, 32: 11.6, 64: 19.4, 128: 34.9, 256: 69.6, 512: 120.1, 1024: 321.6},
    ),
    "mnist_conditional": (
        (165_184, 67_776),
        {16: 17.1, 32: 27.3, 64: 52.1, 128: 94.6, 256: 180.3, 512: 319.0, 1024: 614.4},
    ),
    "mnist_cpp_dcgan": (
        (837_504, 659_456),
        {16: 62.8, 32: 136.5, 64: 194.9, 128: 393.8, 256: 642.2, 512: 1280.9, 1024: 2664.8},
    ),
}
BACKWARD = 0.4  # at least its share of a step: 0.4 to 0.6 were measured
IMAGES = (10**6, 10**7, 10**8, 10**9)
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
    """ms of the sums of these sizes, over a network of (latency s, bytes per second)."""
    if ranks == 1:
        return 0.0
    latency, rate = network
    total = 0.0
    for count in parameters:
        ring = 2 * (ranks - 1) * latency + 2 * (ranks - 1) / ranks * 4 * count / rate
        tree = 2 * math.ceil(math.log2(ranks)) * (latency + 4 * count / rate)
        total += min(ring, tree)
    return 1e3 * total


def compute_on(recipe, batch, ranks):
    """ms of computation on the slowest rank."""
    slowest = 1 + SPREAD * math.sqrt(2 * math.log(ranks))
    return slowest * compute_ms(recipe, batch / ranks)


def sums_of(recipe, ranks, network):
    return sum_ms(RECIPES[recipe][0], ranks, NETWORKS[network])


def step_ms(recipe, batch, ranks, network):
    return compute_on(recipe, batch, ranks) + sums_of(recipe, ranks, network)


def overlapped_ms(recipe, batch, ranks, network):
    """ms per step if the sums overlapped with the backward passes."""
    compute = compute_on(recipe, batch, ranks)
    return compute + max(0, sums_of(recipe, ranks, network) - BACKWARD * compute)


def rate(recipe, ranks, network, total=None):
    """Images per second, with a batch of 128 per rank, or `total` over all ranks."""
    batch = total or 128 * ranks
    return 1e3 * batch / step_ms(recipe, batch, ranks, network)


def table(head, columns, rows):
    print(f"| {head} |" + "".join(f" {column} |" for column in columns))
    print("|---|" + "---|" * len(columns))
    for name, cells in rows:
        print(f"| {name} |" + "".join(f" {cell} |" for cell in cells))


def print_rates():
    counts = [f"{n:,}" for n in RANKS]
    for recipe in RECIPES:
        for what, total in (("128 images a rank", None), ("a batch of 1,024 in all", 1024)):
            print(f"\n`{recipe}`, {what}; images a second, in thousands:\n")
            rows = [
                (name, [f"{1e-3 * rate(recipe, n, name, total):.1f}" for n in RANKS])
                for name in NETWORKS
            ]
            table("network", counts, rows)


def duration(seconds):
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 1 else "< 1 s"


def print_epochs(network):
    print(f"\nAn epoch over {network}, 128 images a rank:\n")
    counts = (1, 8, 64, 1024)
    rows = [
        (f"`{recipe}`, {images:,}", [duration(images / rate(recipe, n, network)) for n in counts])
        for recipe in RECIPES
        for images in IMAGES
    ]
    table("images", [f"{n:,} ranks" if n > 1 else "1 rank" for n in counts], rows)


def why(recipe, batch, ranks, network):
    """The largest part of a step beyond a computation that shrinks ideally with the ranks."""
    fair = compute_ms(recipe, batch) / ranks
    latency, speed = NETWORKS[network]
    no_latency = sum_ms(RECIPES[recipe][0], ranks, (0.0, speed))
    costs = {
        "small batches": compute_on(recipe, batch, ranks) - fair,
        "bytes": no_latency,
        "latencies": sums_of(recipe, ranks, network) - no_latency,
    }
    return max(costs, key=costs.get)


def print_ends():
    """The number of ranks at which doubling gives less than 1.25 times the images per second."""
    print("\nThe most ranks whose number is still worth doubling to, and what stops it there:\n")
    rows = []
    for recipe in RECIPES:
        for what, total in (("128 a rank", None), ("1,024 in all", 1024)):
            cells = []
            for name in NETWORKS:
                gains = ((n, rate(recipe, 2 * n, name, total) / rate(recipe, n, name, total))
                         for n in RANKS[:-1])  # fmt: skip
                end = next((n for n, gain in gains if gain < 1.25), None)
                batch = total or 128 * (end or 1)
                cells.append(f"{end:,}: {why(recipe, batch, 2 * end, name)}" if end else "> 1,024")
            rows.append((f"`{recipe}`, {what}", cells))
    table("recipe, batch", NETWORKS, rows)


def print_overlap():
    print("\nTimes as fast, were the sums hidden behind the backward passes, 128 images a rank:\n")
    counts = (2, 8, 64, 1024)
    rows = []
    for recipe in RECIPES:
        for name in NETWORKS:
            gains = [
                step_ms(recipe, 128 * n, n, name) / overlapped_ms(recipe, 128 * n, n, name)
                for n in counts
            ]
            rows.append((f"`{recipe}`, {name}", [f"{gain:.2f}" for gain in gains]))
    table("recipe, network", [f"{n:,} ranks" for n in counts], rows)


def plot(path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(
        2, 2, figsize=(11, 7), sharex=True, sharey=True, layout="constrained"
    )
    for axis, recipe in zip(axes.flat, RECIPES):
        one = 128 / step_ms(recipe, 128, 1, "NVLink")
        axis.plot(RANKS, RANKS, "k:", label="ideal")
        for colour, network in zip(("C0", "C1", "C2"), NETWORKS):
            weak = [128 * n / step_ms(recipe, 128 * n, n, network) / one for n in RANKS]
            axis.plot(RANKS, weak, colour + "o-", label=f"{network}, 128 a rank", markersize=3)
        axis.set(xscale="log", yscale="log", title=recipe, xlabel="ranks (model)")
        axis.grid(alpha=0.3)
    figure.supylabel("images a second, times one rank's")
    axes[0, 0].legend()
    figure.savefig(path, dpi=90)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plot")
    a = parser.parse_args()
    print_rates()
    for network in NETWORKS:
        print_epochs(network)
    print_ends()
    print_overlap()
    if a.plot:
        plot(a.plot)


if __name__ == "__main__":
    main()
