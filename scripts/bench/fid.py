"""Compares gan-eval's metrics and speed with those of published programs, with random weights.

    fid.py [--pictures N] [--turns N] GAN-EVAL DATA

DATA contains the files of MNIST. First measures pictures per second on N pictures of 64x64 (500),
alternately (3 turns): for pytorch-fid with its defaults, excluding its start-up and its last step,
the matrix square root; for gan-eval from start to end, with an empty cache. Then compares the
metrics of three pairs of folders under every protocol.
"""

import argparse
import concurrent.futures
import gzip
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "e2e"))
import fid_peers  # noqa: E402


def make_digits(folder, file, count):
    """Writes the first images of an IDX file as PNG files."""
    content = file.read_bytes()
    content = gzip.decompress(content) if file.suffix == ".gz" else content
    images = np.frombuffer(content, np.uint8, offset=16).reshape(-1, 28, 28)
    folder.mkdir()
    for i, image in enumerate(images[:count]):
        Image.fromarray(image).save(folder / f"{i:04}.png")


def make_discs(folder, seed, count, noise):
    """Writes 256x256 JPEG files of coloured discs on backgrounds of another colour."""
    rng = np.random.default_rng(seed)
    folder.mkdir()
    y, x = np.mgrid[0:256, 0:256]
    for i in range(count):
        centre, radius = rng.uniform(60, 200, 2), rng.uniform(20, 90)
        inside = ((x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2)[..., None]
        pixels = np.where(inside, rng.integers(0, 255, 3), rng.integers(0, 255, 3))
        pixels = pixels + rng.normal(0, noise, (256, 256, 1))
        picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
        picture.save(folder / f"{i:04}.jpg", quality=90)


class Bench:
    def __init__(self, gan_eval, folder):
        self.gan_eval, self.folder = gan_eval, folder
        self.weights = folder / "weights.pth"
        self.net = fid_peers.random_network(self.weights)

    def ours(self, a, b, protocol, *more):
        """gan-eval's JSON, and its run time in seconds."""
        with tempfile.TemporaryDirectory() as cache:
            start = time.monotonic()
            subprocess.run(
                [self.gan_eval, "--samples", a, "--data", b, "--features", "inception", "--weights",
                 self.weights, "--protocol", protocol, "--json", self.folder / "x.json", "--quiet", *more],
                env={**os.environ, "XDG_CACHE_HOME": cache}, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            seconds = time.monotonic() - start
        return json.loads((self.folder / "x.json").read_text()), seconds

    def compare(self, name, a, b):
        subset = min(len(list(a.iterdir())), len(list(b.iterdir())))
        for protocol, theirs in (
            ("pytorch-fid", lambda: fid_peers.pytorch_fid(self.net, a, b)),
            ("torch-fidelity", lambda: fid_peers.torch_fidelity(self.weights, a, b, subset)),
            ("clean-fid", lambda: fid_peers.clean_fid(self.net, a, b)),
        ):
            found, _ = self.ours(a, b, protocol)
            for figure, value in theirs().items():
                apart = abs(found[figure] - value) / (abs(value) or 1)
                print(f"| {name} | {protocol} | {figure} | {found[figure]:.6g} | {value:.6g} "
                      f"| {apart:.0e} |", flush=True)  # fmt: skip

    def their_seconds(self, a, b):
        """pytorch-fid's seconds for the same pictures, in a fresh process."""
        spawn = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, spawn) as pool:
            return pool.submit(time_theirs, self.weights, a, b).result()


def time_theirs(weights, a, b):
    fid_peers.missing()  # imports torchvision in the way that works with this torch
    multiprocessing.set_start_method("fork", force=True)  # as pytorch-fid's loader expects
    import torch
    from pytorch_fid import fid_score, inception

    net = fid_peers.networks().fid_inception()
    net.load_state_dict(torch.load(weights))
    inception.fid_inception_v3 = lambda: net
    model = inception.InceptionV3([3])
    start = time.monotonic()
    for path in (a, b):
        workers = len(os.sched_getaffinity(0))
        fid_score.compute_statistics_of_path(str(path), model, 50, 2048, "cpu", workers)
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("gan_eval", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    arguments = parser.parse_args()
    missing = fid_peers.missing()
    if missing:
        sys.exit(f"no Python package {missing}; scripts/setup.sh --tests installs it")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bench = Bench(arguments.gan_eval.absolute(), folder)
        half = arguments.pictures // 2
        fid_peers.make_pictures(folder / "a", 1, half, 3, sizes=False)
        fid_peers.make_pictures(folder / "b", 2, half, 5, sizes=False)
        rates = {}
        for _ in range(arguments.turns):
            for who, seconds in (
                ("pytorch-fid", bench.their_seconds(folder / "a", folder / "b")),
                ("gan-eval", bench.ours(folder / "a", folder / "b", "pytorch-fid")[1]),
                ("gan-eval --features-bf16",
                 bench.ours(folder / "a", folder / "b", "pytorch-fid", "--features-bf16")[1]),
            ):  # fmt: skip
                rates.setdefault(who, []).append(2 * half / seconds)
        for who, found in rates.items():
            print(f"{who}: {statistics.median(found):.1f} pictures per second "
                  f"({min(found):.1f} to {max(found):.1f})", flush=True)  # fmt: skip
        fid_peers.make_pictures(folder / "waves", 1, 30, 3)
        fid_peers.make_pictures(folder / "other waves", 2, 24, 5)
        make_digits(folder / "digits", next(arguments.data.glob("t10k-images*")), 100)
        make_digits(folder / "other digits", next(arguments.data.glob("train-images*")), 80)
        make_discs(folder / "discs", 3, 30, 6)
        make_discs(folder / "other discs", 4, 24, 20)
        print("| pictures | protocol | figure | gan-eval | theirs | apart |")
        print("|---|---|---|---|---|---|", flush=True)
        for pair in ("waves", "digits", "discs"):
            bench.compare(pair, folder / pair, folder / f"other {pair}")


if __name__ == "__main__":
    main()
