"""Data sets from a user's own files."""

import gzip
import json
import os
import signal
import struct

import common


def write_idx(path, dims, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack(f">HBB{len(dims)}I", 0, 8, len(dims), *dims) + bytes(values))


class ImageFolderTest(common.ProgramTest):
    flags = ["--config", common.SMOKE, "--data.dataset", "folder", "--data", "photos"]

    def setUp(self):
        super().setUp()
        for i in range(40):
            kind = "cats" if i % 2 else "dogs"
            size = 16 + i, 70 - i
            common.write_png(
                self.folder / "photos" / kind / f"{i:02}.png", *size, (6 * i, 128, 250 - 6 * i)
            )

    def test_pictures_of_several_sizes_are_trained_on(self):
        run = ["--epochs", 1, "--out", "run"]
        dry = self.train(*self.flags, *run, "--dry-run")
        self.assertIn("photos: pictures will be 16x16 in colour", dry.stderr)
        self.assertIn("data: photos, 40 items of 3x16x16, labelled", dry.stdout)
        self.train(*self.flags, *run)
        self.sample("--ckpt", "run/checkpoints/g_1.pt", "-n", 4, "--format", "npy")
        self.assertTrue((self.folder / "samples.npy").exists())

    def test_a_broken_file_is_named_or_passed_over(self):
        broken = self.folder / "photos" / "cats" / "17.png"
        broken.write_bytes(broken.read_bytes()[:60])
        self.refused(
            *("gan-train", *self.flags, "--data.channels", 1, "--dry-run"),
            code=1,
            says=["photos/cats/17.png: cannot be decoded (its data are truncated)", "data.skip_bad"],
        )
        done = self.train(*self.flags, "--data.skip_bad", "--dry-run")
        self.assertIn("39 items of 3x16x16", done.stdout)
        self.assertIn("warning: skipped: photos/cats/17.png", done.stderr)
        account = "photos: 39 pictures in 2 classes (cats, dogs); skipped: 1 damaged"
        self.assertIn(account, done.stderr)

    def test_a_folder_says_itself_what_it_holds(self):
        done = self.train("--config", common.SMOKE, "--data.dataset", "auto", *self.flags[4:], "--dry-run")
        self.assertIn("photos: found data of the kind folder", done.stderr)
        self.assertIn("photos: only 40 images", done.stderr)
        self.assertIn("\n  dataset: folder\n", done.stdout)

    def test_any_shape_and_classes_by_name_from_the_folder_to_the_page(self):
        shape = ["--data.image_size", "24x16", "--data.fit", "pad", "--batch-size", 8]
        run = [*self.flags, *shape, "--model.conditional", "projection", "--epochs", 2]
        self.train(*run, "--augment.mirror", "--augment.translation", 0.1, "--out", "photos/runs/1")
        self.assertIn("\n  image_size: 24x16\n", (self.folder / "photos/runs/1/config.yaml").read_text())
        facts = json.loads((self.folder / "photos/runs/1/run.json").read_text())["data"]
        self.assertEqual(facts["shape"], [3, 16, 24])
        self.assertEqual(facts["classes"], {"cats": 20, "dogs": 20})
        # The run's folder is inside its data, but not part of them.
        self.train("--resume", "photos/runs/1", "--epochs", 3)
        generator = "photos/runs/1/checkpoints/g_3.pt"
        self.assertIn("class_names: [cats, dogs]", self.call("gan", "inspect", generator).stdout)
        for name, out in (("dogs,cats", "named.npy"), ("1,0", "numbered.npy")):
            self.sample("--ckpt", generator, "--class", name, "-n", 8, "--out", out, "--format", "npy")
        named, numbered = ((self.folder / f"{one}.npy").read_bytes() for one in ("named", "numbered"))
        self.assertEqual(named, numbered)
        self.assertIn(b"(8, 16, 24, 3)", named)
        self.refused(
            *("gan-sample", "--ckpt", generator, "--class", "cat"),
            code=2,
            says=["'cat' is not one of cats, dogs", "did you mean 'cats'"],
        )
        self.call("gan-export", "--ckpt", generator, "--html", "--out", "page.html")
        page = (self.folder / "page.html").read_text()
        self.assertIn('"class_names":"[\\"cats\\",\\"dogs\\"]"', page)
        self.assertIn('"image_shape":"3x16x24"', page)

    def test_samples_can_be_trained_on(self):
        smoke = ["--config", common.SMOKE, "--data.synthetic_size", 64, "--batch-size", 8]
        self.train(*smoke, "--model.conditional", "concat", "--epochs", 1, "--out", "first")
        drawn = ["--format", "npy", "--save-labels", "labels.npy"]
        self.sample("--ckpt", "first/checkpoints/g_1.pt", "-n", 40, "--out", "x.npy", *drawn)
        given = ["--data.dataset", "auto", "--data", "x.npy", "--data.labels", "labels.npy"]
        done = self.train(*smoke, *given, "--model.conditional", "concat", "--dry-run")
        self.assertIn("data: x.npy, 40 items of 1x16x16, labelled", done.stdout)


class MirrorTest(common.ProgramTest):
    flags = ["--config", common.SMOKE, "--threads", 1, "--epochs", 4, "--augment.mirror"]

    def test_a_killed_run_resumes_to_the_same_bits(self):
        self.train(*self.flags, "--out", "whole")
        code, message = self.train_until_signal(signal.SIGKILL, "killed", *self.flags)
        self.assertEqual(code, -signal.SIGKILL, message)
        self.train("--resume", "killed")
        whole, killed = (
            [row.split(",")[:6] for row in (self.folder / run / "losses.csv").read_text().splitlines()]
            for run in ("whole", "killed")
        )
        self.assertEqual(killed, whole)
        self.train(*self.flags[:-1], "--out", "plain")
        plain = (self.folder / "plain" / "losses.csv").read_text()
        self.assertNotEqual(plain.splitlines()[1].split(",")[:6], whole[1])


class DataOnDiskTest(common.ProgramTest):
    """Training from disk gives bit-identical results to training from memory."""

    flags = ["--config", common.SMOKE, "--threads", 1, "--epochs", 4, "--data", "data"]

    def write_pictures(self):
        for i in range(120):
            path = self.folder / "data" / "ab"[i % 2] / f"{i:03}.png"
            common.write_png(path, 16 + i % 9, 16 + i % 7, (i, 255 - i, 3 * i % 256))

    def write_values(self):
        pixels = bytes((i * i) >> 5 & 255 for i in range(320 * 256))
        write_idx(self.folder / "data" / "train-images-idx3-ubyte", (320, 16, 16), pixels)
        labels = [i % 4 for i in range(320)]
        write_idx(self.folder / "data" / "train-labels-idx1-ubyte", (320,), labels)

    def result(self, run):
        """The metrics of all epochs without their times, and samples of the last generator."""
        drawn = self.folder / run / "drawn.npy"
        last = f"{run}/checkpoints/g_4.pt"
        self.sample("--ckpt", last, "-n", 32, "--format", "npy", "--out", drawn)
        rows = (self.folder / run / "losses.csv").read_text().splitlines()
        return [row.split(",")[:6] for row in rows], drawn.read_bytes()

    def check(self, *flags):
        flags = [*self.flags, *flags]
        self.train(*flags, "--data.in_memory", "true", "--out", "whole")
        disk = [*flags, "--data.in_memory", "false"]
        self.assertIn(", read from disk", self.train(*disk, "--dry-run").stdout)
        code, message = self.train_until_signal(signal.SIGKILL, "killed", *disk)
        self.assertEqual(code, -signal.SIGKILL, message)
        self.train("--resume", "killed")
        self.assertEqual(self.result("killed"), self.result("whole"))
        # Data may move between memory and disk when a run is resumed.
        self.train("--resume", "whole", "--data.in_memory", "false", "--epochs", 5)

    def test_idx_files(self):
        self.write_values()
        self.check("--data.dataset", "idx", "--model.conditional", "concat")

    def test_packed_idx_files(self):
        self.write_values()
        plain = self.folder / "data" / "train-images-idx3-ubyte"
        plain.with_name(plain.name + ".gz").write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
        self.check("--data.dataset", "idx")

    def test_folders(self):
        self.write_pictures()
        self.check("--data.dataset", "folder", "--data.channels", 3)

    def test_what_goes_wrong_is_one_line(self):
        self.write_values()
        disk = ["gan-train", *self.flags, "--data.in_memory", "false"]
        self.refused(*disk, code=2, says="'shapes' is always in memory")
        plain = self.folder / "data" / "train-images-idx3-ubyte"
        plain.with_name(plain.name + ".gz").write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
        os.environ["TMPDIR"] = "gone"
        self.addCleanup(os.environ.pop, "TMPDIR")
        message = "gone: cannot make a temporary file of 1 MiB: No such file or directory"
        self.refused(*disk, "--data.dataset", "idx", "-q", code=1, says=message)


class RecipeDataTest(common.ProgramTest):
    """Recipes whose data are not always available, on small files of the same layout."""

    few = ["--train.steps_per_epoch", 1, "--epochs", 1, "--batch-size", 8, "--data", "data"]

    def try_recipe(self, name, shape, *flags):
        recipe = ["--config", common.CONFIGS / f"{name}.ini", *self.few, *flags]
        self.assertIn(f"of {shape}, labelled", self.train(*recipe, "--dry-run").stdout)
        self.train(*recipe, "--out", name)
        self.assertTrue((self.folder / name / "samples" / "epoch_0001.png").exists())

    def test_cifar10(self):
        (self.folder / "data").mkdir()
        record = bytes([7]) + bytes(range(256)) * 12
        for i in range(1, 6):
            (self.folder / "data" / f"data_batch_{i}.bin").write_bytes(record * 4)
        self.try_recipe("cifar10_dcgan", "3x32x32")
        self.try_recipe("cifar10_mlp", "3x32x32")
        damaged = self.folder / "data" / "data_batch_3.bin"
        damaged.write_bytes(record[:-1])
        self.refused(
            *("gan-train", "--config", common.CONFIGS / "cifar10_mlp.ini", *self.few),
            code=1,
            says=["data/data_batch_3.bin: holds 3072 bytes", "3073"],
        )

    def test_pictures(self):
        for i in range(12):
            kind = "cats" if i % 2 else "dogs"
            common.write_png(self.folder / f"data/{kind}/{i}.png", 40, 50, (9 * i, 128, 200))
        self.try_recipe("pictures_64", "3x64x64")
        larger = ["--config", "pictures_64", *self.few, "--data.image_size", 128, "--dry-run"]
        self.assertIn("of 3x128x128", self.train(*larger).stdout)

    def test_stacked_mnist_and_fashion(self):
        pixels = bytes(range(256)) * 49
        write_idx(self.folder / "data" / "train-images-idx3-ubyte", (16, 28, 28), pixels)
        write_idx(
            self.folder / "data" / "train-labels-idx1-ubyte", (16,), [i % 10 for i in range(16)]
        )
        self.try_recipe("stacked_mnist", "3x28x28", "--data.synthetic_size", 100)
        self.try_recipe("fashion_dcgan", "1x28x28")
        self.try_recipe("fashion_best", "1x28x28")


if __name__ == "__main__":
    common.main()
