"""The program as it is called: configs, flags, and wrong calls of every kind."""

import json
import os
import pathlib
import re
import shutil
import unittest.mock

import common


def number(yaml, name):
    return float(re.search(rf"^  {name}: (\S+)$", yaml, re.MULTILINE)[1])


class ConfigTest(common.ProgramTest):
    def dry(self, *flags):
        return common.yaml_of(self.train("--dry-run", *flags).stdout)

    def test_flags_beat_the_file_and_the_file_beats_defaults(self):
        shapes = ["--data.dataset", "shapes"]
        (self.folder / "x.ini").write_text(
            "[optim]\nlr = 0.5\nbeta1 = 0.25\n[data]\ndataset = shapes\n"
        )
        (self.folder / "x.yaml").write_text(
            "optim:\n  lr: 0.5\n  beta1: 0.25\ndata:\n  dataset: shapes\n"
        )
        self.assertEqual(number(self.dry(*shapes), "lr"), 2e-4)
        for file in "x.ini", "x.yaml":
            text = self.dry("--config", file, "--lr", "0.125")
            self.assertEqual(
                [number(text, key) for key in ("lr", "beta1", "beta2")], [0.125, 0.25, 0.999]
            )
        self.assertEqual([path.name for path in self.folder.iterdir() if path.is_dir()], [])

    def test_short_and_long_flags_are_the_same(self):
        long = self.dry(
            "--config", common.SMOKE, "--train.epochs", 7, "--optim.lr=3e-4", "--train.seed", 9
        )
        self.assertEqual(
            long, self.dry("-c", common.SMOKE, "--epochs=7", "--lr", "3e-4", "--seed", "9")
        )

    def test_what_dry_run_prints_is_a_config_that_gives_the_same(self):
        text = self.dry("--config", common.SMOKE, "--loss.real_label", "0.8:1.0")
        (self.folder / "again.yaml").write_text(text)
        self.assertEqual(self.dry("--config", "again.yaml"), text)

    def test_dry_run_counts_parameters(self):
        common.need_mnist()
        for recipe, counts in {
            "mnist_mlp": (1486352, 1460225),
            "mnist_keras_dcgan": (839937, 212865),
            "mnist_cpp_dcgan": (837504, 659456),
        }.items():
            text = self.train(
                "--config", common.CONFIGS / f"{recipe}.ini", "--data", common.MNIST, "--dry-run"
            ).stdout
            self.assertIn(f"generator, {counts[0]} parameters", text)
            self.assertIn(f"discriminator, {counts[1]} parameters", text)
            self.assertIn("60000 items of 1x28x28", text)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_recipe_is_found_by_its_bare_name(self):
        folder = self.folder / "configs"
        folder.symlink_to(common.CONFIGS)
        for name in "smoke", "smoke.ini":
            self.assertEqual(self.dry("--config", name), self.dry("--config", common.SMOKE))

    def test_bare_names_are_looked_up_in_order(self):
        program = self.folder / "tree/build/bin"
        work = self.folder / "work"
        places = [
            *(work, work / "configs", program, program / "configs"),
            *(program.parent / "share/gan-train/configs", self.folder / "tree/configs"),
        ]
        for epochs, place in enumerate(places, 1):
            place.mkdir(parents=True, exist_ok=True)
            text = common.SMOKE.read_text().replace("epochs     = 2", f"epochs = {epochs}")
            (place / "mine.ini").write_text(text)
        # A copy, since the program looks through links to where it lies itself.
        shutil.copy(common.BIN / "gan", program / "gan")
        for epochs, place in enumerate(places, 1):
            done = self.call(program / "gan", *("train", "--config", "mine", "--dry-run"), cwd=work)
            self.assertEqual(number(common.yaml_of(done.stdout), "epochs"), epochs)
            (place / "mine.ini").unlink()

    def test_precision_is_what_the_processor_is_fast_at(self):
        fast = "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text().split()
        expected = {"auto": "bf16" if fast else "fp32", "bf16": "bf16", "fp32": "fp32"}
        for asked, precision in expected.items():
            flags = ("--train.precision", asked, "--device", "cpu", "--dry-run", "--json")
            facts = json.loads(self.train("--config", common.SMOKE, *flags).stdout)
            self.assertEqual(facts["training"]["precision"], precision)

    def test_options_are_those_of_the_docs(self):
        text = self.call("gan", "options", "--markdown").stdout
        self.assertEqual(text.count("| `optim.lr` (`--lr`) |"), 1)
        docs = common.ROOT / "docs" / "options.md"
        if docs.exists():
            self.assertEqual(
                docs.read_text(), text, "write it anew: gan options --markdown > docs/options.md"
            )
        plain = self.call("gan", "options").stdout
        for key in re.findall(r"^\| `([a-z0-9_.]+)`", text, re.MULTILINE):
            self.assertIn(f"{key} = ", plain)

    def test_help_fits_the_terminal(self):
        for width in "60", "100":
            with unittest.mock.patch.dict(os.environ, COLUMNS=width):
                pages = [self.call("gan", name, "--help").stdout for name in self.commands()]
            for page in pages:
                self.assertLessEqual(max(map(len, page.splitlines())), int(width), page)
        page = " ".join(self.call("gan-sample", "--help").stdout.split())
        self.assertIn(" -n,--count INT how many images (default 100", page)
        self.assertIn(" or a safetensors file (required) ", page)
        self.assertIn(" frames a second of the GIF (default 10) (1 to 50; with --gif)", page)
        self.assertIn(" --preview show the grid", page)

    def test_help_and_version(self):
        for arguments in (
            ["--help"],
            ["train", "--help"],
            ["sample", "--help"],
            ["options", "--help"],
        ):
            self.assertIn("--", self.call("gan", *arguments).stdout)
        self.assertIn("--resume", self.train("--help").stdout)
        version = self.call("gan", "--version").stdout
        self.assertRegex(version, r"gan-train \d+\.\d+\.\d+")
        self.assertRegex(version, r"LibTorch\s+\d+\.\d+")
        self.assertRegex(version, r"CPU\s+\w+, \d+ threads?")


class WrongCallTest(common.ProgramTest):
    """Each ends with its exit code and one line, and writes nothing."""

    def setUp(self):
        super().setUp()
        self.before = []

    def write(self, name, content):
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        self.before.append(name)

    def tearDown(self):
        self.assertEqual(
            sorted(path.name for path in self.folder.iterdir()), sorted(set(self.before))
        )

    def refused_train(self, *flags, says, code=2):
        self.refused("gan-train", *flags, "--out", "run", code=code, says=says)

    def test_flags(self):
        smoke = ("--config", common.SMOKE)
        self.refused_train(*smoke, "--optim.ls", 1, says=["--optim.ls", "'--optim.lr'"])
        self.refused_train(*smoke, "--lr", "fast", says=["--lr", "fast", "number"])
        self.refused_train(*smoke, "--lr", "-1", says=["--lr", "out of range"])
        self.refused("gan-train", *smoke, "--lr", code=2, says="--optim.lr")
        self.refused_train(*smoke, "--lr=--seed", says="--lr: its value is missing")
        self.refused_train(*smoke, "stray", says=["stray"])
        self.refused_train(*smoke, "--model.arch", "dgcan", says=["dcgan"])
        self.refused_train(*smoke, "--batch-size", 4096, says=["4096", "512"])
        self.refused_train(*smoke, "--device", "gpu", says=["gpu", "cuda"])
        self.refused_train(*smoke, "--resume", "absent", says=["absent"])
        both = ("--resume", "x", "--overwrite")
        self.refused("gan-train", *both, code=2, says="leave out --overwrite")
        self.refused_train(*smoke, "--debug-steps", 0, says="not in range 1 to 1000000")
        self.refused_train(*smoke, "--debug-steps", 5, says=["--debug-steps", "--debug-dump"])
        self.refused("gan", "trian", code=2, says="train")
        self.refused("gan", "man", "train", "--all", "x", code=2, says="leave out train")
        self.refused("gan-sample", code=2, says="--ckpt")

    def test_places_that_are_no_run_s(self):
        (self.folder / "own").mkdir()
        (self.folder / "own" / "text").write_text("mine")
        self.before.append("own")
        smoke = ("gan-train", "--config", common.SMOKE)
        no_run = "own: holds files, but no run of gan-train; choose another --out"
        self.refused(*smoke, "--out", "own", code=2, says=no_run)
        self.refused(*smoke, "--out", "own", "--overwrite", code=2, says=no_run)
        self.refused(*smoke, "--out", "/dev/null", code=2, says="/dev/null: is not a folder")
        self.refused("gan-train", "--resume", "own/text", code=2, says="name the run's folder")

    def test_what_nobody_knows_is_named_before_what_is_missing(self):
        for command, words, says in (
            ("gan-sample", ["g.pt"], "unexpected argument g.pt; did you mean --ckpt g.pt?"),
            ("gan-train", ["my.ini"], "unexpected argument my.ini; did you mean --config my.ini?"),
            ("gan-sample", ["--checkpoint", "g.pt"], "unknown option --checkpoint"),
            ("gan-train", ["--latent_dim", 8], "did you mean '--model.latent_dim'?"),
        ):
            self.refused(command, *words, code=2, says=says)

    def test_cuda_on_a_cpu_build(self):
        if "without CUDA" not in self.call("gan", "--version").stdout:
            self.skipTest("NOT TESTED: this LibTorch is built with CUDA")
        for device in "cuda", "cuda:0":
            self.refused_train(
                "--config", common.SMOKE, "--device", device, says=[device, "CPU only"]
            )

    def test_unknown_recipes_are_met_with_near_ones(self):
        self.write("rings_copy.ini", (common.CONFIGS / "rings.ini").read_text())
        self.refused_train(
            "--config", "rings_copi", says=["rings_copi", "did you mean 'rings_copy'"]
        )
        self.refused_train("--config", "no/such.ini", says="no/such.ini: no such config file")
        self.refused_train("--config", "./", says="./: is a folder")
        self.write("config.json", "{}")
        self.refused_train("--config", "./config.json", says=[".ini", ".yaml"])

    def test_all_mistakes_of_a_file_are_told_with_their_lines(self):
        self.write(
            "x.ini", "[optim]\nlr = -3\nls = 4\nbeta1 = 0.5\nbeta1 = 0.6\n\n[train]\nepochs = ten\n"
        )
        self.write(
            "x.yaml",
            "optim:\n  lr: -3\n  ls: 4\n  beta1: 0.5\n  beta1: 0.6\n\ntrain:\n  epochs: ten\n",
        )
        for name in "x.ini", "x.yaml":
            done = self.train("--config", name, "--out", "run", code=2)
            lines = done.stderr.removeprefix("error: ").splitlines()
            places = {line.split(": ")[0] for line in lines}
            self.assertEqual(places, {f"{name}:{i}" for i in (2, 3, 5, 8)}, done.stderr)
            for words in "out of range", "did you mean 'lr'", "beta1", "'ten' is not an integer":
                self.assertIn(words, done.stderr)
        self.write("bad.ini", "[optim\n")
        self.refused_train("--config", "bad.ini", says="bad.ini:1")

    def test_missing_and_corrupt_data(self):
        idx = ("--data.dataset", "idx", "--data")
        self.refused_train(*idx, "absent", says=["absent", "--data"])
        (self.folder / "empty").mkdir()
        self.before.append("empty")
        self.refused_train(*idx, "empty", says=["empty", "train-images"])
        header = bytes([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 8])
        self.write("short", header + bytes(9 * 64 - 1))
        self.write("long", header + bytes(9 * 64 + 1))
        self.write("magic", b"\1" + header[1:] + bytes(9 * 64))
        self.write("type", bytes([0, 0, 13]) + header[3:] + bytes(9 * 64))
        self.write("huge", header[:4] + b"\x7f\xff\xff\xff" * 3 + bytes(64))
        for name in "short", "long", "magic", "type", "huge":
            self.refused_train(*idx, name, code=1, says=name)

    def test_a_resumed_config_may_not_change(self):
        self.train("--config", common.SMOKE, "--epochs", 1, "--out", "run", "--quiet")
        self.before.append("run")
        done = self.train(
            "--resume", "run", "--epochs", 2, "--lr", "0.5", "--optim.beta1", "0.9", code=2
        )
        self.assertIn("optim.lr: 0.001 -> 0.5", done.stderr)
        self.assertIn("optim.beta1: 0.5 -> 0.9", done.stderr)
        self.assertNotIn("epochs", done.stderr)
        for state in (self.folder / "run" / "checkpoints").glob("[lp]*.pt"):
            state.write_bytes(state.read_bytes()[:-100])
        self.refused("gan-train", "--resume", "run", "--epochs", 2, code=1, says="last.pt")

    def test_the_length_of_a_run_whose_rates_fall_to_its_end_may_not_change(self):
        flags = "--epochs", 1, "--train.steps_per_epoch", 2, "--quiet"
        for run, falls in (
            ("rates", ("--optim.schedule", "linear")),
            (
                "noise",
                ("--train.instance_noise", 0.1),
            ),
        ):
            self.train("--config", common.SMOKE, *flags, *falls, "--out", run)
            self.before.append(run)
            done = self.train("--resume", run, "--epochs", 2, code=2)
            self.assertIn("train.epochs: 1 -> 2 (optim.schedule or", done.stderr)
            self.train("--resume", run, "--quiet")

    def test_methods_that_do_not_go_together_are_refused(self):
        smoke = "--config", common.SMOKE
        self.refused_train(*smoke, "--loss.real_label", 1.5, says=["labels from 0 to 1"])
        pairs = "--loss.kind", "relativistic", "--loss.real_label", 1
        self.refused_train(
            *smoke, *pairs, "--train.discriminator_update", "separate", says=["summed or joint"]
        )
        rings = "--config", common.CONFIGS / "rings.ini"
        self.refused_train(*rings, "--augment.translation", 0.1, says=["points, not images"])


if __name__ == "__main__":
    common.main()
