"""report.html and metrics.jsonl, written by a run and by gan-report."""

import json
import shutil
import signal
import subprocess

import common
from reporting import EVAL, SMALL, Reporting, data_of


class ReportFileTest(Reporting):
    def test_live_and_later_reports_are_the_same(self):
        self.trained(*SMALL, "--epochs", 3)
        live = self.page("run/report.html")
        done = self.report("run", "-o", "later.html")
        self.assertRegex(done.stderr, r"^wrote later\.html \(\d\.\d MiB\)\n$")
        later = self.page("later.html")
        first, second = data_of(live), data_of(later)
        self.assertEqual(first["runs"][0].pop("path"), "run")
        self.assertEqual(second["runs"][0].pop("path"), "run")
        for data in first, second:
            data.pop("written")
            data["runs"][0]["log"].pop("last")
        self.assertEqual(first, second)
        self.assertEqual([epoch for epoch, _ in first["runs"][0]["grids"]], [1, 2, 3])
        facts = json.loads(first["runs"][0]["facts"])
        self.assertEqual(facts["data"]["items"], 512)
        self.assertGreater(facts["networks"]["generator"]["parameters"], 100)
        self.assertEqual(facts["networks"]["generator"]["layers"][-1]["output"], "1x8x8")

    def epochs_in(self, page):
        """Checks that a page is complete; returns the epochs of its losses."""
        self.assertTrue(page.endswith("</html>\n"), page[-80:])
        return data_of(page)["runs"][0]["losses"]["epoch"]

    def test_it_is_kept_up_to_date_while_a_run_trains(self):
        asked = 1000000
        process = subprocess.Popen(
            [common.BIN / "gan-train", *map(str, SMALL), "--epochs", str(asked), "--out", "run"],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        path = self.folder / "run/report.html"
        seen = []

        def two_were_seen():  # a first page, and one that replaces it
            epochs = self.epochs_in(path.read_text()) if path.exists() else []
            if epochs and epochs[-1] not in seen:
                seen.append(epochs[-1])
            return len(seen) == 2

        self.wait_for(two_were_seen, process)
        self.assertIsNone(process.poll(), "the run has ended by itself")
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=120)[1]
        self.assertEqual(process.returncode, 130, errors)
        done = len(self.lines())
        self.assertLess(done, asked)
        self.assertEqual(self.epochs_in(path.read_text())[-1], done)
        self.assertTrue(1 <= seen[0] < seen[1] <= done, (seen, done))

    def test_it_can_be_turned_off(self):
        self.trained(*SMALL, "--epochs", 1, "--output.report", "false")
        self.assertFalse((self.folder / "run/report.html").exists())
        self.report("run", "--quiet")
        self.assertTrue((self.folder / "run/report.html").exists())

    def test_runs_are_compared(self):
        self.trained(*SMALL, "--epochs", 2, out="a")
        self.trained(*SMALL, "--epochs", 1, "--lr", 0.01, out="b")
        self.report("a", "b")
        self.assertEqual(
            [run["name"] for run in data_of(self.page("comparison.html"))["runs"]], ["a", "b"]
        )

    def test_what_is_lost_is_told(self):
        self.trained(*SMALL, "--epochs", 2)
        run = self.folder / "run"
        shutil.rmtree(run / "samples")
        shutil.rmtree(run / "checkpoints")
        for name in "health.csv", "run.json", "train.log", "metrics.jsonl", "losses.png":
            (run / name).unlink(missing_ok=True)
        with open(run / "losses.csv", "a") as file:
            file.write("3,48,1.")
        self.report("run")
        notes = "\n".join(data_of(self.page("run/report.html"))["runs"][0]["notes"])
        for words in "health.csv: missing", "run.json: missing", "losses.csv: 1 incomplete line(s)":
            self.assertIn(words, notes)

    def test_real_images_are_saved_once(self):
        self.trained(*SMALL, "--epochs", 1)
        path = self.folder / "run/samples/real.png"
        first = path.read_bytes()
        path.write_bytes(first + b"mine")
        self.train("--resume", "run", "--epochs", 2, "--quiet")
        self.assertEqual(path.read_bytes(), first + b"mine")
        path.unlink()
        self.train("--resume", "run", "--epochs", 3, "--quiet")
        self.assertEqual(path.read_bytes(), first)
        self.train("--config", "rings", "--epochs", 1, "--train.steps_per_epoch", 2, "--quiet",
                   "--out", "points")  # fmt: skip
        self.assertFalse((self.folder / "points/samples/real.png").exists())

    def test_the_page_tells_how_the_run_ended(self):
        state = lambda run: data_of(self.page(f"{run}/report.html"))["runs"][0]["state"]
        self.trained(*SMALL, "--epochs", 1)
        self.assertEqual(state("run"), "complete")
        self.train_until_signal(signal.SIGINT, "stopped", *SMALL, "--epochs", 100000)
        self.assertEqual(state("stopped"), "stopped")
        deep = ("--model.arch", "mlp", "--model.generator_norm", "false", "--train.ema", 0,
                "--model.discriminator_widths", ",".join(["64"] * 12))  # fmt: skip
        self.train(*SMALL, *deep, "--lr", 10, "--out", "failed", code=1)
        self.assertEqual(state("failed"), "failed")
        self.report("failed", "--quiet")
        self.assertEqual(state("failed"), "failed")

class MetricsLinesTest(Reporting):
    def test_lines_hold_both_tables(self):
        self.trained(*SMALL, *EVAL, "--epochs", 3)
        self.assertEqual(self.lines(), self.tables())
        self.assertEqual(["frechet" in line for line in self.lines()], [False, True, True])
        self.assertEqual([line["epoch"] for line in self.lines()], [1, 2, 3])

    def test_lines_are_cut_at_resume(self):
        flags = ("--config", common.SMOKE, "--threads", 1, "--data.synthetic_size", 2048)
        self.train_until_signal(signal.SIGKILL, "run", *flags, "--epochs", 500)
        with open(self.folder / "run/metrics.jsonl", "a") as file:
            file.write('{"epoch": 77, "step": 7777}\n{"epo')
        self.train("--resume", "run", "--epochs", 9, "--quiet")
        self.assertEqual(self.lines(), self.tables())
        self.assertEqual([line["epoch"] for line in self.lines()], list(range(1, 10)))

    def test_a_later_evaluation_comes_into_its_line(self):
        self.trained(*SMALL, "--epochs", 2)
        self.assertNotIn("frechet", self.lines()[-1])
        self.train("--resume", "run", *EVAL, "--quiet")
        self.assertEqual(self.lines(), self.tables())
        self.assertIn("frechet", self.lines()[-1])
        self.assertIn("frechet", data_of(self.page("run/report.html"))["runs"][0]["metrics"])


if __name__ == "__main__":
    common.main()
