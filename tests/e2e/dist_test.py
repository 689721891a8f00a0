"""Training on several processes under mpirun."""

import csv
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time
import unittest

from common import BIN, SMOKE, ProgramTest, main, need

MPIRUN = shutil.which("mpirun")


def has_mpi():
    version = subprocess.run([BIN / "gan", "--version"], capture_output=True, text=True)
    return "MPI" in version.stdout


def losses(folder):
    with open(folder / "losses.csv", newline="") as file:
        return [(float(row["d_loss"]), float(row["g_loss"])) for row in csv.DictReader(file)]


class RanksCase(ProgramTest):
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
        self.out = self.folder / "run"

    def ranks_alive(self):
        """Not mpirun, and no other test's: each has a folder of its own."""
        command = f"^[^ ]*gan-train .*{self.out}"
        found = subprocess.run(["pgrep", "-f", command], capture_output=True)
        return [int(pid) for pid in found.stdout.split()]

    def launch(self, ranks, prefix=()):
        return [MPIRUN, "--oversubscribe", "-n", str(ranks), *prefix]

    def start(self, ranks, *arguments, prefix=()):
        return self.call_ranks(ranks, "--config", SMOKE, "--out", self.out, *arguments,
                               prefix=prefix)  # fmt: skip

    def call_ranks(self, ranks, *arguments, prefix=()):
        command = [*self.launch(ranks, prefix), BIN / "gan-train", *arguments]
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


class DistTest(RanksCase):
    def test_ranks_train_as_one_process_does(self):
        alone = self.folder / "alone"
        # So wide that gradients are large sums, and statistics small ones.
        same = ("--model.sync_batchnorm", "true", "--model.generator_widths", "48,24",
                "--model.discriminator_widths", "24,48")  # fmt: skip
        self.train("--config", SMOKE, "--out", alone, *same)
        for ranks in (2, 4):
            job = self.start(ranks, *same)
            errors = self.ended(job)
            self.assertEqual(job.returncode, 0, errors)
            self.assertIn(f"on each of {ranks} ranks, {32 // ranks} images a batch each", errors)
            self.assertRegex(errors, r"rank 0: sums over ranks: .* MB and [1-9]")
            for ours, theirs in zip(losses(self.out), losses(alone), strict=True):
                for a, b in zip(ours, theirs):
                    self.assertAlmostEqual(a, b, delta=1e-5)
            self.assertEqual(errors.count("done:"), 1, errors)
            shutil.rmtree(self.out)

    def test_a_checkpoint_of_four_ranks_goes_on_alone(self):
        job = self.start(4, "--epochs", "2")
        self.assertEqual(self.ended(job) and job.returncode, 0)
        done = self.train("--resume", self.out, "--epochs", "3")
        self.assertIn("done:", done.stderr)
        self.assertIn("warning: saved by 4 ranks, going on with 1: the result may differ in batch "
                      "norm over a rank's own images\n", done.stderr)  # fmt: skip
        again = self.train("--resume", self.out, "--epochs", "4")
        self.assertNotIn("warning: ", again.stderr)

    def test_captured_steps_are_refused(self):
        job = self.start(2, "--train.cuda_graph", "true")
        errors = self.ended(job)
        self.assertEqual(job.returncode, 1, errors)  # MPI's; each rank says why
        self.assertIn("error: train.cuda_graph: not on several processes", errors)
        self.assertFalse(self.out.exists())

    def test_ranks_that_mpi_does_not_see_are_refused(self):
        # As where srun starts tasks for an MPI that it was not told of.
        alone = {**self.environment, "SLURM_STEP_NUM_TASKS": "2"}
        call = [BIN / "gan-train", "--config", SMOKE, "--out", self.out]
        done = subprocess.run(call, env=alone, capture_output=True, text=True, timeout=100)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("error: started as one of 2 ranks, but MPI sees 1", done.stderr)
        self.assertFalse(self.out.exists())

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


class RankKillsTest(RanksCase):
    """Ranks killed at any moment: GAN_TRAIN_RANK_KILLS of them (5)."""

    settings = ("--config", SMOKE, "--epochs", "10", "--output.save_state_steps", "8",
                "--output.report", "false", "--quiet")  # fmt: skip

    def what_is_left(self, folder):
        """A finished run without its times."""
        rows = list(csv.DictReader((folder / "losses.csv").read_text().splitlines()))
        figures = [{k: v for k, v in row.items() if "second" not in k} for row in rows]
        return figures, (folder / "checkpoints/g_10.pt").read_bytes()

    def test_a_run_whose_ranks_are_killed_comes_to_the_same_end(self):
        wanted = int(os.environ.get("GAN_TRAIN_RANK_KILLS", "5"))
        chance = random.Random(2024)
        whole = self.folder / "whole"
        job = self.call_ranks(2, *self.settings, "--out", self.out)
        began = time.monotonic()
        errors = self.ended(job)
        self.assertEqual(job.returncode, 0, errors)
        length = time.monotonic() - began
        self.out.rename(whole)
        kills, runs = [0, 0], 0
        while sum(kills) < wanted or runs == 0:
            last = self.out / "checkpoints/last.pt"
            way = ("--resume", self.out) if last.exists() else ("--out", self.out, "--overwrite")
            how = self.settings if "--out" in way else self.settings[2:]
            job = self.call_ranks(2, *how, *way)
            rank = chance.randrange(2)
            if sum(kills) < wanted:
                time.sleep(chance.uniform(0, length))
                if pid := self.rank_process(rank):
                    os.kill(pid, signal.SIGKILL)
            errors = self.ended(job)
            if job.returncode != 0:
                self.assertRegex(errors, rf"process rank {rank} .*exited on signal 9")
                kills[rank] += 1
                continue
            self.assertEqual(self.what_is_left(self.out), self.what_is_left(whole))
            shutil.rmtree(self.out)
            runs += 1
        print(f"{kills[0]} kills of rank 0, {kills[1]} of rank 1; {runs} runs came to the same end")


class TwoHostsTest(RanksCase):
    """Network namespaces as hosts, with a cable between them; mpirun reaches both as by ssh."""

    agent = """#!/bin/sh
host=$1
shift
exec ip netns exec "$host" unshare -u sh -c "hostname $host; $*"
"""

    def ip(self, *arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def empty(self, host):
        """Of what a failed test left there."""
        for pid in subprocess.check_output(["ip", "netns", "pids", host]).split():
            os.kill(int(pid), signal.SIGKILL)

    def setUp(self):
        super().setUp()
        self.hosts = [f"gan-{os.getpid()}-{which}" for which in "ab"]
        try:
            for host in self.hosts:
                self.ip("netns", "add", host)
                self.addCleanup(self.ip, "netns", "del", host)
                self.addCleanup(self.empty, host)
            a, b = self.hosts
            self.ip("link", "add", "cable", "netns", a, "type", "veth", "peer", "cable", "netns", b)
        except (OSError, subprocess.CalledProcessError) as error:
            why = getattr(error, "stderr", b"").decode().strip() or error
            raise unittest.SkipTest(
                f"NOT TESTED: no network namespaces here (as root, with ip): {why}"
            )
        for i, host in enumerate(self.hosts):
            self.ip("-n", host, "addr", "add", f"10.213.0.{i + 1}/24", "dev", "cable")
            for device in ("cable", "lo"):
                self.ip("-n", host, "link", "set", device, "up")
        script = self.folder / "agent"
        script.write_text(self.agent)
        script.chmod(0o755)

    def launch(self, ranks, prefix=()):
        hosts = ",".join(f"{host}:1" for host in self.hosts)
        return ["ip", "netns", "exec", self.hosts[0], MPIRUN, "-H", hosts, "--bind-to", "none",
                "--mca", "plm_rsh_agent", self.folder / "agent", "--mca", "btl", "self,tcp",
                "-n", str(ranks), *prefix]  # fmt: skip

    def processes(self):
        calls = (["ip", "netns", "pids", host] for host in self.hosts)
        return [pid for call in calls for pid in subprocess.check_output(call).split()]

    def ended(self, job, timeout=300):
        errors = super().ended(job, timeout)
        for _ in range(50):  # mpirun's own, too
            if not self.processes():
                return errors
            time.sleep(0.1)
        self.fail(f"left behind: {self.processes()}")

    def bytes_over_the_cable(self):
        counter = "/sys/class/net/cable/statistics/rx_bytes"
        return int(subprocess.check_output(["ip", "netns", "exec", self.hosts[1], "cat", counter]))

    def test_two_hosts_train_as_one_process_does(self):
        same = ("--model.sync_batchnorm", "true")
        alone = self.folder / "alone"
        self.train("--config", SMOKE, "--out", alone, *same)
        job = self.start(2, *same)
        errors = self.ended(job)
        self.assertEqual(job.returncode, 0, errors)
        for ours, theirs in zip(losses(self.out), losses(alone), strict=True):
            for a, b in zip(ours, theirs):
                self.assertAlmostEqual(a, b, delta=1e-5)
        self.assertGreater(self.bytes_over_the_cable(), 32 * 20_000)  # a step's gradients: 40 kB

    def test_a_killed_rank_ends_both_hosts(self):
        for rank in (0, 1):
            job = self.long_run()
            os.kill(self.rank_process(rank), signal.SIGKILL)
            self.ended(job, timeout=60)
            self.assertNotEqual(job.returncode, 0)
            self.train("--resume", self.out, "--epochs", "100000", "--dry-run")
            shutil.rmtree(self.out)

    def test_a_cable_that_breaks_ends_the_ranks_after_the_timeout(self):
        job = self.long_run("--dist-timeout", "3")
        self.ip("-n", self.hosts[1], "link", "set", "cable", "down")
        for _ in range(300):
            if not self.ranks_alive():
                break
            time.sleep(0.1)
        self.assertEqual(self.ranks_alive(), [])
        # Open MPI's own daemons end when they reach each other again.
        self.ip("-n", self.hosts[1], "link", "set", "cable", "up")
        errors = self.ended(job)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("no answer from another rank for 3 s", errors)
        self.train("--resume", self.out, "--epochs", "100000", "--dry-run")


if __name__ == "__main__":
    main()
