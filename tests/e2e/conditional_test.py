"""Generators draw the requested class."""

import common

try:
    import numpy as np
    import torch
except ImportError:
    torch = None

RINGS = ("--config", common.CONFIGS / "rings.ini", "--epochs", 30, "--train.ema", 0.99)
SHAPES = ("--config", common.SMOKE, "--data.synthetic_size", 256)
QUIET = ("--threads", 1, "--output.checkpoint_every", 0, "--quiet")


class Conditional(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")
        self.state = self.folder / "run" / "checkpoints" / "last.pt"

    def draw(self, *flags, form="npy-float", **how):
        """Draws samples; returns them, one per row, and their classes."""
        self.sample("--ckpt", self.state, "--format", form, "--out", "x", "--quiet", *flags,
                    "--save-labels", "classes.npy", **how)  # fmt: skip
        classes = np.load(self.folder / "classes.npy")
        return None if form == "grid" else np.load(self.folder / "x"), classes


class ObeyTest(Conditional):
    def obeyed(self, *flags):
        """The share of points of rings whose nearest mode is the requested one."""
        self.trained(*RINGS, *QUIET, *flags)
        points, classes = self.draw("--class", "0-7", "-n", 800)
        self.assertEqual(classes.tolist(), [i % 8 for i in range(800)])
        angles = np.arctan2(points[:, 1], points[:, 0])
        return (np.round(angles / (np.pi / 4)).astype(int) % 8 == classes).mean()

    def test_each_kind_obeys(self):
        for kind in "concat", "projection", "acgan":
            with self.subTest(kind):
                self.assertGreater(self.obeyed("--model.conditional", kind), 0.97)

    def test_untrained_does_not(self):
        share = self.obeyed("--model.conditional", "acgan", "--lr", 1e-12, "--epochs", 1)
        self.assertLess(share, 0.4)


class ClassListTest(Conditional):
    def setUp(self):
        super().setUp()
        self.trained(*SHAPES, *QUIET, "--model.conditional", "projection", "--epochs", 1)

    def test_classes_take_turns_and_rows(self):
        _, classes = self.draw("--class", "5", "-n", 70)
        self.assertEqual(classes.tolist(), [5] * 70)
        _, classes = self.draw("--class", "1,3-4", "-n", 100)
        self.assertEqual(classes.tolist(), [(1, 3, 4)[i % 3] for i in range(100)])
        _, classes = self.draw("--class", "0-7", "--cols", 20, form="grid")
        self.assertEqual(classes.tolist(), [i // 20 for i in range(160)])
        _, classes = self.draw("--class", "6,2", form="grid")
        self.assertEqual(classes.tolist(), [6] * 10 + [2] * 10)

    def test_without_a_class_all_are_drawn(self):
        _, classes = self.draw("-n", 2000)
        self.assertLess(np.abs(np.bincount(classes, minlength=8) - 250).max(), 80)
        _, first = self.draw("-n", 100)
        self.assertEqual(first.tolist(), classes[:100].tolist())

    def test_an_image_depends_on_its_class_and_number_only(self):
        turns, classes = self.draw("--class", "0-7", "-n", 100)
        for kind in 0, 3:
            alone, _ = self.draw("--class", kind, "-n", 100)
            self.assertTrue((alone[classes == kind] == turns[classes == kind]).all())
            self.assertFalse((alone[classes != kind] == turns[classes != kind]).all())

    def test_what_the_generator_was_fed_is_written(self):
        self.draw("--class", "0-7", "-n", 100, "--save-latents", "z.npy")
        fed, classes = np.load(self.folder / "z.npy"), np.load(self.folder / "classes.npy")
        self.assertEqual(fed.shape, (100, 16 + 8))
        self.assertTrue((fed[:, 16:] == np.eye(8)[classes]).all())

    def test_the_checkpoint_says_how_many(self):
        self.assertEqual(torch.load(self.state)["classes"], 8)

    def test_spectral_norm_is_that_of_pytorch(self):
        self.trained(*SHAPES, *QUIET, "--model.spectral_norm", "true", "--epochs", 1)
        saved = torch.load(self.state)["discriminator"]
        normed = torch.nn.utils.spectral_norm(torch.nn.Conv2d(1, 8, 4, 2, 1))
        ours = {k[2:]: v for k, v in saved.items() if k.startswith("0.")}
        normed.load_state_dict(ours)
        normed.eval()(torch.zeros(1, 1, 8, 8))
        sigma = torch.linalg.matrix_norm(ours["weight_orig"].flatten(1), 2)
        self.assertLess((normed.weight - ours["weight_orig"] / sigma).abs().max(), 1e-3)


if __name__ == "__main__":
    common.main()
