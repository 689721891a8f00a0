"""The small commands: init, list, inspect, man pages and completion."""

import gzip
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess

import common

try:
    import numpy as np
except ImportError:
    np = None

COMMANDS = re.findall(
    r"^  (\w+) +[a-z]",
    subprocess.run([common.BIN / "gan"], check=True, capture_output=True, text=True).stdout,
    re.MULTILINE,
)


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
        np.save(self.folder / "f.npy", np.array([[-1, 0.5], [np.nan, 2]], np.float32))
        facts = self.facts("f.npy")
        self.assertEqual((facts["type"], facts["shape"]), ("float32", [2, 2]))
        self.assertEqual([facts[key] for key in ("min", "max", "mean")], [-1, 2, 0.5])
        self.assertEqual(facts["not_finite"], 1)

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
            self.assertEqual(facts[name]["parameters"], count)
            self.assertEqual(sum(layer["parameters"] for layer in facts[name]["layers"]), count)
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
        self.assertEqual(pages, sorted(["gan.1", *(f"gan-{name}.1" for name in COMMANDS)]))
        for name in COMMANDS:
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


class CompletionTest(common.RecipesTest):
    """What Tab offers, asked of the shells themselves."""

    def bash(self, *words):
        """The completions of the last word; bash splits at = too."""
        script = self.call("gan", "completion", "bash").stdout
        (self.folder / "script").write_text(
            f"set -u\n{script}\n"
            f"COMP_WORDS=({' '.join(repr(word) for word in words)})\n"
            f"COMP_CWORD={len(words) - 1}\n"
            'complete -p "${COMP_WORDS[0]##*/}" >&2\n'
            '_gan\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        done = subprocess.run(
            ["bash", "script"], cwd=self.folder, capture_output=True, text=True, check=True
        )
        self.assertIn("-F _gan", done.stderr)
        return done.stdout.split()

    def test_bash(self):
        self.assertEqual(sorted(self.bash("gan", "")), sorted([*COMMANDS, "--help", "--version"]))
        self.assertEqual(self.bash("gan", "tra"), ["train"])
        for before in ["gan", "train"], ["gan-train"], ["/usr/bin/gan-train"]:
            self.assertEqual(self.bash(*before, "--optim.be"), ["--optim.beta1", "--optim.beta2"])
            self.assertEqual(self.bash(*before, "--model.arch", "d"), ["dcgan"])
            self.assertEqual(self.bash(*before, "--model.arch", "=", "d"), ["dcgan"])
            self.assertIn("dcgan", self.bash(*before, "--model.arch", "="))
            self.assertEqual(self.bash(*before, "--lr", ""), [])
            self.assertEqual(self.bash(*before, "--train.deterministic", "t"), ["true"])
            self.assertEqual(self.bash(*before, "--train.deterministic", "--dry"), ["--dry-run"])
        self.assertIn("mnist_mlp", self.bash("gan-train", "--config", "mnist_"))
        self.assertEqual(self.bash("gan-sample", "--format", "npy"), ["npy", "npy-float"])
        self.assertEqual(self.bash("gan-eval", "--range", "u"), ["unit"])
        self.assertEqual(self.bash("gan", "list", "los"), ["losses"])
        (self.folder / "model.pt").touch()
        (self.folder / "folder").mkdir()
        self.assertEqual(self.bash("gan-sample", "--ckpt", "mo"), ["model.pt"])
        self.assertEqual(self.bash("gan", "inspect", "mo"), ["model.pt"])
        self.assertEqual(self.bash("gan-train", "--resume", "f"), ["folder"])

    def test_all_shells_know_every_flag(self):
        for shell in "bash", "zsh", "fish":
            script = self.call("gan", "completion", shell).stdout
            for key in json.loads(self.call("gan", "options", "--json").stdout):
                self.assertIn(key, script)
        self.call("gan", "completion", "--all", "share")
        for path in "bash-completion/completions/gan", "zsh/site-functions/_gan":
            self.assertTrue((self.folder / "share" / path).exists())
        self.refused("gan", "completion", code=2, says=["bash", "zsh", "fish"])
        self.refused("gan", "completion", "csh", code=2, says=["bash", "zsh", "fish"])

    def script_file(self, shell):
        path = self.folder / f"script.{shell}"
        path.write_text(self.call("gan", "completion", shell).stdout)
        return path

    def test_zsh(self):
        zsh = shutil.which("zsh")
        common.need(zsh, "no zsh here (Debian: zsh)")
        script = self.script_file("zsh")
        subprocess.run([zsh, "-n", script], check=True)
        script.rename(self.folder / "_gan")
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execvpe(zsh, [zsh, "-f", "-i"], {**os.environ, "TERM": "dumb"})
        self.addCleanup(os.waitpid, process, 0)
        self.addCleanup(os.close, terminal)

        def typed(keys, until):
            """Types, and waits for a text to appear."""
            os.write(terminal, keys.encode())
            seen = ""
            while until not in seen:
                ready = select.select([terminal], [], [], 60)[0]
                self.assertTrue(ready, f"{keys!r}: no {until!r} in {seen!r}")
                seen += os.read(terminal, 4096).decode(errors="replace")

        typed("fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n", "ready")
        clear = "\x15"
        typed("gan tra\t", "gan train ")
        for command in "gan train", "gan-train":
            typed(f"{clear}{command} --model.arch dc\t", "dcgan")
            typed(f"{clear}{command} --model.arch=res\t", "resnet")
            typed(f"{clear}{command} --config mnist_m\t", "mnist_mlp")
        typed(f"{clear}gan list los\t", "losses")

    def test_fish(self):
        fish = shutil.which("fish")
        common.need(fish, "no fish here (Debian: fish)")
        script = self.script_file("fish")
        subprocess.run([fish, "-n", script], check=True)

        def offered(line):
            done = subprocess.run(
                [fish, "--no-config", "-c", f"source {script}; complete -C '{line}'"],
                cwd=self.folder,
                env={"HOME": str(self.folder), "PATH": f"{common.BIN}:/usr/bin:/bin"},
                capture_output=True,
                text=True,
                check=True,
            )
            return [row.split("\t")[0] for row in done.stdout.splitlines()]

        self.assertEqual(offered("gan tra"), ["train"])
        for command in "gan train", "gan-train":
            self.assertEqual(offered(f"{command} --optim.be"), ["--optim.beta1", "--optim.beta2"])
            self.assertEqual(offered(f"{command} --model.arch d"), ["dcgan"])
        self.assertIn("mnist_mlp", offered("gan-train --config mnist_"))


if __name__ == "__main__":
    common.main()
