"""mnist_fast against PyTorch: classes, a lazy penalty, a falling learning rate, averaged weights.

As in parity_test.py, starts at the program's initial weights and uses the batches that it dumped;
also compares the final weights with those of the program's own run. With D's batch norm, rounding
errors grow a thousandfold within a few steps, so with it only the first step is compared.
"""

import copy
import math
import unittest

import common

try:
    import torch
    from torch import nn
    from torch.nn import functional as F

    import recipes
    from layers import OneChannelConv2d, OneChannelConvTranspose2d, StemConvTranspose2d

    Gan = recipes.Gan
    torch.set_num_threads(2)
except ImportError:
    torch, Gan = None, object

STEPS = 20
TOLERANCE = 1e-4


class MnistFast(Gan):
    """D's last layer has one row per class; R1 every 16th update; rates fall from the middle on."""

    lr, betas = 2e-3, (0.0, 0.99)
    decay = 0.999

    def __init__(self, weights, fault=None, norm=False):
        self.norm = norm
        super().__init__(weights, fault)
        self.average = copy.deepcopy(self.g)
        self.steps = 0

    def generator(self):
        return nn.Sequential(
            nn.Unflatten(1, (32 + 10, 1, 1)),
            StemConvTranspose2d(32 + 10, 32, 7, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 16, 4, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            OneChannelConvTranspose2d(16, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def discriminator(self):
        return nn.Sequential(
            OneChannelConv2d(1, 16, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, 2, 1, bias=False),
            nn.BatchNorm2d(32) if self.norm else nn.Identity(),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 64, 4, 2, 1, bias=False),
            nn.BatchNorm2d(64) if self.norm else nn.Identity(),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(64 * 3 * 3, 1 + 10, bias=False),
        )

    def inputs(self, batch, of):
        return torch.cat([batch[f"latents_{of}"], F.one_hot(batch[f"classes_{of}"], 10)], 1)

    def logits(self, images, classes):
        psi, products = self.d(images).split([1, 10], 1)
        if self.fault == "classes":
            classes = classes.roll(1)
        return (psi + products.gather(1, classes.unsqueeze(1))).squeeze(1)

    def penalty(self, batch):
        images = batch["real"].clone().requires_grad_()
        (slopes,) = torch.autograd.grad(
            self.logits(images, batch["classes_d"]).sum(), images, create_graph=True
        )
        # Half the mean squared slope, with weight 0.5, also for the 15 updates without a penalty.
        return (1 if self.fault == "penalty" else 16) * 0.5 * 0.5 * slopes.square().sum() / 64

    def train_d(self, batch):
        real_labels, fake_labels = self.labels(batch)
        fake = self.fake(self.inputs(batch, "d"))
        real_logits = self.logits(batch["real"], batch["classes_d"])
        fake_logits = self.logits(fake, batch["classes_d"])
        loss = recipes.bce(real_logits, real_labels) + recipes.bce(fake_logits, fake_labels)
        if self.steps % 16 == 0:
            loss = loss + self.penalty(batch)
        self.update_d(loss)
        return loss, real_logits, fake_logits

    def train_g(self, batch):
        logits = self.logits(self.g(self.inputs(batch, "g")), batch["classes_g"])
        loss = recipes.generator_loss(logits)
        self.update_g(loss)
        return loss

    def step(self, batch):
        fallen = 0 if self.fault == "schedule" else max(0, self.steps / STEPS - 0.5) / 0.5
        for adam in self.g_adam, self.d_adam:
            adam.param_groups[0]["lr"] = self.lr * (1 - fallen)
        figures = super().step(batch)
        with torch.no_grad():
            for average, live in zip(self.average.parameters(), self.g.parameters()):
                decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
                average.lerp_(live, 1 - (0.99 if self.fault == "average" else decay))
        self.steps += 1
        return figures


class MnistFastTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        common.need(torch, "this Python has no torch")
        common.need_mnist()
        program = common.ProgramTest("train")
        program.setUp()
        cls.addClassCleanup(program.doCleanups)
        flags = (
            *("--train.precision", "fp32"),
            *("--config", common.CONFIGS / "mnist_fast.yaml", "--data", common.MNIST),
            *("--data.limit", 4096, "--epochs", 1, "--train.steps_per_epoch", STEPS),
            *("--threads", 2, "--device", "cpu"),
        )
        plain = *flags, "--model.discriminator_norm", "false"
        program.train(*plain, "--debug-dump", "dump", "--debug-steps", STEPS)
        program.train(*plain, "--out", "run", "--quiet")
        program.train(*flags, "--debug-dump", "normed", "--debug-steps", 1)
        dump, cls.normed = program.folder / "dump", program.folder / "normed"
        cls.weights = torch.load(dump / "init.pt")
        cls.batches = [torch.load(dump / f"step_{i:04}.pt") for i in range(1, STEPS + 1)]
        cls.end = torch.load(program.folder / "run/checkpoints/last.pt")

    def differences(self, fault=None):
        """The largest difference in a metric and, per network, in a final weight."""
        gan = MnistFast(self.weights, fault)
        figures = max(
            (gan.step(batch) - batch["figures"][:4]).abs().max().item() for batch in self.batches
        )
        found = {"figures": figures}
        nets = {"generator": gan.g, "discriminator": gan.d, "ema": gan.average}
        for name, net in nets.items():
            pairs = zip(net.parameters(), self.end[name].values())  # buffers come last
            found[name] = max((a.reshape(b.shape) - b).abs().max().item() for a, b in pairs)
        return found

    def test_steps_agree(self):
        found = self.differences()
        print(f"mnist_fast: largest differences in {STEPS} steps {found}", flush=True)
        self.assertLess(max(found.values()), TOLERANCE, found)

    def test_the_first_step_agrees_with_batch_norm_in_the_discriminator(self):
        batch = torch.load(self.normed / "step_0001.pt")
        weights = torch.load(self.normed / "init.pt")
        for fault, most in (None, 1e-5), ("penalty", math.inf):
            metrics = MnistFast(weights, fault, norm=True).step(batch)
            found = (metrics - batch["figures"][:4]).abs().max().item()
            print(f"mnist_fast, first step with batch norm, fault {fault}: {found}", flush=True)
            self.assertLess(found, most)
        self.assertGreater(found, 0.01)

    def test_faults_are_seen(self):
        for fault, where in {
            "beta1": "figures",
            "detach": "figures",
            "labels": "figures",
            "classes": "figures",
            "penalty": "figures",
            "schedule": "generator",
            "average": "ema",
        }.items():
            found = self.differences(fault)
            print(f"mnist_fast: wrong {fault}: {found}", flush=True)
            self.assertGreater(found[where], TOLERANCE, fault)


if __name__ == "__main__":
    common.main()
