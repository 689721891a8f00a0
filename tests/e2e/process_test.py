"""The environment that the program sets for its libraries."""

import os
import re
import subprocess

import common


class OpenMpTest(common.ProgramTest):
    def shown(self, **variables):
        """What libgomp says of its variables, by name, when the program starts with these."""
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
        self.assertEqual(self.shown()["GOMP_SPINCOUNT"], "3000")

    def test_the_user_s_own_setting_wins(self):
        self.assertEqual(self.shown(GOMP_SPINCOUNT="77")["GOMP_SPINCOUNT"], "77")
        of_policy = self.shown(OMP_WAIT_POLICY="active")
        self.assertEqual(of_policy["OMP_WAIT_POLICY"], "ACTIVE")
        self.assertNotEqual(of_policy["GOMP_SPINCOUNT"], "3000")


if __name__ == "__main__":
    common.main()
