"""Exported generators, run by other programs, give the images of gan-sample."""

import common
from browser import BLACK, WHITE, contrast, open_chromium

try:
    import numpy as np
    import torch

    import files
except ImportError:
    torch = None
try:
    import onnx
    import onnxruntime
    from onnx.reference import ReferenceEvaluator
except ImportError:
    onnx = None
try:
    import safetensors.torch as safetensors
except ImportError:
    safetensors = None

# Images for recipes whose data are missing: the generator only depends on their size.
DRAWN = ("--data.dataset", "shapes", "--data.synthetic_size", 64)
SIZES = {"cifar10": (3, 32), "stacked": (3, 28), "smoke": (1, 16), "pictures": (3, 64)}
STEPS = ("--epochs", 1, "--train.steps_per_epoch", 2, "--batch-size", 16, "--eval.every", 0,
         "--output.sample_every", 0, "--threads", 1, "--quiet")  # fmt: skip


class Exporting(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")

    def checkpoint(self, recipe, *flags):
        """A generator of the recipe after two steps on synthetic images."""
        channels, side = SIZES.get(recipe.split("_")[0], (1, 28))
        data = () if recipe == "rings.ini" else (
            *DRAWN, "--data.image_size", side, "--data.channels", channels)  # fmt: skip
        run = self.trained("--config", common.CONFIGS / recipe, *data, *STEPS, *flags)
        return run / "checkpoints" / "g_1.pt"

    def drawn(self, checkpoint, count, *flags):
        """gan-sample's images [n, c, h, w], their latents, and their classes, if any."""
        conditional = torch.load(checkpoint)["classes"] > 0
        labels = ("--save-labels", "classes.npy") if conditional else ()
        self.sample("--ckpt", checkpoint, "-n", count, "--format", "npy-float", "--out", "x.npy",
                    "--save-latents", "z.npy", "--quiet", *labels, *flags)  # fmt: skip
        latents = np.load(self.folder / "z.npy")
        size = torch.load(checkpoint)["config"]["model"]["latent_dim"]
        classes = np.load(self.folder / "classes.npy") if conditional else None
        shape = torch.load(checkpoint)["image_shape"]
        images = np.load(self.folder / "x.npy").reshape(count, *shape[1:], shape[0])
        return images.transpose(0, 3, 1, 2), np.ascontiguousarray(latents[:, :size]), classes

    def export(self, checkpoint, name, *flags):
        self.call("gan-export", "--ckpt", checkpoint, "-o", name, "--quiet", *flags)
        return self.folder / name

    def snippet(self, library):
        """Runs the code of docs/export.md that uses that library; returns its output."""
        (lines,) = (s for s in common.snippets("docs/export.md", "python") if library in s)
        return self.python(lines)


class OnnxTest(Exporting):
    def setUp(self):
        super().setUp()
        common.need(onnx, "this Python has no onnx or no onnxruntime")

    def check(self, checkpoint):
        expected, latents, classes = self.drawn(checkpoint, 70)
        path = self.export(checkpoint, "g.onnx")
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for n in 70, 1:
            feed = {"z": latents[:n]}
            if classes is not None:
                feed["class"] = classes[:n]
            (images,) = session.run(["image"], feed)
            self.assertEqual(images.shape, expected[:n].shape)
            self.assertLess(np.abs(images - expected[:n]).max(), 1e-4)
        # ONNX's own reference implementation, which is slow.
        (images,) = ReferenceEvaluator(model).run(["image"], feed)
        self.assertLess(np.abs(images - expected[:1]).max(), 1e-4)
        self.assertGreater(expected.std(), 1e-3)
        return model

    def test_every_recipe_draws_the_same_in_onnxruntime(self):
        recipes = sorted(
            path.name for path in common.CONFIGS.iterdir() if path.suffix in (".ini", ".yaml")
        )
        self.assertGreaterEqual(len(recipes), 13)
        for recipe in recipes:
            with self.subTest(recipe):
                self.check(self.checkpoint(recipe))

    def test_so_does_every_kind_of_network(self):
        for flags in (
            ("--model.arch", "resnet", "--model.generator_norm", "true"),
            ("--model.arch", "resnet", "--data.image_size", 19, "--model.conditional", "concat"),
            ("--model.upsampling", "nearest", "--model.kernel", 3, "--data.image_size", 21),
            ("--model.upsampling", "nearest", "--model.kernel", 5, "--model.bias", "false"),
            ("--model.kernel", 5, "--data.image_size", 19, "--model.conditional", "acgan"),
            ("--model.arch", "mlp", "--model.generator_norm", "true", "--data.channels", 3,
             "--data.range", "unit", "--model.output", "sigmoid"),
        ):  # fmt: skip
            with self.subTest(flags):
                self.check(self.checkpoint("smoke.ini", *flags))

    def test_it_says_what_it_is(self):
        checkpoint = self.checkpoint("mnist_fast.yaml")
        model = self.check(checkpoint)
        said = {entry.key: entry.value for entry in model.metadata_props}
        version = self.call("gan", "--version").stdout.split()[1]
        self.assertEqual(
            [said[key] for key in ("latent_dim", "latent", "image_shape", "range", "classes")],
            ["32", "normal", "1x28x28", "symmetric", str(torch.load(checkpoint)["classes"])],
        )
        self.assertEqual((said["gan_train"], model.producer_version), (version, version))
        self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 15)])
        inputs = {i.name: i.type.tensor_type for i in model.graph.input}
        self.assertEqual(inputs["z"].shape.dim[0].dim_param, "N")
        self.assertEqual(inputs["class"].elem_type, onnx.TensorProto.INT64)
        weights = {tensor.name for tensor in model.graph.initializer}
        self.assertLessEqual({"1.weight", "2.running_var"}, weights)
        self.assertEqual(self.snippet("onnxruntime"), "(16, 1, 28, 28) symmetric\n")


class PageTest(Exporting):
    @classmethod
    def setUpClass(cls):
        common.need(torch, "this Python has no torch or no numpy")
        cls.browser = open_chromium()
        cls.addClassCleanup(cls.browser.quit)

    def check(self, checkpoint, count=5):
        expected, latents, classes = self.drawn(checkpoint, count)
        self.browser.get(self.export(checkpoint, "g.html", "--html").as_uri())
        shape, data = self.browser.execute_script(
            "const image = generate(...arguments); return [image.shape, Array.from(image.data)]",
            latents.tolist(), None if classes is None else classes.tolist())  # fmt: skip
        self.assertEqual(tuple(shape), expected.shape)
        self.assertLess(np.abs(np.reshape(data, shape) - expected).max(), 1e-3)
        self.assertGreater(expected.std(), 1e-3)
        said = self.browser.execute_script(
            "try { generate([[]]); } catch (error) { return error.message; }"
        )
        self.assertIn(f"latents: {latents.shape[1]} numbers", said)
        self.assertEqual(self.browser.get_log("browser"), [])

    def test_the_page_draws_the_same(self):
        for recipe in ("mnist_tf_mlp.ini", "mnist_keras_dcgan.ini", "mnist_cpp_dcgan.ini",
                       "mnist_fast.yaml", "cifar10_dcgan.ini", "rings.ini"):  # fmt: skip
            with self.subTest(recipe):
                self.check(self.checkpoint(recipe))

    def test_so_does_every_kind_of_network(self):
        for flags in (
            ("--model.arch", "resnet", "--model.generator_norm", "true", "--data.image_size", 19),
            ("--model.upsampling", "nearest", "--model.kernel", 3, "--data.image_size", 21,
             "--model.conditional", "acgan"),
            ("--model.kernel", 5, "--data.image_size", 19, "--model.bias", "false"),
            ("--model.arch", "mlp", "--model.generator_norm", "true", "--data.range", "unit",
             "--model.output", "sigmoid"),
        ):  # fmt: skip
            with self.subTest(flags):
                self.check(self.checkpoint("smoke.ini", *flags))

    def test_its_controls_work(self):
        self.check(self.checkpoint("mnist_fast.yaml"))
        run = self.browser.execute_script

        def picture(selector="#large"):
            return run("return document.querySelector(arguments[0]).toDataURL()", selector)

        def wait():
            self.browser.execute_async_script(
                "const done = arguments[0]; draw_all().then(() => done())"
            )

        wait()
        before = picture()
        self.assertEqual(before, picture("#many canvas"))
        self.assertEqual(run("return document.querySelectorAll('#many canvas').length"), 16)
        run("const s = document.querySelector('input'); s.value = 2.9; s.oninput()")
        moved = picture()
        self.assertNotEqual(moved, before)
        self.assertEqual(run("return samples[0].z[0]"), 2.9)
        run("const s = document.querySelector('select');"
            "s.value = (samples[0].any + 1) % 10; s.onchange()")  # fmt: skip
        wait()
        self.assertNotEqual(picture(), moved)
        sixth = self.browser.find_element("css selector", "#many button:nth-child(6)")
        sixth.send_keys("\n")  # also without a mouse
        self.assertEqual(sixth.get_attribute("aria-pressed"), "true")
        self.assertEqual(picture(), picture("#many button:nth-child(6) canvas"))
        run("document.querySelector('#fresh').click()")
        wait()
        self.assertNotEqual(picture(), moved)

    def pixels(self, selector):
        """The colours of an element on the screen: the most frequent one, and all of them."""
        path = self.folder / "element.png"
        self.browser.find_element("css selector", selector).screenshot(str(path))
        colours, counts = np.unique(
            files.read_png(path)[:, :, :3].reshape(-1, 3), axis=0, return_counts=True
        )
        return colours[counts.argmax()], colours[counts >= 10]  # more than its round corners

    def test_it_is_dark_where_the_reader_wants_it(self):
        self.addCleanup(self.browser.execute_cdp_cmd, "Emulation.setEmulatedMedia",
                        {"features": []})  # fmt: skip
        parts = {
            "mnist_fast.yaml": {"h1": 7, "#about": 4.5, "label output": 7, "label input": 3,
                                "select": 7, "#fresh": 4.5},
            "rings.ini": {"h1": 7, "#large": 3},
        }  # fmt: skip
        for recipe, contrasts in parts.items():
            page = self.export(self.checkpoint(recipe), "g.html", "--html").as_uri()
            for scheme, far in ("light", BLACK), ("dark", WHITE):
                feature = {"name": "prefers-color-scheme", "value": scheme}
                self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
                self.browser.get(page)
                self.assertGreater(contrast(self.pixels("h1")[0], far), 15, scheme)
                for selector, least in contrasts.items():
                    ground, colours = self.pixels(selector)
                    figure = max(contrast(colour, ground) for colour in colours)
                    self.assertGreater(figure, least, (scheme, selector))

    def test_it_fits_a_phone(self):
        self.browser.set_window_size(500, 900)
        self.addCleanup(self.browser.set_window_size, 1200, 900)
        self.check(self.checkpoint("smoke.ini"), 1)
        width, inner = self.browser.execute_script(
            "return [document.documentElement.scrollWidth, innerWidth]"
        )
        self.assertLessEqual(width, inner)


class SafetensorsTest(Exporting):
    def setUp(self):
        super().setUp()
        common.need(safetensors, "this Python has no safetensors")

    def test_python_reads_the_state_dict(self):
        checkpoint = self.checkpoint("mnist_fast.yaml")
        path = self.export(checkpoint, "g.safetensors")
        weights = torch.load(checkpoint)["generator"]
        read = safetensors.load_file(path)
        self.assertEqual(read.keys(), weights.keys())
        for name, tensor in weights.items():
            self.assertTrue(torch.equal(read[name], tensor), name)
        with safetensors.safe_open(path, "pt") as file:
            said = file.metadata()
        self.assertEqual((said["format"], said["image_shape"]), ("pt", "1x28x28"))
        self.assertIn("latent_dim: 32", said["config"])
        self.export(self.checkpoint("mnist_mlp.ini"), "g.safetensors")
        self.assertIn("latent_dim: 100\n", self.snippet("safetensors"))

    def test_it_is_sampled_like_the_checkpoint(self):
        checkpoint = self.checkpoint("mnist_fast.yaml")
        path = self.export(checkpoint, "g.safetensors")
        for file in checkpoint, path:
            self.sample("--ckpt", file, "-n", 5, "--format", "npy", "--out", f"{file.suffix}.npy")
        self.assertEqual((self.folder / ".pt.npy").read_bytes(),
                         (self.folder / ".safetensors.npy").read_bytes())  # fmt: skip


if __name__ == "__main__":
    common.main()
