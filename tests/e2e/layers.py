"""Layers that match the program's to the last bit, with the functions of PyTorch's layers."""

import torch
from torch import nn
from torch.nn import functional as F


class Dropout(nn.Dropout):
    """Drops unit i in memory, with maps as [n, h, w, c], by 16 bits of number i / 4 of splitmix64,
    seeded by one draw from PyTorch's generator."""

    @staticmethod
    def mix(x):
        for shift, factor in (30, -0x40A7B892E31B1A47), (27, -0x6B2FB644ECCEEE15), (31, 1):
            x = (x ^ (x >> shift & (1 << (64 - shift)) - 1)) * factor
        return x

    def forward(self, x):
        seed = torch.empty((), dtype=torch.int64).random_()
        numbers = self.mix(seed + torch.arange(1, x.numel() // 4 + 2) * -0x61C8864680B583EB)
        bits = torch.stack([numbers >> shift & 0xFFFF for shift in (0, 16, 32, 48)], 1)
        kept = (bits.flatten()[: x.numel()] >= round(self.p * 2**16)) / (1 - self.p)
        if not self.training:
            return x
        if x.dim() == 2:
            return x * kept.view(x.shape)
        n, c, h, w = x.shape
        return x * kept.view(n, h, w, c).permute(0, 3, 1, 2)


class UnflattenMaps(nn.Unflatten):
    """In channels_last, like all maps."""

    def forward(self, x):
        return super().forward(x).contiguous(memory_format=torch.channels_last)


class StemConvTranspose2d(nn.ConvTranspose2d):
    """On a 1x1 map, computed as a matrix product."""

    def forward(self, x):
        channels, *kernel = self.weight.shape[1:]
        products = x.flatten(1) @ self.weight.permute(0, 2, 3, 1).flatten(1)
        result = products.view(-1, *kernel, channels).permute(0, 3, 1, 2)
        with torch.no_grad():
            assert torch.allclose(result, super().forward(x), atol=1e-4)
        return result


class OneChannelConv2d(nn.Conv2d):
    """For images of one channel, computed as one matrix product."""

    def forward(self, images):
        n, height, width = images.size(0), images.size(2), images.size(3)
        columns = F.unfold(images, self.kernel_size, stride=2, padding=self.padding)
        rows = columns.transpose(1, 2).flatten(0, 1) @ self.weight.flatten(1).t()
        result = rows.view(n, height // 2, width // 2, -1).permute(0, 3, 1, 2)
        if self.bias is not None:
            result = result + self.bias.view(-1, 1, 1)
        with torch.no_grad():
            assert torch.allclose(result, super().forward(images), atol=1e-4)
        return result


class OneChannelConvTranspose2d(nn.ConvTranspose2d):
    """To images of one channel, computed as a matrix product whose columns are summed."""

    def forward(self, x):
        rows = x.permute(0, 2, 3, 1).flatten(0, 2) @ self.weight.flatten(1)
        columns = rows.unflatten(0, (x.size(0), -1)).transpose(1, 2)
        size = 2 * x.size(2), 2 * x.size(3)
        result = F.fold(columns, size, self.kernel_size, padding=self.padding, stride=2)
        with torch.no_grad():
            assert torch.allclose(result, super().forward(x), atol=1e-4)
        return result


class UpsampledConv2d(nn.Conv2d):
    """Nearest upsampling to twice the size and a 5x5 convolution, computed as four 3x3 ones."""

    def forward(self, images):
        # The kernel rows that meet the same row of `images`, for even and odd output rows.
        rows = torch.zeros(2, 3, 5)
        for parity, groups in enumerate([[[0, 1], [2, 3], [4]], [[0], [1, 2], [3, 4]]]):
            for tap, group in enumerate(groups):
                rows[parity, tap, group] = 1
        small = torch.einsum("atu,bsv,oiuv->aboits", rows, rows, self.weight)
        small = small.reshape(-1, self.in_channels, 3, 3)
        n, _, h, w = images.shape
        phases = F.conv2d(images, small, self.bias.repeat(4), padding=1)
        phases = phases.view(n, 2, 2, -1, h, w).permute(0, 3, 4, 1, 5, 2)
        result = phases.reshape(n, -1, 2 * h, 2 * w).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            large = F.interpolate(images, scale_factor=2)
            assert torch.allclose(result, super().forward(large), atol=1e-5)
        return result
