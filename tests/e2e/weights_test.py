"""Weights from PyTorch: sampled, exported and trained further."""

import argparse
import collections

import common

try:
    import numpy as np
    import torch
except ImportError:
    torch = None
try:
    import safetensors.torch as safetensors
except ImportError:
    safetensors = None

STEPS = ("--epochs", 1, "--train.steps_per_epoch", 2, "--quiet")


class WeightsTest(common.ProgramTest):
    config = ("--config", common.SMOKE, "--shape", "1x16x16")

    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")
        torch.manual_seed(1)
        self.net = torch.nn.Sequential(
            torch.nn.Unflatten(1, (16, 1, 1)),
            torch.nn.ConvTranspose2d(16, 16, 4),
            torch.nn.BatchNorm2d(16),
            torch.nn.LeakyReLU(0.2),
            torch.nn.ConvTranspose2d(16, 8, 4, 2, 1),
            torch.nn.BatchNorm2d(8),
            torch.nn.LeakyReLU(0.2),
            torch.nn.ConvTranspose2d(8, 1, 4, 2, 1),
            torch.nn.Tanh(),
        ).eval()

    def check(self, file, *flags, tolerance=1e-5):
        self.sample("--ckpt", file, *self.config, *flags, "-n", 9, "--format", "npy-float", "--out", "x.npy",
                    "--save-latents", "z.npy")  # fmt: skip
        with torch.no_grad():
            theirs = self.net(torch.from_numpy(np.load(self.folder / "z.npy")))[:, 0].numpy()
        self.assertLess(np.abs(np.load(self.folder / "x.npy") - theirs).max(), tolerance)

    def test_every_form_is_sampled(self):
        state = self.net.state_dict()
        torch.save(state, self.folder / "state.pt")
        self.check("state.pt")
        torch.save({"generator": state, "epoch": 7}, self.folder / "two.pt")
        self.check("two.pt")
        torch.save({k: v.half() if v.is_floating_point() else v for k, v in state.items()},
                   self.folder / "half.pt")  # fmt: skip
        self.check("half.pt", tolerance=1e-2)
        common.need(safetensors, "this Python has no safetensors")
        safetensors.save_file(state, self.folder / "state.safetensors")
        self.check("state.safetensors")
        half = {k: v.bfloat16() if v.is_floating_point() else v for k, v in state.items()}
        safetensors.save_file(half, self.folder / "half.safetensors")
        self.check("half.safetensors", tolerance=5e-2)

    def test_what_stands_beside_them_is_skipped(self):
        state = self.net.state_dict()
        adam = torch.optim.Adam(self.net.parameters())
        self.net(torch.randn(2, 16)).sum().backward()
        adam.step()
        noted = torch.nn.Parameter(state["1.weight"].clone())
        noted.note = "x"
        others = {"adam": adam.state_dict(), "args": argparse.Namespace(lr=1e-4, n=[1]),
                  "best": np.float64(3), "shape": torch.Size([1, 2]), "device": torch.device("cpu"),
                  "history": collections.defaultdict(list, loss=[1.0, 2.0]), "net": self.net,
                  "mask": torch.ones(2).bool(), "rng": torch.get_rng_state(), "config": {"nz": 16},
                  "discriminator": torch.nn.Linear(2, 1).state_dict()}  # fmt: skip
        for protocol in 2, 3, 4, 5:
            torch.save({**others, "state_dict": {f"generator.{k}": v for k, v in state.items()}},
                       self.folder / "all.pt", pickle_protocol=protocol)  # fmt: skip
            self.check("all.pt")
        torch.save((state, others), self.folder / "tuple.pt")
        self.check("tuple.pt")
        torch.save({**state, "1.weight": noted}, self.folder / "noted.pt")
        self.check("noted.pt")
        columns = {k: v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v
                   for k, v in state.items()}  # fmt: skip
        torch.save(columns, self.folder / "columns.pt")
        self.check("columns.pt")
        self.assertIn("argparse.Namespace", self.call("gan", "inspect", "all.pt").stdout)

    def test_what_was_taken_is_said(self):
        state = self.net.state_dict()
        with torch.no_grad():
            old = {k: v + 1 for k, v in state.items()}
        torch.save({"G": old, "G_ema": {f"module.{k}": v for k, v in state.items()}},
                   self.folder / "two.pt")  # fmt: skip
        self.check("two.pt")
        said = self.sample("--ckpt", "two.pt", *self.config, "-n", 1, "--out", "x.png").stderr
        self.assertIn("two.pt: uses 'G_ema' without the prefix 'module.'", said)
        self.assertIn("others that fit: 'G'", said)
        self.assertIn("model.norm_eps = 1.0e-05 is assumed", said)

    def test_batch_norm_has_the_epsilon_of_the_config(self):
        for module in self.net:
            if isinstance(module, torch.nn.BatchNorm2d):
                module.eps = 0.8
        torch.save(self.net.state_dict(), self.folder / "state.pt")
        (self.folder / "c.ini").write_text(
            common.SMOKE.read_text().replace("[model]", "[model]\nnorm_eps = 0.8"))
        self.config = ("--config", "c.ini", "--shape", "1x16x16")
        self.check("state.pt")

    def test_files_of_pytorch_before_1_6_are_read(self):
        torch.save({"netG": self.net.state_dict()}, self.folder / "old.pth",
                   _use_new_zipfile_serialization=False)  # fmt: skip
        self.check("old.pth")

    def test_other_files_are_named(self):
        torch.save(self.net, self.folder / "net.pt")
        torch.jit.script(self.net).save(self.folder / "script.pt")
        (self.folder / "page.pt").write_text("<!DOCTYPE html><html></html>")
        (self.folder / "lfs.pt").write_text("version https://git-lfs.github.com/spec/v1\n")
        for name, words in (
            ("net", "save module.state_dict()"), ("script", "is TorchScript"),
            ("page", "a web page"), ("lfs", "git lfs pull"),
        ):  # fmt: skip
            said = self.call("gan-sample", "--ckpt", f"{name}.pt", *self.config, code=1).stderr
            self.assertIn(words, said)

    def test_the_shape_is_that_of_the_data_set_where_nothing_is_said(self):
        torch.save(self.net.state_dict(), self.folder / "state.pt")
        self.config = ("--config", common.SMOKE)
        self.check("state.pt")

    def test_training_starts_with_them(self):
        torch.save(self.net.state_dict(), self.folder / "state.pt")
        train = ("--config", common.SMOKE, "--init-from", "state.pt")
        said = self.train(*train, "--debug-dump", "dump", "--debug-steps", 1)
        self.assertIn("starting with the generator of state.pt", said.stderr)
        begun = torch.load(self.folder / "dump" / "init.pt")["generator"]
        for name, tensor in self.net.state_dict().items():
            self.assertTrue(torch.equal(begun[name], tensor), name)
        self.train(*train, *STEPS, "--out", "run")

    def test_what_does_not_fit_is_listed(self):
        state = self.net.state_dict()
        state["extra"] = torch.zeros(1)
        state["4.bias"] = torch.zeros(9)
        del state["1.weight"]
        torch.save(state, self.folder / "state.pt")
        for call in (("gan-sample", "--ckpt", "state.pt", *self.config),
                     ("gan-export", "--ckpt", "state.pt", *self.config),
                     ("gan-train", "--init-from", "state.pt", *self.config[:2])):  # fmt: skip
            error = self.call(*call, code=1).stderr
            self.assertIn("does not fit the network of the config:", error)
            self.assertIn("'1.weight' is missing", error)
            self.assertIn("'4.bias' has shape [9], the config needs [8]", error)
            self.assertIn("'extra' is unexpected", error)

if __name__ == "__main__":
    common.main()
