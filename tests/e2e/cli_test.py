"""The program as a shell calls it; tests/cli tests the effects of calls."""

import re
import shutil

import common


def number(yaml, name):
    return float(re.search(rf"^  {name}: (\S+)$", yaml, re.MULTILINE)[1])


class ConfigTest(common.ProgramTest):
    def test_dry_run_counts_parameters(self):
        common.need_mnist()
        for recipe, counts in {
            "mnist_mlp": (1486352, 1460225),
            "mnist_keras_dcgan": (839937, 212865),
            "mnist_cpp_dcgan": (837504, 659456),
        }.items():
            text = self.train(
                "--config", common.CONFIGS / f"{recipe}.ini", "--data", common.MNIST, "--dry-run"
            ).stdout
            self.assertIn(f"generator, {counts[0]} parameters", text)
            self.assertIn(f"discriminator, {counts[1]} parameters", text)
            self.assertIn("60000 items of 1x28x28", text)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_bare_names_are_looked_up_in_order(self):
        program = self.folder / "tree/build/bin"
        work = self.folder / "work"
        places = [
            *(work, work / "configs", program, program / "configs"),
            *(program.parent / "share/gan-train/configs", self.folder / "tree/configs"),
        ]
        for epochs, place in enumerate(places, 1):
            place.mkdir(parents=True, exist_ok=True)
            text = common.SMOKE.read_text().replace("epochs     = 2", f"epochs = {epochs}")
            (place / "mine.ini").write_text(text)
        # A copy, since the program resolves links to find its own folder.
        shutil.copy(common.BIN / "gan", program / "gan")
        for epochs, place in enumerate(places, 1):
            done = self.call(program / "gan", *("train", "--config", "mine", "--dry-run"), cwd=work)
            self.assertEqual(number(common.yaml_of(done.stdout), "epochs"), epochs)
            (place / "mine.ini").unlink()


class CallTest(common.ProgramTest):
    """Links, exit codes, and what is printed to which stream."""

    def test_a_link_runs_its_command(self):
        (self.folder / "gan-list").symlink_to(common.BIN / "gan")
        done = self.call(self.folder / "gan-list", "losses")
        self.assertEqual(done.stdout, self.call("gan", "list", "losses").stdout)
        self.assertIn("Usage: gan train ", self.train("--help").stdout)

    def test_a_wrong_call_ends_with_2_and_a_failed_one_with_1(self):
        smoke = ("gan-train", "--config", common.SMOKE, "--out", "run")
        self.refused("gan", "trian", code=2, says="did you mean 'train'")
        self.refused(*smoke, "--optim.ls", 1, code=2, says="'--optim.lr'")
        self.refused(*smoke, "--data.dataset", "idx", "--data", "absent", code=2, says="--data")
        (self.folder / "damaged").write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 8]))
        self.refused(*smoke, "--data.dataset", "idx", "--data", "damaged", code=1, says="damaged")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["damaged"])

    def test_cuda_on_a_cpu_build(self):
        if "without CUDA" not in self.call("gan", "--version").stdout:
            self.skipTest("NOT TESTED: this LibTorch is built with CUDA")
        for device in "cuda", "cuda:0":
            self.refused("gan-train", "--config", common.SMOKE, "--device", device, code=2,
                         says=[device, "CPU only"])  # fmt: skip


if __name__ == "__main__":
    common.main()
