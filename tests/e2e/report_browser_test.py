"""The page of a report, opened from disk in Chromium."""

import re
import statistics
import time
import urllib.parse

import common
import files
from browser import BLACK, WHITE, contrast, open_chromium
from reporting import EVAL, SMALL, Reporting

try:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    pass  # no browser: open_chromium reports it


class ReportBrowserTest(Reporting):
    def setUp(self):
        super().setUp()
        self.browser = open_chromium()
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
        self.trained(*SMALL, *EVAL, "--epochs", 4, "--output.log_every", 4)
        self.open("run/report.html")
        self.assertEqual(self.one("h1").text, "run")
        self.assertEqual(self.one(".title .state").text, "✓ complete")
        self.assertRegex(
            self.one("#outcome").text,
            r"^4 of 4 epochs · best Fréchet distance [\d.,]+ in epoch [24] \(lower is better, "
            r"real images [\d.]+\) · trained for [\d.]+ s$",
        )
        self.check_samples()
        self.check_curves()
        self.check_tables()
        self.assertEqual(self.complaints(), [])

    def shown(self, element, what):
        """Red, green and blue of a colour, as computed by the browser."""
        colour = element.value_of_css_property(what)
        self.assertRegex(colour, r"^rgb(a\(.*, 1\)|\([^/]*\))$")  # opaque
        return [int(part) for part in re.findall(r"\d+", colour)[:3]]

    def test_dark_and_light(self):
        self.trained(*SMALL, "--epochs", 2)
        for scheme in "light", "dark":
            feature = {"name": "prefers-color-scheme", "value": scheme}
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            self.open("run/report.html")
            ground = self.shown(self.one("body"), "background-color")
            panel = self.shown(self.one(".chart"), "background-color")
            for back in ground, panel:
                self.assertGreater(contrast(back, WHITE if scheme == "dark" else BLACK), 15)
            for selector, what, back, least in (
                ("h1", "color", ground, 7), ("nav a", "color", ground, 4.5),
                ("footer", "color", ground, 4.5), (".values", "color", panel, 7),
                ("#legend", "color", ground, 7), (".state", "color", ground, 4.5),
                (".chart text", "fill", panel, 4.5), (".chart .grid", "stroke", panel, 1.25),
            ):  # fmt: skip
                figure = contrast(self.shown(self.one(selector), what), back)
                self.assertGreater(figure, least, (scheme, selector))
            curve = self.one("path.curve")
            for i in range(16):  # also the colours of several runs
                colour = "arguments[0].setAttribute('stroke', colourOf(arguments[1]))"
                self.browser.execute_script(colour, curve, i)
                figure = contrast(self.shown(curve, "stroke"), panel)
                self.assertGreater(figure, 4, (scheme, i))

    def check_samples(self):
        (image, real), slider = self.all("#grids img"), self.one("#epoch")
        self.assertIn("real images, as the networks see them", self.all("figcaption")[1].text)
        size = lambda picture: [picture.get_property(f"natural{side}") for side in ("Width", "Height")]
        self.assertEqual(size(real), size(image))
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

        # The pointer selects a point, dragging zooms, and a double click resets the zoom.
        width = drawing.size["width"]
        ActionChains(self.browser).move_to_element_with_offset(
            drawing, width // 2 - 20, 0
        ).perform()
        self.assertIn("epoch 4", losses.find_element(By.CSS_SELECTOR, ".values").text)
        whole = self.path_of(losses)
        others = self.path_of(charts[2])
        drag = ActionChains(self.browser).move_to_element_with_offset(drawing, -width // 4, 0)
        drag.click_and_hold().move_by_offset(width // 3, 0).release().perform()
        self.assertNotEqual(self.path_of(losses), whole)
        self.assertNotEqual(self.path_of(charts[2]), others)  # all charts move together
        ActionChains(self.browser).double_click(drawing).perform()
        self.assertEqual(self.path_of(losses), whole)

        # Now with the keyboard.
        self.press(drawing, Keys.HOME)
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^epoch 1, discriminator [\d.]+")
        self.press(drawing, Keys.ARROW_RIGHT)
        self.assertRegex(drawing.get_attribute("aria-valuetext"), r"^epoch 2, ")
        self.press(drawing, "+", "+")
        self.assertNotEqual(self.path_of(losses), whole)
        self.press(drawing, Keys.END)  # the view follows
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
        text = " ".join(self.one("#figures").text.split())
        for words in (
            "Fréchet distance ↓ (lower is better)", "coverage ↑ (higher is better)", "noise", "★",
            "training time", "LeNet classifier of shapes",
        ):  # fmt: skip
            self.assertIn(words, text)
        self.assertIn("optim.lr", self.one("#config").text)
        self.assertIn("Linear", self.one("#networks").text)
        self.assertIn("512 items of 1x8x8", self.one("#machine").text)
        last = self.all("#figures details summary")[-1]
        last.send_keys(Keys.ENTER)
        for _ in range(50):  # until the browser has notified the page
            rows = self.all("#figures details tbody tr")
            if rows:
                break
            time.sleep(0.1)
        self.assertEqual([row.text.split()[0] for row in rows], ["1", "2", "3", "4"])

    def test_runs_side_by_side(self):
        self.trained(*SMALL, "--epochs", 3, out="a")
        self.trained(*SMALL, "--epochs", 2, "--lr", 0.01, out="b")
        self.report("a", "b", "-o", "both.html", "--quiet")
        self.open("both.html")
        self.assertEqual(self.one("#outcome").text, "2 complete")
        rows = [row.text for row in self.all("#summary tbody tr")]
        self.assertRegex("\n".join(rows), r"^a ✓ complete 3 of 3 .*s\nb ✓ complete 2 of 2 .*s$")
        self.assertEqual(len(self.all("#grids img")), 3)  # both runs have the same real images
        real = "real images, as the networks see them"
        captions = lambda: [caption.text for caption in self.all("figcaption")]
        self.assertEqual(captions(), ["a: after epoch 3", "b: after epoch 2", real])
        self.press(self.one("#epoch"), Keys.HOME)
        self.assertEqual(captions(), ["a: after epoch 1", "b: after epoch 1", real])
        self.assertEqual(len(self.all(".chart")[0].find_elements(By.CSS_SELECTOR, "path")), 4)
        self.assertEqual(
            self.one("#legend").text.split("\n"),
            ["a", "b", "discriminator, D(x) of real images", "generator, D(G(z)) of samples"],
        )
        drawing = self.all(".chart svg")[0]
        self.press(drawing, Keys.HOME)
        values = self.all(".chart .values")[0].text
        for name in "a: discriminator", "b: generator":
            self.assertIn(name, values)
        rows = [row.text for row in self.all("#config table")[0].find_elements(By.TAG_NAME, "tr")]
        self.assertEqual(rows, ["a b", "optim.lr 0.001 0.01", "train.epochs 3 2"])
        self.assertEqual(self.complaints(), [])

    def test_runs_of_several_seeds_are_summed_up(self):
        for seed in 1, 2, 3:
            self.trained(*SMALL, "--epochs", 2, "--seed", seed, out=f"s{seed}")
        self.trained(*SMALL, "--epochs", 2, "--lr", 0.01, out="other")
        self.report("s1", "s2", "s3", "other", "-o", "seeds.html", "--quiet")
        self.open("seeds.html")
        (table,) = (
            one for one in self.all("#figures table") if "over seeds" in one.text.splitlines()[0]
        )
        lines = table.text.splitlines()
        self.assertIn("s1 and 2 more other", " ".join(lines[1:3]))
        columns = [
            files.read_csv(self.folder / f"s{seed}" / "losses.csv")[1][-1][2] for seed in (1, 2, 3)
        ]
        (losses,) = (line for line in lines if line.startswith("discriminator's loss"))
        mean, spread = map(float, re.findall(r"([\d.]+) ± ([\d.]+)", losses)[0])
        digit = 10 ** -len(re.findall(r"± \d+\.(\d+)", losses)[0])
        self.assertAlmostEqual(mean, statistics.mean(columns), delta=0.51 * digit)
        self.assertAlmostEqual(spread, statistics.stdev(columns), delta=0.51 * digit)
        # Seeds as a mean with a band, or separately.
        losses = self.all(".chart")[0]
        count = lambda kind: len(losses.find_elements(By.CSS_SELECTOR, f"path.{kind}"))
        self.assertEqual((count("curve"), count("band")), (4, 2))
        self.assertIn("standard deviation over seeds", self.one("#legend").text)
        self.one("#apart input").click()
        self.assertEqual((count("curve"), count("band")), (8, 0))
        colours = "return Array.from({length: 12}, (_, i) => colourOf(i))"
        self.assertEqual(len(set(self.browser.execute_script(colours))), 12)

    def phone(self):
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
        )
        wide = "return [document.documentElement.scrollWidth, window.innerWidth]"
        self.assertEqual(self.browser.execute_script(wide), [360, 360])
        cut = "return [...document.querySelectorAll('.wide')].filter(" \
              "(box) => box.scrollWidth > box.clientWidth).map((box) => box.innerText)"
        self.assertEqual(self.browser.execute_script(cut), [])
        blank = [cell for cell in self.all(".many td") if cell.is_displayed() and not cell.text]
        self.assertEqual(blank, [])

    def test_a_narrow_page_shows_all_without_scrolling_sideways(self):
        self.trained(*SMALL, *EVAL, "--epochs", 4, "--output.log_every", 4)
        self.open("run/report.html", width=500)  # the smallest window
        self.phone()
        names = [f"run{i}" for i in range(3)]
        for seed, name in enumerate(names, 1):
            self.trained(*SMALL, *EVAL, "--epochs", 2, "--seed", seed, out=name)
        self.report(*names, "-o", "three.html", "--quiet")
        self.open("three.html", width=500)
        self.phone()

    def test_a_single_epoch(self):
        self.trained(*SMALL, "--epochs", 1)
        self.open("run/report.html")
        self.assertFalse(self.one("#epoch").is_displayed())
        self.assertIn("after epoch 1", self.one("figcaption").text)
        solid, dashed = self.all(".chart")[0].find_elements(By.CSS_SELECTOR, "circle")
        panel = self.shown(self.one(".chart"), "background-color")
        self.assertNotEqual(self.shown(solid, "fill"), panel)
        self.assertEqual(self.shown(dashed, "fill"), panel)

    def test_numbers_are_for_readers(self):
        self.trained(*SMALL, "--epochs", 2)
        self.open("run/report.html")
        for call, shown in {
            "figure(0.693147)": "0.693",
            "figure(12345.6)": "12,346",
            "figure(60000)": "60,000",
            "figure(0.0002286)": "2.29e-4",
            "figure(812345678.9)": "8.12e8",
            "figure(NaN)": "–",
            "figure(1.214, 0.002286)": "1.214 ± 0.002",
            "figure(41.26, 1.9)": "41.3 ± 1.9",
            "figure(8, 0)": "8 ± 0",
            "counted(1, 'epoch')": "1 epoch",
            "ticks(0, 8e8, 4, false).map(({text}) => text).join(' ')": "0 2e8 4e8 6e8 8e8",
            "ticks(1, 3, 8, true).map(({text}) => text).join(' ')": "1 2 3",
            "ticks(0, 46800, 5, true).map(({text}) => text).join(' ')":
                "0 10,000 20,000 30,000 40,000",
        }.items():
            self.assertEqual(self.browser.execute_script(f"return {call}"), shown, call)

    def test_a_curve_that_explodes_leaves_the_others_legible(self):
        for name in "calm", "wild":
            self.trained(*SMALL, "--epochs", 6, out=name)
        table = self.folder / "wild/losses.csv"
        header, *rows = table.read_text().splitlines()
        for i, row in enumerate(rows[3:], 3):
            cells = row.split(",")
            rows[i] = ",".join([*cells[:2], "8e8", "8e8", *cells[4:]])
        table.write_text("\n".join([header, *rows, ""]))
        self.report("calm", "wild", "-o", "both.html", "--quiet")
        self.open("both.html")
        chart = self.all(".chart")[0]
        self.assertIn("log scale", chart.find_element(By.TAG_NAME, "h3").text)
        labels = chart.find_elements(By.TAG_NAME, "text")
        left = chart.find_element(By.TAG_NAME, "svg").rect["x"]
        self.assertIn("1e8", [label.text for label in labels])
        self.assertGreaterEqual(min(label.rect["x"] for label in labels), left)
        self.assertNotIn("log scale", self.all(".chart")[2].text)

    def test_a_collapse_is_told_first(self):
        self.trained(*SMALL, "--epochs", 4)
        table = self.folder / "run/health.csv"
        header, *rows = table.read_text().splitlines()
        rows = [",".join([*row.split(",")[:-1], "0.001"]) for row in rows]
        table.write_text("\n".join([header, *rows, ""]))
        self.report("run", "--quiet")
        self.open("run/report.html")
        state = self.one(".title .state")
        self.assertEqual(state.text, "✕ collapsed")
        red, green, blue = self.shown(state, "color")
        self.assertGreater(red, green + blue)

    def test_hostile_text_stays_text(self):
        name = 'a"<img src=x onerror=alert(1)>'
        self.trained(*SMALL, "--epochs", 1, out=name)
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
        self.trained(*SMALL, "--epochs", 1)
        run = self.folder / "run"
        for path in [*run.glob("*.csv"), *run.glob("samples/*"), run / "run.json"]:
            path.unlink()
        (run / "losses.csv").write_text("epoch,step,d_loss")
        self.report("run", "--quiet")
        self.open("run/report.html")
        self.assertIn("0 of 1 epoch ", self.one("#outcome").text)
        self.assertEqual(self.one(".title .state").text, "■ stopped")
        self.assertIn("no grids of samples", self.one("#samples").text)
        self.assertIn("health.csv: missing", self.one("#missing").text)


if __name__ == "__main__":
    common.main()
