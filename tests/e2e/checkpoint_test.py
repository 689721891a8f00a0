"""Checkpoints as Python reads them, and their samples by gan-sample."""

import os
import pathlib
import shutil
import subprocess
import sys

import common

try:
    import numpy as np
    import torch

    import files
except ImportError:
    torch = None


class Trained(common.ProgramTest):
    """A tiny run on synthetic shapes, shared by the tests of a class."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        common.need(torch, "this Python has no torch or no numpy")
        trainer = common.ProgramTest("train")
        trainer.setUp()
        cls.addClassCleanup(trainer.doCleanups)
        trainer.train("--config", common.SMOKE, "--epochs", 1, "--out", "run", *cls.flags)
        cls.checkpoint = trainer.folder / "run" / "checkpoints" / "g_1.pt"


class RebuildTest(common.ProgramTest):
    def test_python_draws_the_same_images_by_the_lines_in_the_readme(self):
        common.need(torch, "this Python has no torch or no numpy")
        self.train("--config", common.CONFIGS / "mnist_mlp.ini", "--epochs", 1,
                   "--train.steps_per_epoch", 5, "--data.dataset", "shapes",
                   "--data.synthetic_size", 2000, "--data.image_size", 28,
                   "--out", "run")  # fmt: skip
        checkpoint = self.folder / "g_200.pt"  # the name in docs and help
        shutil.copy(self.folder / "run" / "checkpoints" / "g_1.pt", checkpoint)
        self.sample(
            "--ckpt",
            checkpoint,
            "-n",
            70,
            "--format",
            "npy-float",
            "--out",
            "ours.npy",
            "--save-latents",
            "z.npy",
        )
        (lines,) = (text for text in common.snippets("docs/formats.md", "python") if "torch" in text)
        self.python(
            f"""{lines}
import numpy as np
assert images.shape == (64, 1, 28, 28), images.shape
np.save("theirs.npy", generator(torch.from_numpy(np.load("z.npy"))).detach().numpy())"""
        )
        ours, theirs = np.load(self.folder / "ours.npy"), np.load(self.folder / "theirs.npy")
        self.assertEqual(ours.shape, (70, 28, 28))
        self.assertEqual(np.load(self.folder / "z.npy").shape, (70, 100))
        self.assertGreater(ours.std(), 1e-3)
        self.assertLess(np.abs(ours - theirs[:, 0]).max(), 1e-5)

        content = torch.load(checkpoint)
        self.assertEqual((content["epoch"], content["step"], content["version"]), (1, 5, 1))
        self.assertEqual(content["config"]["optim"]["lr"], 2e-4)
        self.assertEqual(content["config"]["model"]["generator_widths"], [256, 512, 1024])
        self.assertIs(content["config"]["output"]["dark_on_light"], True)


class SampleTest(Trained):
    def npy(self, *flags):
        self.sample("--ckpt", self.checkpoint, "--format", "npy", "--out", "x.npy", *flags)
        return np.load(self.folder / "x.npy")

    def test_an_image_depends_on_its_seed_and_number_alone(self):
        many, few = self.npy("-n", 100), self.npy("-n", 10)
        self.assertEqual((many.shape, many.dtype), ((100, 16, 16), np.uint8))
        np.testing.assert_array_equal(many[:10], few)
        np.testing.assert_array_equal(self.npy("-n", 65)[64], many[64])
        other = self.npy("-n", 10, "--seed", 7)
        self.assertTrue((other != few).any(axis=(1, 2)).all())
        np.testing.assert_array_equal(self.npy("-n", 10, "--seed", 7), other)

    def test_every_format_holds_the_same_images(self):
        expected = self.npy("-n", 12)
        # The default paths, in the current folder.
        for name in "idx", "png", "grid":
            self.sample("--ckpt", self.checkpoint, "-n", 12, "--format", name, "--scale", 1)
        np.testing.assert_array_equal(files.read_idx(self.folder / "samples.idx"), expected)
        for i, image in enumerate(expected):
            np.testing.assert_array_equal(
                files.read_png(self.folder / "samples" / f"{i:06}.png")[:, :, 0], image
            )
        self.assertEqual(len(list((self.folder / "samples").iterdir())), 12)

        self.sample(
            "--ckpt", self.checkpoint, "--rows", 3, "--cols", 4, "--scale", 1, "--out", "g.png"
        )
        grid = files.read_png(self.folder / "g.png")[:, :, 0]
        gap = (grid.shape[1] - 4 * 16) // 5
        for i, image in enumerate(expected):
            y, x = (gap + i // 4 * (16 + gap), gap + i % 4 * (16 + gap))
            np.testing.assert_array_equal(grid[y : y + 16, x : x + 16], image)

        self.sample(
            "--ckpt", self.checkpoint, "--rows", 3, "--cols", 4, "--scale", 5, "--out", "g5.png"
        )
        self.assertGreater(files.read_png(self.folder / "g5.png").shape[0], 4 * grid.shape[0])
        floats = self.folder / "f.npy"
        self.sample("--ckpt", self.checkpoint, "-n", 12, "--format", "npy-float", "--out", floats)
        pixels = np.rint((np.load(floats) + 1) * 127.5).clip(0, 255)
        self.assertLessEqual(np.abs(pixels - expected).max(), 1)

    def test_many_samples_take_no_more_memory_than_few(self):
        # 51 MB of pixels, 205 MB as floats; with small pictures, writing files dominates.
        for name, least, most in (
            ("idx", 2000, 200_000),
            ("npy", 2000, 200_000),
            ("png", 500, 5000),
        ):
            few, many = (
                self.peak_kib(
                    *("gan-sample", "--quiet", "--ckpt", self.checkpoint),
                    *("-n", n, "--format", name, "--out", f"{n}-{name}"),
                )[0]
                for n in (least, most)
            )
            print(f"peak memory, {name}: {few} KiB for {least:,} samples, {many} for {most:,}")
            self.assertLess(many - few, 24 * 1024, name)
        self.assertEqual((self.folder / "200000-idx").stat().st_size, 16 + 200_000 * 256)
        self.assertEqual(np.load(self.folder / "200000-npy", "r").shape, (200_000, 16, 16))
        self.assertEqual(len(list((self.folder / "5000-png").iterdir())), 5000)


class ColourTest(Trained):
    flags = ("--data.channels", 3)

    def test_colours_keep_their_place(self):
        for name in "npy", "idx", "png":
            self.sample("--ckpt", self.checkpoint, "-n", 3, "--format", name, "--out", name)
        images = np.load(self.folder / "npy")
        self.assertEqual(images.shape, (3, 16, 16, 3))
        self.assertTrue((images[..., 0] != images[..., 1]).any())
        np.testing.assert_array_equal(files.read_idx(self.folder / "idx"), images)
        np.testing.assert_array_equal(files.read_png(self.folder / "png" / "000002.png"), images[2])
        self.sample("--ckpt", self.checkpoint, "-n", 4, "--out", "grid.png")
        self.assertEqual(files.read_png(self.folder / "grid.png").shape[2], 3)


class HostileTest(Trained):
    def assert_refused(self, name, says=(), code=1):
        flags = "--ckpt", self.folder / name, "--out", "out.png"
        self.refused("gan-sample", *flags, code=code, says=[name, *says])
        self.assertFalse((self.folder / "out.png").exists())

    def test_truncated_and_altered_files_are_refused(self):
        # PtDamage tests every length and every flipped bit.
        good = self.checkpoint.read_bytes()
        for size in 0, len(good) - 1:
            (self.folder / "cut.pt").write_bytes(good[:size])
            self.assert_refused("cut.pt")
        bad = bytearray(good)
        bad[len(good) // 2] ^= 0x10
        (self.folder / "altered.pt").write_bytes(bad)
        self.assert_refused("altered.pt")
        (self.folder / "longer.pt").write_bytes(good + b"x")
        self.assert_refused("longer.pt")

    def test_foreign_files_are_refused_and_never_run(self):
        class Evil:
            def __reduce__(self):
                return os.system, ("touch executed",)

        shutil.copy(common.SMOKE, self.folder / "ini.pt")
        torch.save({"weight": torch.ones(2)}, self.folder / "torch.pt")
        torch.save({"format": Evil()}, self.folder / "evil.pt")
        other = torch.load(self.checkpoint)
        torch.save(other | {"version": 99}, self.folder / "newer.pt")
        del other["generator"]
        torch.save(other, self.folder / "gone.pt")
        self.assert_refused("ini.pt")
        self.assert_refused("torch.pt", ["not a gan-train checkpoint"])
        self.assert_refused("evil.pt")
        self.assert_refused("newer.pt", ["99"])
        self.assert_refused("gone.pt", ["generator"])
        self.assert_refused("absent.pt", ["no such file"], code=2)
        self.assert_refused("", ["is a folder; name a file in it"], code=2)
        self.assertFalse((self.folder / "executed").exists())

    def test_a_folder_or_a_wrong_epoch_is_told_the_newest(self):
        shutil.copytree(self.checkpoint.parents[1], self.folder / "run")
        (self.folder / "run/checkpoints/g_12.pt").write_bytes(b"")
        for path in "run", "run/checkpoints":
            self.assert_refused(path, ["is a folder", "such as", "run/checkpoints/g_12.pt"], code=2)
        for path in "run/g_1.pt", "run/checkpoints/g_99.pt":
            self.assert_refused(path, ["no such file; the newest there is", "g_12.pt"], code=2)

    def test_sizes_in_a_config_are_held_against_the_file(self):
        shutil.copytree(self.checkpoint.parents[1], self.folder / "run")
        large = {"arch": "mlp", "generator_widths": [12000, 12000], "discriminator_widths": [9000]}
        for name in "last.pt", "g_1.pt":
            content = torch.load(self.folder / "run/checkpoints" / name)
            content["config"]["model"] |= large
            torch.save(content, self.folder / "run/checkpoints" / name)
        (self.folder / "run/checkpoints/previous.pt").unlink(missing_ok=True)
        g, last = "run/checkpoints/g_1.pt", "run/checkpoints/last.pt"
        usual, _ = self.peak_kib("gan-sample", "--ckpt", self.checkpoint, "-n", 1, "--out", "x.png")
        for path, *call in (
            (g, "gan-sample", "--ckpt", g),
            (last, "gan-sample", "--ckpt", last),
            (g, "gan-export", "--ckpt", g, "--format", "safetensors"),
            (g, "gan-eval", "--ckpt", g),
            (g, "gan", "inspect", g),
            (last, "gan", "inspect", last),
            (last, "gan-train", "--resume", "run", "--epochs", 2),
        ):
            peak, said = self.peak_kib(*call, code=1)
            self.assertTrue(said.startswith(f"error: {path}: "), said)
            self.assertIn("does not fit the networks of the config", said)
            self.assertIn("use another copy of the file", said)
            # Weights of the size in the config would take 580 MB.
            self.assertLess(peak - usual, 64 * 1024, call)

    def test_python_s_own_copy_is_taken(self):
        torch.save(torch.load(self.checkpoint), self.folder / "copy.pt")
        for path in self.checkpoint, "copy.pt":
            self.sample(
                "--ckpt",
                path,
                "-n",
                2,
                "--format",
                "npy",
                "--out",
                f"{pathlib.Path(path).stem}.npy",
            )
        np.testing.assert_array_equal(
            np.load(self.folder / "copy.npy"), np.load(self.folder / "g_1.npy")
        )


if __name__ == "__main__":
    common.main()
