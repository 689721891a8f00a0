"""Shared by the tests of several processes: runs under mpirun, and their ranks."""

import csv
import os
import pathlib
import shutil
import signal
import subprocess

import common

try:
    import torch
except ImportError:
    torch = None

MPIRUN = shutil.which("mpirun")


def has_mpi():
    version = subprocess.run([common.BIN / "gan", "--version"], capture_output=True, text=True)
    return "MPI" in version.stdout


def losses(table):
    with open(table, newline="") as file:
        return [(float(row["d_loss"]), float(row["g_loss"])) for row in csv.DictReader(file)]


def weights(folder):
    """Weights and statistics of both networks and of G's average after the last step."""
    state = torch.load(folder / "checkpoints/last.pt")
    nets = ("generator", "discriminator", "ema")
    return {(net, key): value for net in nets for key, value in state[net].items()}


class Ranks(common.ProgramTest):
    # 50 steps, in which ranks add up what a single process computes. A bias before a batch norm has
    # no effect, and its gradient is only rounding errors. At a rate of 2e-4, AVX-512's rounding
    # errors grow to 1e-3 within 50 steps; here they stay below 1e-5.
    as_one = ("--model.sync_batchnorm", "true", "--model.bias", "false", "--lr", "5e-5",
              "--train.steps_per_epoch", "25", "--output.log_every", "1",
              "--threads", "1", "--train.precision", "fp32")  # fmt: skip

    def setUp(self):
        super().setUp()
        common.need(MPIRUN, "no mpirun; it comes with Debian's openmpi-bin")
        common.need(has_mpi(), "this build has no MPI")
        # A short path for Open MPI's own files, since the test's may be too long for its sockets.
        self.environment = {
            **os.environ,
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMP_NUM_THREADS": "1",
            "TMPDIR": "/tmp",
            # Open MPI's modules keep memory and are unloaded, so leak reports have no symbol names.
            "ASAN_OPTIONS": "detect_leaks=0",
        }
        self.out = self.folder / "run"

    def ranks_alive(self):
        """The ranks of this test, excluding mpirun; other tests have other folders."""
        command = f"^[^ ]*gan-train .*{self.out}"
        found = subprocess.run(["pgrep", "-f", command], capture_output=True)
        return [int(pid) for pid in found.stdout.split()]

    def launch(self, ranks):
        return [MPIRUN, "--oversubscribe", "-n", str(ranks)]

    def start(self, ranks, *arguments):
        return self.call_ranks(ranks, "--config", common.SMOKE, "--out", self.out, *arguments)

    def call_ranks(self, ranks, *arguments):
        command = [*self.launch(ranks), common.BIN / "gan-train", *arguments]
        return subprocess.Popen(
            list(map(str, command)),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, job, timeout=300):
        _, errors = job.communicate(timeout=timeout)
        self.wait_for(lambda: not self.ranks_alive())
        return errors

    def epochs(self):
        """Number of epochs with a row in losses.csv."""
        table = self.out / "losses.csv"
        return max(0, table.read_text().count("\n") - 1) if table.exists() else 0

    def long_run(self, *arguments):
        job = self.start(2, "--epochs", "100000", *arguments)
        self.addCleanup(job.kill)
        self.wait_for(self.epochs)
        return job

    def rank_process(self, rank):
        """The process of a rank; None if it isn't running."""
        for pid in self.ranks_alive():
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"OMPI_COMM_WORLD_RANK={rank}".encode() in environment:
                return pid
        return None

    def assert_trained_as(self, alone):
        """Checks that losses and weights of 50 steps match that folder, up to rounding."""
        ours, theirs = losses(self.out / "steps.csv"), losses(alone / "steps.csv")
        self.assertEqual((len(ours), len(theirs)), (50, 50))
        for step, (a, b) in enumerate(zip(sum(ours, ()), sum(theirs, ()))):
            self.assertAlmostEqual(a, b, delta=1e-5, msg=f"step {step // 2 + 1}")
        common.need(torch, "this Python has no torch")
        ours, theirs = weights(self.out), weights(alone)
        self.assertEqual(ours.keys(), theirs.keys())
        for name, values in ours.items():
            self.assertLess((values - theirs[name]).abs().max().item(), 1e-4, name)

    def assert_goes_on(self):
        """Checks that one process can train one more epoch from the last saved state."""
        epochs = self.epochs() + 1
        self.assertIn("done:", self.ended(self.call_ranks(1, "--resume", self.out,
                                                          "--epochs", epochs)))  # fmt: skip
        self.assertEqual(self.epochs(), epochs)

    def kill_each_rank(self):
        """Kills each rank, in separate runs: the job ends, and the state stays intact."""
        for rank in (0, 1):
            job = self.long_run()
            os.kill(self.rank_process(rank), signal.SIGKILL)
            self.ended(job, timeout=60)
            self.assertNotEqual(job.returncode, 0)
            self.assert_goes_on()
            shutil.rmtree(self.out)
