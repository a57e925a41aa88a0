"""What programming a matrix takes: pulses, joules, seconds and amperes.

Cells of a row are written together, up to a number of columns; rows one after another.  The energy
is that of all pulses and verifying reads, retries included.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crossbar.cells.cell import Cell
from crossbar.checking import check_range, check_whole, check_word
from crossbar.programmed import ProgrammedMatrix
from crossbar.read_back import nearest_levels, used_cells

PHASES = ("one", "polarity", "erase")


@dataclass(frozen=True)
class Scheme:
    """How the cells of an array are driven.

    Args:
        phases: "one": every column has its own polarity, one phase for a row;
            "polarity": cells that rise and cells that fall one after the other: two phases, one
            pulse a cell;
            "erase": first all to the highest level (parallel), then those that are to be lower:
            two phases, two pulses for the latter.  A complementary pair so takes three.
        columns_at_once: of a row, limited by its current; None for all.
        arrays_together: whether arrays are written at the same time.
        saved: share of a pulse's energy that ends with the switching (self-termination saves 47 to
            61 % in a 28-nm macro, Dong et al., JSSC 2019, second-hand); 0 for none.

    Raises:
        ValueError: on another word, or numbers out of range.
    """

    phases: str = "polarity"
    columns_at_once: int | None = None
    arrays_together: bool = False
    saved: float = 0.0

    def __post_init__(self) -> None:
        check_word("phases", self.phases, PHASES)
        check_range("saved", self.saved, 0.0, 1.0)
        if self.columns_at_once is not None:
            check_whole("columns_at_once", self.columns_at_once, 1, 4096)


class Programming(NamedTuple):
    """What it took.

    Attributes:
        cells: that were written.
        pulses: of all cells, those of erasing included.
        reads: that verified.
        failed: cells given up.
        energy: J, of the pulses.
        verify_energy: J, of the reads, each taken at the conductance there is in the end.
        seconds: of everything.
        current: A, at most, at any one time: every array's widest group, all of it in one phase.
        worst: pulses of the cell that took most: what wears it.
    """

    cells: int
    pulses: int
    reads: int
    failed: int
    energy: float
    verify_energy: float
    seconds: float
    current: float
    worst: int

    def charges(self) -> tuple[dict[str, float], dict[str, float]]:
        """Events and path for `crossbar.ledger.charge`."""
        events = {"cell.program": self.energy, "cell.verify": self.verify_energy}
        return events, {"cell.program_time": self.seconds}


def programming_cost(programmed: ProgrammedMatrix, scheme: Scheme | None = None) -> Programming:
    """What it took to write a matrix.

    Args:
        programmed: by `program`; without verification every cell takes one pulse and no read.
        scheme: see `Scheme`.

    Example:
        >>> import jax
        >>> from crossbar.cells.presets import get
        >>> from crossbar.design import Design
        >>> from crossbar.programming import program
        >>> design = Design(get("stt"), rows=4, columns=4, weight_bits=2)
        >>> took = programming_cost(program(jax.random.key(0), [[1.0, -1.0]], design))
        >>> took.cells, f"{took.energy:.2g} J", f"{took.seconds:.2g} s"
        (4, '4e-12 J', '4e-08 s')
    """
    cell = programmed.design.cell
    if programmed.pulses is None:
        pulses, reads = used_cells(programmed).astype(np.int64), False
    else:
        pulses, reads = np.asarray(programmed.pulses, np.int64), True
    failed = 0 if programmed.failed is None else int(np.asarray(programmed.failed).sum())
    levels = np.asarray(nearest_levels(cell, programmed.conductance))
    conductance = np.asarray(programmed.conductance, np.float64)
    took = pulses_cost(cell, pulses, levels, scheme or Scheme(), verified=reads)
    joules = float(cell.read_voltage) ** 2 * float(cell.read_time) * (pulses * conductance).sum()
    return took._replace(failed=failed, verify_energy=float(joules) if reads else 0.0)


def pulses_cost(
    cell: Cell, pulses: ArrayLike, levels: ArrayLike, scheme: Scheme, *, verified: bool
) -> Programming:
    """The same from counts; the energy of reads is left at 0.

    Args:
        cell: datasheet.
        pulses: whole numbers [..., rows, columns] of arrays.
        levels: what was written, in the same shape.
        scheme: see `Scheme`.
        verified: whether a read follows each pulse.
    """
    count, target = np.asarray(pulses, np.int64), np.asarray(levels)
    again = np.where(target < cell.num_levels - 1, count, 0) if scheme.phases == "erase" else 0
    rows, wide = _rounds(count, scheme.columns_at_once)
    phases = 1 if scheme.phases == "one" else 2
    each = phases * float(cell.write.time) + (float(cell.read_time) if verified else 0.0)
    together = scheme.arrays_together
    rounds = rows.max(initial=0) if together else rows.sum()
    total = int((count + again).sum())
    driven = wide.sum() if together else wide.max(initial=0)
    return Programming(
        cells=int((count > 0).sum()),
        pulses=total,
        reads=int(count.sum()) if verified else 0,
        failed=0,
        energy=total * float(cell.write.energy) * (1 - scheme.saved),
        verify_energy=0.0,
        seconds=float(rounds) * each,
        current=float(driven) * float(cell.write.current),
        worst=int((count + again).max(initial=0)),
    )


def _rounds(
    pulses: NDArray[np.int64], at_once: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rounds of each array, and the most of its cells that are written at one time."""
    columns = pulses.shape[-1]
    width = min(at_once or columns, columns)
    short = [(0, 0)] * (pulses.ndim - 1) + [(0, -columns % width)]
    groups = np.pad(pulses, short).reshape(*pulses.shape[:-1], -1, width)
    rounds = groups.max(-1).sum((-2, -1))
    return rounds, (groups > 0).sum(-1).max((-2, -1), initial=0)
