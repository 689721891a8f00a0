"""What gan-export writes, run by other programs: the same images as gan-sample's."""

import shutil

import common

try:
    import numpy as np
    import torch
except ImportError:
    torch = None
try:
    import onnx
    import onnxruntime
except ImportError:
    onnx = None
try:
    import safetensors.torch as safetensors
except ImportError:
    safetensors = None
try:
    from selenium import webdriver
except ImportError:
    webdriver = None

# Images for recipes whose data are not there: their sizes are all that the generator sees.
DRAWN = ("--data.dataset", "shapes", "--data.synthetic_size", 64)
SIZES = {"cifar10": (3, 32), "stacked": (3, 28), "smoke": (1, 16)}
STEPS = ("--epochs", 1, "--train.steps_per_epoch", 2, "--batch-size", 16, "--eval.every", 0,
         "--output.sample_every", 0, "--threads", 1, "--quiet")  # fmt: skip


class Exporting(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(torch, "this Python has no torch or no numpy")

    def checkpoint(self, recipe, *flags):
        """A generator of the recipe after two steps on drawn images, and its latents."""
        channels, side = SIZES.get(recipe.split("_")[0], (1, 28))
        data = () if recipe == "rings" else (
            *DRAWN, "--data.image_size", side, "--data.channels", channels)  # fmt: skip
        self.train("--config", common.CONFIGS / recipe, *data, *STEPS, *flags, "--overwrite",
                   "--out", "run")  # fmt: skip
        return self.folder / "run" / "checkpoints" / "g_1.pt"

    def drawn(self, checkpoint, count, *flags):
        """gan-sample's images [n, c, h, w], what was fed and the classes, if there are any."""
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


class OnnxTest(Exporting):
    def setUp(self):
        super().setUp()
        common.need(onnx, "this Python has no onnx or no onnxruntime")

    def export(self, checkpoint, name, *flags):
        try:
            return super().export(checkpoint, name, *flags)
        except AssertionError as error:
            common.need("writes no ONNX" not in str(error), "this build writes no ONNX")
            raise

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
        self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 13)])
        inputs = {i.name: i.type.tensor_type for i in model.graph.input}
        self.assertEqual(inputs["z"].shape.dim[0].dim_param, "N")
        self.assertEqual(inputs["class"].elem_type, onnx.TensorProto.INT64)
        weights = {tensor.name for tensor in model.graph.initializer}
        self.assertLessEqual({"1.weight", "2.running_var"}, weights)


class PageTest(Exporting):
    @classmethod
    def setUpClass(cls):
        common.need(torch, "this Python has no torch or no numpy")
        common.need(webdriver, "this Python has no selenium")
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        common.need(browser and shutil.which("chromedriver"), "no Chromium with its chromedriver")
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        for flag in "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage":
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        cls.browser = webdriver.Chrome(options=options, service=service)
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
        run("const s = document.querySelector('select'); s.value = 3; s.onchange()")
        wait()
        self.assertNotEqual(picture(), moved)
        run("document.querySelectorAll('#many canvas')[5].click()")
        self.assertEqual(picture(), picture("#many canvas:nth-child(6)"))
        run("document.querySelector('#fresh').click()")
        wait()
        self.assertNotEqual(picture(), moved)

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

    def test_it_is_sampled_like_the_checkpoint(self):
        checkpoint = self.checkpoint("mnist_fast.yaml")
        path = self.export(checkpoint, "g.safetensors")
        for file in checkpoint, path:
            self.sample("--ckpt", file, "-n", 5, "--format", "npy", "--out", f"{file.suffix}.npy")
        self.assertEqual((self.folder / ".pt.npy").read_bytes(),
                         (self.folder / ".safetensors.npy").read_bytes())  # fmt: skip


class WeightsTest(Exporting):
    """Weights that PyTorch has made."""

    config = ("--config", common.CONFIGS / "smoke.ini", "--shape", "1x16x16")

    def setUp(self):
        super().setUp()
        torch.manual_seed(1)
        self.net = torch.nn.Sequential(
            torch.nn.Unflatten(1, (16, 1, 1)),
            torch.nn.ConvTranspose2d(16, 16, 4),
            torch.nn.BatchNorm2d(16),
            torch.nn.LeakyReLU(0.2),
            torch.nn.ConvTranspose2d(16, 8, 4, 2, 1),
            torch.nn.BatchNorm2d(8),
            torch.nn.LeakyReLU(0.2),
            torch.nn.ConvTranspose2d(8, 1, 4, 2, 1),
            torch.nn.Tanh(),
        ).eval()

    def check(self, file, tolerance=1e-5):
        self.sample("--ckpt", file, *self.config, "-n", 9, "--format", "npy-float", "--out", "x.npy",
                    "--save-latents", "z.npy")  # fmt: skip
        with torch.no_grad():
            theirs = self.net(torch.from_numpy(np.load(self.folder / "z.npy")))[:, 0].numpy()
        self.assertLess(np.abs(np.load(self.folder / "x.npy") - theirs).max(), tolerance)

    def test_every_form_is_sampled(self):
        state = self.net.state_dict()
        torch.save(state, self.folder / "state.pt")
        self.check("state.pt")
        torch.save({"generator": state, "epoch": 7}, self.folder / "two.pt")
        self.check("two.pt")
        torch.save({k: v.half() if v.is_floating_point() else v for k, v in state.items()},
                   self.folder / "half.pt")  # fmt: skip
        self.check("half.pt", 1e-2)
        common.need(safetensors, "this Python has no safetensors")
        safetensors.save_file(state, self.folder / "state.safetensors")
        self.check("state.safetensors")
        half = {k: v.bfloat16() if v.is_floating_point() else v for k, v in state.items()}
        safetensors.save_file(half, self.folder / "half.safetensors")
        self.check("half.safetensors", 5e-2)

    def test_the_shape_is_that_of_the_data_set_where_nothing_is_said(self):
        torch.save(self.net.state_dict(), self.folder / "state.pt")
        self.config = ("--config", common.CONFIGS / "smoke.ini")
        self.check("state.pt")

    def test_training_starts_with_them(self):
        torch.save(self.net.state_dict(), self.folder / "state.pt")
        train = ("--config", common.CONFIGS / "smoke.ini", "--init-from", "state.pt")
        said = self.train(*train, "--debug-dump", "dump", "--debug-steps", 1)
        self.assertIn("starting with the generator of state.pt", said.stderr)
        begun = torch.load(self.folder / "dump" / "init.pt")["generator"]
        for name, tensor in self.net.state_dict().items():
            self.assertTrue(torch.equal(begun[name], tensor), name)
        self.train(*train, *STEPS, "--out", "run")
        self.refused("gan-train", "--resume", "run", "--init-from", "state.pt", code=2,
                     says=("--resume", "leave out --init-from"))  # fmt: skip

    def test_what_does_not_fit_is_listed(self):
        state = self.net.state_dict()
        state["extra"] = torch.zeros(1)
        state["4.bias"] = torch.zeros(9)
        del state["1.weight"]
        torch.save(state, self.folder / "state.pt")
        for call in (("gan-sample", "--ckpt", "state.pt", *self.config),
                     ("gan-export", "--ckpt", "state.pt", *self.config),
                     ("gan-train", "--init-from", "state.pt", *self.config[:2])):  # fmt: skip
            error = self.call(*call, code=1).stderr
            self.assertIn("does not fit the network of the config:", error)
            self.assertIn("'1.weight' is missing", error)
            self.assertIn("'4.bias' has shape [9], the config needs [8]", error)
            self.assertIn("'extra' is unexpected", error)

    def test_wrong_calls_say_what_to_do(self):
        torch.save(self.net.state_dict(), self.folder / "state.pt")
        checkpoint = self.checkpoint("smoke.ini")
        state = ("--ckpt", "state.pt")
        for command, flags, code, says in (
            ("gan-sample", state, 1, "take the weights in it with --config"),
            ("gan-sample", ("--ckpt", checkpoint, *self.config), 2, "leave out --config"),
            ("gan-sample", (*state, *self.config[:2], "--shape", "28"), 2, "such as 1x28x28"),
            ("gan-sample", (*state, "--shape", "1x16x16"), 2, "--config"),
            ("gan-sample", (*state, "--config", common.CONFIGS / "mnist_fast.yaml",
                            "--shape", "1x28x28"), 2, "--class-count"),
            ("gan-export", ("--ckpt", checkpoint, "--format", "html5"), 2, "did you mean 'html'"),
            ("gan-export", ("--ckpt", checkpoint, "-o", "g.onx"), 2, "did you mean 'onnx'"),
            ("gan-export", ("--ckpt", checkpoint, "-o", "no/g.html"), 1, "no/g.html"),
            ("gan-export", ("--ckpt", "none.pt"), 2, "none.pt: no such file"),
            ("gan-train", (*self.config[:2], "--init-from", "no.pt"), 2, "no.pt: no such file"),
            ("gan-export", ("--html", "--format", "onnx", *state), 2, "--html"),
        ):  # fmt: skip
            with self.subTest(says):
                self.refused(command, *flags, code=code, says=says)


if __name__ == "__main__":
    common.main()
