"""report.html and metrics.jsonl, as a run keeps them, as gan-report makes them and as a browser
shows them."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.parse

import common

try:
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    webdriver = None

SMALL = ("--config", common.SMOKE, "--data.image_size", 8, "--threads", 1, "--quiet")
EVAL = ("--eval.every", 2, "--eval.samples", 200)


def data_of(page):
    """What stands in a page's data element."""
    text = re.search(r'<script type="application/json" id="data">(.*)</script>\n<script>', page)
    return json.loads(text[1])


class ReportTest(common.ProgramTest):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CACHE_HOME"] = str(self.folder / "cache")  # what evaluations keep

    def report(self, *arguments, **how):
        return self.call("gan-report", *arguments, **how)

    def page(self, path):
        return (self.folder / path).read_text()

    def lines(self, run="run"):
        return [json.loads(line) for line in self.page(f"{run}/metrics.jsonl").splitlines()]

    def tables(self, run="run"):
        """What metrics.jsonl should hold: the rows of both tables, by name."""
        rows = {}
        for name in "losses.csv", "metrics.csv":
            if not (self.folder / run / name).exists():
                continue
            header, *lines = self.page(f"{run}/{name}").splitlines()
            for line in lines:
                cells = dict(zip(header.split(","), map(float, line.split(","))))
                rows.setdefault(cells["step"], {}).update(cells)
        return list(rows.values())


class ReportFileTest(ReportTest):
    def test_live_and_later_reports_are_the_same(self):
        self.train(*SMALL, "--epochs", 3, "--out", "run")
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

    def test_it_can_be_turned_off(self):
        self.train(*SMALL, "--epochs", 1, "--output.report", "false", "--out", "run")
        self.assertFalse((self.folder / "run/report.html").exists())
        self.report("run", "--quiet")
        self.assertTrue((self.folder / "run/report.html").exists())

    def test_runs_are_compared(self):
        self.train(*SMALL, "--epochs", 2, "--out", "a")
        self.train(*SMALL, "--epochs", 1, "--lr", 0.01, "--out", "b")
        self.report("a", "b")
        self.assertEqual(
            [run["name"] for run in data_of(self.page("comparison.html"))["runs"]], ["a", "b"]
        )

    def test_what_is_lost_is_told(self):
        self.train(*SMALL, "--epochs", 2, "--out", "run")
        run = self.folder / "run"
        shutil.rmtree(run / "samples")
        shutil.rmtree(run / "checkpoints")
        for name in "health.csv", "run.json", "train.log", "metrics.jsonl", "losses.png":
            (run / name).unlink(missing_ok=True)
        with open(run / "losses.csv", "a") as file:
            file.write("3,48,1.")
        self.report("run")
        notes = "\n".join(data_of(self.page("run/report.html"))["runs"][0]["notes"])
        for words in "health.csv: not there", "run.json: not there", "losses.csv: 1 line(s)":
            self.assertIn(words, notes)

    def test_wrong_calls(self):
        self.refused("gan-report", "none", code=2, says="none: no such folder")
        self.refused("gan-report", ".", code=2, says="is no run's folder")
        self.refused("gan-report", code=2, says="runs is required")
        self.refused("gan-report", "x", "--max-mib", 0, code=2, says="--max-mib")
        self.refused("gan-report", "x", "--outt", "y", code=2, says="did you mean '--out'?")
        self.train(*SMALL, "--epochs", 1, "--out", "runs/one")
        self.refused("gan-report", "runs", code=2, says=["name those", "runs/one"])
        self.refused("gan-report", "runs/one", "-o", "no/x.html", code=1, says="no/x.html")
        self.refused("gan-report", "runs/one", "-o", "runs", code=1, says="runs")


class MetricsLinesTest(ReportTest):
    def test_lines_hold_both_tables(self):
        self.train(*SMALL, *EVAL, "--epochs", 3, "--out", "run")
        self.assertEqual(self.lines(), self.tables())
        self.assertEqual(["frechet" in line for line in self.lines()], [False, True, True])
        self.assertEqual([line["epoch"] for line in self.lines()], [1, 2, 3])

    def test_lines_are_cut_at_resume(self):
        flags = ("--config", common.SMOKE, "--threads", 1, "--data.synthetic_size", 2048)
        process = subprocess.Popen(
            [common.BIN / "gan-train", *map(str, flags), "--epochs", "500", "--out", "run"],
            cwd=self.folder,
            stderr=subprocess.DEVNULL,
        )
        path = self.folder / "run/metrics.jsonl"
        while process.poll() is None and not (path.exists() and path.read_text().count("\n") > 2):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with open(path, "a") as file:
            file.write('{"epoch": 77, "step": 7777}\n{"epo')
        self.train("--resume", "run", "--epochs", 9, "--quiet")
        self.assertEqual(self.lines(), self.tables())
        self.assertEqual([line["epoch"] for line in self.lines()], list(range(1, 10)))

    def test_a_later_evaluation_comes_into_its_line(self):
        self.train(*SMALL, "--epochs", 2, "--out", "run")
        self.assertNotIn("frechet", self.lines()[-1])
        self.train("--resume", "run", *EVAL, "--quiet")
        self.assertEqual(self.lines(), self.tables())
        self.assertIn("frechet", self.lines()[-1])
        self.assertIn("frechet", data_of(self.page("run/report.html"))["runs"][0]["metrics"])


class ReportBrowserTest(ReportTest):
    """The page in Chromium, opened from the disk."""

    def setUp(self):
        super().setUp()
        common.need(webdriver, "this Python has no selenium")
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        driver = shutil.which("chromedriver")
        common.need(chromium and driver, "no chromium or no chromedriver")
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={self.folder}/profile")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(executable_path=driver)
        self.browser = webdriver.Chrome(options=options, service=service)
        self.addCleanup(self.browser.quit)

    def open(self, page, width=1200):
        self.browser.set_window_size(width, 900)
        self.browser.get("file://" + urllib.parse.quote(str(self.folder / page)))
        self.assertEqual(self.complaints(), [])

    def complaints(self):
        return self.browser.get_log("browser")

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def path_of(self, chart):
        return chart.find_element(By.CSS_SELECTOR, "path.curve").get_attribute("d")

    def press(self, element, *keys):
        for key in keys:
            element.send_keys(key)

    def test_a_run(self):
        self.train(*SMALL, *EVAL, "--epochs", 4, "--output.log_every", 4, "--out", "run")
        self.open("run/report.html")
        self.assertEqual(self.one("h1").text, "run")
        self.assertIn("4 of 4 epochs, complete", self.one("#runs").text)
        self.check_samples()
        self.check_curves()
        self.check_tables()
        self.assertEqual(self.complaints(), [])

    def check_samples(self):
        image, slider = self.one("#grids img"), self.one("#epoch")
        self.assertGreater(image.get_property("naturalWidth"), 10)
        self.assertEqual(self.one("#epoch-text").text, "epoch 4")
        seen = {image.get_attribute("src")}
        self.press(slider, Keys.ARROW_LEFT)
        self.assertEqual(self.one("#epoch-text").text, "epoch 3")
        seen.add(image.get_attribute("src"))
        self.press(slider, Keys.HOME)
        seen.add(image.get_attribute("src"))
        self.assertEqual(len(seen), 3)
        self.assertIn("after epoch 1", self.one("figcaption").text)
        self.one("#later").click()
        self.assertEqual(self.one("#epoch-text").text, "epoch 2")
        self.one("#play").click()
        self.assertEqual(self.one("#play").text, "Stop")
        self.one("#play").click()
        self.assertEqual(self.one("#play").text, "Play")

    def check_curves(self):
        charts = self.all(".chart")
        self.assertEqual(len(charts), 5)
        for chart in charts[:4]:
            for curve in chart.find_elements(By.CSS_SELECTOR, "path.curve"):
                self.assertEqual(len(re.findall(r"[ML]", curve.get_attribute("d"))), 4)
        self.assertEqual(len(charts[4].find_elements(By.CSS_SELECTOR, ".level")), 1)
        losses = charts[0]
        drawing = losses.find_element(By.CSS_SELECTOR, "svg")

        # The pointer names a point, and dragging it zooms; a double click ends that.
        width = drawing.size["width"]
        ActionChains(self.browser).move_to_element_with_offset(
            drawing, width // 2 - 20, 0
        ).perform()
        self.assertIn("epoch 4", losses.find_element(By.CSS_SELECTOR, ".legend").text)
        whole = self.path_of(losses)
        others = self.path_of(charts[2])
        drag = ActionChains(self.browser).move_to_element_with_offset(drawing, -width // 4, 0)
        drag.click_and_hold().move_by_offset(width // 3, 0).release().perform()
        self.assertNotEqual(self.path_of(losses), whole)
        self.assertNotEqual(self.path_of(charts[2]), others)  # all move together
        ActionChains(self.browser).double_click(drawing).perform()
        self.assertEqual(self.path_of(losses), whole)

        # Without a mouse.
        self.press(drawing, Keys.HOME)
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^epoch 1, discriminator [\d.]+")
        self.press(drawing, Keys.ARROW_RIGHT)
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^epoch 2, ")
        self.press(drawing, "+", "+")
        self.assertNotEqual(self.path_of(losses), whole)
        self.press(drawing, Keys.END)  # the view goes along
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^epoch 4, ")
        self.press(drawing, "0")
        self.assertEqual(self.path_of(losses), whole)
        self.one("[data-zoom=in]").send_keys(Keys.ENTER)
        self.assertNotEqual(self.path_of(losses), whole)
        self.one("[data-zoom=all]").send_keys(Keys.SPACE)
        self.assertEqual(self.path_of(losses), whole)

        self.one("#fine input").click()
        self.assertEqual(len(re.findall(r"[ML]", self.path_of(losses))), 16)
        self.one("#axis").send_keys("step")
        self.press(drawing, Keys.END)
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^step 64, ")
        self.one("#axis").send_keys("training time")
        self.press(drawing, Keys.HOME)
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^after [\d.]+ s, disc")
        figure = self.one(".chart select")
        before = self.path_of(charts[4])
        figure.send_keys("coverage")
        self.assertNotEqual(self.path_of(charts[4]), before)

    def check_tables(self):
        text = self.one("#figures").text
        for words in "lowest frechet", "noise", "training time", "LeNet classifier of shapes":
            self.assertIn(words, text)
        self.assertIn("optim.lr", self.one("#config").text)
        self.assertIn("Linear", self.one("#networks").text)
        self.assertIn("512 items of 1x8x8", self.one("#machine").text)
        last = self.all("#figures details summary")[-1]
        last.send_keys(Keys.ENTER)
        rows = self.all("#figures details tbody tr")
        self.assertEqual([row.text.split()[0] for row in rows], ["1", "2", "3", "4"])

    def test_runs_side_by_side(self):
        self.train(*SMALL, "--epochs", 3, "--out", "a")
        self.train(*SMALL, "--epochs", 2, "--lr", 0.01, "--out", "b")
        self.report("a", "b", "-o", "both.html", "--quiet")
        self.open("both.html")
        self.assertEqual([item.text[:2] for item in self.all("#runs li")], ["a:", "b:"])
        images = self.all("#grids img")
        self.assertEqual(len(images), 2)
        captions = lambda: [caption.text for caption in self.all("figcaption")]
        self.assertEqual(captions(), ["a: after epoch 3", "b: after epoch 2"])
        self.press(self.one("#epoch"), Keys.HOME)
        self.assertEqual(captions(), ["a: after epoch 1", "b: after epoch 1"])
        self.assertEqual(len(self.all(".chart")[0].find_elements(By.CSS_SELECTOR, "path")), 4)
        legend = self.all(".legend")[0].text
        for name in "a: discriminator", "b: generator":
            self.assertIn(name, legend)
        rows = [row.text for row in self.all("#config table")[0].find_elements(By.TAG_NAME, "tr")]
        self.assertEqual(rows, ["a b", "optim.lr 0.001 0.01", "train.epochs 3 2"])
        self.assertEqual(self.complaints(), [])

    def test_a_narrow_page_does_not_scroll_sideways(self):
        self.train(*SMALL, "--epochs", 2, "--out", "run")
        self.open("run/report.html", width=500)  # the least that the window takes
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
        )
        wide = "return [document.documentElement.scrollWidth, window.innerWidth]"
        self.assertEqual(self.browser.execute_script(wide), [360, 360])

    def test_hostile_text_stays_text(self):
        name = 'a"<img src=x onerror=alert(1)>'
        self.train(*SMALL, "--epochs", 1, "--out", name)
        run = self.folder / name
        for file in "config.yaml", "train.log":
            text = (run / file).read_text()
            text += '  odd: "</script><script>document.title = 1</script>"\n'
            text += "2026-11-22 04:39:16.381 warning </script><b id=bad>\n" * (file == "train.log")
            (run / file).write_text(text)
        (run / "run.json").write_text('{"networks": "</script>"')
        (run / "losses.csv").write_text("epoch,step,d_loss,constructor\n1,16,</script>,1\n")
        self.report(name, "--quiet")
        self.open(f"{name}/report.html")
        self.assertEqual(self.one("h1").text, name)
        self.assertEqual(self.all("#bad, img[src=x]"), [])
        self.assertIn("</script><b id=bad>", self.one("#warnings").text)
        self.assertIn("</script><script>", self.one("#config").text)
        self.assertIn("run.json: damaged", self.one("#missing").text)

    def test_a_run_that_has_only_begun(self):
        self.train(*SMALL, "--epochs", 1, "--out", "run")
        run = self.folder / "run"
        for path in [*run.glob("*.csv"), *run.glob("samples/*"), run / "run.json"]:
            path.unlink()
        (run / "losses.csv").write_text("epoch,step,d_loss")
        self.report("run", "--quiet")
        self.open("run/report.html")
        self.assertIn("0 of 1 epochs", self.one("#runs").text)
        self.assertIn("There are no grids", self.one("#samples").text)
        self.assertIn("health.csv: not there", self.one("#missing").text)


if __name__ == "__main__":
    common.main()
