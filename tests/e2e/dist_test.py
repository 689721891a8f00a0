"""Training on several processes under mpirun."""

import csv
import os
import pathlib
import shutil
import signal
import subprocess
import time

from common import BIN, SMOKE, ProgramTest, main, need

MPIRUN = shutil.which("mpirun")


def has_mpi():
    version = subprocess.run([BIN / "gan", "--version"], capture_output=True, text=True)
    return "MPI" in version.stdout


def losses(folder):
    with open(folder / "losses.csv", newline="") as file:
        return [(float(row["d_loss"]), float(row["g_loss"])) for row in csv.DictReader(file)]


def ranks_alive():
    return subprocess.run(["pgrep", "-f", "gan-train.*dist-test"], capture_output=True).stdout.split()


class DistTest(ProgramTest):
    def setUp(self):
        super().setUp()
        need(MPIRUN, "no mpirun; it comes with Debian's openmpi-bin")
        need(has_mpi(), "this build has no MPI")
        # Open MPI keeps its own files out of a path that may be too long for its sockets.
        self.environment = {
            **os.environ,
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMP_NUM_THREADS": "1",
            "TMPDIR": "/tmp",
        }

    def start(self, ranks, *arguments, prefix=()):
        self.out = self.folder / "dist-test"
        command = [MPIRUN, "--oversubscribe", "-n", str(ranks), *prefix, BIN / "gan-train"]
        settings = ["--config", SMOKE, "--out", self.out, *arguments]
        return subprocess.Popen(
            [*map(str, command), *map(str, settings)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self, job, timeout=120):
        _, errors = job.communicate(timeout=timeout)
        for _ in range(50):
            if not ranks_alive():
                return errors
            time.sleep(0.1)
        self.fail(f"left behind: {ranks_alive()}")

    def wait_for_steps(self):
        """Until the first epoch has left its row."""
        for _ in range(600):
            if (self.out / "losses.csv").exists() and losses(self.out):
                return
            time.sleep(0.1)
        self.fail("no epoch was done")

    def goes_on(self, *arguments):
        done = self.train("--resume", self.out, "--epochs", "3", *arguments)
        self.assertIn("done:", done.stderr)

    def test_ranks_train_as_one_process_does(self):
        alone = self.folder / "alone"
        same = ("--model.sync_batchnorm", "true")
        self.train("--config", SMOKE, "--out", alone, *same)
        for ranks in (2, 4):
            job = self.start(ranks, *same)
            errors = self.ended(job)
            self.assertEqual(job.returncode, 0, errors)
            for ours, theirs in zip(losses(self.out), losses(alone), strict=True):
                for a, b in zip(ours, theirs):
                    self.assertAlmostEqual(a, b, delta=1e-5)
            self.assertEqual(errors.count("done:"), 1, errors)
            shutil.rmtree(self.out)

    def test_a_checkpoint_of_four_ranks_goes_on_alone(self):
        job = self.start(4, "--epochs", "2")
        self.assertEqual(self.ended(job) and job.returncode, 0)
        self.goes_on()

    def long_run(self, *arguments, prefix=()):
        job = self.start(2, "--epochs", "100000", *arguments, prefix=prefix)
        self.addCleanup(job.kill)
        self.wait_for_steps()
        return job

    def rank_process(self, rank):
        for pid in ranks_alive():
            environment = pathlib.Path(f"/proc/{int(pid)}/environ").read_bytes().split(b"\0")
            if f"OMPI_COMM_WORLD_RANK={rank}".encode() in environment:
                return int(pid)
        self.fail(f"no rank {rank}")

    def test_a_killed_rank_ends_the_job_and_the_state_stays_good(self):
        for rank in (0, 1):
            job = self.long_run()
            os.kill(self.rank_process(rank), signal.SIGKILL)
            self.ended(job)
            self.assertNotEqual(job.returncode, 0)
            self.train("--resume", self.out, "--epochs", "100000", "--dry-run")
            shutil.rmtree(self.out)

    def test_a_rank_that_hangs_ends_the_job_after_the_timeout(self):
        job = self.long_run("--dist-timeout", "3")
        os.kill(self.rank_process(1), signal.SIGSTOP)
        errors = self.ended(job, timeout=30)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("rank 0: error: ", errors)
        self.assertIn("no answer from another rank for 3 s", errors)

    def test_a_signal_to_mpirun_ends_all(self):
        job = self.long_run()
        job.send_signal(signal.SIGTERM)
        self.ended(job, timeout=30)
        self.assertNotEqual(job.returncode, 0)
        self.train("--resume", self.out, "--epochs", "100000", "--dry-run")

    def test_a_full_disk_under_rank_0_ends_all_with_its_line(self):
        limited = 'if [ "$OMPI_COMM_WORLD_RANK" = 0 ]; then ulimit -f 8; fi; exec "$@"'
        self.environment["OMPI_MCA_btl"] = "self,tcp"  # no shared memory file, as on two hosts
        job = self.start(2, "--epochs", "5", prefix=("sh", "-c", limited, "sh"))
        errors = self.ended(job)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("rank 0: error: ", errors)
        self.assertIn("File too large", errors)


if __name__ == "__main__":
    main()
