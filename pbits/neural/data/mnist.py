"""MNIST: 60,000 and 10,000 handwritten digits of 28 x 28 pixels in idx files (LeCun et al.)."""

import gzip
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pbits.neural.data.places import Labelled

STEMS = {"train": "train", "test": "t10k"}


def read(split: str, places: Sequence[Path]) -> Labelled | None:
    """The set from the first folder that has both files, packed or not."""
    for place in places:
        files = [_find(place, f"{STEMS[split]}-{kind}") for kind in ("images-idx3", "labels-idx1")]
        if files[0] and files[1]:
            pixels, labels = (parse_idx(_bytes(path), path.name) for path in files if path)
            if pixels.ndim != 3 or len(pixels) != len(labels):
                raise ValueError(f"{files[0]} has shape {pixels.shape} for {len(labels)} labels")
            return Labelled(pixels[..., None].astype(np.float32) / 255, labels.astype(np.int32))
    return None


def parse_idx(content: bytes, name: str = "it") -> np.ndarray:
    """The array of bytes of an idx file, which errors call `name`.

    Raises:
        ValueError: where it is no such file, or cut short.

    Example:
        >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).tolist()
        [7, 9]
    """
    axes = content[3] if content[:3] == b"\x00\x00\x08" and len(content) > 3 else 0
    begin = 4 + 4 * axes
    if not axes or len(content) < begin:
        raise ValueError(f"{name} is not a whole idx file of bytes; download it again")
    sizes = np.frombuffer(content[4:begin], ">u4").tolist()
    if math.prod(sizes) != len(content) - begin:
        raise ValueError(
            f"{name} holds {len(content) - begin} bytes for shape {sizes}, not a whole idx file; "
            "download it again"
        )
    return np.frombuffer(content, np.uint8, offset=begin).reshape(sizes)


def _find(place: Path, stem: str) -> Path | None:
    names = (stem, stem[::-1].replace("-", ".", 1)[::-1])  # some mirrors write .idx3
    for name in names:
        for suffix in ("-ubyte", "-ubyte.gz"):
            if (path := place / f"{name}{suffix}").is_file():
                return path
    return None


def _bytes(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content
