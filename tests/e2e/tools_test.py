"""Files of other programs under gan inspect, and man pages under groff."""

import gzip
import json
import shutil
import struct
import subprocess

import common

try:
    import numpy as np
except ImportError:
    np = None


class InspectTest(common.ProgramTest):
    def facts(self, path):
        facts = json.loads(self.call("gan", "inspect", path, "--json").stdout)
        text = self.call("gan", "inspect", path).stdout
        self.assertIn(f"kind: {facts['kind']}\n", text)
        return facts

    def test_what_gzip_and_numpy_write(self):
        common.need(np, "this Python has no NumPy")
        pixels = bytes(range(0, 240, 10)) * 4
        header = struct.pack(">HBB3I", 0, 8, 3, 4, 4, 6)
        (self.folder / "packed.gz").write_bytes(gzip.compress(header + pixels))
        facts = self.facts("packed.gz")
        self.assertEqual((facts["kind"], facts["shape"]), ("IDX, gzip", [4, 4, 6]))
        self.assertEqual([facts[key] for key in ("min", "max", "mean")], [0, 230, 115])
        for kind in "float32", "float64":
            np.save(self.folder / "f.npy", np.array([[-1, 0.5], [np.nan, 2]], kind))
            facts = self.facts("f.npy")
            self.assertEqual((facts["type"], facts["shape"]), (kind, [2, 2]))
            self.assertEqual([facts[key] for key in ("min", "max", "mean")], [-1, 2, 0.5])
            self.assertEqual(facts["not_finite"], 1)

    def test_what_numpy_writes_by_the_lines_in_formats_md(self):
        common.need(np, "this Python has no NumPy")
        (lines,) = (s for s in common.snippets("docs/formats.md", "python") if "write_idx" in s)
        self.python(f'{lines}\nwrite_idx("mine", np.arange(24).reshape(2, 3, 4))')
        facts = self.facts("mine")
        self.assertEqual((facts["kind"], facts["shape"], facts["max"]), ("IDX", [2, 3, 4], 23))

class ManTest(common.ProgramTest):
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


if __name__ == "__main__":
    common.main()
