"""Images of -1 and +1 to learn from: scikit-learn's digits, MNIST where given, bars and stripes."""

import gzip
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.checks import whole_number

_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")  # fmt: skip
_TEST_SHARE = 0.2


class Images(NamedTuple):
    """Binary images and their classes, to learn from and to test with.

    Attributes:
        train, test: int8 [k, pixels] of -1 and +1, row by row.
        train_labels, test_labels: int64 [k].
        shape: of an image.
    """

    train: NDArray[np.int8]
    train_labels: NDArray[np.int64]
    test: NDArray[np.int8]
    test_labels: NDArray[np.int64]
    shape: tuple[int, int]


def digits() -> Images:
    """Scikit-learn's 1797 digits of 8 x 8 pixels, those of more than half the range up.

    A fifth, chosen once and for all, is for testing.

    Raises:
        ImportError: without scikit-learn.

    Example:
        >>> digits().test.shape
        (359, 64)
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "the digits are scikit-learn's, which is optional: pip install 'pbits[neural]'"
        ) from error
    pixels, classes = load_digits(return_X_y=True)
    images, labels = _binary(np.asarray(pixels), 7.5), np.asarray(classes, np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    last = round(len(labels) * (1 - _TEST_SHARE))
    train, test = order[:last], order[last:]
    return Images(images[train], labels[train], images[test], labels[test], (8, 8))


def mnist(directory: str | Path) -> Images:
    """MNIST from its four idx files, as published or unpacked, pixels above 127 up.

    Raises:
        FileNotFoundError: where a file is missing, with its names.
        ValueError: on a file of another format.
    """
    parts = [_idx(Path(directory), name) for name in _FILES]
    images = [_binary(part.reshape(len(part), -1), 127.5) for part in parts[::2]]
    labels = [part.astype(np.int64) for part in parts[1::2]]
    rows, columns = parts[0].shape[1:]
    return Images(images[0], labels[0], images[1], labels[1], (int(rows), int(columns)))


def bars_and_stripes(size: int) -> NDArray[np.int8]:
    """All images [2**(size + 1) - 2, size * size] whose rows are alike, or whose columns are.

    Example:
        >>> bars_and_stripes(2)[:3].tolist()
        [[-1, -1, -1, -1], [-1, -1, 1, 1], [-1, 1, -1, 1]]
    """
    size = whole_number("size", size, 1)
    lines = 2 * ((np.arange(2**size)[:, None] >> np.arange(size)) & 1) - 1
    bars = np.repeat(lines[:, :, None], size, axis=2)
    both = np.concatenate([bars, bars.transpose(0, 2, 1)]).reshape(-1, size * size)
    return np.unique(both.astype(np.int8), axis=0)


def with_labels(images: ArrayLike, labels: ArrayLike, num_classes: int) -> NDArray[np.int8]:
    """Images [k, pixels] with a unit for each class after them, one of which is up.

    Raises:
        ValueError: on a class that does not exist, or other numbers of images and labels.

    Example:
        >>> with_labels([[1], [-1]], [0, 1], 2).tolist()
        [[1, 1, -1], [-1, -1, 1]]
    """
    pixels, classes = np.asarray(images, np.int8), np.asarray(labels)
    if classes.shape != pixels.shape[:1]:
        raise ValueError(f"{len(pixels)} images and labels of shape {classes.shape} are given")
    if classes.size and not 0 <= classes.min() <= classes.max() < num_classes:
        raise ValueError(f"a label is outside 0..{num_classes - 1}; raise num_classes")
    return np.concatenate([pixels, one_up(classes, num_classes)], axis=1)


def one_up(classes: NDArray, num_classes: int) -> NDArray[np.int8]:
    """[k, num_classes], +1 at the class and -1 elsewhere."""
    return np.where(classes[:, None] == np.arange(num_classes), 1, -1).astype(np.int8)


def _binary(values: NDArray, threshold: float) -> NDArray[np.int8]:
    return np.where(values > threshold, 1, -1).astype(np.int8)


def _idx(directory: Path, name: str) -> NDArray[np.uint8]:
    candidates = [directory / f"{name}.gz", directory / name]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        raise FileNotFoundError(
            f"neither {name}.gz nor {name} is in {directory}; give the folder of the four files of "
            "MNIST"
        )
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if len(raw) < 4 or raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path.name} is not an idx file of bytes; get it again")
    shape = struct.unpack(f">{raw[3]}I", raw[4 : 4 + 4 * raw[3]])
    values = np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3])
    if values.size != np.prod(shape):
        raise ValueError(f"{path.name} holds {values.size} bytes for shape {shape}; get it again")
    return values.reshape(shape)
