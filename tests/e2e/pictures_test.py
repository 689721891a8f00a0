"""Pictures read from a folder, compared with Pillow and the formats' own definitions."""

import io
import shutil
import struct
import zlib

import common

try:
    import numpy as np
    import torch
    from PIL import Image, ImageOps
except ImportError:
    torch = None

SIDE = 64
WHITE, ORANGE = (255, 255, 255), (255, 128, 0)
# The passes of an interlaced PNG: x and y of the first pixel, then steps right and down.
ADAM7 = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by PNG colour type
# Colour type, depth and length of tRNS for which Pillow is wrong: it clips 16-bit grey, and
# confuses transparent colours.
PILLOW_IS_OFF = (0, 16, 0), (0, 16, 1), (0, 2, 1), (0, 4, 1), (2, 16, 3)
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed_rows(values, depth):
    """Rows of a PNG, each preceded by the number of the empty filter."""
    for row in values:
        if depth == 16:
            yield b"\0" + row.astype(">u2").tobytes()
        else:
            bits = np.unpackbits(row.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - depth :]
            yield b"\0" + np.packbits(bits).tobytes()


def png(values, colour, depth, interlaced=False, before=()):
    """A PNG of height x width x channels numbers; `before`: chunks before the data."""
    height, width = values.shape[:2]
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    parts = (values[y::down, x::right] for x, y, right, down in passes)
    rows = b"".join(row for part in parts if part.size for row in packed_rows(part, depth))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    chunks = ((b"IHDR", header), *before, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def rgba_of(values, colour, depth, palette, key):
    """The pixels as the PNG specification defines them; `key`: tRNS as numbers."""
    if colour == 3:
        alphas = np.full(len(palette), 255)
        alphas[: len(key)] = key
        return np.concatenate([palette, alphas[:, None]], -1)[values[..., 0]]
    most = 2**depth - 1
    eight = values >> 8 if depth == 16 else values * 255 // most
    colours, alpha = (eight[..., :-1], eight[..., -1:]) if colour in (4, 6) else (eight, None)
    if alpha is None:
        alpha = np.full_like(values[..., :1], 255)
        if len(key):
            alpha[(values == key).all(-1)] = 0
    return np.concatenate([*[colours] * (3 // colours.shape[-1]), alpha], -1)


def seen(rgba, background=WHITE):
    """Composited over the background, rounded to nearest."""
    rgba = rgba.astype(int)
    alpha = rgba[..., 3:]
    return (rgba[..., :3] * alpha + np.array(background) * (255 - alpha) + 127) // 255


def pillow(file):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
    return np.asarray(image.convert("RGBA"))


def segments(jpeg):
    """A JPEG's segments before its first scan, as (marker, bytes), and the rest."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big") + 2
        found.append((jpeg[at + 1], jpeg[at : at + size]))
        at += size
    return found, jpeg[at:]


def with_adobe(jpeg, transform):
    """Replaces the Adobe segment by one with `transform` (None: by none) and removes JFIF's."""
    found, rest = segments(jpeg)
    kept = b"".join(part for marker, part in found if marker not in (0xE0, 0xEE))
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform or 0])
    return jpeg[:2] + (b"" if transform is None else adobe) + kept + rest


def with_sampling(jpeg, luma):
    """Changes the sampling factors of the first component: as many blocks, arranged differently."""
    found, rest = segments(jpeg)
    body = b""
    for marker, part in found:
        body += part[:11] + bytes([luma]) + part[12:] if marker in (0xC0, 0xC2) else part
    return jpeg[:2] + body + rest


def saved(pixels, kind, mode=None, **how):
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(file, kind, **how)
    return file.getvalue()


class PicturesTest(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch, no numpy or no Pillow")
        self.random = np.random.default_rng(1)
        y, x = np.mgrid[0:SIDE, 0 : SIDE + 13]
        waves = [100 * np.sin(x / 9 + y / 7) + 128, 3 * np.hypot(x - 20, y - 30), 2 * x + y]
        self.photo = np.stack(waves, -1).clip(0, 255).astype(np.uint8)
        noise = self.random.integers(0, 256, self.photo.shape[:2] + (4,), np.uint8)
        self.icon = np.where(noise < 40, 0, noise)

    def read(self, files, *flags):
        """The training pixels of the pictures, by name, and the messages."""
        shutil.rmtree(self.folder / "photos", ignore_errors=True)
        for name, file in files.items():
            folder = self.folder / "photos" / name  # one class each, to tell them apart
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "picture.png").write_bytes(file)
        done = self.train(
            *("--data.dataset", "folder", "--data", "photos", "--data.image_size", SIDE),
            *("--data.channels", 3, "--train.batch_size", len(files)),
            *("--model.conditional", "concat"),
            *("--model.generator_widths", 8, "--model.discriminator_widths", 8),
            *("--debug-dump", "dump", "--debug-steps", 1, *flags),
        )
        step = torch.load(self.folder / "dump" / "step_0001.pt")
        pixels = ((step["real"] + 1) * 127.5).round().int().permute(0, 2, 3, 1).numpy()
        order = np.argsort(step["classes_d"].numpy())
        return dict(zip(sorted(files), pixels[order])), done.stderr

    def check(self, files, wanted, tolerance):
        got, _ = self.read(files)
        for name, want in wanted.items():
            top, left = (want.shape[0] - SIDE) // 2, (want.shape[1] - SIDE) // 2
            want = want[top : top + SIDE, left : left + SIDE]
            self.assertLessEqual(np.abs(got[name] - want).max(), tolerance, name)

    def check_with_pillow(self, files, tolerance):
        self.check(files, {name: seen(pillow(file)) for name, file in files.items()}, tolerance)

    def test_png_of_every_kind(self):
        files, wanted = {}, {}
        for colour, depths in DEPTHS.items():
            for depth in depths:
                size = SIDE, SIDE + 5, CHANNELS[colour]
                values = self.random.integers(0, 2**depth, size)
                values[::3, 1] = values[0, 0] ^ 1  # in 16 bits, near the transparent colour
                palette = self.random.integers(0, 256, (2**depth, 3))
                keys = {0: values[0, 0], 2: values[0, 0], 3: self.random.integers(0, 256, 2)}
                for key in [(), *([keys[colour]] if colour in keys else [])]:
                    numbers = ">u1" if colour == 3 else ">u2"
                    before = [(b"PLTE", palette.astype(np.uint8).tobytes())] if colour == 3 else []
                    if len(key):
                        before.append((b"tRNS", np.array(key).astype(numbers).tobytes()))
                    want = rgba_of(values, colour, depth, palette, key)
                    for interlaced in False, True:
                        name = f"{colour}_{depth}_{len(key)}_{interlaced}"
                        files[name] = png(values, colour, depth, interlaced, before)
                        wanted[name] = seen(want)
                        if (colour, depth, len(key)) not in PILLOW_IS_OFF:
                            self.assertTrue((pillow(files[name]) == want).all(), name)
        self.assertEqual(len(files), 52)
        self.check(files, wanted, 0)

    def test_jpeg_of_every_kind(self):
        grey = self.photo[..., 0]
        odd = self.photo[:, :-2]
        files = {"grey": saved(grey, "JPEG"), "odd": saved(odd, "JPEG", subsampling=2)}
        for name, how in {
            "420": {"subsampling": 2}, "422": {"subsampling": 1}, "444": {"subsampling": 0},
            "progressive": {"progressive": True}, "coarse": {"quality": 10},
            "restarts": {"restart_marker_blocks": 3}, "rgb": {"keep_rgb": True},
            "progressive_restarts": {"progressive": True, "restart_marker_rows": 1},
            "progressive_grey": {"progressive": True},
        }.items():  # fmt: skip
            files[name] = saved(grey if "grey" in name else self.photo, "JPEG", **how)
        square = np.ascontiguousarray(self.photo[:, :SIDE])
        for name, subsampling, luma in ("440", 1, 0x12), ("411", 2, 0x41), ("441", 2, 0x14):
            files[name] = with_sampling(saved(square, "JPEG", subsampling=subsampling), luma)
        whole = saved(self.photo, "JPEG", subsampling=0)
        inks = saved(self.photo, "JPEG", mode="CMYK")
        progressive = saved(self.photo, "JPEG", mode="CMYK", progressive=True)
        for transform in None, 0, 1:
            files[f"three_{transform}"] = with_adobe(whole, transform)
        for transform in None, 0, 2:
            files[f"four_{transform}"] = with_adobe(inks, transform)
            files[f"four_progressive_{transform}"] = with_adobe(progressive, transform)
        self.check_with_pillow(files, 2)

    def test_webp_of_every_kind(self):
        exact = {"lossless": True, "exact": True}
        files = {
            "lossless": saved(self.photo, "WEBP", lossless=True),
            "lossless_alpha": saved(self.icon, "WEBP", **exact),
            "animated": saved(self.photo, "WEBP", lossless=True, save_all=True,
                              append_images=[Image.fromarray(255 - self.photo)]),
            "animated_alpha": saved(self.icon, "WEBP", **exact, save_all=True,
                                    append_images=[Image.fromarray(255 - self.icon)]),
        }  # fmt: skip
        self.check_with_pillow(files, 0)
        files = {
            "lossy": saved(self.photo, "WEBP", quality=70),
            "lossy_alpha": saved(self.icon, "WEBP", quality=70),
            "animated_lossy": saved(self.icon, "WEBP", quality=70, save_all=True,
                                    append_images=[Image.fromarray(255 - self.icon)]),
        }  # fmt: skip
        self.check_with_pillow(files, 2)

    def test_orientations(self):
        files = {}
        for orientation in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = orientation
            for kind in "JPEG", "PNG", "WEBP":
                files[f"{kind}_{orientation}"] = saved(self.photo, kind, exif=exif)
        self.check_with_pillow(files, 2)

    def test_the_background_shows_through(self):
        hidden = self.icon.copy()
        hidden[hidden[..., 3] == 0] = 0
        pictures = {"a": self.icon, "b": hidden, "c": self.photo}
        files = {name: saved(pixels, "PNG") for name, pixels in pictures.items()}
        got, said = self.read(files, "--data.background", "#ff8000")
        middle = slice(6, 6 + SIDE)
        self.assertTrue((got["a"] == seen(self.icon, ORANGE)[:, middle]).all())
        self.assertTrue((got["a"] == got["b"]).all())
        self.assertIn("pictures with transparent parts: 2 of 3; #ff8000 shows through", said)
        got, _ = self.read(files, "--data.channels", 1)
        grey = Image.fromarray(seen(self.icon).astype(np.uint8)).convert("L")
        self.assertTrue((got["a"][..., 0] == np.asarray(grey)[:, middle]).all())
        for wrong in "blue", "#ff80", "#gg8000", "":
            self.refused(
                *("gan-train", "--data.dataset", "folder", "--data.background", wrong, "--dry-run"),
                code=2,
                says=["data.background: ", "is not a colour", "such as ff8000"],
            )

    def test_photos_of_100_megapixels(self):
        flags = "--config", common.SMOKE, "--data.dataset", "folder", "--data", "photos"
        flags = *flags, "--data.channels", 3, "--batch-size", 2, "--dry-run"
        (self.folder / "photos").mkdir()
        Image.new("RGB", (120, 90), WHITE).save(self.folder / "photos" / "small.jpg")
        peaks = []
        for size in (120, 90), (12000, 9000):
            Image.new("RGB", size, ORANGE).save(self.folder / "photos" / "photo.jpg")
            peaks.append(self.peak_kib("gan-train", *flags)[0] / 1024)
        self.assertLess(peaks[1] - peaks[0], 100)  # as RGB, it would take 309 MiB
        self.refused(
            *("gan-train", *flags, "--data.image_size", 16, "--data.max_megapixels", 100),
            code=1,
            says=["photos/photo.jpg: has 12000x9000 pixels", "data.max_megapixels"],
        )


if __name__ == "__main__":
    common.main()
