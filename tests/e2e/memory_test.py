"""The memory estimate of --dry-run, compared with a short run."""

import json

import common

FACTOR = 1.7  # in both directions: peaks of a short run vary by a quarter


class EstimateTest(common.ProgramTest):
    def test_what_a_run_takes_is_near_what_was_foretold(self):
        # Weights and optimisers dominate in the first, activations in the second.
        wide = ("--model.generator_widths", "2048,2048,2048")
        for recipe, batch, more in ("cifar10_mlp", 64, wide), ("mnist_cpp_dcgan", 768, ()):
            flags = (
                *("--config", common.CONFIGS / f"{recipe}.ini", "--data.dataset", "shapes"),
                *("--data.image_size", 28, "--data.synthetic_size", 2048, "--epochs", 1),
                *("--train.steps_per_epoch", 2, "--batch-size", batch, "--device", "cpu"),
                *("--threads", 2, *more),
            )
            facts = json.loads(self.train(*flags, "--dry-run", "--json").stdout)
            estimate = sum(facts["estimated_bytes"].values()) / 2**20 + 200  # LibTorch itself
            peak = self.peak_kib("gan-train", *flags, "--out", recipe, "--quiet")[0] / 1024
            print(f"{recipe}: {peak:.0f} MiB, {estimate:.0f} foretold", flush=True)
            self.assertLess(max(peak / estimate, estimate / peak), FACTOR, recipe)


if __name__ == "__main__":
    common.main()
