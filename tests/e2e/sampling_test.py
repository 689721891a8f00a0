"""Walks, planes and truncation of latents, animations and raw bytes."""

import os
import signal
import subprocess

import common
import files
import terminal
from sampling import SMOKE, Sampling

try:
    import numpy as np
    from PIL import Image, ImageSequence
except ImportError:
    pass  # Sampling reports it


def frames(path):
    """The pixels of each frame, [n, height, width] or [n, height, width, 3]."""
    with Image.open(path) as gif:
        shown = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
    pixels = np.stack(shown)
    grey = (pixels == pixels[..., :1]).all()
    return pixels[..., 0] if grey else pixels


class LatentTest(Sampling):
    def test_a_walk_visits_the_images_of_the_seed(self):
        alone = self.draw("-n", 3, "--seed", 5).astype(int)
        walk = self.draw("--interpolate", 3, "--frames", 8, "--seed", 5).astype(int)
        self.assertEqual(len(walk), 24)
        self.assertLessEqual(np.abs(walk[::8] - alone).max(), 1)
        # Steps are small, including the one from the last to the first.
        steps = np.abs(np.roll(walk, -1, 0) - walk).mean((1, 2))
        self.assertLess(steps.max(), np.abs(alone[0] - alone[1]).mean())
        self.assertGreater(steps.min(), 0)

    def test_a_walk_as_a_grid_has_a_leg_a_row(self):
        self.sample(
            "--ckpt", self.checkpoint, "--interpolate", 4, "--frames", 6, "--scale", 1, "-q"
        )
        with Image.open(self.folder / "samples.png") as grid:
            self.assertEqual(grid.size, (2 + 6 * 18, 2 + 4 * 18))

    def test_a_plane_has_the_first_image_in_its_middle(self):
        plane = self.draw("--latent-grid", 5, "--seed", 3).astype(int)
        self.assertEqual(len(plane), 25)
        first = self.draw("-n", 1, "--seed", 3)[0].astype(int)
        self.assertLessEqual(np.abs(plane[12] - first).max(), 1)
        self.assertGreater(np.abs(plane[0] - first).mean(), np.abs(plane[7] - first).mean())

    def test_latents_that_were_saved_give_the_same_images(self):
        images = self.draw("-n", 70, "--save-latents", "z.npy", form="npy-float")
        latents = np.load(self.folder / "z.npy")
        self.assertTrue((self.draw("--latents", "z.npy", form="npy-float") == images).all())
        np.save(self.folder / "wide.npy", latents.astype(np.float64))
        few = self.draw("--latents", "wide.npy", "-n", 65, form="npy-float")
        self.assertTrue((few == images[:65]).all())
        walk = self.draw("--latents", "z.npy", "--interpolate", 70, "--frames", 1)
        self.assertEqual(len(walk), 70)

    def test_truncation_bounds_the_latents(self):
        self.draw("-n", 500, "--save-latents", "all.npy")
        self.draw("-n", 500, "--truncation", 0.7, "--save-latents", "few.npy")
        drawn, cut = (np.load(self.folder / f"{name}.npy") for name in ("all", "few"))
        self.assertLessEqual(np.abs(cut).max(), 0.7)
        self.assertAlmostEqual(cut.std(), drawn[np.abs(drawn) <= 0.7].std(), delta=0.02)
        self.assertTrue((np.sign(cut) == np.sign(drawn)).all())
        walk = ("--interpolate", 3, "--save-latents", "walk.npy", "--truncation", 0.7)
        self.draw(*walk)
        self.assertTrue((np.load(self.folder / "walk.npy")[::16] == cut[:3]).all())

    def test_the_name_says_the_format(self):
        images = self.draw("-n", 3)
        self.sample("--ckpt", self.checkpoint, "-n", 3, "-o", "a.npy")
        self.assertTrue((np.load(self.folder / "a.npy") == images).all())
        self.sample("--ckpt", self.checkpoint, "-n", 3, "-o", "a.idx")
        self.assertTrue((files.read_idx(self.folder / "a.idx") == images).all())
        self.refuses("--format", "png", "-o", "run", says="run: already holds files")
        for name in "a.png", "a.1":
            self.sample("--ckpt", self.checkpoint, "-n", 3, "-o", name)
            self.assertEqual((self.folder / name).read_bytes()[1:4], b"PNG")


class ClassTest(Sampling):
    train_flags = ("--epochs", 1, "--model.conditional", "projection")

    def fed(self, *flags):
        self.draw(*flags, "--save-latents", "z.npy")
        return np.load(self.folder / "z.npy")[:, 16:]

    def test_classes_of_a_walk_take_turns_and_blend(self):
        classes = self.fed("--interpolate", 4, "--frames", 2, "--class", "3,5")
        self.assertEqual(classes.argmax(1)[::2].tolist(), [3, 5, 3, 5])
        self.assertTrue((classes[1] == (np.eye(8)[3] + np.eye(8)[5]) / 2).all())
        one = self.fed("--interpolate", 3, "--class", 6)
        self.assertTrue((one == np.eye(8)[6]).all())

    def test_a_plane_has_one_class(self):
        self.assertTrue((self.fed("--latent-grid", 3, "--class", 6) == np.eye(8)[6]).all())
        drawn = self.fed("--latent-grid", 3)
        self.assertTrue((drawn == drawn[0]).all())

    def test_latents_with_and_without_classes(self):
        images = self.draw("-n", 20, "--class", "0-7", "--save-latents", "z.npy", form="npy-float")
        self.assertTrue((self.draw("--latents", "z.npy", form="npy-float") == images).all())
        np.save(self.folder / "bare.npy", np.load(self.folder / "z.npy")[:, :16])
        bare = self.draw("--latents", "bare.npy", "--class", "0-7", form="npy-float")
        self.assertTrue((bare == images).all())
        rows = ("--latents", "bare.npy", "--class", "0-3", "--cols", 5, "--save-labels", "y.npy")
        self.sample("--ckpt", self.checkpoint, *rows)
        self.assertEqual(np.load(self.folder / "y.npy").tolist(), [i // 5 for i in range(20)])


class GifTest(Sampling):
    def need_gif(self):
        call = [common.BIN / "gan-sample", "--ckpt", self.checkpoint, "--gif", "probe.gif"]
        done = subprocess.run(call, cwd=self.folder, capture_output=True, text=True)
        common.need("libgif-dev" not in done.stderr, "this build makes no GIF files")

    def test_a_walk_is_that_of_the_png_files(self):
        self.need_gif()
        self.sample("--ckpt", self.checkpoint, "--interpolate", 3, "--frames", 4, "--scale", 2,
                    "--gif", "walk.gif", "--fps", 20, "--format", "png", "-o", "pngs")  # fmt: skip
        with Image.open(self.folder / "walk.gif") as gif:
            self.assertEqual((gif.n_frames, gif.size), (12, (32, 32)))
            self.assertEqual((gif.info["loop"], gif.info["duration"]), (0, 50))
        names = sorted((self.folder / "pngs").iterdir())
        self.assertEqual(names[-1].name, "000011.png")
        pixels = np.stack([np.asarray(Image.open(name)) for name in names])
        self.assertTrue((frames(self.folder / "walk.gif") == pixels).all())
        self.assertGreater(pixels.std(), 1)

    def test_it_is_scaled_and_inverted_as_the_recipe_says(self):
        self.need_gif()
        self.trained(*SMOKE, "--epochs", 1, "--output.dark_on_light", "true")
        images = self.draw("-n", 5)
        done = self.sample("--ckpt", self.checkpoint, "-n", 5, "--gif", "x.gif")
        self.assertIn("5 samples (seed 0, epoch 1) to x.gif\n", done.stderr)
        self.assertFalse((self.folder / "samples.png").exists())
        shown = frames(self.folder / "x.gif")
        self.assertTrue((shown[:, ::4, ::4] == 255 - images).all())

    def test_the_colours_of_few_pixels_are_exact(self):
        self.need_gif()
        self.trained(*SMOKE, "--epochs", 1, "--data.channels", 3)
        images = self.draw("-n", 6).astype(int)
        self.sample("--ckpt", self.checkpoint, "-n", 6, "--gif", "x.gif", "--scale", 1)
        shown = frames(self.folder / "x.gif").astype(int)
        # An image of 16 x 16 pixels has at most 256 colours.
        self.assertTrue((shown == images).all())

    def test_a_timelapse_has_the_grids_of_a_run(self):
        self.need_gif()
        self.trained(*SMOKE, "--epochs", 12)
        done = self.call("gan-report", "run", "--gif", "x.gif", "--fps", 4)
        self.assertIn("wrote 12 grids of run to x.gif", done.stderr)
        grids = sorted((self.folder / "run" / "samples").glob("epoch_*.png"))
        pixels = np.stack([np.asarray(Image.open(path)) for path in grids])
        self.assertTrue((frames(self.folder / "x.gif") == pixels).all())
        with Image.open(self.folder / "x.gif") as gif:
            self.assertEqual(gif.info["duration"], 250)
            gif.seek(11)
            self.assertEqual(gif.info["duration"], 1000)
        # Grids of another size, and other files, are not included.
        self.train("--resume", "run", "--epochs", 14, "--output.samples", 4, "--quiet")
        (self.folder / "run" / "samples" / "epoch_mine.png").write_text("mine")
        done = self.call("gan-report", "run", "--gif", "x.gif")
        self.assertIn("left out 12 grids of another size", done.stderr)
        self.assertIn("wrote 2 grids", done.stderr)
        (self.folder / "x.gif").unlink()
        (self.folder / "empty").mkdir()
        for run in "absent", "empty":
            self.refused("gan-report", run, "--gif", "x.gif", code=2,
                         says=(run, "holds no grids"))  # fmt: skip
        (self.folder / "run" / "samples" / "epoch_0014.png").write_text("no picture")
        self.refused("gan-report", "run", "--gif", "x.gif", code=1,
                     says="epoch_0014.png")  # fmt: skip
        self.assertFalse((self.folder / "x.gif").exists())


class PointTest(Sampling):
    def test_a_walk_through_points(self):
        rings = ("--config", common.CONFIGS / "rings.ini", "--epochs", 1, "--output.samples", 10)
        self.trained(*rings, "--quiet")
        self.assertEqual(self.draw("--interpolate", 5, form="npy-float").shape, (80, 2))


class StdoutTest(Sampling):
    def pipe(self, *flags):
        call = [common.BIN / "gan-sample", "--ckpt", self.checkpoint, *map(str, flags)]
        return subprocess.run(call, cwd=self.folder, capture_output=True, timeout=500)

    def test_it_holds_the_bytes_of_the_images_and_nothing_else(self):
        for channels in 1, 3:
            self.trained(*SMOKE, "--epochs", 1, "--data.channels", channels)
            done = self.pipe("--stdout", "-n", 70)
            self.assertEqual(done.stdout, self.draw("-n", 70).tobytes())
            self.assertEqual(
                done.stderr, b"wrote 70 samples (seed 0, epoch 1) to standard output\n"
            )

    def test_a_reader_that_goes_away_is_an_error(self):
        read, write = os.pipe()
        os.close(read)
        call = [common.BIN / "gan-sample", "--ckpt", self.checkpoint, "--stdout"]
        done = subprocess.run(call, stdout=write, stderr=subprocess.PIPE, text=True)
        os.close(write)
        self.assertEqual(done.returncode, 128 + signal.SIGPIPE)
        self.assertEqual(done.stderr, "error: standard output: cannot write: Broken pipe\n")

    def test_a_terminal_is_no_place_for_bytes(self):
        screen = terminal.Terminal(
            60, common.BIN / "gan-sample", "--ckpt", self.checkpoint, "--stdout", TERM="xterm"
        )
        self.assertEqual(screen.finish(), 2)
        self.assertIn("--stdout: writes raw bytes", screen.raw)


if __name__ == "__main__":
    common.main()
