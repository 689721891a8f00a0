"""Times the recipes' steps and sampling in PyTorch, as written in its tutorials and at its best.

    peers.py [--rounds N] [--device D] [--step-only] {eager|best} RECIPE...

Prints one line per recipe: NAME step_ms sample_ms (medians; 10,000 images are sampled).
scripts/bench.sh compares it with gan_bench. Batches are prepared in memory, so that no time is
spent in a data loader.

eager: fp32, default torch.optim.Adam, a sigmoid and BCELoss, backward() of G's loss through all of
D, sampling in batches of 256 under no_grad().
best:  losses on logits, fused Adam, no gradients of D's weights in G's step, channels_last,
inference_mode(); bf16 autocast if the processor has AMX or AVX512-BF16; torch.compile if that is
faster (--compile). On CUDA, bf16 and
torch.compile(mode="reduce-overhead"), which captures CUDA graphs.
"""

import argparse
import copy
import pathlib
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "e2e"))
import recipes



class Projection(recipes.Gan):
    """mnist_best and mnist_fast: conditional on classes, R1 every 16th update, an average of G."""

    lr, betas = 2e-3, (0.0, 0.99)
    wide, penalty_weight = 2, 0.5

    def generator(self):
        w = 16 * self.kind.wide
        return nn.Sequential(
            nn.Unflatten(1, (32 + 10, 1, 1)),
            nn.ConvTranspose2d(32 + 10, 2 * w, 7, bias=False),
            nn.BatchNorm2d(2 * w),
            nn.ReLU(),
            nn.ConvTranspose2d(2 * w, w, 4, 2, 1, bias=False),
            nn.BatchNorm2d(w),
            nn.ReLU(),
            nn.ConvTranspose2d(w, 1, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def discriminator(self):
        w = 16 * self.kind.wide
        return nn.Sequential(
            nn.Conv2d(1, w, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(w, 2 * w, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * w),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * w, 4 * w, 4, 2, 1, bias=False),
            nn.BatchNorm2d(4 * w),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(4 * w * 3 * 3, 1 + 10, bias=False),
        )


class MnistFast(Projection):
    wide = 1


class Cifar10Dcgan(recipes.Gan):
    """cifar10_dcgan: the textbook's DCGAN for colour images of 32x32."""

    betas, real_count, g_count, image = (0.5, 0.999), 128, 128, (3, 32, 32)

    def generator(self):
        layers = [nn.Unflatten(1, (100, 1, 1))]
        for before, after, *how in (100, 256, 4), (256, 128, 4, 2, 1), (128, 64, 4, 2, 1):
            layers += [nn.ConvTranspose2d(before, after, *how, bias=False)]
            layers += [nn.BatchNorm2d(after), nn.ReLU()]
        return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())

    def discriminator(self):
        return nn.Sequential(
            nn.Conv2d(3, 64, 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 128, 4, 2, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.2),
            nn.Conv2d(128, 256, 4, 2, 1, bias=False),
            nn.BatchNorm2d(256),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(256 * 4 * 4, 1, bias=False),
        )


RECIPES = {
    "mnist_mlp": recipes.MnistMlp,
    "mnist_keras_dcgan": recipes.MnistKerasDcgan,
    "mnist_pytorch_mlp": recipes.MnistPytorchMlp,
    "mnist_tf_mlp": recipes.MnistTfMlp,
    "mnist_cpp_dcgan": recipes.MnistCppDcgan,
    "mnist_best": Projection,
    "mnist_fast": MnistFast,
    "cifar10_dcgan": Cifar10Dcgan,
}


DEVICE = torch.device("cpu")


def has_fast_bf16():
    if DEVICE.type == "cuda":
        return torch.cuda.get_device_capability()[0] >= 8
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    return "amx_bf16" in flags or "avx512_bf16" in flags


def as_written(net):
    """Replaces layers in our computed forms by PyTorch's own, as used in tutorials."""
    layers = []
    for layer in net:
        if isinstance(layer, recipes.UpsampledConv2d):
            layers.append(nn.Upsample(scale_factor=2))
            layer = nn.Conv2d(layer.in_channels, layer.out_channels, 5, padding=2)
        elif isinstance(layer, recipes.StemConvTranspose2d):
            layer = nn.ConvTranspose2d(
                layer.in_channels, layer.out_channels, layer.kernel_size, bias=False
            )
        elif isinstance(layer, recipes.OneChannelConvTranspose2d):
            sizes = layer.in_channels, layer.out_channels, layer.kernel_size
            layer = nn.ConvTranspose2d(*sizes, 2, layer.padding, bias=layer.bias is not None)
        elif isinstance(layer, recipes.OneChannelConv2d):
            sizes = layer.in_channels, layer.out_channels, layer.kernel_size
            layer = nn.Conv2d(*sizes, 2, layer.padding, bias=layer.bias is not None)
        elif isinstance(layer, recipes.Dropout):
            layer = nn.Dropout(layer.p)
        layers.append(layer)
    return nn.Sequential(*layers)


class Gan:
    """A recipe's two networks and its step, on batches made in advance."""

    def __init__(self, name, best, compiled=False):
        kind = RECIPES[name]
        self.kind, self.best = kind, best
        self.flat = "mlp" in name
        self.g, self.d = as_written(kind.generator(self)), as_written(kind.discriminator(self))
        if best and not self.flat:
            self.g.to(memory_format=torch.channels_last)
            self.d.to(memory_format=torch.channels_last)
        self.g.to(DEVICE), self.d.to(DEVICE)
        how = {"fused": True} if best else {}
        self.g_adam, self.d_adam = (
            torch.optim.Adam(net.parameters(), kind.lr, kind.betas, kind.eps, **how)
            for net in (self.g, self.d)
        )
        self.run_g, self.run_d = self.g, self.d
        if compiled:
            mode = {"mode": "reduce-overhead"} if DEVICE.type == "cuda" else {}
            self.run_g, self.run_d = torch.compile(self.g, **mode), torch.compile(self.d, **mode)
        self.bf16 = best and has_fast_bf16()
        n = kind.real_count
        self.latent_dim = 128 if name == "mnist_pytorch_mlp" else 100
        self.told = issubclass(kind, Projection)
        self.average = copy.deepcopy(self.g) if self.told else None
        self.steps = 0
        shape = (784,) if self.flat else getattr(kind, "image", (1, 28, 28))
        self.real = torch.rand(n, *shape, device=DEVICE)
        self.reuses_fake = name == "mnist_cpp_dcgan"
        self.mode = {"mnist_mlp": "joint", "mnist_keras_dcgan": "separate"}.get(name, "summed")

    def loss(self, logits, label):
        labels = torch.full_like(logits, label, dtype=torch.float32)
        if self.best:
            return F.binary_cross_entropy_with_logits(logits.float(), labels)
        return nn.BCELoss()(torch.sigmoid(logits), labels)

    def fakes(self, n):
        """Generated images and their classes; None if the networks are unconditional."""
        if not self.told:
            return self.run_g(torch.randn(n, self.latent_dim, device=DEVICE)), None
        classes = torch.randint(10, (n,), device=DEVICE)
        latents = torch.randn(n, 32, device=DEVICE)
        return self.run_g(torch.cat([latents, F.one_hot(classes, 10)], 1)), classes

    def logits(self, images, classes):
        if classes is None:
            return self.run_d(images)
        psi, products = self.run_d(images).split([1, 10], 1)
        return psi + products.gather(1, classes.unsqueeze(1))

    def penalty(self, classes):
        images = self.real.clone().requires_grad_()
        logits = self.logits(images, classes).sum()
        (slopes,) = torch.autograd.grad(logits, images, create_graph=True)
        return 16 * 0.5 * self.kind.penalty_weight * slopes.square().sum() / images.size(0)

    def descend(self, adam, loss):
        adam.zero_grad()
        loss.backward()
        adam.step()

    def train_d(self, fake, classes):
        fake = fake.detach()
        if self.mode == "joint":
            logits = self.run_d(torch.cat([self.real, fake]))
            n = self.real.size(0)
            loss = 0.5 * (self.loss(logits[:n], 1.0) + self.loss(logits[n:], 0.0))
            self.descend(self.d_adam, loss)
        elif self.mode == "separate":
            self.descend(self.d_adam, self.loss(self.run_d(self.real), 0.9))
            self.descend(self.d_adam, self.loss(self.run_d(fake), 0.0))
        else:
            real_loss = self.loss(self.logits(self.real, classes), 0.9)
            loss = real_loss + self.loss(self.logits(fake, classes), 0.0)
            if self.told and self.steps % 16 == 0:
                loss = loss + self.penalty(classes)
            self.descend(self.d_adam, loss)

    def step(self):
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=self.bf16):
            n = self.real.size(0)
            with torch.set_grad_enabled(self.reuses_fake):
                fake, classes = self.fakes(n)
            self.train_d(fake, classes)
            if not self.reuses_fake:
                fake, classes = self.fakes(self.kind.g_count or n)
            if self.best:
                self.d.requires_grad_(False)
            self.descend(self.g_adam, self.loss(self.logits(fake, classes), 1.0))
            if self.best:
                self.d.requires_grad_(True)
        if self.average:
            with torch.no_grad():
                averages, weights = list(self.average.parameters()), list(self.g.parameters())
                torch._foreach_lerp_(averages, weights, 0.001)
        self.steps += 1

    def sample(self):
        self.g.eval()
        mode = torch.inference_mode() if self.best else torch.no_grad()
        with mode, torch.autocast(DEVICE.type, torch.bfloat16, enabled=self.bf16):
            images = [self.fakes(250)[0] for _ in range(40)]
        self.g.train()
        return torch.cat(images)


def median_ms(rounds, work, warm_up=3):
    def timed():
        work()
        if DEVICE.type == "cuda":
            torch.cuda.synchronize()

    for _ in range(warm_up):
        timed()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        timed()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def main():
    global DEVICE
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--compile", action="store_true", help="best: try torch.compile too")
    parser.add_argument("--device", type=torch.device, default=DEVICE)
    parser.add_argument("--step-only", action="store_true", help="time no sampling")
    parser.add_argument("how", choices=["eager", "best"])
    parser.add_argument("recipe", nargs="+", choices=RECIPES)
    arguments = parser.parse_args()
    DEVICE = arguments.device
    for name in arguments.recipe:
        gan = Gan(name, arguments.how == "best")
        step = median_ms(arguments.rounds, gan.step)
        if arguments.how == "best" and arguments.compile:
            step = min(step, median_ms(arguments.rounds, Gan(name, True, compiled=True).step))
        sample = 0.0 if arguments.step_only else median_ms(3, gan.sample, 1)
        print(f"{name} {step:.2f} {sample:.1f}", flush=True)


main()
