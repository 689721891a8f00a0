#!/usr/bin/env python3
"""Makes reference.hpp: metrics of sets made by a formula, computed by other programs.

    python tests/eval/make_reference.py > tests/eval/reference.hpp

in an environment made by scripts/setup.sh --tests. The sets are those of formula_features.hpp;
the values come from scipy, scikit-learn and prdc.
"""

import contextlib
import io
import math

import numpy as np
import prdc
import scipy.linalg
import scipy.spatial.distance
import scipy.stats
import sklearn.metrics.pairwise
import sklearn.neighbors

GAMMA = np.uint64(0x9E3779B97F4A7C15)


def uniforms(seed, count):
    """The first `count` values of gan::SplitMix64(seed).uniform()."""
    with np.errstate(over="ignore"):
        x = np.uint64(seed) + GAMMA * np.arange(1, count + 1, dtype=np.uint64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(11)).astype(np.float64) * 2.0**-53


def features(seed, n, d, clusters, spread):
    centres = np.stack([2.0 * uniforms(1000 + c, d) for c in range(clusters)])
    noise = uniforms(seed, 2 * n * d).reshape(n, d, 2)
    rows = centres[np.arange(n) % clusters] + spread * (noise[..., 0] + noise[..., 1] - 1.0)
    return rows.astype(np.float32)


def probabilities(seed, n, k):
    powers = uniforms(seed, n * k).reshape(n, k) ** 4
    return powers / powers.sum(axis=1, keepdims=True)


def frechet(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(one @ two)
    shift = a.mean(0) - b.mean(0)
    return shift @ shift + np.trace(one + two - 2.0 * np.real(root))


def frechet_singular(a, b):
    """Uses the eigenvalues of the product, since sqrtm is unreliable for singular matrices."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    one, two = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    roots = np.sqrt(np.clip(np.real(scipy.linalg.eigvals(one @ two)), 0, None))
    shift = a.mean(0) - b.mean(0)
    return shift @ shift + np.trace(one + two) - 2.0 * roots.sum()


def kernel_distance(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)

    def kernel(x, y):
        return sklearn.metrics.pairwise.polynomial_kernel(x, y, degree=3, coef0=1)

    def mean_of_pairs(k):
        return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

    within = mean_of_pairs(kernel(a, a)) + mean_of_pairs(kernel(b, b))
    return within - 2.0 * kernel(a, b).mean()


def manifold(real, fake, k):
    with contextlib.redirect_stdout(io.StringIO()):
        figures = prdc.compute_prdc(real.astype(np.float64), fake.astype(np.float64), k)
    return [figures[name] for name in ("precision", "recall", "density", "coverage")]


def parzen(samples, test, sigma):
    # A single leaf, since bounds on distant leaves of a tree distort small densities.
    window = sklearn.neighbors.KernelDensity(bandwidth=sigma, leaf_size=len(samples))
    scores = window.fit(samples.astype(np.float64)).score_samples(test.astype(np.float64))
    return [scores.mean(), scores.std(ddof=1) / math.sqrt(len(scores))]


def transport_on_a_line(a, b):
    common = math.lcm(len(a), len(b))
    a, b = (np.repeat(np.sort(x.astype(np.float64)), common // len(x)) for x in (a, b))
    return math.sqrt(np.square(a - b).mean())


def classifier_score(p):
    return math.exp(scipy.stats.entropy(p, p.mean(axis=0, keepdims=True), axis=1).mean())


def main():
    real, fake = features(1, 600, 16, 8, 1.0), features(2, 500, 16, 6, 1.2)
    few, fewer = features(3, 40, 64, 8, 1.0), features(4, 30, 64, 8, 1.0)
    nearest = scipy.spatial.distance.cdist(fake.astype(np.float64), real, "sqeuclidean").min(axis=1)
    figures = {
        "Frechet": frechet(real, fake),
        "FrechetSingular": frechet_singular(few, fewer),
        "KernelDistance": kernel_distance(real[:500], fake),
        "ManifoldOf3": manifold(real, fake, 3),
        "ManifoldOf5": manifold(real, fake, 5),
        "ManifoldOfFew": manifold(few, fewer, 5),
        "NearestMean": nearest.mean(),
        "NearestMax": nearest.max(),
        "Parzen": parzen(real, fake, 0.3),
        "ParzenNarrow": parzen(real, fake, 0.1),
        "TransportOnALine": transport_on_a_line(real[:, 0], fake[:, 0]),
        "ClassifierScore": classifier_score(probabilities(5, 500, 10)),
    }
    print("#pragma once\n\n// Made by make_reference.py; do not edit.\n\nnamespace gan::reference {\n")
    for name, value in figures.items():
        if isinstance(value, list):
            print(f"inline constexpr double k{name}[] = {{{', '.join(f'{x:.12g}' for x in value)}}};")
        else:
            print(f"inline constexpr double k{name} = {value:.12g};")
    print("\n}  // namespace gan::reference")


if __name__ == "__main__":
    main()
