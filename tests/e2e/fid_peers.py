"""Programs to compare gan-eval's FID with, on folders of pictures, with our random weights.

Programs that can't batch pictures of different sizes get them one by one."""

import contextlib
import importlib.util
import io
import pathlib
import sys

import numpy as np
import torch
from PIL import Image

NETWORKS = pathlib.Path(__file__).resolve().parents[1] / "models" / "feature_networks_test.py"


def networks():
    """The module that writes random weights."""
    spec = importlib.util.spec_from_file_location("feature_networks", NETWORKS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def missing():
    """The name of a missing package, or None."""
    try:
        networks().import_torchvision()
        import cleanfid.fid  # noqa: F401
        import pytorch_fid.fid_score  # noqa: F401
        import torch_fidelity  # noqa: F401
    except ImportError as error:
        return error.name
    return None


def make_pictures(folder, seed, count, stripes, sizes=True):
    """Writes coloured waves in several formats, the last one grey; 64x64, or of various `sizes`."""
    rng = np.random.default_rng(seed)
    folder.mkdir()
    for i in range(count):
        height, width = (64, 64) if i % 3 or not sizes else (rng.integers(20, 400), rng.integers(20, 400))
        y, x = np.mgrid[0:height, 0:width] / 32
        waves = [np.sin(x * rng.uniform(0, stripes) + y * rng.uniform(0, stripes) + rng.uniform(0, 6))
                 for _ in range(3)]  # fmt: skip
        pixels = np.stack(waves, 2) * rng.uniform(40, 120) + rng.uniform(100, 150)
        picture = Image.fromarray((pixels + rng.normal(0, 8, pixels.shape)).clip(0, 255).astype(np.uint8))
        name = folder / f"{i:03}"
        if i % 4 == 1:
            picture.save(name.with_suffix(".jpg"), quality=95)
        elif i == count - 1:
            picture.convert("L").save(name.with_suffix(".png"))
        else:
            picture.save(name.with_suffix(".png"))


def random_network(path):
    """pytorch-fid's Inception with random weights, which are also saved to `path`."""
    module = networks()
    with torch.no_grad():
        net = module.randomize(module.fid_inception())
    torch.save(net.state_dict(), path)
    return net


def distance(mean, covariance, other_mean, other_covariance):
    """The Fréchet distance by their formula, but from the nonzero eigenvalues (at most a few dozen
    for that many pictures): their square root of a singular product is too inaccurate."""
    from scipy.sparse.linalg import eigsh

    values, vectors = eigsh(covariance, k=128)
    root = vectors * np.sqrt(values.clip(0))
    roots = np.sqrt(np.linalg.eigvalsh(root.T @ other_covariance @ root).clip(0)).sum()
    difference = mean - other_mean
    return difference @ difference + np.trace(covariance) + np.trace(other_covariance) - 2 * roots


def pytorch_fid(net, a, b):
    from pytorch_fid import fid_score, inception

    inception.fid_inception_v3 = lambda: net
    model = inception.InceptionV3([3])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        parts = [fid_score.compute_statistics_of_path(str(path), model, 1, 2048, "cpu", 0)
                 for path in (a, b)]  # fmt: skip
    return {"frechet": distance(*parts[0], *parts[1])}


def torch_fidelity(weights, a, b, subset):
    import torch_fidelity as peer

    found = peer.calculate_metrics(
        input1=str(a), input2=str(b), cuda=False, isc=True, fid=True, kid=True, prc=True,
        feature_extractor="inception-v3-compat", feature_extractor_weights_path=str(weights), kid_subset_size=subset, batch_size=1,
        cache=False, verbose=False, save_cpu_ram=True)  # fmt: skip
    return {
        "frechet": found["frechet_inception_distance"],
        "kid": found["kernel_inception_distance_mean"],
        "kid_deviation": found["kernel_inception_distance_std"],
        "inception_score": found["inception_score_mean"],
        "inception_score_deviation": found["inception_score_std"],
        "precision": found["precision"],
        "recall": found["recall"],
    }


def clean_fid(net, a, b):
    from cleanfid import fid

    blocks = torch.nn.Sequential(*(part for part in layers(net)))
    model = lambda x: blocks((x - 128) / 128).flatten(1)  # noqa: E731
    parts = []
    for path in (a, b):
        found = fid.get_folder_features(str(path), model, num_workers=0, batch_size=16,
                                        device=torch.device("cpu"), verbose=False)  # fmt: skip
        parts += [np.mean(found, axis=0), np.cov(found, rowvar=False)]
    return {"frechet": distance(*parts)}


def layers(net):
    from pytorch_fid import inception

    inception.fid_inception_v3 = lambda: net
    return inception.InceptionV3([3], resize_input=False, normalize_input=False).blocks


if __name__ == "__main__":
    sys.exit("this is a module of the tests")
