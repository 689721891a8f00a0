"""Tab completion in real shells."""

import os
import pty
import select
import shutil
import subprocess

import common


class CompletionTest(common.RecipesTest):
    def bash(self, *words):
        """The completions of the last word; bash also splits at =."""
        (self.folder / "script").write_text(
            f"set -u\n{self.script_file('bash').read_text()}\n"
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
        self.assertEqual(
            sorted(self.bash("gan", "")), sorted([*self.commands(), "--help", "--version"])
        )
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
        for before in ["gan-train", "--resume"], ["gan-report"], ["gan", "report", "run"]:
            self.assertEqual(self.bash(*before, "f"), ["folder"])
            self.assertNotIn("model.pt", self.bash(*before, ""))

    def script_file(self, shell):
        path = self.folder / f"script.{shell}"
        if not path.exists():
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
            """Types keys and waits until a text appears."""
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
        (self.folder / "folder_a").touch()
        (self.folder / "folder_of_a_run").mkdir()
        typed(f"{clear}gan-report folder\t", "folder_of_a_run/")

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
        (self.folder / "folder").mkdir()
        self.assertEqual(offered("gan-report fo"), ["folder/"])


if __name__ == "__main__":
    common.main()
