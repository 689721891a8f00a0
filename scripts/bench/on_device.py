"""Run by scripts/cuda_check.sh --device: compares the program on a GPU with itself on the CPU.

    on_device.py [--device-name NAME] [--quick] BUILD DATA OUT

BUILD contains bin/gan and gan_bench, DATA the files of MNIST. OUT gets results.json, rewritten
after each check so that an aborted run keeps its results, and log.txt, with the output of all
programs. The last line counts the passed, failed and skipped checks; the exit code is 1 if one
failed.

--device-name cpu rehearses everything without a GPU; checks that need one are skipped.
--quick takes fewer rounds and skips the five minutes of training.
"""

import argparse
import csv
import hashlib
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve()
CONFIGS = HERE.parents[2] / "configs"
PARITY = sorted(file.stem for file in CONFIGS.glob("*.ini")) + ["mnist_fast"]
TIMED = {
    "mnist_fast": (),
    "mnist_best": (),
    "mnist_cpp_dcgan": (),
    "cifar10_dcgan": ("--image-size", 32, "--channels", 3),
}
LOSSES = ("d_loss", "g_loss")


class Skipped(Exception):
    """The check can't be made here; the message says why."""


def config(recipe):
    return str(next(CONFIGS.glob(f"{recipe}.*")))


class Checks:
    def __init__(self, arguments):
        self.device, self.quick = arguments.device_name, arguments.quick
        self.build, self.data = arguments.build.resolve(), arguments.data.resolve()
        self.out = arguments.out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.log = (self.out / "log.txt").open("w")
        self.results = {"device": self.device, "checks": {}}
        self.on_gpu = self.device != "cpu"

    def call(self, *command, code=0, timeout=300):
        """Runs a command and returns its output; fails unless it exits with `code`."""
        command = [str(word) for word in command]
        self.log.write(f"\n$ {' '.join(command)}\n")
        self.log.flush()
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, cwd=self.out, errors="replace"
        )
        self.log.write(done.stdout + done.stderr + f"[exit code {done.returncode}]\n")
        if done.returncode != code:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise AssertionError(f"exit code {done.returncode}, not {code}: {' '.join(last)}")
        return done.stdout + done.stderr

    def train(self, name, recipe, device, *options):
        """Trains 20 steps in fp32, with every step in steps.csv; returns the folder."""
        folder = self.out / "runs" / name
        if "--train.precision" not in options:
            options = ("--train.precision", "fp32", *options)
        self.call(
            self.build / "bin/gan", "train", "--config", config(recipe), *self.data_of(recipe),
            "--out", folder, "--overwrite", "--device", device, "-q", "--train.epochs", 1,
            "--train.steps_per_epoch", 20, "--output.log_every", 1, "--eval.every", 0, *options,
        )  # fmt: skip
        return folder

    def data_of(self, recipe):
        """The options that name a recipe's data."""
        text = pathlib.Path(config(recipe)).read_text()
        found = re.search(r"^ *path *[=:] *data/([\w-]+)", text, re.M)
        if not found:
            return ()  # its data are synthetic
        folder = self.data if found[1] == "mnist" else self.data.parent / found[1]
        if not folder.is_dir():
            raise Skipped(f"no {folder} here")
        return "--data", folder

    def check(self, name, work):
        start = time.monotonic()
        row = {"passed": True}
        try:
            row |= work() or {}
        except Skipped as reason:
            row = {"skipped": str(reason)}
        except Exception as error:  # so that the other checks still run
            row |= {"passed": False, "error": f"{type(error).__name__}: {error}"}
        row["seconds"] = round(time.monotonic() - start, 1)
        self.results["checks"][name] = row
        (self.out / "results.json").write_text(json.dumps(self.results, indent=1) + "\n")
        say = row.get("skipped") and "skipped" or ("well" if row["passed"] else "FAILED")
        print(f"{name}: {say}, {json.dumps({k: v for k, v in row.items() if k != 'passed'})}", flush=True)

    # ── The machine ──────────────────────────────────────────────────────────

    def machine(self):
        about = {"version": self.call(self.build / "bin/gan", "--version")}
        if self.on_gpu:
            about["nvidia_smi"] = self.call(
                "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"
            )
            if "CUDA" not in about["version"]:
                raise AssertionError("gan --version names no CUDA device")
        about["doctor"] = self.call(self.build / "bin/gan", "doctor", "--seconds", 2)
        return about

    # ── Correctness ──────────────────────────────────────────────────────────

    def parity(self, recipe):
        """Compares 20 steps on the device with the CPU's: losses agree within 1e-3 for five steps.
        Later, Adam amplifies rounding differences of sums in another order: on the CPU alone to
        0.01 in 20 steps, and far more with batch norm in D. So that is off where a penalty makes it
        worse, and so is dropout, which each device draws by itself."""

        def losses(folder):
            with (folder / "steps.csv").open() as file:
                return [[float(row[name]) for name in LOSSES] for row in csv.DictReader(file)]

        text = pathlib.Path(config(recipe)).read_text()
        plain = ("--model.dropout", 0) if "dropout" in text else ()
        if recipe in ("mnist_best", "mnist_fast"):
            plain = ("--model.discriminator_norm", "false")
        here = losses(self.train(f"{recipe}_here", recipe, self.device, *plain))
        there = losses(self.train(f"{recipe}_cpu", recipe, "cpu", *plain))
        assert len(here) == len(there) > 0, f"{len(here)} and {len(there)} rows"
        assert all(math.isfinite(value) for row in here + there for value in row), "a loss is NaN"
        differences = [
            max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(x, y)) for x, y in zip(here, there)
        ]
        for steps, most in (5, 1e-3), (20, 0.05):
            worst = max(differences[:steps])
            assert worst < most, f"losses differ by {worst:.2g} within {steps} steps"
        return {"steps": len(here), "after_5": max(differences[:5]), "after_20": max(differences)}

    def same_bytes(self, recipe, a, b):
        """Compares the weights of two runs, which must be bit-identical."""
        sums = []
        for name, options in (("a", a), ("b", b)):
            folder = self.train(f"{recipe}_same_{name}", recipe, self.device, *options)
            # A single file with all weights, but without the settings, which may differ.
            weights = self.out / f"{name}.safetensors"
            last = max(folder.glob("checkpoints/g_*.pt"))
            self.call(self.build / "bin/gan", "export", "--ckpt", last, "-o", weights)
            data = weights.read_bytes()
            sums.append(hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest())
        assert sums[0] == sums[1], "the weights differ"
        return {"sha256": sums[0]}

    def samples(self):
        """A checkpoint from the CPU draws the same images on the device, and the reverse."""
        worst = {}
        for origin in ("cpu", self.device):
            folder = self.train(f"samples_{origin}", "mnist_cpp_dcgan", origin)
            checkpoint = max(folder.glob("checkpoints/g_*.pt"))
            images = []
            for device in ("cpu", self.device):
                file = self.out / f"samples_{origin}_{device}.npy"
                self.call(self.build / "bin/gan", "sample", "--ckpt", checkpoint, "-n", 64,
                          "--device", device, "-o", file, "--format", "npy")  # fmt: skip
                images.append(file.read_bytes()[-64 * 784 :])
            worst[origin] = max(abs(a - b) for a, b in zip(*images))
        assert max(worst.values()) <= 1, f"grey levels differ by {worst}"
        return {"grey_levels": worst}

    def resume(self):
        """A run of one epoch on the CPU resumes on the device, and the reverse."""
        for first, second in (("cpu", self.device), (self.device, "cpu")):
            folder = self.train(f"resume_{first}", "mnist_mlp", first)
            self.call(self.build / "bin/gan", "train", "--resume", folder, "--epochs", 2, "-q",
                      "--device", second)  # fmt: skip
        return {}

    def precision(self, precision):
        """The difference between 20 steps in another precision and in fp32."""

        def end(name, *options):
            folder = self.train(name, "mnist_cpp_dcgan", self.device, *options)
            with (folder / "steps.csv").open() as file:
                last = list(csv.DictReader(file))[-1]
            return [float(last[key]) for key in LOSSES]

        other = end(f"in_{precision}", "--train.precision", precision)
        return {"difference": [round(a - b, 5) for a, b in zip(other, end("in_fp32"))]}

    def two_ranks(self):
        """Trains with sync_batchnorm in two processes that share the device."""
        if "MPI" not in self.results["checks"]["machine"].get("version", ""):
            raise Skipped("built without MPI")
        try:
            self.call("mpirun", "--version")
        except FileNotFoundError:
            raise Skipped("no mpirun here") from None
        folder = self.out / "runs/two_ranks"
        self.call("mpirun", "--allow-run-as-root", "--oversubscribe", "-np", 2,
                  self.build / "bin/gan", "train", "--config", config("mnist_cpp_dcgan"),
                  "--data", self.data, "--out", folder, "--overwrite", "--device", self.device,
                  "-q", "--model.sync_batchnorm", "true", "--train.epochs", 1,
                  "--train.steps_per_epoch", 20)  # fmt: skip
        return {}

    def out_of_memory(self):
        """Training that runs out of device memory ends with one line about it and exit code 1."""
        if not self.on_gpu:
            raise Skipped("the CPU's memory is left alone")
        said = self.call(
            self.build / "bin/gan", "train", "--config", config("mnist_cpp_dcgan"),
            "--data", self.data, "--out", self.out / "runs/too_large", "--overwrite",
            "--device", self.device, "-q", "--train.batch_size", 60000, "--train.epochs", 1,
            "--model.generator_widths", "4096,4096,2048", "--train.precision", "fp32", code=1,
        )  # fmt: skip
        last = said.strip().splitlines()[-1]
        assert "memory" in last, last
        return {"message": last}

    # ── Speed ────────────────────────────────────────────────────────────────

    @staticmethod
    def milliseconds(said, recipe):
        """The time in the line "RECIPE MS …", which may have Python's warnings around it."""
        return float(re.search(rf"^{recipe} (\S+)", said, re.M)[1])

    def times(self, recipe):
        """ms per step: gan-train's, with and without the CUDA graph, and PyTorch's."""
        rounds = 20 if self.quick else 200
        row = {}
        for name, graph in (("ours", "false"), ("ours_graph", "true")):
            out = self.call(self.build / "gan_bench", *TIMED[recipe], "--step-only",
                            "--rounds", rounds, "--set", f"train.device={self.device}",
                            "--set", f"train.cuda_graph={graph}",
                            "--set", "train.precision=auto", config(recipe))  # fmt: skip
            row[name] = self.milliseconds(out, recipe)
        peers = [sys.executable, HERE.parent / "peers.py", "--step-only", "--rounds", rounds]
        for name, options in (
            ("eager", ["eager"]),
            ("best", ["best"]),
            ("compiled", ["--compile", "best"]),
        ):
            if name == "compiled" and self.quick:
                continue
            out = self.call(*peers, "--device", self.device, *options, recipe)
            row[name] = self.milliseconds(out, recipe)
        return row

    def five_minutes(self):
        """Trains a recipe until it is stopped by Ctrl-C; its grids are kept for viewing."""
        if self.quick:
            raise Skipped("--quick")
        cifar = self.data.parent / "cifar10"
        recipe, data = ("cifar10_dcgan", cifar) if cifar.is_dir() else ("mnist_best", self.data)
        folder = self.out / "runs" / f"long_{recipe}"
        self.call("timeout", "--preserve-status", "-s", "INT", 300, self.build / "bin/gan", "train",
                  "--config", config(recipe), "--data", data, "--out", folder, "--overwrite",
                  "--train.epochs", 100000, "--device", self.device, "-q",
                  code=130, timeout=400)  # fmt: skip
        with (folder / "losses.csv").open() as file:
            last = list(csv.DictReader(file))[-1]
        return {"recipe": recipe, "last_row": last}

    def run(self):
        self.check("machine", self.machine)
        for recipe in PARITY:
            self.check(f"parity {recipe}", lambda recipe=recipe: self.parity(recipe))
        exact = ("--train.deterministic", "true")
        self.check("exact", lambda: self.same_bytes("mnist_cpp_dcgan", exact, exact))
        graphs = [(*exact, "--train.cuda_graph", on) for on in ("false", "true")]
        for recipe in "mnist_fast", "mnist_cpp_dcgan":  # with classes and a penalty, and without
            self.check(f"graph {recipe}", lambda recipe=recipe: self.same_bytes(recipe, *graphs))
        self.check("samples", self.samples)
        self.check("resume", self.resume)
        for precision in ("bf16", "tf32") if self.on_gpu else ("bf16",):
            self.check(f"precision {precision}", lambda p=precision: self.precision(p))
        self.check("two ranks", self.two_ranks)
        self.check("out of memory", self.out_of_memory)
        for recipe in TIMED:
            self.check(f"times {recipe}", lambda recipe=recipe: self.times(recipe))
        self.check("five minutes", self.five_minutes)
        rows = self.results["checks"].values()
        skipped = sum("skipped" in row for row in rows)
        failed = sum(not row.get("passed", True) for row in rows)
        print(f"{len(rows) - skipped - failed} passed, {failed} failed, {skipped} skipped")
        return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device-name", default="cuda")
    parser.add_argument("--quick", action="store_true")
    for name in ("build", "data", "out"):
        parser.add_argument(name, type=pathlib.Path)
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
    sys.exit(Checks(parser.parse_args()).run())


main()
