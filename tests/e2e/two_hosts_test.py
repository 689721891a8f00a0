"""Training on two hosts: network namespaces joined by a virtual cable."""

import os
import signal
import subprocess
import time
import unittest

import common
from ranks import MPIRUN, Ranks


class TwoHostsTest(Ranks):
    # mpirun starts processes on both hosts as if by ssh.
    agent = """#!/bin/sh
host=$1
shift
exec ip netns exec "$host" unshare -u sh -c "hostname $host; $*"
"""

    def ip(self, *arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    def empty(self, host):
        """Kills processes that a failed test left on the host."""
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
            for i, host in enumerate(self.hosts):
                self.ip("-n", host, "addr", "add", f"10.213.0.{i + 1}/24", "dev", "cable")
                for device in ("cable", "lo"):
                    self.ip("-n", host, "link", "set", device, "up")
        except (OSError, subprocess.CalledProcessError) as error:
            why = getattr(error, "stderr", b"").decode().strip() or error
            raise unittest.SkipTest(
                f"NOT TESTED: no network namespaces here (as root, with ip): {why}"
            )
        script = self.folder / "agent"
        script.write_text(self.agent)
        script.chmod(0o755)

    def launch(self, ranks):
        hosts = ",".join(f"{host}:1" for host in self.hosts)
        return ["ip", "netns", "exec", self.hosts[0], MPIRUN, "-H", hosts, "--bind-to", "none",
                "--mca", "plm_rsh_agent", self.folder / "agent", "--mca", "btl", "self,tcp",
                "-n", str(ranks)]  # fmt: skip

    def processes(self):
        calls = (["ip", "netns", "pids", host] for host in self.hosts)
        return [pid for call in calls for pid in subprocess.check_output(call).split()]

    def ended(self, job, timeout=300):
        errors = super().ended(job, timeout)
        self.wait_for(lambda: not self.processes())  # including mpirun's own
        return errors

    def bytes_over_the_cable(self):
        counter = "/sys/class/net/cable/statistics/rx_bytes"
        return int(subprocess.check_output(["ip", "netns", "exec", self.hosts[1], "cat", counter]))

    def test_two_hosts_train_as_one_process_does(self):
        alone = self.folder / "alone"
        self.train("--config", common.SMOKE, "--out", alone, *self.as_one)
        job = self.start(2, *self.as_one)
        errors = self.ended(job)
        self.assertEqual(job.returncode, 0, errors)
        self.assert_trained_as(alone)
        self.assertGreater(self.bytes_over_the_cable(), 50 * 20_000)  # a step's gradients: 40 kB

    def test_a_killed_rank_ends_both_hosts(self):
        self.kill_each_rank()

    def test_a_cable_that_breaks_ends_the_ranks_after_the_timeout(self):
        job = self.long_run("--dist-timeout", "3")
        self.ip("-n", self.hosts[1], "link", "set", "cable", "down")
        for _ in range(300):
            if not self.ranks_alive():
                break
            time.sleep(0.1)
        self.assertEqual(self.ranks_alive(), [])
        # Open MPI's daemons exit when they reach each other again.
        self.ip("-n", self.hosts[1], "link", "set", "cable", "up")
        errors = self.ended(job)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("no answer from another rank for 3 s", errors)
        self.assert_goes_on()


if __name__ == "__main__":
    common.main()
