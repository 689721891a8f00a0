"""Small readers of the program's output that don't use its code."""

import struct
import zlib

import numpy as np


def unfilter(rows, stride, bpp):
    """Undoes the five filters of PNG (RFC 2083, section 6)."""
    before = bytes(stride)
    for kind, row in rows:
        row = bytearray(row)
        for i in range(stride):
            left = row[i - bpp] if i >= bpp else 0
            up = before[i]
            corner = before[i - bpp] if i >= bpp else 0
            near = min(
                (abs(up - corner), 0, left),
                (abs(left - corner), 1, up),
                (abs(left + up - 2 * corner), 2, corner),
            )[2]
            row[i] = (row[i] + (0, left, up, (left + up) // 2, near)[kind]) & 255
        before = bytes(row)
        yield before


def read_png(path):
    """8-bit grey, RGB or RGBA pixels, [height, width, channels]; checks every CRC."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    chunks, at = [], 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        assert (
            zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0]
        )
        chunks.append((kind, body))
        at += 12 + size
    assert chunks[-1] == (b"IEND", b""), path
    width, height, depth, colour = struct.unpack(">IIBB", chunks[0][1][:10])
    assert depth == 8, depth
    channels = {0: 1, 2: 3, 6: 4}[colour]
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    stride = width * channels
    assert len(raw) == height * (stride + 1)
    rows = [(raw[i], raw[i + 1 : i + 1 + stride]) for i in range(0, len(raw), stride + 1)]
    pixels = b"".join(unfilter(rows, stride, channels))
    return np.frombuffer(pixels, np.uint8).reshape(height, width, channels)


def read_idx(path):
    data = path.read_bytes()
    zero, kind, rank = struct.unpack(">HBB", data[:4])
    assert (zero, kind) == (0, 8), path
    dims = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(dims)


def read_csv(path):
    """The header, and the rows as numbers."""
    header, *rows = path.read_text().splitlines()
    return header, [[float(cell) for cell in row.split(",")] for row in rows]
