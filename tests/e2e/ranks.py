"""What the tests of several processes share: runs under mpirun, and the ranks in them."""

import csv
import os
import pathlib
import shutil
import signal
import subprocess
import time

import common

MPIRUN = shutil.which("mpirun")


def has_mpi():
    version = subprocess.run([common.BIN / "gan", "--version"], capture_output=True, text=True)
    return "MPI" in version.stdout


def losses(folder):
    with open(folder / "losses.csv", newline="") as file:
        return [(float(row["d_loss"]), float(row["g_loss"])) for row in csv.DictReader(file)]


class Ranks(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(MPIRUN, "no mpirun; it comes with Debian's openmpi-bin")
        common.need(has_mpi(), "this build has no MPI")
        # Open MPI keeps its own files out of a path that may be too long for its sockets.
        self.environment = {
            **os.environ,
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMP_NUM_THREADS": "1",
            "TMPDIR": "/tmp",
        }
        self.out = self.folder / "run"

    def ranks_alive(self):
        """Not mpirun, and no other test's: each has a folder of its own."""
        command = f"^[^ ]*gan-train .*{self.out}"
        found = subprocess.run(["pgrep", "-f", command], capture_output=True)
        return [int(pid) for pid in found.stdout.split()]

    def launch(self, ranks, prefix=()):
        return [MPIRUN, "--oversubscribe", "-n", str(ranks), *prefix]

    def start(self, ranks, *arguments, prefix=()):
        smoke = ("--config", common.SMOKE, "--out", self.out)
        return self.call_ranks(ranks, *smoke, *arguments, prefix=prefix)

    def call_ranks(self, ranks, *arguments, prefix=()):
        command = [*self.launch(ranks, prefix), common.BIN / "gan-train", *arguments]
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
        for _ in range(50):
            if not self.ranks_alive():
                return errors
            time.sleep(0.1)
        self.fail(f"left behind: {self.ranks_alive()}")

    def wait_for_steps(self):
        """Until the first epoch has left its row."""
        for _ in range(600):
            if (self.out / "losses.csv").exists() and losses(self.out):
                return
            time.sleep(0.1)
        self.fail("no epoch was done")

    def long_run(self, *arguments, prefix=()):
        job = self.start(2, "--epochs", "100000", *arguments, prefix=prefix)
        self.addCleanup(job.kill)
        self.wait_for_steps()
        return job

    def rank_process(self, rank):
        """None where it isn't there, not yet or no longer."""
        for pid in self.ranks_alive():
            try:
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"OMPI_COMM_WORLD_RANK={rank}".encode() in environment:
                return pid
        return None

    def assert_trained_as(self, alone):
        """The run's losses are those of that folder, but for roundings."""
        for ours, theirs in zip(losses(self.out), losses(alone), strict=True):
            for a, b in zip(ours, theirs):
                self.assertAlmostEqual(a, b, delta=1e-5)

    def assert_can_go_on(self):
        self.train("--resume", self.out, "--epochs", "100000", "--dry-run")

    def kill_each_rank(self):
        """In turn, each in a run of its own: the job ends, and the state stays good."""
        for rank in (0, 1):
            job = self.long_run()
            os.kill(self.rank_process(rank), signal.SIGKILL)
            self.ended(job, timeout=60)
            self.assertNotEqual(job.returncode, 0)
            self.assert_can_go_on()
            shutil.rmtree(self.out)
