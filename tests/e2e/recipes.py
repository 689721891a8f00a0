"""The recipes' training steps, written with PyTorch's own modules, losses and optimisers.

Written from the sources that the recipes reproduce. A difference in the last bit grows a
thousandfold within ten steps, since Adam divides small gradients by themselves: PyTorch's own
plain and fused Adam diverge by 1e-3. So if a formula has several equivalent forms, the one that
the program uses is used here too, and the metrics then agree to the last bit.
"""

import torch
from torch import nn
from torch.nn import functional as F

from layers import (
    Dropout,
    OneChannelConv2d,
    OneChannelConvTranspose2d,
    StemConvTranspose2d,
    UnflattenMaps,
    UpsampledConv2d,
)


def bce(logits, labels):
    return nn.BCEWithLogitsLoss()(logits.view(-1), labels)


def generator_loss(logits):
    """Cross-entropy with labels of one, in the form that keeps small gradients exact."""
    loss = F.softplus(-logits.view(-1)).mean()
    assert abs(loss.item() - bce(logits, torch.ones(logits.size(0))).item()) < 1e-6
    return loss


class Gan:
    """Both networks with their optimisers, and optional deliberate faults."""

    lr, betas, eps = 2e-4, (0.9, 0.999), 1e-8
    real_label, fake_label = (1.0, 1.0), (0.0, 0.0)
    pixels = (-1.0, 1.0)
    real_count, g_count, uniform = 64, 64, False

    def __init__(self, weights, fault=None):
        self.fault = fault
        self.g, self.d = self.generator(), self.discriminator()
        for net, saved in (self.g, weights["generator"]), (self.d, weights["discriminator"]):
            self.load(net, saved)
            net.to(memory_format=torch.channels_last)
        beta1, beta2 = self.betas
        if fault == "beta1":
            beta1 = 0.9 if beta1 < 0.9 else 0.5
        self.g_adam, self.d_adam = (
            torch.optim.Adam(net.parameters(), self.lr, (beta1, beta2), self.eps, fused=True)
            for net in (self.g, self.d)
        )

    @staticmethod
    @torch.no_grad()
    def load(net, saved):
        values = [
            v for key, v in saved.items() if not key.split(".")[-1].startswith(("running", "num_"))
        ]
        for parameter, value in zip(net.parameters(), values, strict=True):
            parameter.copy_(value.reshape(parameter.shape))

    def labels(self, batch):
        real, fake = batch["real_labels"], batch["fake_labels"]
        return (fake, real) if self.fault == "labels" else (real, fake)

    def fake(self, latents):
        images = self.g(latents)
        return images if self.fault == "detach" else images.detach()

    def update_d(self, loss):
        self.d_adam.zero_grad()
        loss.backward(retain_graph=True)
        self.d_adam.step()

    def update_g(self, loss):
        # Without the detach, D's loss leaves its gradient here: the common bug.
        if self.fault != "detach":
            self.g_adam.zero_grad()
        loss.backward()
        self.g_adam.step()
        self.g_adam.zero_grad()

    def step(self, batch):
        """D's loss, G's loss, D(x) and D(G(z)) of one step."""
        torch.manual_seed(batch["layer_seed"].item() % 2**64)
        d_loss, real_logits, fake_logits = self.train_d(batch)
        g_loss = self.train_g(batch)
        return torch.stack(
            [d_loss, g_loss, real_logits.sigmoid().mean(), fake_logits.sigmoid().mean()]
        ).detach()

    def train_g(self, batch):
        loss = generator_loss(self.d(self.g(batch["latents_g"])))
        self.update_g(loss)
        return loss

    def train_d_on_sum(self, real, fake, batch):
        real_labels, fake_labels = self.labels(batch)
        real_logits, fake_logits = self.d(real), self.d(fake)
        total = bce(real_logits, real_labels) + bce(fake_logits, fake_labels)
        self.update_d(total)
        return total, real_logits, fake_logits


class MnistMlp(Gan):
    """Keras MLP: 128 real and 128 fake images in one joint batch, then 256 fresh latents."""

    betas, eps, pixels = (0.5, 0.999), 1e-7, (0.0, 1.0)
    real_count, g_count = 128, 256
    counts = 1_486_352, 1_460_225

    def generator(self):
        return nn.Sequential(
            nn.Linear(100, 256),
            nn.LeakyReLU(0.2),
            nn.Linear(256, 512),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 1024),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, 784),
            nn.Tanh(),
        )

    def discriminator(self):
        return nn.Sequential(
            nn.Linear(784, 1024),
            nn.LeakyReLU(0.2),
            Dropout(0.3),
            nn.Linear(1024, 512),
            nn.LeakyReLU(0.2),
            Dropout(0.3),
            nn.Linear(512, 256),
            nn.LeakyReLU(0.2),
            Dropout(0.3),
            nn.Linear(256, 1),
        )

    def train_d(self, batch):
        images = torch.cat([batch["real"].view(-1, 784), self.fake(batch["latents_d"])])
        logits = self.d(images)
        loss = bce(logits, torch.cat(self.labels(batch)))
        self.update_d(loss)
        return loss, logits[:128], logits[128:]


class MnistKerasDcgan(Gan):
    """Keras DCGAN: D on 128 real images, then on 128 fake ones; half the sum is reported."""

    betas, eps, real_label = (0.5, 0.999), 1e-7, (0.9, 0.9)
    real_count, g_count = 128, 256
    counts = 839_937, 212_865

    def generator(self):
        return nn.Sequential(
            nn.Linear(100, 7 * 7 * 128),
            nn.LeakyReLU(0.2),
            UnflattenMaps(1, (128, 7, 7)),
            UpsampledConv2d(128, 64, 5, padding="same"),
            nn.LeakyReLU(0.2),
            UpsampledConv2d(64, 1, 5, padding="same"),
            nn.Tanh(),
        )

    def discriminator(self):
        return nn.Sequential(
            OneChannelConv2d(1, 64, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 128, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(7 * 7 * 128, 1),
        )

    def train_d(self, batch):
        real_labels, fake_labels = self.labels(batch)
        fake = self.fake(batch["latents_d"])
        real_logits = self.d(batch["real"])
        real_loss = bce(real_logits, real_labels)
        self.update_d(real_loss)
        fake_logits = self.d(fake)
        fake_loss = bce(fake_logits, fake_labels)
        self.update_d(fake_loss)
        return 0.5 * (real_loss + fake_loss), real_logits, fake_logits


class MnistPytorchMlp(Gan):
    """PyTorch MLP: one D update on the sum of both losses, fresh latents for G."""

    counts = 251_024, 233_985

    def generator(self):
        return nn.Sequential(
            nn.Linear(128, 128),
            nn.LeakyReLU(0.01),
            nn.Linear(128, 256),
            nn.LeakyReLU(0.01),
            nn.Linear(256, 784),
            nn.Tanh(),
        )

    def discriminator(self):
        return nn.Sequential(
            nn.Linear(784, 256),
            nn.LeakyReLU(0.01),
            nn.Linear(256, 128),
            nn.LeakyReLU(0.01),
            nn.Linear(128, 1),
        )

    def train_d(self, batch):
        return self.train_d_on_sum(
            batch["real"].view(-1, 784), self.fake(batch["latents_d"]), batch
        )


class MnistTfMlp(Gan):
    """TensorFlow MLP: one hidden layer each; both networks use the same batch of latents."""

    lr, real_label = 2e-3, (0.9, 0.9)
    real_count, g_count, uniform = 100, None, True
    counts = 114_064, 100_609

    def generator(self):
        return nn.Sequential(
            nn.Linear(100, 128), nn.LeakyReLU(0.01), nn.Linear(128, 784), nn.Tanh()
        )

    def discriminator(self):
        return nn.Sequential(nn.Linear(784, 128), nn.LeakyReLU(0.01), nn.Linear(128, 1))

    def train_d(self, batch):
        return self.train_d_on_sum(
            batch["real"].view(-1, 784), self.fake(batch["latents_d"]), batch
        )

    def train_g(self, batch):
        loss = generator_loss(self.d(self.g(batch["latents_d"])))
        self.update_g(loss)
        return loss


class MnistCppDcgan(Gan):
    """PyTorch's C++ DCGAN: convolutions without biases, noisy real labels, fakes used twice."""

    betas, real_label, g_count = (0.5, 0.5), (0.8, 1.0), None
    counts = 837_504, 659_456

    def generator(self):
        def up(*sizes):
            return nn.ConvTranspose2d(*sizes, bias=False)

        return nn.Sequential(
            nn.Unflatten(1, (100, 1, 1)),
            StemConvTranspose2d(100, 256, 4, bias=False),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            up(256, 128, 3, 2, 1),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            up(128, 64, 4, 2, 1),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            OneChannelConvTranspose2d(64, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def discriminator(self):
        def down(*sizes):
            return nn.Conv2d(*sizes, bias=False)

        return nn.Sequential(
            OneChannelConv2d(1, 64, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            down(64, 128, 4, 2, 1),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.2),
            down(128, 256, 4, 2, 1),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(0.2),
            # A 3x3 convolution to a single value, which fits the map exactly once.
            nn.Flatten(),
            nn.Linear(256 * 3 * 3, 1, bias=False),
        )

    def train_d(self, batch):
        self.images = self.g(batch["latents_d"])
        fake = self.images if self.fault == "detach" else self.images.detach()
        return self.train_d_on_sum(batch["real"], fake, batch)

    def train_g(self, batch):
        loss = generator_loss(self.d(self.images))
        self.update_g(loss)
        return loss
