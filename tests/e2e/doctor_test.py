"""gan-doctor on this machine, and on intact and damaged data sets."""

import gzip
import json
import shutil

import common

KNOWN = dict(
    reversed(line.split()) for line in (common.CONFIGS / "data.sha256").read_text().splitlines()
)


class DoctorTest(common.RecipesTest):
    def doctor(self, *arguments, code=0):
        """The findings by subject; those about data by folder."""
        done = self.call("gan-doctor", "--seconds", 0.3, "--json", *arguments, code=code)
        report = json.loads(done.stdout)
        self.assertEqual(report["ok"], code == 0)
        findings = {}
        for finding in report["findings"]:
            findings[finding.get("folder" if finding["what"] == "data" else "what")] = finding
        return findings

    def test_this_machine_can_train(self):
        findings = self.doctor()
        for what in "LibTorch", "libraries", "CPU", "GPU", "memory", "disk", "recipes", "training":
            self.assertIn(findings[what]["verdict"], ("ok", "note"), findings[what])
        self.assertIn(findings["LibTorch"]["version"], self.call("gan", "--version").stdout)
        training = findings["training"]
        one, all_threads = (
            training["steps_per_second_with_one_thread"],
            training["steps_per_second"],
        )
        self.assertEqual(training["verdict"], "note" if all_threads < 0.95 * one else "ok")
        self.assertGreater(training["steps_per_second"], 0)
        self.assertTrue(training["losses_finite"] and training["weights_moved"])

    def test_text_fits_and_ends_with_the_verdict(self):
        text = self.call("gan-doctor", "--seconds", 0).stdout
        self.assertTrue(text.endswith("all is well\n"), text)
        self.assertLessEqual(max(map(len, text.splitlines())), 60)
        self.assertNotIn("\x1b", text)

    def test_published_files_are_known(self):
        common.need_mnist()
        data = self.folder / "data" / "mine"
        data.mkdir(parents=True)
        for name in "train-images-idx3-ubyte", "train-labels-idx1-ubyte":
            shutil.copy(common.MNIST / name, data)
        finding = self.doctor()["data/mine"]
        self.assertEqual((finding["verdict"], finding["mnist"]), ("ok", 2))
        # Compressed files are equally good; a single changed bit is not.
        labels = data / "train-labels-idx1-ubyte"
        content = bytearray(labels.read_bytes())
        labels.unlink()
        labels.with_suffix(".gz").write_bytes(gzip.compress(content, 1))
        self.assertEqual(self.doctor()["data/mine"]["mnist"], 2)
        content[-1] ^= 1
        labels.with_suffix(".gz").write_bytes(gzip.compress(content, 1))
        finding = self.doctor(code=1)["data/mine"]
        self.assertEqual(finding["verdict"], "failed")
        self.assertEqual(finding["other_files"], ["train-labels-idx1-ubyte.gz"])

    def test_data_of_one_s_own_are_no_fault_but_under_a_published_name(self):
        for name, code, verdict in ("own", 0, "note"), ("fashion-mnist", 1, "failed"):
            folder = self.folder / name
            folder.mkdir()
            (folder / "train-images-idx3-ubyte").write_bytes(b"something else")
            findings = self.doctor("--data", folder, code=code)
            self.assertEqual(findings[str(folder)]["verdict"], verdict)
        text = self.call("gan-doctor", "--seconds", 0, "--data", folder, code=1).stdout
        self.assertRegex(text, r"(?m)^FAIL  data ")
        self.assertRegex(text, r"(?m)^1 of \d+ checks failed$")

    def test_the_script_fetches_by_the_same_sums(self):
        self.assertEqual(len(KNOWN), 14)
        script = (common.ROOT / "scripts" / "get_data.sh").read_text()
        self.assertIn("configs/data.sha256", script)
        for sum in KNOWN.values():
            self.assertNotIn(sum, script)


if __name__ == "__main__":
    common.main()
