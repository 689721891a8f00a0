"""The training step against PyTorch.

Each recipe is written with PyTorch (recipes.py). Started at the program's initial weights, with
the batches, latents and labels that the program dumped, it must report the same metrics for 20
steps. With a deliberate fault, it must not.
"""

import unittest

import common

try:
    import torch

    import recipes

    torch.set_num_threads(2)
except ImportError:
    torch = None

STEPS = 20
TOLERANCE = 1e-4
IMAGES = 4096  # of MNIST, so that a run starts quickly


class Parity:
    """The checks; a subclass names the recipe and its PyTorch implementation."""

    @classmethod
    def setUpClass(cls):
        common.need(torch, "this Python has no torch")
        common.need_mnist()
        cls.gan = getattr(recipes, cls.version)
        program = common.ProgramTest("train")
        program.setUp()
        cls.addClassCleanup(program.doCleanups)
        program.train(
            "--train.precision",
            "fp32",
            "--config",
            common.CONFIGS / f"{cls.recipe}.ini",
            "--data",
            common.MNIST,
            "--data.limit",
            IMAGES,
            "--threads",
            2,
            "--device",
            "cpu",
            "--debug-dump",
            "dump",
            "--debug-steps",
            STEPS,
        )
        dump = program.folder / "dump"
        cls.weights = torch.load(dump / "init.pt")
        cls.batches = [torch.load(dump / f"step_{i:04}.pt") for i in range(1, STEPS + 1)]

    def differences(self, fault=None):
        gan = self.gan(self.weights, fault)
        for batch in self.batches:
            yield (gan.step(batch) - batch["figures"][:4]).abs().max().item()

    def assert_differs(self, fault):
        worst = 0.0
        for steps, difference in enumerate(self.differences(fault), 1):
            worst = max(worst, difference)
            if worst > TOLERANCE:
                print(f"{self.recipe}: wrong {fault} shows at step {steps}", flush=True)
                return
        self.fail(f"wrong {fault} goes unseen: all figures within {worst} for {STEPS} steps")

    def test_figures_agree(self):
        differences = list(self.differences())
        worst = max(differences)
        print(f"{self.recipe}: largest difference in {STEPS} steps {worst:.2e}", flush=True)
        self.assertEqual(len(differences), STEPS)
        self.assertLess(worst, TOLERANCE, differences)

    def test_wrong_beta1_is_seen(self):
        self.assert_differs("beta1")

    def test_missing_detach_is_seen(self):
        self.assert_differs("detach")

    def test_swapped_labels_are_seen(self):
        self.assert_differs("labels")

    def test_networks_have_the_parameters_described(self):
        gan = self.gan(self.weights)
        counts = tuple(sum(p.numel() for p in net.parameters()) for net in (gan.g, gan.d))
        self.assertEqual(counts, self.gan.counts)

    def test_inputs_are_the_ones_described(self):
        gan = self.gan
        images = next(common.MNIST.glob("train-images*idx3-ubyte")).read_bytes()[16:]
        known = {images[i : i + 784] for i in range(0, len(images), 784)}
        low, high = gan.pixels
        for batch in self.batches:
            self.assertEqual(len(batch["real"]), gan.real_count)
            self.assertEqual((batch["real"].min(), batch["real"].max()), (low, high))
            for image in ((batch["real"] - low) / (high - low) * 255).round().byte().view(-1, 784):
                self.assertIn(bytes(image.tolist()), known)
            for name, (least, most) in (
                ("real_labels", gan.real_label),
                ("fake_labels", gan.fake_label),
            ):
                self.assertEqual(batch[name].shape, (gan.real_count,))
                self.assertGreaterEqual(batch[name].min().item(), least - 1e-7)
                self.assertLessEqual(batch[name].max().item(), most + 1e-7)
            self.assertEqual(
                batch["real_labels"].unique().numel() > 1, gan.real_label[0] < gan.real_label[1]
            )
            self.assertEqual("latents_g" in batch, gan.g_count is not None)
            if gan.g_count:
                self.assertEqual(len(batch["latents_g"]), gan.g_count)
                self.assertFalse(torch.equal(batch["latents_g"][:64], batch["latents_d"][:64]))
            z = batch["latents_d"]
            self.assertEqual(len(z), gan.real_count)
            self.assertEqual(z.abs().max().item() <= 1, gan.uniform)
            self.assertAlmostEqual(z.mean().item(), 0, delta=0.05)
            self.assertAlmostEqual(z.std().item(), 1 / 3**0.5 if gan.uniform else 1, delta=0.05)
        firsts = {bytes(batch["real"][0].numpy().tobytes()) for batch in self.batches}
        self.assertGreater(len(firsts), STEPS // 2)


class MnistMlpTest(Parity, unittest.TestCase):
    recipe, version = "mnist_mlp", "MnistMlp"


class MnistKerasDcganTest(Parity, unittest.TestCase):
    recipe, version = "mnist_keras_dcgan", "MnistKerasDcgan"


class MnistPytorchMlpTest(Parity, unittest.TestCase):
    recipe, version = "mnist_pytorch_mlp", "MnistPytorchMlp"


class MnistTfMlpTest(Parity, unittest.TestCase):
    recipe, version = "mnist_tf_mlp", "MnistTfMlp"


class MnistCppDcganTest(Parity, unittest.TestCase):
    recipe, version = "mnist_cpp_dcgan", "MnistCppDcgan"


if __name__ == "__main__":
    common.main()
