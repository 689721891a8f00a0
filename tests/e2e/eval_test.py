"""gan-eval, and evaluations during training, on small synthetic shapes."""

import json
import os
import shutil
import struct
from unittest import mock

import common

SMALL = ("--config", common.SMOKE, "--data.image_size", 8, "--threads", 1)
COUNT = ("-n", 200)


class EvalProgramTest(common.ProgramTest):
    """Shares the cache of evaluations, such as the classifier, within this module."""

    def setUp(self):
        super().setUp()
        self.keep_in(f"{common.KEPT.name}/cache")

    def keep_in(self, folder):
        kept = mock.patch.dict(os.environ, XDG_CACHE_HOME=str(folder))
        kept.start()
        self.addCleanup(kept.stop)

    def eval(self, *arguments, **how):
        return self.call("gan-eval", *arguments, **how)

    def figures(self, *arguments):
        self.eval(*arguments, "--json", "figures.json", "--quiet")
        return json.loads((self.folder / "figures.json").read_text())

    def rows(self, run="run"):
        header, *rows = (self.folder / run / "metrics.csv").read_text().splitlines()
        names = header.split(",")
        return [dict(zip(names, map(float, row.split(",")))) for row in rows]


class EvalCommandTest(EvalProgramTest):
    def test_table_and_json(self):
        self.keep_in(self.folder / "cache")
        self.trained(*SMALL, "--epochs", 1, "--quiet")
        checkpoint = "run/checkpoints/g_1.pt"
        done = self.eval("--ckpt", checkpoint, *COUNT, "--json", "a.json")
        self.assertIn("training a classifier", done.stderr)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 60)
        for words in (
            "LeNet classifier of shapes",
            "Fréchet distance",
            "coverage",
            "\nclass  share %",
        ):
            self.assertIn(words, done.stdout)
        self.assertNotIn("class 7, %", done.stdout)  # it has its own row
        first = json.loads((self.folder / "a.json").read_text())
        self.assertEqual(first["checkpoint"], checkpoint)
        self.assertEqual(first["samples"], 200)
        self.assertEqual(first["epoch"], 1)
        self.assertIn("of shapes", first["features"])
        figures = first["figures"]
        for name in "frechet", "kid", "nearest":
            self.assertLess(figures[name]["real"], figures[name]["noise"], name)
        for name in "precision", "coverage", "classifier_score", "parzen":
            self.assertGreater(figures[name]["real"], figures[name]["noise"], name)
        self.assertAlmostEqual(
            sum(figures[f"class_{i}_percent"]["value"] for i in range(8)), 100, places=4
        )
        self.assertEqual([row["class"] for row in first["classes"]], list(range(8)))
        for row in first["classes"]:
            self.assertEqual(row["percent"], figures[f"class_{row['class']}_percent"]["value"])
            self.assertAlmostEqual(row["samples"], row["percent"] * 2)  # of 200, by the classifier
            self.assertIsNone(row["as_asked_percent"])
            self.assertGreater(row["coverage"]["real"], 0.5)
        self.assertRegex(done.stdout, r"\n    7 +[0-9.]+ +[0-9.]+ +- ")
        # Cached results are reused, and the metrics are the same.
        again = self.eval("--ckpt", checkpoint, *COUNT, "--json", "a.json")
        self.assertNotIn("training", again.stderr)
        self.assertEqual(again.stdout, done.stdout)
        self.assertEqual(json.loads((self.folder / "a.json").read_text()), first)
        self.assertEqual(json.loads(self.eval("--ckpt", checkpoint, *COUNT, "--json", "-").stdout),
                         first)  # fmt: skip
        # Another seed draws other samples.
        other = self.figures("--ckpt", checkpoint, *COUNT, "--seed", 1)
        self.assertNotEqual(other["figures"]["frechet"]["value"], figures["frechet"]["value"])

    def test_classes_that_are_asked_for_are_measured_apart(self):
        flags = ("--model.conditional", "projection", "--epochs", 3, "--out", "run", "--quiet")
        self.train(*SMALL, *flags)
        found = self.figures("--ckpt", "run/checkpoints/g_3.pt", "-n", 400)
        rows = found["classes"]
        self.assertEqual(sum(row["samples"] for row in rows), 400)
        right = sum(row["samples"] * row["as_asked_percent"] for row in rows) / 400
        self.assertAlmostEqual(right, found["figures"]["as_asked_percent"]["value"], places=6)

    def test_given_samples_are_measured_as_drawn_ones(self):
        self.trained(*SMALL, "--epochs", 1, "--quiet")
        checkpoint = "run/checkpoints/g_1.pt"
        drawn = self.figures("--ckpt", checkpoint, *COUNT)["figures"]
        self.sample("--ckpt", checkpoint, *COUNT, "--format", "idx", "--out", "s.idx")
        self.sample("--ckpt", checkpoint, *COUNT, "--format", "npy", "--out", "s.npy")
        self.sample("--ckpt", checkpoint, *COUNT, "--format", "npy-float", "--out", "f.npy")
        self.sample("--ckpt", checkpoint, *COUNT, "--format", "png", "--out", "pictures")
        self.write_shapes("data")
        from_checkpoint = self.figures(
            "--ckpt", checkpoint, *COUNT, "--data", "data", "--dataset", "idx",
            "--precision", "fp32",
        )  # fmt: skip
        for name in "s.idx", "s.npy", "f.npy", "pictures":
            given = self.figures("--samples", name, "--data", "data")
            self.assertEqual(given["samples_file"], name)
            self.assertEqual(given["figures"], from_checkpoint["figures"], name)
        self.assertEqual(drawn.keys(), from_checkpoint["figures"].keys())
        self.refused(
            *("gan-eval", "--samples", "f.npy", "--data", "data", "--range", "unit"),
            code=2,
            says="--range unit",
        )
        # This time cached next to the data.
        self.assertTrue(list((self.folder / "data").glob("gan-train-classifier-*.pt")))

    def test_data_made_of_files(self):
        self.write_shapes("data")
        labels = self.folder / "names"
        shutil.copy(self.folder / "data/train-labels-idx1-ubyte", labels)
        self.train(
            *(*SMALL, "--epochs", 1, "--data.dataset", "stacked_mnist", "--data.path", "data"),
            *("--data.synthetic_size", 400, "--data.limit", 300, "--data.labels", "names"),
            *("--out", "run", "--quiet"),
        )
        labels.unlink()
        found = self.figures("--ckpt", "run/checkpoints/g_1.pt", *COUNT, "--data", "data")
        # All data are used, although the run had a limit: half of what the Parzen width leaves.
        self.assertIn("180 training images of stacked from data", found["reference"])
        self.assertTrue(list((self.folder / "data").glob("gan-train-classifier-*.pt")))

    def write_shapes(self, folder, labels=True):
        """Writes bright and dim squares as IDX files."""
        (self.folder / folder).mkdir()
        images = bytearray()
        for i in range(400):
            value = 255 - i % 7 if i % 2 else 100 + i % 11
            images += bytes(value if 2 <= j % 8 < 6 and 2 <= j // 8 < 6 else 0 for j in range(64))
        path = self.folder / folder / "train-images-idx3-ubyte"
        path.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 400, 8, 8) + images)
        if labels:
            names = bytes(i % 8 for i in range(400))
            (self.folder / folder / "train-labels-idx1-ubyte").write_bytes(
                struct.pack(">HBBI", 0, 8, 1, 400) + names
            )

    def test_data_without_labels(self):
        self.write_shapes("plain", labels=False)
        done = self.eval("--samples", "plain/train-images-idx3-ubyte", "--data", "plain")
        self.assertIn("no labels", " ".join(done.stdout.split()))
        self.assertIn("sliced Wasserstein", done.stdout)
        self.assertNotIn("LeNet", done.stdout)
        self.assertNotIn("class", done.stdout.replace("classes", ""))
        self.assertNotIn("training a classifier", done.stderr)

class EvalInTrainingTest(EvalProgramTest):
    flags = (*SMALL, "--eval.samples", 200, "--lr", 0.004)

    def best(self, rows):
        return min(rows, key=lambda row: row["frechet"])

    def generator(self, path):
        out = self.folder / "drawn.npy"
        self.sample("--ckpt", path, "-n", 64, "--format", "npy-float", "--out", out)
        return out.read_bytes()

    def test_rows_are_what_gan_eval_measures(self):
        done = self.train(*self.flags, "--epochs", 3, "--eval.every", 2, "--out", "run")
        self.assertRegex(done.stderr, r"epoch 2  Fréchet [0-9.]+  coverage [0-9.]+")
        rows = self.rows()
        self.assertEqual([row["epoch"] for row in rows], [2, 3])  # the last one always
        self.assertFalse((self.folder / "run/checkpoints/best.pt").exists())
        for row in rows:
            path = f"run/checkpoints/g_{int(row['epoch'])}.pt"
            found = self.figures("--ckpt", path, *COUNT, "--threads", 1)["figures"]
            for name, figure in found.items():
                self.assertAlmostEqual(row[name], figure["value"], places=6, msg=name)

    def test_training_is_not_disturbed(self):
        self.train(*self.flags, "--epochs", 3, "--out", "without", "--quiet")
        best = ("--eval.every", 1, "--train.keep_best", "fid")
        self.train(*self.flags, "--epochs", 3, *best, "--out", "with", "--quiet")
        for epoch in 1, 2, 3:
            name = f"checkpoints/g_{epoch}.pt"
            self.assertEqual(
                self.generator(f"without/{name}"), self.generator(f"with/{name}"), name
            )
        columns = lambda run: [
            line.split(",")[:6]
            for line in (self.folder / run / "losses.csv").read_text().splitlines()
        ]
        self.assertEqual(columns("without"), columns("with"))

    def test_the_best_is_kept_over_a_resume(self):
        best = ("--eval.every", 1, "--train.keep_best", "fid")
        self.train(*self.flags, "--epochs", 6, *best, "--out", "whole", "--quiet")
        self.train(*self.flags, "--epochs", 2, *best, "--out", "run", "--quiet")
        first = self.generator("run/checkpoints/best.pt")
        rows = self.rows()
        self.assertEqual(
            first, self.generator(f"run/checkpoints/g_{int(self.best(rows)['epoch'])}.pt")
        )
        self.train("--resume", "run", "--epochs", 6, "--quiet")
        self.assertEqual(self.rows(), self.rows("whole"))
        epoch = int(self.best(self.rows())["epoch"])
        for run in "run", "whole":
            self.assertEqual(
                self.generator(f"{run}/checkpoints/best.pt"),
                self.generator(f"{run}/checkpoints/g_{epoch}.pt"),
            )
        # Metrics of another number of samples are not compared.
        shutil.copytree(self.folder / "run", self.folder / "other")
        more = ("--epochs", 7, "--eval.samples", 180, "--quiet")
        self.train("--resume", "other", *more)
        self.assertEqual([row["samples"] for row in self.rows("other")], [200] * 6 + [180])
        self.assertEqual(
            self.generator("other/checkpoints/best.pt"),
            self.generator("other/checkpoints/g_7.pt"),
        )
        # From here on it gets worse: the best result stays, although this process did not measure
        # it.
        text = (self.folder / "run/metrics.csv").read_text().splitlines()
        cells = text[-1].split(",")
        cells[text[0].split(",").index("frechet")] = "1e-9"
        (self.folder / "run/metrics.csv").write_text("\n".join([*text[:-1], ",".join(cells), ""]))
        before = self.generator("run/checkpoints/best.pt")
        self.train("--resume", "run", "--epochs", 7, "--quiet")
        self.assertEqual(len(self.rows()), 7)
        self.assertEqual(before, self.generator("run/checkpoints/best.pt"))

    def test_a_finished_run_is_measured_later(self):
        self.train(*self.flags, "--epochs", 2, "--out", "run", "--quiet")
        self.assertFalse((self.folder / "run/metrics.csv").exists())
        for _ in range(2):  # once only
            self.train("--resume", "run", "--eval.every", 5, "--quiet")
            self.assertEqual([row["epoch"] for row in self.rows()], [2])

    def test_rows_after_the_state_are_cut_without_evaluations(self):
        self.train(*self.flags, "--epochs", 2, "--eval.every", 1, "--out", "run", "--quiet")
        path = self.folder / "run/metrics.csv"
        text = path.read_text()
        epoch, step, rest = text.splitlines()[-1].split(",", 2)
        path.write_text(f"{text}{int(epoch) + 1},{int(step) + 1},{rest}\n")
        self.train("--resume", "run", "--eval.every", 0, "--quiet")
        self.assertEqual(path.read_text(), text)

    def test_data_that_are_too_few_leave_no_run(self):
        few = ("--data.synthetic_size", 150, "--eval.every", 1, "--out", "run", "--quiet")
        self.refused("gan-train", *self.flags, *few, code=2, says="too few")
        self.assertFalse((self.folder / "run/config.yaml").exists())
        self.train(*self.flags, "--epochs", 1, "--out", "run", "--quiet")


if __name__ == "__main__":
    common.main()
