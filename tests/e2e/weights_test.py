"""Weights that PyTorch has made, sampled, exported and trained on."""

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

    def check(self, file, tolerance=1e-5):
        self.sample("--ckpt", file, *self.config, "-n", 9, "--format", "npy-float", "--out", "x.npy",
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
        self.check("half.pt", 1e-2)
        common.need(safetensors, "this Python has no safetensors")
        safetensors.save_file(state, self.folder / "state.safetensors")
        self.check("state.safetensors")
        half = {k: v.bfloat16() if v.is_floating_point() else v for k, v in state.items()}
        safetensors.save_file(half, self.folder / "half.safetensors")
        self.check("half.safetensors", 5e-2)

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
