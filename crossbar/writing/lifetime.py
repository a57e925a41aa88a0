"""Wear: how long cells last under a rate of updates, and whether they outlive a training."""

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
