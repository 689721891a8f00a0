"""Training brings samples near the data's distribution; an untrained generator is far from it."""

import common

try:
    import numpy as np
    import torch
except ImportError:
    torch = None

UNTRAINED = ("--epochs", 1, "--train.steps_per_epoch", 1, "--lr", 1e-12)


class Learning(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")

    def samples(self, recipe, n, *flags):
        """Trains, then draws n samples, one per row."""
        self.train(
            "--config",
            common.CONFIGS / f"{recipe}.ini",
            "--threads",
            1,
            "--output.checkpoint_every",
            0,
            "--output.sample_every",
            0,
            *flags,
            "--out",
            "run",
            "--overwrite",
            "--quiet",
        )
        self.sample(
            "--ckpt",
            self.folder / "run" / "checkpoints" / "last.pt",
            "-n",
            n,
            "--format",
            "npy-float",
            "--out",
            "x.npy",
        )
        return torch.from_numpy(np.load(self.folder / "x.npy")).flatten(1)


class RingsTest(Learning):
    """Eight Gaussians of sigma 0.02 on a ring of radius 0.75."""

    def near_modes(self, *flags):
        """Number of modes with at least 1% of the samples, and share of samples within 4 sigma."""
        points = self.samples("rings", 2000, *flags)
        angles = torch.arange(8) * torch.pi / 4
        modes = 0.75 * torch.stack([angles.cos(), angles.sin()], 1)
        distance, mode = torch.cdist(points, modes).min(1)
        counts = torch.bincount(mode[distance < 4 * 0.02], minlength=8)
        print(f"rings: samples near each mode {counts.tolist()}", flush=True)
        return (counts >= 20).sum().item(), counts.sum().item() / len(points)

    def test_modes_are_found(self):
        modes, share = self.near_modes("--epochs", 100, "--train.ema", 0.998)
        self.assertGreaterEqual(modes, 7)
        self.assertGreater(share, 0.4)

    def test_untrained_finds_none(self):
        modes, share = self.near_modes(*UNTRAINED)
        self.assertLess(modes, 3)
        self.assertLess(share, 0.1)


class ShapesTest(Learning):
    flags = (
        "--data.synthetic_size",
        1024,
        "--model.generator_widths",
        "32,16",
        "--model.discriminator_widths",
        "16,32",
        "--optim.beta1",
        0.5,
    )

    def against_real(self, *flags):
        """Compares samples with the real images: the mean distance to the nearest image, the share
        of samples closer to some image than its fifth-nearest neighbour, the number of images
        that are nearest to a sample, and the difference of the mean images."""
        samples = self.samples("smoke", 512, *self.flags, *flags)
        self.train(
            "--config",
            common.SMOKE,
            *self.flags,
            "--batch-size",
            1024,
            "--debug-dump",
            "dump",
            "--debug-steps",
            1,
        )
        real = torch.load(self.folder / "dump" / "step_0001.pt")["real"].flatten(1)
        self.assertEqual(real.shape, (1024, 256))
        radius = torch.cdist(real, real).sort(1).values[:, 5]
        distances = torch.cdist(samples, real)
        nearest, image = distances.min(1)
        inside = (distances < radius).any(1).float().mean().item()
        mean = (samples.mean(0) - real.mean(0)).abs().mean().item()
        figures = nearest.mean().item(), inside, image.unique().numel(), mean
        print(
            "shapes: nearest %.2f, inside %.3f, distinct %d, mean image %.3f" % figures, flush=True
        )
        return figures

    def test_samples_lie_near_the_shapes(self):
        nearest, inside, distinct, mean = self.against_real("--epochs", 20, "--train.ema", 0.98)
        self.assertLess(nearest, 6.5)  # real images are 2.4 apart
        self.assertGreater(inside, 0.05)
        self.assertGreater(distinct, 60)
        self.assertLess(mean, 0.12)

    def test_untrained_ones_do_not(self):
        nearest, inside, distinct, mean = self.against_real(*UNTRAINED)
        self.assertGreater(nearest, 9)
        self.assertLess(inside, 0.01)
        self.assertLess(distinct, 30)
        self.assertGreater(mean, 0.3)


if __name__ == "__main__":
    common.main()
