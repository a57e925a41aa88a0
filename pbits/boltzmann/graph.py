"""Which units a Boltzmann machine has, and which of them are coupled.

Units are numbered: what is seen first (pixels, then labels), then what is hidden.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pbits.checks import whole_number
from pbits.kernels.colouring import colour


@dataclass(frozen=True, eq=False)
class Graph:
    """Units and their couplings; build one with `rbm`, `deep`, `local` or `sparse`.

    Attributes:
        num_visible: units that data give, first.
        num_labels: units of classes, one of them up, after those.
        num_hidden: units that data do not give, last.
        row, col: [m] coupled pairs, ``row < col``, sorted, each once.
    """

    num_visible: int
    num_labels: int
    num_hidden: int
    row: NDArray[np.int64]
    col: NDArray[np.int64]

    @property
    def num_units(self) -> int:
        return self.num_visible + self.num_labels + self.num_hidden

    @property
    def num_seen(self) -> int:
        """Units that data with labels give."""
        return self.num_visible + self.num_labels

    @property
    def num_couplings(self) -> int:
        return self.row.size

    @property
    def seen(self) -> NDArray[np.bool_]:
        """[n] whether a unit is one of data with labels."""
        return np.arange(self.num_units) < self.num_seen

    @property
    def is_restricted(self) -> bool:
        """Whether hidden units are independent once the others are known: none are coupled."""
        return not (self.row >= self.num_seen).any()

    @cached_property
    def classes(self) -> tuple[NDArray[np.int64], ...]:
        """Units that are not coupled with each other, updated at once; the most hidden are last.

        Hidden units of a restricted machine are one class.
        """
        own = colour(self.num_units, self.row, self.col)
        found = [np.flatnonzero(own == c) for c in range(int(own.max(initial=-1)) + 1)]
        if self.is_restricted and self.num_hidden:
            hidden = np.flatnonzero(~self.seen)
            rest = [units[units < self.num_seen] for units in found]
            return (*[units for units in rest if units.size], hidden)
        return tuple(sorted(found, key=lambda units: int((units >= self.num_seen).sum())))


def _units(name: str, numbers: ArrayLike) -> NDArray[np.int64]:
    found = np.asarray(numbers).ravel()
    if found.size and not np.issubdtype(found.dtype, np.integer):
        raise ValueError(f"{name} holds {found.dtype}; expected numbers of units")
    return found.astype(np.int64)


def _sizes(name: str, sizes: tuple[int, ...], count: int | None = None) -> tuple[int, ...]:
    if isinstance(sizes, str) or not isinstance(sizes, Sequence) or count not in (None, len(sizes)):
        form = "(rows, columns)" if count else "sizes of layers, such as (64, 32)"
        raise ValueError(f"{name} is {sizes!r}; expected {form}")
    return tuple(whole_number(f"each size of {name}", size, 1) for size in sizes)


def _graph(visible: int, labels: int, hidden: int, row: ArrayLike, col: ArrayLike) -> Graph:
    visible = whole_number("num_visible", visible, 1)
    labels = whole_number("num_labels", labels, 0)
    hidden = whole_number("num_hidden", hidden, 0)
    row, col = _units("row", row), _units("col", col)
    n = visible + labels + hidden
    if row.shape != col.shape or (row.size and min(row.min(), col.min()) < 0):
        raise ValueError(f"row has shape {row.shape} and col {col.shape}; expected pairs of units")
    if max(row.max(initial=-1), col.max(initial=-1)) >= n or (row == col).any():
        raise ValueError(f"a pair names a unit outside 0..{n - 1}, or one unit twice")
    code = np.unique(np.minimum(row, col) * n + np.maximum(row, col))
    return Graph(visible, labels, hidden, code // n, code % n)


def _complete(first: NDArray, second: NDArray) -> tuple[NDArray, NDArray]:
    row, col = np.meshgrid(first, second, indexing="ij")
    return row.ravel(), col.ravel()


def rbm(num_visible: int, num_hidden: int, num_labels: int = 0) -> Graph:
    """A restricted machine: every hidden unit is coupled to all that is seen, and nothing else.

    Example:
        >>> graph = rbm(6, 4, num_labels=2)
        >>> graph.num_units, graph.num_couplings, graph.is_restricted
        (12, 32, True)
    """
    seen = whole_number("num_visible", num_visible, 1) + whole_number("num_labels", num_labels, 0)
    whole_number("num_hidden", num_hidden, 0)
    pairs = _complete(np.arange(seen), seen + np.arange(num_hidden))
    return _graph(num_visible, num_labels, num_hidden, *pairs)


def deep(num_visible: int, hidden: tuple[int, ...], num_labels: int = 0) -> Graph:
    """Layers, each coupled to the next; labels to the last.

    Example:
        >>> graph = deep(6, (4, 3), num_labels=2)
        >>> graph.num_couplings, [units.tolist() for units in graph.classes]
        (42, [[0, 1, 2, 3, 4, 5, 12, 13, 14], [6, 7, 8, 9, 10, 11]])
    """
    if not hidden:
        raise ValueError("hidden is empty; expected the sizes of one or more hidden layers")
    hidden = _sizes("hidden", hidden)
    whole_number("num_visible", num_visible, 1)
    whole_number("num_labels", num_labels, 0)
    ends = np.cumsum([num_visible + num_labels, *hidden])
    layers = [np.arange(num_visible)]
    layers += [np.arange(a, b) for a, b in pairwise(ends)]
    layers.append(np.arange(num_visible, num_visible + num_labels))
    pairs = [_complete(a, b) for a, b in pairwise(layers)]
    row, col = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return _graph(num_visible, num_labels, int(sum(hidden)), row, col)


def sparse(
    num_visible: int, num_hidden: int, row: ArrayLike, col: ArrayLike, num_labels: int = 0
) -> Graph:
    """Any couplings, given as pairs of units in any order.

    Raises:
        ValueError: on a pair of one unit or of units that do not exist.

    Example:
        >>> sparse(3, 1, [0, 1, 3], [1, 2, 0]).is_restricted
        True
    """
    return _graph(num_visible, num_labels, num_hidden, row, col)


def local(
    shape: tuple[int, int], hidden: tuple[int, int], reach: float, num_labels: int = 0
) -> Graph:
    """Pixels of an image and hidden units on a grid over it, coupled to what is near.

    A hidden unit is coupled to the pixels at most `reach` away in either direction, to its
    neighbours on its own grid, and to all labels.  So few couplings fit on few arrays.

    Args:
        shape: of the image, pixels row by row.
        hidden: rows and columns of hidden units, spread evenly over the image.
        reach: in pixels.
        num_labels: units of classes.

    Raises:
        ValueError: where some pixel is out of the reach of all hidden units.

    Example:
        >>> graph = local((4, 4), (2, 2), reach=1)
        >>> graph.num_couplings, graph.is_restricted
        (20, False)
    """
    height, width = _sizes("shape", shape, 2)
    rows, columns = _sizes("hidden", hidden, 2)
    whole_number("num_labels", num_labels, 0)
    first = height * width + num_labels
    number = first + np.arange(rows * columns).reshape(rows, columns)
    at = [(np.arange(k) + 0.5) * n / k - 0.5 for k, n in zip(hidden, shape, strict=True)]
    near = [
        np.abs(place[:, None] - np.arange(n)) <= reach + 1e-9
        for place, n in zip(at, shape, strict=True)
    ]
    touched = near[0][:, None, :, None] & near[1][None, :, None, :]
    if not touched.any((0, 1)).all():
        raise ValueError(f"reach is {reach:g} and some pixel is near no hidden unit; raise it")
    unit, pixel = np.nonzero(touched.reshape(rows * columns, -1))
    labelled = _complete(height * width + np.arange(num_labels), number.ravel())
    row = [pixel, number[:-1].ravel(), number[:, :-1].ravel(), labelled[0]]
    col = [first + unit, number[1:].ravel(), number[:, 1:].ravel(), labelled[1]]
    pairs = np.concatenate(row), np.concatenate(col)
    return _graph(height * width, num_labels, rows * columns, *pairs)
