"""Images of -1 and +1 to learn from: scikit-learn's digits, MNIST where given, bars and stripes."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.boltzmann.exact import states
from pbits.checks import whole_number
from problems.model import as_states

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
        ImportError: as :func:`pbits.neural.data.digits.table`.

    Example:
        >>> digits().test.shape
        (359, 64)
    """
    from pbits.neural.data.digits import table
    from pbits.neural.data.places import folders

    rows = table(folders("digits", None))
    images, labels = _binary(rows[:, :64], 7.5), rows[:, 64].astype(np.int64)
    order = np.random.default_rng(0).permutation(len(labels))
    last = round(len(labels) * (1 - _TEST_SHARE))
    train, test = order[:last], order[last:]
    return Images(images[train], labels[train], images[test], labels[test], (8, 8))


def mnist(directory: str | Path | None = None) -> Images:
    """MNIST, pixels above half the range up, from where :func:`pbits.neural.data.load` finds it.

    Args:
        directory: folder of its four idx files, as published or unpacked; None as there.

    Raises:
        FileNotFoundError: where a file is missing, with the folders.
        ValueError: on a file of another format.
    """
    from pbits.neural.data import load

    parts = [load("mnist", split, directory) for split in ("train", "test")]
    rows = [_binary(part.images.reshape(len(part.images), -1), 0.5) for part in parts]
    labels = [part.labels.astype(np.int64) for part in parts]
    height, width = parts[0].images.shape[1:3]
    return Images(rows[0], labels[0], rows[1], labels[1], (height, width))


def bars_and_stripes(size: int) -> NDArray[np.int8]:
    """All images [2**(size + 1) - 2, size * size] whose rows are alike, or whose columns are.

    Example:
        >>> bars_and_stripes(2)[:3].tolist()
        [[-1, -1, -1, -1], [-1, -1, 1, 1], [-1, 1, -1, 1]]
    """
    size = whole_number("size", size, 1)
    lines = states(size)
    bars = np.repeat(lines[:, :, None], size, axis=2)
    both = np.concatenate([bars, bars.transpose(0, 2, 1)]).reshape(-1, size * size)
    return np.unique(both.astype(np.int8), axis=0)


def with_labels(images: ArrayLike, labels: ArrayLike, num_classes: int) -> NDArray[np.int8]:
    """Images [k, pixels] with a unit for each class after them, one of which is up.

    Raises:
        ValueError: on a class that does not exist, other numbers of images and labels, or pixels
            other than -1 and +1.

    Example:
        >>> with_labels([[1], [-1]], [0, 1], 2).tolist()
        [[1, 1, -1], [-1, -1, 1]]
    """
    given = np.asarray(images)
    if given.ndim != 2:
        raise ValueError(f"images have shape {given.shape}; expected [k, pixels]")
    pixels = as_states(given, given.shape[1])[0]
    classes = checked_classes(labels, len(pixels), whole_number("num_classes", num_classes, 1))
    return np.concatenate([pixels, one_up(classes, num_classes)], axis=1)


def checked_classes(labels: ArrayLike, count: int, num_classes: int) -> NDArray:
    """Classes [count] of whole numbers below `num_classes`.

    Raises:
        ValueError: with what came, and what was expected.
    """
    classes = np.asarray(labels)
    if classes.shape != (count,):
        raise ValueError(f"{count} images and labels of shape {classes.shape} are given")
    if count and not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(f"labels hold {classes.dtype}; expected whole numbers")
    if count and not 0 <= classes.min() <= classes.max() < num_classes:
        raise ValueError(
            f"labels are from {classes.min()} to {classes.max()}; expected 0 to {num_classes - 1}, "
            "or more classes"
        )
    return classes


def one_up(classes: NDArray, num_classes: int) -> NDArray[np.int8]:
    """[k, num_classes], +1 at the class and -1 elsewhere."""
    return np.where(classes[:, None] == np.arange(num_classes), 1, -1).astype(np.int8)


def _binary(values: NDArray, threshold: float) -> NDArray[np.int8]:
    return np.where(values > threshold, 1, -1).astype(np.int8)
