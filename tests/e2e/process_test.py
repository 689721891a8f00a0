"""The whole process: reproducible bits, and the environment that it sets."""

import hashlib
import os
import re
import subprocess
import sys

import common


class SameBitsTest(common.ProgramTest):
    """GAN_TRAIN_SAME_BITS processes (40) with two threads each draw the same images."""

    def test_each_process_draws_the_same_images(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("NOT TESTED: two threads need two cores")
        self.train("--config", common.SMOKE, "--epochs", 1, "-q", "--out", "run")
        sums = []
        for _ in range(int(os.environ.get("GAN_TRAIN_SAME_BITS", "40"))):
            self.call("gan-sample", "--ckpt", "run/checkpoints/g_1.pt", "-n", 200, "--threads", 2,
                      "--format", "npy-float", "--out", "x.npy", "-q")  # fmt: skip
            sums.append(hashlib.sha256((self.folder / "x.npy").read_bytes()).hexdigest()[:8])
        self.assertEqual(set(sums), set(sums[:1]), sums)


class OpenMpTest(common.ProgramTest):
    def shown(self, **variables):
        """libgomp's settings, by name, when the program starts with these variables."""
        ours = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
        environment = {k: v for k, v in os.environ.items() if k not in ours}
        done = subprocess.run(
            [common.BIN / "gan-train", "--help"],
            env={**environment, "OMP_DISPLAY_ENV": "verbose", **variables},
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertIn("usage", done.stdout.lower())
        found = dict(re.findall(r"(\w+) = '(.*)'", done.stderr))
        common.need("GOMP_SPINCOUNT" in found, "this LibTorch is not on GCC's OpenMP")
        return found

    def test_a_short_spin_arrives(self):
        self.assertIn(self.shown()["GOMP_SPINCOUNT"], ("3000", "100"))

    def test_a_shorter_one_arrives_where_other_programs_use_the_cores(self):
        busy = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"])
            for _ in range(os.cpu_count() + 1)
        ]
        try:
            self.assertEqual(self.shown()["GOMP_SPINCOUNT"], "100")
        finally:
            for process in busy:
                process.kill()
                process.wait()

    def test_the_user_s_own_setting_wins(self):
        self.assertEqual(self.shown(GOMP_SPINCOUNT="77")["GOMP_SPINCOUNT"], "77")
        of_policy = self.shown(OMP_WAIT_POLICY="active")
        self.assertEqual(of_policy["OMP_WAIT_POLICY"], "ACTIVE")
        self.assertNotIn(of_policy["GOMP_SPINCOUNT"], ("3000", "100"))


if __name__ == "__main__":
    common.main()
