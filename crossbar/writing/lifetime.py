"""Wear: how long cells last under a rate of updates, and whether they outlive a training.

Reads wear nothing, but each may flip a cell: `reads_until` counts how many a matrix stands before
it should be written anew.
"""

from typing import NamedTuple

import numpy as np

from crossbar.cells.cell import Cell
from crossbar.checking import check_above_zero, check_range


class Wear(NamedTuple):
    """Writes of one cell.

    Attributes:
        writes: pulses it has seen.
        used: share of its endurance; above 1 it is taken to be broken.
    """

    writes: float
    used: float

    @property
    def alive(self) -> bool:
        """Whether it is not worn out."""
        return self.used <= 1


def wear(cell: Cell, updates: float, pulses: float = 1.0) -> Wear:
    """What a number of updates does to a cell.

    Args:
        cell: datasheet; `write.endurance` counts pulses.
        updates: how often its value is written.
        pulses: of one update, on average or of the worst cell: verification takes several.

    Example:
        >>> from crossbar.cells.presets import get
        >>> [wear(get(name), 1e9).alive for name in ("pcm", "reram", "stt", "sot")]
        [False, False, True, True]
    """
    check_range("updates", updates, 0.0)
    check_range("pulses", pulses, 0.0)
    writes = float(updates * pulses)
    return Wear(writes, writes / float(np.asarray(cell.write.endurance)))


def lifetime(cell: Cell, updates_per_second: float, pulses: float = 1.0) -> float:
    """Seconds that a cell lasts under a constant rate of updates.

    Example:
        >>> from crossbar.cells.presets import get
        >>> lifetime(get("pcm"), 1e3) / 3600 < 3, lifetime(get("stt"), 1e3) / 3.15e7 > 30
        (True, True)
    """
    check_above_zero("updates_per_second", updates_per_second, "1/s")
    check_above_zero("pulses", pulses)
    return float(np.asarray(cell.write.endurance)) / (updates_per_second * pulses)


def training_updates(samples: float, epochs: float, batch: float) -> float:
    """How often a weight is written by a training that writes after every batch.

    Example:
        >>> training_updates(50_000, 300, 1)
        15000000.0
    """
    for name, value in (("samples", samples), ("epochs", epochs), ("batch", batch)):
        check_above_zero(name, value)
    return samples / batch * epochs


def reads_until(cell: Cell, limit: float, cells: float = 1.0) -> float:
    """Reads of each cell until one of them has flipped with a probability; infinite without flips.

    Args:
        cell: datasheet, with `disturb`, which is that of the worst level.
        limit: the probability, above 0 and below 1.
        cells: read together, each by every read.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> cell = Cell([1e-5, 2e-5], disturb=1e-9)
        >>> round(reads_until(cell, 0.5)), round(reads_until(cell, 0.5, cells=1000))
        (693147180, 693147)
    """
    check_above_zero("cells", cells)
    check_above_zero("limit", limit)
    if not limit < 1:
        raise ValueError(f"limit is {limit!r}; expected a probability below 1")
    flip = float(np.asarray(cell.disturb))
    if flip == 0:
        return float(np.inf)
    return 0.0 if flip == 1 else float(np.log1p(-limit) / (cells * np.log1p(-flip)))
