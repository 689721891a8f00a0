"""The repository itself: its layers, its lists, and the claims of its pages."""

import configparser
import json
import re
import shlex

import common

# As drawn in CONTRIBUTING.md: a layer may include those before it.
LAYERS = (
    "core formats config data dist models losses sampling train eval io run report tune cli".split()
)
WITHOUT_LIBTORCH = LAYERS[:3]
GENERATED = ("generator_page_html.hpp", "report_page_html.hpp")
PAGES = sorted((common.ROOT / "docs").glob("*.md")) + [common.ROOT / "README.md"]
ALL_PAGES = [*PAGES, common.ROOT / "CONTRIBUTING.md", common.ROOT / "CHANGELOG.md"]


def sources(*folders, pattern="*.[ch]pp"):
    for folder in folders:
        yield from sorted((common.ROOT / folder).rglob(pattern))


def layer_of(path):
    parts = path.relative_to(common.ROOT).parts
    names = parts[2:] if parts[0] == "include" else parts[1:]
    return names[0] if len(names) > 1 else "main"


def calls_in(text):
    """This program's commands in a page's indented blocks, each as a list of words."""
    for line in re.findall(
        r"^ {4}(?:\$ )?(.*\bgan[ -].*)", text.replace("\\\n", " "), re.MULTILINE
    ):
        for part in re.split(r"&&|;|\||\bdo\b", line.split(" #")[0]):
            try:
                words = shlex.split(part)
            except ValueError:
                continue
            while words and not re.fullmatch(r"(\S*/)?gan(-[a-z]+)?", words[0]):
                words.pop(0)
            if words:
                yield words


def anchors(page):
    """What links to the headings of a page end in, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


class LayersTest(common.ProgramTest):
    def test_the_picture_is_the_one_in_contributing(self):
        text = (common.ROOT / "CONTRIBUTING.md").read_text()
        self.assertIn(" ← ".join([*LAYERS, "main.cpp"]), text)

    def test_nothing_includes_what_is_above_it(self):
        order = [*LAYERS, "main"]
        seen = set()
        for path in sources("src", "include"):
            layer = layer_of(path)
            seen.add(layer)
            text = path.read_text()
            for name in re.findall(r'#include "([^"]+)"', text):
                if name in GENERATED:
                    continue
                where = f"{path}: {name}"
                public = name.startswith("gan_train/")
                self.assertTrue((common.ROOT / ("include" if public else "src") / name).exists(), where)
                other = name.removeprefix("gan_train/").split("/")[0]
                self.assertLessEqual(order.index(other), order.index(layer), where)
                # Installed headers include only installed headers.
                self.assertTrue(public or path.is_relative_to(common.ROOT / "src"), where)
            if layer in WITHOUT_LIBTORCH:
                self.assertIsNone(re.search(r"#include <(torch|ATen|c10)/", text), path)
        self.assertEqual(seen, set(order))

    def test_only_the_command_line_speaks_of_flags(self):
        for path in sources("src", "include"):
            if layer_of(path) not in ("cli", "main"):
                code = re.sub(r"//.*", "", path.read_text())
                flags = re.findall(r'"[^"\n]*(--(?!mpi=)[a-z][\w-]*)', code)
                self.assertEqual(flags, [], path)  # --mpi is srun's

    def test_tests_mirror_the_layers(self):
        folders = {path.name for path in (common.ROOT / "tests").iterdir() if path.is_dir()}
        self.assertLessEqual(set(LAYERS), folders)


class RegistryTest(common.ProgramTest):
    def test_each_entry_is_described(self):
        # SmallCommand.EachRowThatIsListedRuns runs each of these, the end-to-end tests each recipe.
        pages = "\n".join(path.read_text() for path in PAGES)
        for kind, entries in json.loads(self.call("gan", "list", "--json").stdout).items():
            for name in entries:
                described = rf"`([a-z_.-]+[ =]+|--[a-z]+ )?{name}`"
                self.assertTrue(re.search(described, pages), f"{kind}: no page on {name}")


class PromisesTest(common.ProgramTest):
    def test_the_tests_that_reliability_md_names_are_there(self):
        known = []
        for path in sources("tests", pattern="*_test.*"):
            text = path.read_text()
            tests = re.findall(r"^TEST\w*\((\w+),\s*(\w+)\)", text, re.MULTILINE)
            known += [".".join(test) for test in tests]
            for part in re.split(r"^class ", text, flags=re.MULTILINE)[1:]:
                name = re.match(r"\w+", part)[0]
                known.append(f"e2e.{path.stem}.{name}")
                known += [f"{known[-1]}.{test}" for test in re.findall(r"def (test_\w+)", part)]
        page = (common.ROOT / "docs" / "reliability.md").read_text()
        rows = "".join(re.findall(r"^\|.*", page, re.MULTILINE))
        names = re.findall(r"`(e2e\.[^`]+|…?[A-Z]\w*\.[^`]+|…?[A-Z]\w+Test|…[A-Z]\w+)`", rows)
        self.assertGreater(len(names), 50)
        for name in names:
            pattern = re.sub(r"…|\\\*", ".*", re.escape(name))
            found = [test for test in known if re.search(rf"(^|\.){pattern}($|\.)", test)]
            self.assertTrue(found, f"no test {name}")


class PagesTest(common.ProgramTest):
    """The program knows each command in README and docs, with its flags and recipes."""

    def flags_of(self, command):
        page = self.call("gan", command, "--help").stdout
        keys = json.loads(self.call("gan", "options", "--json").stdout)
        return set(re.findall(r"--?[a-z][a-z_.-]*", page)) | {f"--{key}" for key in keys}

    def test_the_config_line_by_line_is_that_recipe(self):
        page = common.ROOT / "docs" / "tutorial.md"
        text = page.read_text().split("## A config, line by line")[1]
        mine = "\n".join(re.findall(r"^    (.*)$", text.split("Keys that a file")[0], re.MULTILINE))
        read = [configparser.ConfigParser(inline_comment_prefixes="#;") for _ in range(2)]
        read[0].read_string(mine)
        read[1].read(common.CONFIGS / "mnist_mlp.ini")
        self.assertEqual(*({name: dict(one[name]) for name in one} for one in read))

    def test_commands_are_those_of_the_program(self):
        commands = self.commands()
        flags = {name: self.flags_of(name) for name in commands}
        recipes = json.loads(self.call("gan", "list", "--json", "recipes").stdout)["recipes"]
        count = 0
        for path in PAGES:
            for words in calls_in(path.read_text()):
                called = words[0].rsplit("/", 1)[-1]
                name = called[4:] if called != "gan" else words[1] if len(words) > 1 else "--help"
                where = f"{path.name}: {' '.join(words)}"
                if name.startswith("-") or name == "<command>":
                    continue
                self.assertIn(name, commands, where)
                count += 1
                for word in words[1:]:
                    if re.match(r"--?[a-z]", word):
                        self.assertIn(word.split("=")[0], flags[name], where)
                for flag, value in zip(words, words[1:]):
                    if flag in ("--config", "-c") and re.fullmatch(
                        r"(mnist|cifar|fashion)_\w+", value
                    ):
                        self.assertIn(value, recipes, where)
        self.assertGreater(count, 70)

    def test_the_programs_on_the_library_are_those_that_are_tried(self):
        # scripts/smoke.sh builds and runs these on an installed tree.
        tried = common.ROOT / "tests" / "install"
        for language, files in {
            "cpp": ["drawer.cpp", "trainer.cpp"],
            "cmake": ["CMakeLists.txt"],
        }.items():
            texts = [(tried / file).read_text() for file in files]
            self.assertEqual(common.snippets("docs/library.md", language), texts)

    def test_links_lead_somewhere(self):
        for path in ALL_PAGES:
            for target, heading in re.findall(r"\]\(([^)#:\s]*)#?([^)\s:]*)\)", path.read_text()):
                page = path.parent / target if target else path
                self.assertTrue(page.exists(), f"{path.name}: {target}")
                if heading:
                    self.assertIn(heading, anchors(page), f"{path.name}: {target}")

    def test_the_readme_names_every_page(self):
        readme = (common.ROOT / "README.md").read_text()
        for path in ALL_PAGES:
            name = str(path.relative_to(common.ROOT))
            self.assertTrue(name == "README.md" or f"]({name})" in readme, name)

    def test_the_citation_is_of_this_version(self):
        version = self.call("gan", "--version").stdout.split()[1]
        self.assertIn(f"\nversion: {version}\n", (common.ROOT / "CITATION.cff").read_text())


if __name__ == "__main__":
    common.main()
