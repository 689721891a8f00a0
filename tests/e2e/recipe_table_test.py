"""The numbers of each shipped recipe on data of the published size, from --dry-run."""

import json
import re

import common

# epochs, steps per epoch, sampling, images in a grid, epochs between kept generators, and the
# parameters of both networks
CLASSICS = {
    "mnist_mlp": (200, 234, "replacement", 10, 20, 1_486_352, 1_460_225),
    "mnist_keras_dcgan": (100, 234, "replacement", 100, 10, 839_937, 212_865),
    # The last partial batch is kept: 60,000 images are 937.5 batches of 64.
    "mnist_pytorch_mlp": (20, 938, "epoch", 64, 5, 251_024, 233_985),
    "mnist_tf_mlp": (100, 600, "epoch", 16, 20, 114_064, 100_609),
    "mnist_cpp_dcgan": (30, 938, "epoch", 64, 5, 837_504, 659_456),
}
MORE = {
    "mnist_mlp": {
        "data.range": "unit",
        "train.batch_size": 256,
        "train.discriminator_batch": "half",
        "train.discriminator_update": "joint",
        "output.sample_columns": 10,
        "output.dark_on_light": True,
    },
    "mnist_keras_dcgan": {
        "train.discriminator_batch": "half",
        "train.discriminator_update": "separate",
    },
    "mnist_pytorch_mlp": {"train.batch_size": 64, "train.discriminator_update": "summed"},
    "mnist_tf_mlp": {"train.batch_size": 100, "model.latent": "uniform", "train.reuse_fake": True},
    "mnist_cpp_dcgan": {"train.batch_size": 64, "train.reuse_fake": True},
}


def published():
    """Parameters of G and D by recipe, from the table in docs/recipes.md."""
    text = (common.ROOT / "docs" / "recipes.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([\d,]+), ([\d,]+) \| `gan-train", text, re.MULTILINE)
    return {name: [int(n.replace(",", "")) for n in counts] for name, *counts in rows}


class RecipeTableTest(common.RecipesTest):
    def write(self, path, header, items, labels=b""):
        """Writes black images of `items` bytes, most of them a hole in a sparse file."""
        path = self.folder / "data" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(header + labels)
            file.truncate(len(header) + items)

    def setUp(self):
        super().setUp()
        count = (60_000).to_bytes(4, "big")
        side = (28).to_bytes(4, "big")
        for name in "mnist", "fashion-mnist":
            self.write(
                f"{name}/train-images-idx3-ubyte",
                b"\0\0\x08\x03" + count + side + side,
                60_000 * 28 * 28,
            )
            labels = bytes(i % 10 for i in range(60_000))
            self.write(f"{name}/train-labels-idx1-ubyte", b"\0\0\x08\x01" + count, 60_000, labels)
        for i in range(1, 6):
            self.write(f"cifar10/data_batch_{i}.bin", b"", 10_000 * 3073)
        for i in range(40):
            common.write_png(self.folder / f"data/emoji/{i}.png", 64, 64, (6 * i, 0, 0))
        self.facts = {}
        for path in common.CONFIGS.glob("*.[iy]*"):
            done = self.train("--config", path.stem, "--dry-run", "--json", "--threads", 1)
            others = [
                line
                for line in done.stderr.splitlines()
                if "nearly black" not in line and "data/emoji: " not in line
            ]
            self.assertEqual(others, [], path.stem)
            self.facts[path.stem] = json.loads(done.stdout)

    def test_recipes_are_what_the_pages_say(self):
        counts = {
            name: [facts["networks"][net]["parameters"] for net in ("generator", "discriminator")]
            for name, facts in self.facts.items()
        }
        self.assertEqual(counts, published())
        text = (common.ROOT / "README.md").read_text()
        rows = re.findall(r"^\| `(\w+)` \|.* \| `gan-train --config (\w+)", text, re.MULTILINE)
        self.assertEqual(sorted(rows), sorted((name, name) for name in counts))
        for name, expected in CLASSICS.items():
            config, training = self.facts[name]["config"], self.facts[name]["training"]
            self.assertEqual(
                (
                    *(training["epochs"], training["steps_per_epoch"], config["data.sampling"]),
                    *(config["output.samples"], config["output.checkpoint_every"], *counts[name]),
                ),
                expected,
                name,
            )
            self.assertIs(config["data.drop_last"], False, name)
            self.assertEqual(config["data.limit"], 0, name)
            self.assertEqual(config["output.sample_every"], 1, name)
            self.assertLessEqual(MORE[name].items(), config.items(), name)


if __name__ == "__main__":
    common.main()
