"""Shared by the tests of reports: small runs, and the data of their pages."""

import json
import os
import re

import common

SMALL = ("--config", common.SMOKE, "--data.image_size", 8, "--threads", 1, "--quiet")
EVAL = ("--eval.every", 2, "--eval.samples", 200)


def data_of(page):
    """The contents of a page's data element."""
    text = re.search(r'<script type="application/json" id="data">(.*)</script>\n<script>', page)
    return json.loads(text[1])


class Reporting(common.ProgramTest):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CACHE_HOME"] = f"{common.KEPT.name}/cache"  # cache of evaluations

    def report(self, *arguments, **how):
        return self.call("gan-report", *arguments, **how)

    def page(self, path):
        return (self.folder / path).read_text()

    def lines(self, run="run"):
        return [json.loads(line) for line in self.page(f"{run}/metrics.jsonl").splitlines()]

    def tables(self, run="run"):
        """The expected contents of metrics.jsonl: the rows of the tables, by name."""
        rows = {}
        for name in "losses.csv", "health.csv", "metrics.csv":
            if not (self.folder / run / name).exists():
                continue
            header, *lines = self.page(f"{run}/{name}").splitlines()
            for line in lines:
                cells = dict(zip(header.split(","), map(float, line.split(","))))
                rows.setdefault(cells["step"], {}).update(cells)
        return list(rows.values())
