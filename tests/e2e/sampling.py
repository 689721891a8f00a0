"""Shared by the tests of gan-sample: a generator."""

import common

try:
    import numpy as np
    from PIL import Image
except ImportError:
    Image = None

SMOKE = ("--config", common.SMOKE, "--quiet")


class Sampling(common.ProgramTest):
    train_flags = ("--epochs", 1)

    def setUp(self):
        super().setUp()
        common.need(Image, "this Python has no numpy or no PIL")
        self.trained(*SMOKE, *self.train_flags)
        self.checkpoint = self.folder / "run" / "checkpoints" / "last.pt"

    def draw(self, *flags, form="npy"):
        """The output of gan-sample with these flags, read by NumPy."""
        self.sample("--ckpt", self.checkpoint, "-q", "--format", form, "-o", "x", *flags)
        return np.load(self.folder / "x")

    def refuses(self, *flags, says, code=2):
        self.refused("gan-sample", "--ckpt", self.checkpoint, *flags, code=code, says=says)
