"""The small commands: init, list, inspect and man pages."""

import gzip
import json
import re
import shutil
import struct
import subprocess

import common

try:
    import numpy as np
except ImportError:
    np = None


class InitTest(common.RecipesTest):
    def test_a_written_config_trains_as_its_recipe(self):
        for path in (
            common.SMOKE,
            common.CONFIGS / "mnist_fast.yaml",
            common.CONFIGS / "mnist_mlp.ini",
        ):
            for extension in "ini", "yaml":
                config = f"{path.stem}.{extension}"
                self.call("gan", "init", path, "-o", config)
                # Differences from the defaults: both files through the program's own reader.
                ours, theirs = (
                    json.loads(self.call("gan", "inspect", file, "--json").stdout)["config"]
                    for file in (config, path)
                )
                self.assertEqual(ours, theirs, config)
                self.assertGreater(len(ours), 3)

    def test_every_key_stands_in_it_with_its_help(self):
        text = self.call("gan", "init", "-o", "-").stdout
        options = json.loads(self.call("gan", "options", "--json").stdout)
        self.assertGreater(len(options), 60)
        words = " ".join(text.replace("#", " ").split())
        for key, facts in options.items():
            self.assertRegex(text, rf"(?m)^#{key.split('.')[1]} =")
            self.assertIn(facts["meaning"], words)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["configs"])

    def test_a_recipe_is_known_by_its_name_and_keeps_its_comment(self):
        done = self.call("gan", "init", "smoke")
        self.assertIn("smoke.ini", done.stderr)
        text = (self.folder / "smoke.ini").read_text()
        self.assertIn("# Runs everything once in seconds", text)
        self.assertIn("\ndataset = shapes\n", text)
        self.assertIn("\n#path = data/mnist\n", text)
        self.train("--config", "smoke", "--dry-run")

    def test_it_refuses_to_overwrite(self):
        (self.folder / "smoke.ini").write_text("mine")
        self.refused("gan", "init", common.SMOKE, code=2, says=["smoke.ini", "-o"])
        self.refused("gan", "init", common.SMOKE, "-o", "x.txt", code=2, says=["x.txt", ".yaml"])
        self.refused("gan", "init", "smoek", code=2, says="smoke")
        self.assertEqual((self.folder / "smoke.ini").read_text(), "mine")


class ListTest(common.RecipesTest):
    def test_each_list_says_what_there_is(self):
        lists = json.loads(self.call("gan", "list", "--json").stdout)
        self.assertEqual(
            sorted(lists["recipes"]), sorted(path.stem for path in common.CONFIGS.glob("*.[iy]*"))
        )
        options = json.loads(self.call("gan", "options", "--json").stdout)
        for key, name in {
            "model.arch": "models",
            "loss.kind": "losses",
            "loss.penalty": "penalties",
            "data.dataset": "datasets",
        }.items():
            self.assertEqual(options[key]["allowed"], "one of " + ", ".join(lists[name]))
        for name, rows in lists.items():
            text = self.call("gan", "list", name).stdout
            for row, help in rows.items():
                self.assertIn(f"  {row}\n", text)
                self.assertTrue(help, row)
        text = self.call("gan", "list").stdout
        self.assertLessEqual(max(map(len, text.splitlines())), 60)
        self.refused("gan", "list", "modles", code=2, says="models")


class InspectTest(common.ProgramTest):
    def facts(self, path):
        facts = json.loads(self.call("gan", "inspect", path, "--json").stdout)
        text = self.call("gan", "inspect", path).stdout
        self.assertIn(f"kind: {facts['kind']}\n", text)
        return facts

    def test_data_files(self):
        pixels = bytes(range(0, 240, 10)) * 4
        header = struct.pack(">HBB3I", 0, 8, 3, 4, 4, 6)
        (self.folder / "plain").write_bytes(header + pixels)
        (self.folder / "packed.gz").write_bytes(gzip.compress(header + pixels))
        for name, kind in ("plain", "IDX"), ("packed.gz", "IDX, gzip"):
            facts = self.facts(name)
            self.assertEqual(facts["kind"], kind)
            self.assertEqual(facts["shape"], [4, 4, 6])
            self.assertEqual([facts[key] for key in ("min", "max", "mean")], [0, 230, 115])
        (self.folder / "labels").write_bytes(
            struct.pack(">HBBI", 0, 8, 1, 5) + bytes([2, 0, 2, 1, 2])
        )
        self.assertEqual(self.facts("labels")["items_by_label"], [1, 1, 3])

        common.need(np, "this Python has no NumPy")
        for kind in "float32", "float64":
            np.save(self.folder / "f.npy", np.array([[-1, 0.5], [np.nan, 2]], kind))
            facts = self.facts("f.npy")
            self.assertEqual((facts["type"], facts["shape"]), (kind, [2, 2]))
            self.assertEqual([facts[key] for key in ("min", "max", "mean")], [-1, 2, 0.5])
            self.assertEqual(facts["not_finite"], 1)

    def test_what_numpy_writes_by_the_lines_in_the_readme(self):
        common.need(np, "this Python has no NumPy")
        (lines,) = (s for s in common.snippets("README.md", "python") if "write_idx" in s)
        self.python(f'{lines}\nwrite_idx("mine", np.arange(24).reshape(2, 3, 4))')
        facts = self.facts("mine")
        self.assertEqual((facts["kind"], facts["shape"], facts["max"]), ("IDX", [2, 3, 4], 23))

    def test_checkpoints_and_runs(self):
        self.train("--config", common.SMOKE, "--epochs", 2, "--out", "run", "--quiet")
        facts = self.facts("run/checkpoints/g_2.pt")
        self.assertEqual((facts["epoch"], facts["step"]), (2, 32))
        self.assertEqual(facts["image_shape"], [1, 16, 16])
        self.assertEqual(facts["parameters"], {"generator": 6345, "discriminator": 2457})
        self.assertEqual(facts["config"]["optim.lr"], {"value": 0.001, "default": 0.0002})
        self.assertNotIn("optim.beta1", facts["config"])
        for tensor in facts["generator"].values():
            self.assertIn(tensor["type"], ("float32", "int64"))
            self.assertIsInstance(tensor["shape"], list)
        self.assertNotIn("discriminator", facts)

        facts = self.facts("run/checkpoints/last.pt")
        self.assertIn("discriminator", facts)
        self.assertIn("values", facts["g_optimizer"]["exp_avg"])

        facts = self.facts("run")
        self.assertEqual(facts["last_epoch"]["epoch"], 2)
        self.assertEqual(facts["generators_of_epochs"], [1, 2])
        self.assertTrue(facts["can_be_resumed"])
        self.assertIsNone(facts["last_evaluation"])

        checkpoint = self.facts("run/checkpoints/g_2.pt")
        self.call("gan-export", "--ckpt", "run/checkpoints/g_2.pt", "-o", "g.safetensors")
        facts = self.facts("g.safetensors")
        self.assertEqual(facts["kind"], "safetensors")
        self.assertEqual(facts["tensors"], checkpoint["generator"])
        self.assertEqual(facts["metadata"]["image_shape"], "1x16x16")
        self.assertEqual(facts["metadata"]["config"], checkpoint["config"])

        damaged = self.folder / "damaged.pt"
        damaged.write_bytes((self.folder / "run/checkpoints/g_2.pt").read_bytes()[:-50])
        self.refused("gan", "inspect", damaged, code=1, says="damaged.pt")

    def test_what_it_does_not_know(self):
        (self.folder / "x.bin").write_bytes(b"hello")
        (self.folder / "empty").write_bytes(b"")
        self.refused("gan", "inspect", "x.bin", code=2, says=["x.bin", "IDX"])
        self.refused("gan", "inspect", "empty", code=2, says="empty")
        self.refused("gan", "inspect", "absent", code=2, says="absent")
        self.refused("gan", "inspect", self.folder, code=2, says="config.yaml")
        self.refused("gan", "inspect", code=2, says="file")

    def test_dry_run_as_json(self):
        facts = json.loads(self.train("--config", common.SMOKE, "--dry-run", "--json").stdout)
        self.assertEqual(facts["config"]["optim.lr"], 0.001)
        self.assertEqual(facts["data"]["shape"], [1, 16, 16])
        self.assertEqual(facts["training"]["steps_per_epoch"], 16)
        self.assertEqual(facts["estimated_bytes"]["evaluations"], 0)
        for name, count in ("generator", 6345), ("discriminator", 2457):
            net = facts["networks"][name]
            self.assertEqual(net["parameters"], count)
            self.assertEqual(sum(layer["parameters"] for layer in net["layers"]), count)
        self.refused("gan-train", "--config", common.SMOKE, "--json", code=2, says="--dry-run")

    def test_dry_run_counts_what_evaluations_hold(self):
        flags = "--config", common.SMOKE, "--dry-run", "--eval.every", 1, "--eval.samples", 200
        facts = json.loads(self.train(*flags, "--json").stdout)
        # Three sets of bytes, two of floats, and a copy of the 512 images: there are no test images.
        wanted = 200 * 256 * (3 + 2 * 4) + 512 * 256
        self.assertEqual(facts["estimated_bytes"]["evaluations"], wanted)
        self.assertIn(", evaluations 0.7 MiB, LibTorch itself", self.train(*flags).stdout)


class ManTest(common.ProgramTest):
    def test_every_command_has_a_page(self):
        self.call("gan", "man", "--all", "pages")
        pages = sorted(path.name for path in (self.folder / "pages").iterdir())
        self.assertEqual(pages, sorted(["gan.1", *(f"gan-{name}.1" for name in self.commands())]))
        for name in self.commands():
            text = self.call("gan", "man", name).stdout
            self.assertEqual(text, (self.folder / "pages" / f"gan-{name}.1").read_text())
            for flag in re.findall(
                r"(?m)^  (?:-\w,)?(--[\w.-]+)", self.call("gan", name, "--help").stdout
            ):
                self.assertIn("\\fB" + flag.replace("-", "\\-") + "\\fR", text)
        self.assertEqual(self.call("gan", "man").stdout, (self.folder / "pages/gan.1").read_text())
        self.refused("gan", "man", "trian", code=2, says="train")

    def test_groff_takes_every_page(self):
        groff = shutil.which("groff")
        common.need(groff, "no groff here (Debian: groff-base)")
        self.call("gan", "man", "--all", "pages")
        for page in (self.folder / "pages").iterdir():
            done = subprocess.run(
                [groff, "-man", "-ww", "-Tutf8", "-P-cbou", page],
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(done.stderr, "", page.name)
            self.assertIn("NAME", done.stdout)


if __name__ == "__main__":
    common.main()
