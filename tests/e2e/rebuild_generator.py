"""Rebuilds an MLP generator from its checkpoint with nothing but PyTorch.

usage: rebuild_generator.py g_200.pt latents.npy images.npy
"""

import sys

import numpy as np
import torch
from torch import nn

ckpt = torch.load(sys.argv[1])  # weights_only=True, the default
model = ckpt["config"]["model"]
shape = ckpt["image_shape"]
sizes = [model["latent_dim"], *model["generator_widths"], shape[0] * shape[1] * shape[2]]
layers = []
for inputs, outputs in zip(sizes, sizes[1:]):
    layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(model["leaky_slope"])]
generator = nn.Sequential(*layers[:-1], nn.Tanh())
generator.load_state_dict(ckpt["generator"])
images = generator(torch.from_numpy(np.load(sys.argv[2]))).view(-1, *shape)
np.save(sys.argv[3], images.detach().numpy())
