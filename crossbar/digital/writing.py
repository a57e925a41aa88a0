"""Writing a macro: rows in two phases, read back, and written again where a cell failed.

A bitcell holds a bit in two junctions of opposite state.  Phase 1 drives both of every cell in a
row parallel (512 write currents for 256 cells); phase 2 turns one of each antiparallel (256).  A
cell whose junctions end up alike reads at random; the verify is taken to find every such cell.
"""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray

from crossbar.digital.draws import generator


@dataclass(frozen=True)
class WritePulse:
    """One junction's write pulse.

    The defaults are not the macro's, which are not published: current and voltage are those of
    NVSim's default STT cell (80 uA, 1 pJ in 10 ns), duration and failure those of a 28-nm STT macro
    (Dong et al., JSSC 2019: 20 ns for about 1e-5).  Their combination is assumed.

    Attributes:
        voltage: V across the cell.
        current: A through one junction.
        duration: s of one phase.
        failure: probability that a pulse leaves the junction as it was.
        attempts: how often a row is written at most.
    """

    voltage: float = 1.25
    current: float = 80e-6
    duration: float = 20e-9
    failure: float = 1e-5
    attempts: int = 8

    def __post_init__(self) -> None:
        for name in ("voltage", "current", "duration"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value!r}; expected a number above 0 (SI units)")
        if not 0 <= self.failure < 1:
            raise ValueError(f"failure is {self.failure!r}; expected a probability below 1")
        if self.attempts < 1:
            raise ValueError(f"attempts is {self.attempts!r}; expected at least 1")

    @property
    def energy(self) -> float:
        """J per junction and pulse."""
        return self.voltage * self.current * self.duration


class Written(NamedTuple):
    """What programming took.

    Attributes:
        rows: rows of macros that hold weights.
        row_writes: two-phase writes, the repeated ones too; as many rows were read to verify.
        rewritten: rows that took more than one.
        bad_cells: cells that are not as wanted after the last attempt.
        parallel_pulses, antiparallel_pulses: junction pulses of phase 1 and 2.
        parallel_current, antiparallel_current: A drawn by one row in each phase.
        energy: J of the pulses. verify_energy: J of the reads.
        seconds: with one macro written after another, row by row.
        attempts: row writes by attempt.
    """

    rows: int
    row_writes: int
    rewritten: int
    bad_cells: int
    parallel_pulses: int
    antiparallel_pulses: int
    parallel_current: float
    antiparallel_current: float
    energy: float
    verify_energy: float
    seconds: float
    attempts: tuple[int, ...]

    def charges(self) -> tuple[dict[str, float], dict[str, float]]:
        """Events and path for `crossbar.ledger.charge`."""
        events = {"macro.write": self.energy, "macro.verify": self.verify_energy}
        return events, {"macro.write_time": self.seconds}


def cost(
    attempts: tuple[int, ...],
    cells: int,
    pulse: WritePulse,
    period: float,
    read: float,
    bad: int = 0,
) -> Written:
    """Counts, currents, joules and seconds of row writes.

    Args:
        attempts: how many rows were written in the first, second, ... attempt.
        cells: bitcells of a row.
        pulse: of one junction.
        period: s of the cycle that verifies.
        read: J per bitcell of that cycle.
        bad: cells that are not as wanted in the end.

    Example:
        >>> done = cost((256, 1), 256, WritePulse(), 1 / 540e6, 0.0)
        >>> done.row_writes, f"{done.parallel_current * 1e3:.2f} mA", f"{done.energy:.3g} J"
        (257, '40.96 mA', '3.95e-07 J')
    """
    writes = sum(attempts)
    pulses = writes * cells
    return Written(
        rows=attempts[0],
        row_writes=writes,
        rewritten=attempts[1] if len(attempts) > 1 else 0,
        bad_cells=bad,
        parallel_pulses=2 * pulses,
        antiparallel_pulses=pulses,
        parallel_current=2 * cells * pulse.current,
        antiparallel_current=cells * pulse.current,
        energy=3 * pulses * pulse.energy,
        verify_energy=pulses * read,
        seconds=writes * (2 * pulse.duration + period),
        attempts=attempts,
    )


def write(
    key: jax.Array, cells: NDArray[np.bool_], pulse: WritePulse
) -> tuple[NDArray[np.bool_], tuple[int, ...], int]:
    """Write rows until all are right or the attempts are used up.

    Junctions start in a random complementary state: what the macro held before.

    Args:
        key: JAX key.
        cells: the bits to write, ``[row, cell]``.
        pulse: of one junction.

    Returns:
        ``(bits as read, rows written in each attempt, cells that are not as wanted)``.

    Example:
        >>> bits = np.zeros((4, 256), bool)
        >>> stored, rows, bad = write(jax.random.key(0), bits, WritePulse(failure=0.0))
        >>> rows, bad, bool((stored == bits).all())
        ((4,), 0, True)
    """
    draws = generator(key)
    old = draws.random(cells.shape) < 0.5
    state, aims = np.stack([old, ~old]), np.stack([cells, ~cells])
    bad, rows = np.arange(len(cells)), []
    while bad.size and len(rows) < pulse.attempts:
        rows.append(bad.size)
        state[:, bad] = _two_phases(draws, state[:, bad], aims[:, bad], pulse.failure)
        bad = bad[np.any(state[:, bad] != aims[:, bad], (0, 2))]
    lucky = draws.random(cells.shape) < 0.5
    stored = np.where(state[0] == state[1], lucky, state[0])
    return stored, tuple(rows), int(np.any(state != aims, 0).sum())


def _two_phases(
    draws: np.random.Generator, state: NDArray[np.bool_], aims: NDArray[np.bool_], failure: float
) -> NDArray[np.bool_]:
    """Junctions ``[2, row, cell]`` after one write; True is antiparallel."""
    parallel = state & (draws.random(state.shape) < failure)
    return parallel | (aims & (draws.random(state.shape) >= failure))
