"""Training on several processes under mpirun."""

import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time

import common
from ranks import Ranks, losses, torch


class DistTest(Ranks):
    def test_ranks_train_as_one_process_does(self):
        alone = self.folder / "alone"
        # Wide enough that gradients are large sums, and batch-norm statistics small ones.
        same = (*self.as_one, "--model.generator_widths", "48,24",
                "--model.discriminator_widths", "24,48")  # fmt: skip
        self.train("--config", common.SMOKE, "--out", alone, *same)
        for ranks in (2, 4):
            job = self.start(ranks, *same)
            errors = self.ended(job)
            self.assertEqual(job.returncode, 0, errors)
            self.assertIn(f"on each of {ranks} ranks, {32 // ranks} images per batch each", errors)
            self.assertRegex(errors, r"rank 0: sums over ranks: .* MB and [1-9]")
            self.assert_trained_as(alone)
            self.assertEqual(errors.count("done:"), 1, errors)
            shutil.rmtree(self.out)

    def test_a_dry_run_is_printed_once(self):
        for flags in ("--dry-run",), ("--dry-run", "--json"):
            command = [*self.launch(2), common.BIN / "gan-train", "--config", common.SMOKE, *flags]
            done = subprocess.run(list(map(str, command)), cwd=self.folder, env=self.environment,
                                  capture_output=True, text=True, timeout=300)  # fmt: skip
            alone = self.train("--config", common.SMOKE, *flags)
            self.assertEqual((done.returncode, done.stdout), (0, alone.stdout), done.stderr)

    def test_a_checkpoint_of_four_ranks_goes_on_with_fewer(self):
        job = self.start(4, "--epochs", "2")
        self.assertEqual(self.ended(job) and job.returncode, 0)
        for ranks in (2, 1):
            run = self.folder / f"on_{ranks}"
            shutil.copytree(self.out, run)
            job = self.call_ranks(ranks, "--resume", run, "--epochs", "3")
            errors = self.ended(job)
            self.assertEqual(job.returncode, 0, errors)
            self.assertIn("done:", errors)
            self.assertIn(f"warning: saved by 4 ranks, resumed with {ranks}: the result may differ "
                          "in batch norm over a rank's own images\n", errors)  # fmt: skip
            self.assertEqual(len(losses(run / "losses.csv")), 3)
        again = self.train("--resume", run, "--epochs", "4")
        self.assertNotIn("warning: ", again.stderr)

    def test_ranks_wait_while_rank_0_measures(self):
        self.environment["XDG_CACHE_HOME"] = str(self.folder)  # without a classifier yet
        for images in 1500, 6000, 24_000, 96_000:  # until rank 0 takes longer than 3 s
            job = self.start(2, "--eval.every", "1", "--eval.samples", "500", "--overwrite",
                             "--data.synthetic_size", images, "--data.image_size", "28",
                             "--train.steps_per_epoch", "4", "--dist-timeout", "3")  # fmt: skip
            errors = self.ended(job)
            self.assertEqual(job.returncode, 0, errors)
            self.assertEqual((self.out / "metrics.csv").read_text().count("\n"), 3)
            began, measurer_made = (
                (self.out / name).stat().st_mtime for name in (".lock", "config.yaml")
            )
            if measurer_made - began > 3.5:
                return
        self.fail("nobody had to wait")

    def test_a_dump_holds_the_whole_batch(self):
        # Together, both ranks used the batch of a single process.
        common.need(torch, "this Python has no torch")
        dump = ("--config", common.SMOKE, "--debug-steps", "2", "--debug-dump")
        job = self.call_ranks(2, *dump, "both")
        self.assertEqual(self.ended(job) and job.returncode, 0)
        self.train(*dump, "alone")
        for step in "step_0001.pt", "step_0002.pt":
            both, alone = (torch.load(self.folder / name / step) for name in ("both", "alone"))
            self.assertEqual(list(both), list(alone))
            for name in both:
                if name == "layer_seed":
                    self.assertEqual(both[name].shape, (2,))
                elif name != "figures":  # batch norm is over each rank's own images
                    self.assertTrue(torch.equal(both[name], alone[name]), name)

    def test_captured_steps_are_refused(self):
        job = self.start(2, "--train.cuda_graph", "true")
        errors = self.ended(job)
        self.assertEqual(job.returncode, 1, errors)  # MPI's; each rank gives the reason
        self.assertIn("error: train.cuda_graph: works with one process only", errors)
        self.assertFalse(self.out.exists())

    def test_ranks_that_mpi_does_not_see_are_refused(self):
        # As if srun started several tasks for an MPI library that does not know about it.
        alone = {**self.environment, "SLURM_STEP_NUM_TASKS": "2"}
        call = [common.BIN / "gan-train", "--config", common.SMOKE, "--out", self.out]
        done = subprocess.run(call, env=alone, capture_output=True, text=True, timeout=100)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("error: started as one of 2 ranks, but MPI sees 1", done.stderr)
        self.assertFalse(self.out.exists())

    def test_a_killed_rank_ends_the_job_and_the_state_stays_good(self):
        self.kill_each_rank()

    def test_a_rank_that_hangs_ends_the_job_after_the_timeout(self):
        for rank in (0, 1):
            job = self.long_run("--dist-timeout", "3")
            os.kill(self.rank_process(rank), signal.SIGSTOP)
            errors = self.ended(job, timeout=30)
            self.assertNotEqual(job.returncode, 0)
            self.assertIn(f"rank {1 - rank}: error: ", errors)
            self.assertIn("no answer from another rank for 3 s", errors)
            self.assert_goes_on()
            shutil.rmtree(self.out)

    def test_a_signal_to_mpirun_ends_all(self):
        job = self.long_run()
        job.send_signal(signal.SIGTERM)
        self.ended(job, timeout=30)
        self.assertNotEqual(job.returncode, 0)
        self.assert_goes_on()

    def test_a_full_disk_under_rank_0_ends_all_with_its_line(self):
        job = self.long_run()
        self.wait_for((self.out / "checkpoints/previous.pt").exists)  # so several were saved
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.prlimit(self.rank_process(0), resource.RLIMIT_FSIZE, (4096, most))
        errors = self.ended(job, timeout=60)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("rank 0: error: ", errors)
        self.assertIn("File too large", errors)
        self.assert_goes_on()


class RankKillsTest(Ranks):
    """Kills ranks at random moments, GAN_TRAIN_RANK_KILLS times (5)."""

    settings = ("--config", common.SMOKE, "--epochs", "10", "--output.save_state_steps", "8",
                "--output.report", "false", "--quiet")  # fmt: skip

    def what_is_left(self, folder):
        """The results of a finished run, without times."""
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


if __name__ == "__main__":
    common.main()
