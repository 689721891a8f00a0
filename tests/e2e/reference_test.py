"""The reference values of the unit tests are those of scipy, scikit-learn and prdc."""

import importlib.util
import re
import subprocess
import sys

import common

HERE = common.ROOT / "tests" / "eval"


def numbers(text):
    """The values in a reference.hpp, as lists by name."""
    rows = re.findall(r"double k(\w+)(?:\[\])? = \{?([^;}]+)\}?;", text)
    return {name: [float(x) for x in values.split(",")] for name, values in rows}


class EvaluationReferenceTest(common.ProgramTest):
    def test_the_figures_are_those_of_the_other_programs(self):
        for module in ("prdc", "scipy", "sklearn"):
            common.need(importlib.util.find_spec(module), f"no {module} in {sys.executable}")
        made = subprocess.run(
            [sys.executable, HERE / "make_reference.py"],
            capture_output=True,
            text=True,
            check=True,
        )
        ours, theirs = numbers((HERE / "reference.hpp").read_text()), numbers(made.stdout)
        self.assertGreaterEqual(len(theirs), 12)
        self.assertEqual(ours.keys(), theirs.keys())
        for name, values in theirs.items():
            self.assertEqual(len(ours[name]), len(values), name)
            for mine, other in zip(ours[name], values):
                self.assertAlmostEqual(mine, other, delta=1e-6 * max(1.0, abs(other)), msg=name)


if __name__ == "__main__":
    common.main()
