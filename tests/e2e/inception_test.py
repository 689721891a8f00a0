"""Compares gan-eval's FID, KID, Inception score, precision and recall with those of the programs
that papers use, on the same pictures with the same random weights: the published weights are not
available."""

import json
import os
import pathlib
import tempfile

import common
import fid_peers
import numpy as np
from PIL import Image

SHARED = tempfile.TemporaryDirectory(prefix="gan_train_fid_")
WEIGHTS = pathlib.Path(SHARED.name) / "weights.pth"
A, B = pathlib.Path(SHARED.name) / "a", pathlib.Path(SHARED.name) / "b"
COUNTS = {A: 16, B: 12}


def setUpModule():
    missing = fid_peers.missing()
    common.need(missing is None, f"no Python package {missing}; scripts/setup.sh --tests installs it")
    global NET
    NET = fid_peers.random_network(WEIGHTS)
    fid_peers.make_pictures(A, 1, COUNTS[A], 3)
    fid_peers.make_pictures(B, 2, COUNTS[B], 5)
    os.environ["XDG_CACHE_HOME"] = SHARED.name  # cache shared by the tests


def tearDownModule():
    SHARED.cleanup()


class InceptionTest(common.ProgramTest):
    def eval(self, *arguments, **how):
        return self.call("gan-eval", *arguments, **how)

    def figures(self, protocol, *more):
        self.eval("--samples", A, "--data", B, "--features", "inception", "--weights", WEIGHTS,
                  "--protocol", protocol, "--json", "x.json", "--quiet", *more)  # fmt: skip
        return json.loads((self.folder / "x.json").read_text())

    def compare(self, found, expected):
        for name, value in expected.items():
            self.assertLess(abs(found[name] - value), 1e-3 * abs(value), (name, found[name], value))

    def test_pytorch_fid(self):
        found = self.figures("pytorch-fid")
        self.compare(found, fid_peers.pytorch_fid(NET, A, B))
        self.assertEqual((found["features"], found["protocol"]), ("inception", "pytorch-fid"))
        self.assertEqual(found["samples"], COUNTS[A])
        self.assertFalse(found["published_weights"])

    def test_torch_fidelity(self):
        found = self.figures("torch-fidelity")
        self.compare(found, fid_peers.torch_fidelity(WEIGHTS, A, B, min(COUNTS.values())))

    def test_clean_fid(self):
        self.compare(self.figures("clean-fid"), fid_peers.clean_fid(NET, A, B))

    def test_the_output_says_what_was_compared(self):
        call = ("--samples", A, "--data", B, "--features", "inception", "--weights", WEIGHTS, "-n", 12)
        done = self.eval(*call)
        self.assertTrue(done.stdout.startswith("12 samples of "), done.stdout)
        self.assertIn("against 12 images of", " ".join(done.stdout.split()))
        self.assertIn("protocol pytorch-fid", done.stdout)
        self.assertIn("papers use 10,000 to 50,000", done.stderr)
        self.assertIn("not the published weights", done.stderr)
        self.assertNotIn("maginary", done.stdout + done.stderr)
        again = self.eval(*call)
        self.assertEqual(again.stdout, done.stdout)
        self.assertNotIn("cached as", again.stderr)  # the reference's features had been

    def test_statistics_serve_in_place_of_pictures(self):
        whole = self.figures("pytorch-fid")
        self.eval("--data", B, "--features", "inception", "--weights", WEIGHTS, "--save-stats",
                  "b.npz")  # fmt: skip
        with np.load(self.folder / "b.npz") as held:
            mean, covariance = held["mu"], held["sigma"]
        self.assertEqual((mean.shape, covariance.shape), ((2048,), (2048, 2048)))
        np.savez_compressed(self.folder / "theirs.npz", mu=mean, sigma=covariance)
        self.eval("--samples", A, "--data", "theirs.npz", "--features", "inception", "--weights",
                  WEIGHTS, "--json", "y.json")  # fmt: skip
        found = json.loads((self.folder / "y.json").read_text())
        self.compare(found, {"frechet": whole["frechet"]})
        self.assertNotIn("kid", found)
        (self.folder / "bad.npz").write_bytes((self.folder / "b.npz").read_bytes()[:-100])
        error = self.eval("--samples", A, "--data", "bad.npz", "--features", "inception",
                          "--weights", WEIGHTS, code=1).stderr  # fmt: skip
        self.assertIn("bad.npz: is not a .npz file", error)

    def test_arrays_are_as_good_as_folders(self):
        stack = np.stack([np.asarray(Image.open(path).convert("RGB").resize((64, 64)))
                          for path in sorted(A.iterdir())])  # fmt: skip
        np.save(self.folder / "a.npy", stack)
        folder = self.folder / "pictures"
        folder.mkdir()
        for i, pixels in enumerate(stack):
            Image.fromarray(pixels).save(folder / f"{i:03}.png")
        found = []
        for path in ("a.npy", folder):
            self.eval("--samples", path, "--data", B, "--features", "inception", "--weights",
                      WEIGHTS, "--json", "x.json")  # fmt: skip
            found.append(json.loads((self.folder / "x.json").read_text())["frechet"])
        self.assertLess(abs(found[0] - found[1]), 1e-5 * found[1])  # batches round differently

    def test_wrong_calls_are_named(self):
        network = ("--features", "inception", "--weights", WEIGHTS)
        for call, code, words in (
            (("--samples", A, "--data", B, "--features", "inception"), 2, "get_weights.sh inception"),
            (("--samples", A, "--data", B, "--protocol", "clean-fid"), 2, "--features inception"),
            (("--samples", A, "--data", "nowhere", *network), 2, "nowhere"),
            (("--samples", A, *network), 2, "--data"),
            (("--samples", A, "--data", B, *network, "--range", "unit"), 2, "--range"),
            (("--samples", A, "--data", B, *network, "-n", 100), 2, "holds 16 samples"),
            (("--samples", A, "--data", B, "--features", "lite0", "--weights", WEIGHTS), 1,
             "belongs to another network"),
        ):  # fmt: skip
            self.assertIn(words, self.eval(*call, code=code).stderr)

    def test_training_names_features_and_protocol_in_the_column(self):
        self.train("--config", common.SMOKE, "--epochs", 1, "--train.steps_per_epoch", 2,
                   "--data.synthetic_size", 16, "--train.batch_size", 8, "--eval.every", 1, "--eval.samples", 100,
                   "--eval.features", "inception", "--eval.weights", WEIGHTS, "--out", "run")  # fmt: skip
        header, row = (self.folder / "run" / "metrics.csv").read_text().splitlines()
        self.assertIn("frechet_inception_pytorch-fid", header.split(","))
        self.assertNotIn("frechet", header.split(","))
        self.assertEqual(len(row.split(",")), len(header.split(",")))


if __name__ == "__main__":
    common.main()
