"""gan-tune from end to end: small searches on rings, stopped and killed."""

import csv
import json
import re
import signal
import subprocess

import common

RINGS = (
    *("--config", common.CONFIGS / "rings.ini", "--data.synthetic_size", 1024, "--epochs", 4),
    *("--output.sample_every", 0, "--threads", 1, "--samples", 200),
)
SMALL = (
    *("--trials", 6, "--eta", 2, "--rungs", 2, "--finalists", 1),
    *("--space", "optim.lr=1e-4..1e-2:log", "--space", "optim.beta1=0,0.5"),
)


class TuneProgramTest(common.ProgramTest):
    def tune(self, *arguments, **how):
        return self.call("gan-tune", *arguments, **how)

    def start(self, *arguments):
        return subprocess.Popen(
            [common.BIN / "gan-tune", *map(str, arguments)],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def rows(self, run):
        """The rows of tune.csv, without columns that depend on the machine."""
        path = self.folder / run / "tune.csv"
        rows = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
        return [{key: row[key] for key in row if key != "seconds"} for row in rows]

    def wait_for_rows(self, run, count, process):
        self.wait_for(lambda: len(self.rows(run)) >= count, process)


class SearchTest(TuneProgramTest):
    def test_a_search_ends_with_a_table_and_a_config(self):
        done = self.tune(*RINGS, *SMALL, "--out", "tune")
        rows = self.rows("tune")
        # Six trials to the half, three and the recipe (if it isn't one of them) to the end, then
        # the final.
        by_rung = {
            rung: [row for row in rows if row["rung"] == rung] for rung in "1 2 final".split()
        }
        self.assertEqual([row["trial"] for row in by_rung["1"]], [str(i) for i in range(6)])
        self.assertIn("0", [row["trial"] for row in by_rung["2"]])
        self.assertIn(len(by_rung["2"]), (3, 4))
        self.assertEqual({row["steps"] for row in by_rung["1"]}, {"8"})  # of 4 x 4: 820 points
        self.assertEqual({row["steps"] for row in by_rung["2"]}, {"16"})
        self.assertEqual(
            [row["seed"] for row in by_rung["final"]],
            sorted(row["seed"] for row in by_rung["final"]),
        )
        self.assertEqual({row["seed"] for row in by_rung["final"]}, {"2", "3"})
        # The trials with the best scores of the first rung continue.
        kept = {row["trial"] for row in by_rung["2"]} - {"0"}
        others = [row for row in by_rung["1"] if row["trial"] not in kept | {"0"}]
        worst_kept = max(float(row["score"]) for row in by_rung["1"] if row["trial"] in kept)
        self.assertTrue(all(float(row["score"]) >= worst_kept for row in others), rows)
        self.assertEqual(rows[0]["optim.lr"], "0.001")  # the recipe
        # The table fits the terminal, and its best trial is in best.yaml.
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 60, done.stdout)
        self.assertRegex(
            done.stdout, r"place +trial +rung +seeds +score +spread\n +1 +\d+ +final +3 "
        )
        best = re.search(r"\n +1 +(\d+) ", done.stdout)[1]
        row = next(row for row in rows if row["trial"] == best)
        text = (self.folder / "tune/best.yaml").read_text()
        self.assertIn(f"  lr: {row['optim.lr']}\n", text)
        self.assertIn(f"  beta1: {row['optim.beta1']}\n", text)
        self.assertIn(f"trial {best}: score ", text)
        self.assertIn("over seeds 1 to 3", text)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        # It is an ordinary config, with the recipe's length and evaluations.
        self.train("--config", "tune/best.yaml", "--out", "run", "--quiet")
        self.assertTrue((self.folder / "run/checkpoints/g_4.pt").exists())
        # Each trial is a run; eliminated ones have lost their states.
        states = {path.parts[-3] for path in self.folder.glob("tune/trials/*/checkpoints/last.pt")}
        finalists = {row["trial"] for row in by_rung["final"]}
        self.assertEqual(
            states,
            {f"{int(t):03}" for t in finalists}
            | {f"{int(t):03}-seed{seed}" for t in finalists for seed in (2, 3)},
        )
        self.assertTrue((self.folder / "tune/trials/005/losses.csv").exists())
        self.assertNotIn("epoch", (self.folder / "tune/tune.log").read_text())

    def test_json_says_what_the_table_and_the_plan_say(self):
        table = self.tune(*RINGS, *SMALL, "--out", "a").stdout
        told = json.loads(self.tune(*RINGS, *SMALL, "--out", "b", "--json").stdout)
        self.assertTrue(told["complete"])
        self.assertEqual(told["best"], "b/best.yaml")
        places = re.findall(r"\n +\d+ +(\d+) +(\S+) +(\d+) +(\S+) +(\S+)(?=\n)", table)
        self.assertGreater(len(places), 2)
        for place, row in zip(told["standings"], places):
            self.assertEqual((str(place["trial"]), place["rung"], str(place["seeds"])), row[:3])
            self.assertAlmostEqual(place["score"], float(row[3]), delta=1e-3 * place["score"])
            self.assertEqual(place["spread"] is None, row[4] == "-")
            self.assertIn("optim.lr", place["values"])
        plan = json.loads(self.tune(*RINGS, *SMALL, "--out", "c", "--json", "--dry-run").stdout)
        self.assertEqual([rung["trials"] for rung in plan["rungs"]], [6, 4])
        self.assertEqual([rung["share_of_run"] for rung in plan["rungs"]], [0.5, 1])
        self.assertFalse((self.folder / "c").exists())

    def test_the_last_rung_is_a_run_of_gan_train(self):
        # The trial's networks equal those of an uninterrupted run on the same data.
        self.tune(*RINGS, *SMALL, "--out", "a", "--quiet")
        self.tune(*RINGS, "--trials", 6, "--eta", 2, "--rungs", 1, "--finalists", 1,
                  *SMALL[8:], "--out", "b", "--quiet")  # fmt: skip
        ends = lambda run, rung: {
            row["trial"]: row["score"] for row in self.rows(run) if row["rung"] == rung
        }
        whole = ends("b", "1")
        for trial, score in ends("a", "2").items():
            self.assertEqual(score, whole[trial])

    def test_killed_and_stopped_searches_go_on_to_the_same_end(self):
        self.tune(*RINGS, *SMALL, "--out", "whole", "--quiet")
        process = self.start(*RINGS, *SMALL, "--out", "run", "--quiet")
        self.wait_for_rows("run", 2, process)
        process.kill()
        process.communicate()
        for number, rows in (signal.SIGINT, 5), (signal.SIGTERM, 7):
            process = self.start("--resume", "run")
            self.wait_for_rows("run", rows, process)
            process.send_signal(number)
            out, message = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 128 + number, message)
            self.assertIn("resume with: gan-tune --resume run", message)
            self.assertIn("place", out)  # the ranking so far
            self.assertGreaterEqual(len(self.rows("run")), rows)
        done = self.tune("--resume", "run")
        self.assertEqual(self.rows("run"), self.rows("whole"))
        self.assertEqual(
            (self.folder / "run/best.yaml").read_text(),
            (self.folder / "whole/best.yaml").read_text(),
        )
        # Resuming again changes nothing.
        self.assertEqual(self.tune("--resume", "run").stdout, done.stdout)
        self.assertEqual(self.rows("run"), self.rows("whole"))

    def test_a_trial_that_diverges_is_last_and_the_search_goes_on(self):
        deep = ",".join(["64"] * 12)
        done = self.tune(
            *("--config", common.SMOKE, "--threads", 1, "--model.arch", "mlp", "--epochs", 2),
            *("--model.generator_norm", "false", "--train.ema", 0, "--samples", 100),
            *("--model.generator_widths", "64,64", "--model.discriminator_widths", deep),
            *("--space", "optim.lr=10,1e-4", "--trials", 3, "--rungs", 1, "--out", "tune"),
        )
        scores = {row["optim.lr"]: row["score"] for row in self.rows("tune")}
        self.assertEqual(scores["10"], "diverged", done.stderr)
        self.assertNotEqual(scores["1.0e-04"], "diverged")
        self.assertRegex(done.stdout, r"\n +3 +\d +1/1 +1 +diverged +-")
        self.assertNotIn("error", done.stderr)

    def test_a_budget_decides_how_many_trials_and_when_it_ends(self):
        done = self.tune(*RINGS, "--budget", "1h", "--dry-run")
        found = re.search(r"(\d+) trials: a run takes about", done.stderr)
        self.assertIn(f"rung 1: {found[1]} trials", done.stdout)
        # Five hundred trials take longer than a second on any machine.
        many = self.start(*RINGS, "--trials", 500, "--budget", "1h", "--out", "run", "--quiet")
        self.wait_for_rows("run", 2, many)
        many.send_signal(signal.SIGINT)
        many.communicate()
        done = self.tune("--resume", "run", "--budget", "1s")
        self.assertIn("the budget is used up; resume with: gan-tune --resume run", done.stderr)
        self.assertIn("place", done.stdout)


if __name__ == "__main__":
    common.main()
