"""Writes random weights of a feature network, and the output of Python's network for some images:
feature_networks_test.py lite0|inception FOLDER

Exits with 77 if a package is missing."""

import sys
from pathlib import Path

import torch


def randomize(net):
    """Sets random weights that keep the features at a magnitude of about one."""
    generator = torch.Generator().manual_seed(1)
    for module in net.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.normal_(0, (2 / fan_in) ** 0.5, generator=generator)
            if module.bias is not None:
                module.bias.normal_(0, 0.1, generator=generator)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.normal_(1, 0.1, generator=generator)
            module.bias.normal_(0, 0.1, generator=generator)
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
    return net.eval()


def lite0(folder):
    from efficientnet_lite_pytorch import EfficientNet

    net = randomize(EfficientNet.from_name("efficientnet-lite0"))
    torch.save(net.state_dict(), folder / "weights.pth", _use_new_zipfile_serialization=False)
    images = torch.rand(2, 3, 224, 224) * 2 - 1
    truth = {"images": images}
    x = net._swish(net._bn0(net._conv_stem(images)))
    for i, block in enumerate(net._blocks):
        x = block(x)
        if i in (2, 4, 10, 15):
            truth[f"map{(2, 4, 10, 15).index(i)}"] = x.contiguous()
    truth["features"] = net.extract_features(images).mean((2, 3))
    return truth


def import_torchvision():
    """Works around builds of torchvision that lack operators which it then registers."""
    register = torch.library.register_fake
    torch.library.register_fake = lambda name, *args, **kwargs: (
        (lambda function: function) if str(name).startswith("torchvision::")
        else register(name, *args, **kwargs))  # fmt: skip
    import torchvision

    torch.library.register_fake = register
    return torchvision


def fid_inception():
    """pytorch-fid's network, without downloading its weights."""
    import_torchvision()
    import pytorch_fid.inception as source

    source.load_state_dict_from_url = lambda *args, **kwargs: None
    torch.nn.Module.load_state_dict, load = lambda *args, **kwargs: None, torch.nn.Module.load_state_dict
    net = source.fid_inception_v3()
    torch.nn.Module.load_state_dict = load
    return net


def inception(folder):
    import pytorch_fid.inception as source

    net = randomize(fid_inception())
    torch.save(net.state_dict(), folder / "weights.pth", _use_new_zipfile_serialization=False)
    source.fid_inception_v3 = lambda: net
    blocks = source.InceptionV3([3], resize_input=False, normalize_input=False).eval()
    images = torch.rand(2, 3, 299, 299) * 2 - 1
    features = blocks(images)[0].flatten(1)
    return {"images": images, "features": features, "logits": features @ net.fc.weight.T}


if __name__ == "__main__":
    network, folder = sys.argv[1], Path(sys.argv[2])
    torch.set_grad_enabled(False)
    torch.manual_seed(2)
    try:
        import_torchvision()
        truth = {"lite0": lite0, "inception": inception}[network](folder)
    except ImportError as error:
        print(error)
        sys.exit(77)
    torch.save(truth, folder / "truth.pt")
