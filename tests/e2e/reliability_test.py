"""Stops, locks, full disks, diverging values and damaged files, as a user meets them."""

import os
import resource
import shutil
import signal
import subprocess
import time
import unittest

import common

try:
    import torch

    import files
except ImportError:
    torch = None

SMOKE = ("--config", common.SMOKE, "--threads", 1)


class ReliabilityTest(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")

    def start(self, *arguments, **how):
        process = subprocess.Popen(
            [common.BIN / "gan-train", *map(str, arguments)],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
            **how,
        )
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        """The exit code and the lines of standard error."""
        message = process.communicate(timeout=300)[1]
        return process.returncode, message.splitlines()

    def weights(self, run):
        """The generator of a finished run, as one tensor."""
        last = max((self.folder / run / "checkpoints").glob("g_*.pt"), key=lambda p: int(p.stem[2:]))
        return torch.cat([t.flatten() for t in torch.load(last)["generator"].values()])

    def assert_same_end(self, run, *flags):
        self.trained(*SMOKE, *flags, "--quiet", out="whole")
        self.assertTrue(torch.equal(self.weights(run), self.weights("whole")))


class SignalTest(ReliabilityTest):
    def test_a_second_signal_stops_at_once(self):
        # The first step alone would take minutes, so waiting for its end would be noticed.
        process = self.start(*SMOKE, "--model.discriminator_widths", "128,256",
                             "--batch-size", 256, "--train.discriminator_steps", 1000,
                             "--out", "run")  # fmt: skip
        self.wait_for((self.folder / "run/checkpoints/last.pt").exists, process)
        process.send_signal(signal.SIGINT)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(timeout=1)  # the first signal has been caught
        process.send_signal(signal.SIGINT)
        code, lines = self.end(process)
        self.assertEqual(code, -signal.SIGINT, lines)
        self.assertEqual(torch.load(self.folder / "run/checkpoints/last.pt")["step"], 0)
        self.sample("--ckpt", "run/checkpoints/last.pt", "--out", "x.png")

    def test_hanging_up_saves_as_other_signals_do(self):
        process = self.start(*SMOKE, "--epochs", 500, "--out", "run")
        self.wait_for((self.folder / "run/checkpoints/g_2.pt").exists, process)
        process.send_signal(signal.SIGHUP)
        code, lines = self.end(process)
        self.assertEqual(code, 129, lines)
        self.assertIn("resume with: gan-train --resume run", lines[-1])
        self.assertGreaterEqual(torch.load(self.folder / "run/checkpoints/last.pt")["step"], 32)

    def test_what_is_to_be_ignored_is(self):
        def as_nohup_does():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

        process = self.start(*SMOKE, "--epochs", 500, "--out", "run", preexec_fn=as_nohup_does)
        self.wait_for((self.folder / "run/checkpoints/g_1.pt").exists, process)
        process.send_signal(signal.SIGHUP)
        self.wait_for((self.folder / "run/checkpoints/g_6.pt").exists, process)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process)[0], 143)

    def test_a_run_outlives_the_reader_of_its_output(self):
        process = self.start(*SMOKE, "--epochs", 500, "--out", "run")
        self.wait_for((self.folder / "run/checkpoints/g_1.pt").exists, process)
        process.stderr.close()
        self.wait_for((self.folder / "run/checkpoints/g_6.pt").exists, process)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=300), 130)


class LockTest(ReliabilityTest):
    def test_one_run_a_folder_and_a_dead_one_s_lock_does_not_hold(self):
        first = self.start(*SMOKE, "--epochs", 500, "--out", "run")
        self.wait_for((self.folder / "run/checkpoints/g_1.pt").exists, first)
        says = ["another run is writing there", f"process {first.pid}"]
        self.refused("gan-train", "--resume", "run", code=2, says=says)
        self.refused("gan-train", *SMOKE, "--out", "run", "--overwrite", code=2, says=says)
        first.kill()
        self.end(first)
        done = torch.load(self.folder / "run/checkpoints/last.pt")["epoch"]
        self.train("--resume", "run", "--epochs", done + 2, "--quiet")


class DiskTest(ReliabilityTest):
    def resume_under(self, run, says, **how):
        """Checks that the resumed run fails because of one file and keeps its state unchanged."""
        state = self.folder / run / "checkpoints/last.pt"
        before = state.read_bytes()
        code, lines = self.end(self.start("--resume", run, "--epochs", 5, **how))
        self.assertEqual(code, 1, lines)
        self.assertTrue(lines[-1].startswith(f"error: {run}/"), lines)
        self.assertIn(says, lines[-1])
        self.assertEqual(state.read_bytes(), before)
        left = [p.name for p in (self.folder / run).rglob("*") if ".tmp" in p.name]
        self.assertEqual(left, [])

    def mount(self, size):
        """Mounts a separate file system in memory."""
        disk = self.folder / "disk"
        disk.mkdir()
        call = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk]
        if subprocess.run(call, capture_output=True).returncode != 0:
            raise unittest.SkipTest("NOT TESTED: no right to mount (a limit on file sizes stands in)")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        return disk

    def test_a_limit_on_file_sizes(self):
        self.trained(*SMOKE, "--epochs", 1, "--quiet")
        size = (self.folder / "run/checkpoints/last.pt").stat().st_size // 2

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        self.resume_under("run", "last.pt: cannot write: File too large", preexec_fn=limit)
        self.train("--resume", "run", "--epochs", 5, "--quiet")
        self.assert_same_end("run", "--epochs", 5)

    def test_a_disk_that_fills_up(self):
        disk = self.mount("1m")
        self.train(*SMOKE, "--epochs", 1, "--out", "disk/run", "--quiet")
        free = shutil.disk_usage(disk).free
        (disk / "other").write_bytes(bytes(free - 40_000))
        self.resume_under("disk/run", "No space left on device; free space, then: gan-train --resume disk/run")
        (disk / "other").unlink()
        self.train("--resume", "disk/run", "--epochs", 5, "--quiet")
        self.assert_same_end("disk/run", "--epochs", 5)

    def test_a_folder_that_must_not_be_written(self):
        if os.geteuid() == 0:  # root may write anywhere that is writable at all
            disk = self.mount("2m")
            self.train(*SMOKE, "--epochs", 1, "--out", "disk/run", "--quiet")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            self.resume_under("disk/run", "Read-only file system")
        else:
            self.trained(*SMOKE, "--epochs", 1, "--quiet")
            (self.folder / "run/checkpoints").chmod(0o555)
            self.addCleanup((self.folder / "run/checkpoints").chmod, 0o755)
            self.resume_under("run", "Permission denied")


class NumbersTest(ReliabilityTest):
    # Twelve layers with such a learning rate: values explode within a few steps.
    deep = (*SMOKE, "--model.arch", "mlp", "--model.generator_norm", "false", "--train.ema", 0,
            "--model.generator_widths", "64,64", "--train.precision", "fp32",
            "--model.discriminator_widths", ",".join(["64"] * 12))  # fmt: skip

    def fails(self, *arguments):
        code, lines = self.end(self.start(*self.deep, *arguments))
        self.assertEqual(code, 1, lines)
        return lines

    def test_numbers_gone_wrong_stop_the_run(self):
        lines = self.fails("--lr", 10, "--out", "run")
        for words in ("error: step ", "not a finite number (d_loss ", "gradient norms ",
                      "the last good state is run/checkpoints/last.pt (step 0)"):  # fmt: skip
            self.assertIn(words, lines[-1])
        state = torch.load(self.folder / "run/checkpoints/last.pt")
        self.assertTrue(all(t.isfinite().all() for t in state["generator"].values()))

    def test_rolling_back_halves_the_learning_rate_and_goes_on(self):
        done = self.train(*self.deep, "--lr", 1, "--epochs", 3, "--out", "run",
                          "--train.on_nan", "rollback")  # fmt: skip
        backs = [line for line in done.stderr.splitlines() if "; rolled back to " in line]
        self.assertIn("with learning rates multiplied by 0.5, rollback 1 of 3", backs[0])
        state = torch.load(self.folder / "run/checkpoints/last.pt")
        self.assertEqual(state["rollbacks"], len(backs))
        self.assertEqual(state["epoch"], 3)
        _, rows = files.read_csv(self.folder / "run/losses.csv")
        self.assertEqual([row[1] for row in rows], [16, 32, 48])

    def test_a_state_saved_too_late_is_gone_behind(self):
        done = self.train(*self.deep, "--lr", 1, "--epochs", 1, "--out", "run",
                          "--train.on_nan", "rollback", "--save-state-steps", 1)  # fmt: skip
        first = next(line for line in done.stderr.splitlines() if "; rolled back to " in line)
        failed, back = (int(first.split(word)[1].split()[0].strip(":")) for word in
                        ("warning: step ", "; rolled back to step "))  # fmt: skip
        self.assertEqual(back, failed - 2)  # the state of the previous step was saved too

    def test_rolling_back_ends_after_three_times(self):
        lines = self.fails("--lr", 10, "--train.on_nan", "rollback", "--out", "run")
        self.assertEqual(sum("; rolled back to " in line for line in lines), 3)
        self.assertIn("rolled back 3 times already", lines[-1])

    # With too high a learning rate, D wins for good, and G draws one image for all latents.
    collapsing = (*SMOKE, "--lr", 10, "--model.generator_norm", "false", "--epochs", 8)

    def test_collapse_is_warned_of(self):
        done = self.train(*self.collapsing, "--out", "run")
        for words in ("the generator has collapsed to few images in the last 3 epochs",
                      "the discriminator tells nearly all generated images from real ones"):  # fmt: skip
            found = [line for line in done.stderr.splitlines() if words in line]
            self.assertEqual(len(found), 1, done.stderr)
            self.assertTrue(found[0].startswith("warning: epoch "), found)
        _, rows = files.read_csv(self.folder / "run/health.csv")
        self.assertEqual(len(rows), 8)
        self.assertLess(rows[-1][6], 0.01)

    def test_collapse_can_end_the_run(self):
        code, lines = self.end(
            self.start(*self.collapsing, "--train.stop_on_collapse", "--out", "run")
        )
        self.assertEqual(code, 1, lines)
        self.assertRegex(lines[-1], r"^error: epoch \d+: the generator has collapsed")
        self.assertTrue((self.folder / "run/checkpoints/last.pt").exists())

    def test_a_sound_run_is_not_warned_of(self):
        done = self.train(*SMOKE, "--epochs", 12, "--out", "run")
        self.assertNotIn("warning", done.stderr)
        _, rows = files.read_csv(self.folder / "run/health.csv")
        self.assertGreater(rows[-1][6], 0.5)


class KeepingTest(ReliabilityTest):
    def test_a_damaged_state_gives_way_to_the_one_before(self):
        self.train(*SMOKE, "--epochs", 3, "--out", "run", "--quiet")
        folder = self.folder / "run/checkpoints"
        self.assertEqual(torch.load(folder / "previous.pt")["epoch"], 2)
        damaged = bytearray((folder / "last.pt").read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (folder / "last.pt").write_bytes(damaged)
        done = self.train("--resume", "run", "--epochs", 5)
        self.assertRegex(done.stderr, r"warning: run/checkpoints/last.pt: .*previous\.pt")
        self.assert_same_end("run", "--epochs", 5)
        for name in "last.pt", "previous.pt":
            (folder / name).write_bytes(damaged)
        self.refused("gan-train", "--resume", "run", code=1, says="last.pt")

    def test_old_generators_are_deleted_as_asked(self):
        self.train(*SMOKE, "--epochs", 7, "--keep-last", 2, "--output.keep_every", 3,
                   "--out", "run", "--quiet")  # fmt: skip
        names = {path.name for path in (self.folder / "run/checkpoints").glob("g_*.pt")}
        self.assertEqual(names, {"g_3.pt", "g_6.pt", "g_7.pt"})

    def test_states_are_saved_between_epochs(self):
        process = self.start(*SMOKE, "--epochs", 1, "--train.steps_per_epoch", 100_000,
                             "--save-state-steps", 5, "--out", "run")  # fmt: skip
        self.wait_for((self.folder / "run/checkpoints/previous.pt").exists, process)
        process.kill()
        self.end(process)
        self.assertEqual(torch.load(self.folder / "run/checkpoints/last.pt")["step"] % 5, 0)

    def test_names_lead_nowhere_else(self):
        recipe = self.folder / "..ini"
        recipe.write_text(common.SMOKE.read_text())
        work = self.folder / "work"
        work.mkdir()
        self.train("--config", "../..ini", "--epochs", 1, "--quiet", cwd=work)
        (run,) = (work / "runs").iterdir()
        self.assertTrue((run / "checkpoints/g_1.pt").exists())
        # A state copied from elsewhere: its output.dir is not where the run continues.
        self.train(*SMOKE, "--epochs", 1, "--out", "elsewhere", "--quiet")
        shutil.copytree(self.folder / "elsewhere", work / "copy")
        before = {p: p.stat().st_mtime_ns for p in (self.folder / "elsewhere").rglob("*")}
        self.train("--resume", "copy", "--epochs", 2, "--quiet", cwd=work)
        after = {p: p.stat().st_mtime_ns for p in (self.folder / "elsewhere").rglob("*")}
        self.assertEqual(before, after)
        self.assertTrue((work / "copy/checkpoints/g_2.pt").exists())


if __name__ == "__main__":
    common.main()
