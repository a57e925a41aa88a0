"""What writing a problem into a machine's arrays takes: spin transfer, spin-orbit and spin loss.

The same cells are to be set by the same number of pulses; what a pulse takes is the datasheet's, of
the presets of `crossbar.cells`, or computed from magnets by `device_cells`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from crossbar.ledger import Report, charge, si
from crossbar.writing.programming import Programming, Scheme, pulses_cost
from pbits import datasheets
from pbits.devices.junction import Junction
from pbits.devices.spin_loss import SpinLoss

SCHEMES = ("stt", "sot", "spin-loss")
"""Presets of cells that are compared."""


class WriteCost(NamedTuple):
    """One way of writing a problem.

    Attributes:
        name: of the cell.
        programming: pulses, joules, seconds and amperes.
        wear: share of its endurance that the worst cell loses at each problem.
    """

    name: str
    programming: Programming
    wear: float

    @property
    def joules(self) -> float:
        """Of pulses and reads that verify."""
        return self.programming.energy + self.programming.verify_energy

    @property
    def seconds(self) -> float:
        """Of everything."""
        return self.programming.seconds

    def report(self) -> Report:
        """As the ledger has it."""
        events, path = self.programming.charges()
        return charge(events, path)

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name,
            "joules": self.joules,
            "seconds": self.seconds,
            "pulses": self.programming.pulses,
            "current_amperes": self.programming.current,
            "wear": self.wear,
        }

    def __str__(self) -> str:
        return f"{self.name} {si(self.joules, 'J')} in {si(self.seconds, 's')}"


def write_costs(
    pulses: ArrayLike,
    high: ArrayLike = 0.0,
    *,
    cells: Mapping[str, Cell] | None = None,
    scheme: Scheme | None = None,
    verified: bool = False,
) -> tuple[WriteCost, ...]:
    """Ways of writing the same arrays.

    Args:
        pulses: whole numbers [..., rows, columns] of cells: 0 where nothing is written, more than 1
            where verification took several (`ProgrammedMatrix.pulses`).
        high: where each cell is to be, 0 its lowest and 1 its highest conductance; broadcast.
        cells: datasheets by name; the presets `SCHEMES` by default.
        scheme: how arrays are driven; rows one after another, arrays too, by default.
        verified: whether each pulse is followed by a read.

    Raises:
        ValueError: on fewer than two axes, or numbers out of range.

    Example:
        >>> stt, sot, loss = write_costs(np.ones((2, 64, 64), int))
        >>> print(f"{stt}; {sot}; {loss}")
        stt 8.192 nJ in 2.56 us; sot 503.3 pJ in 256 ns; spin-loss 167.8 pJ in 256 ns
    """
    count, where = np.asarray(pulses), np.asarray(high, np.float64)
    if count.ndim < 2 or not np.issubdtype(count.dtype, np.integer) or np.any(count < 0):
        raise ValueError(
            f"pulses are {count.dtype} of shape {count.shape}; expected whole numbers of at least "
            "0, [..., rows, columns]"
        )
    if not np.all((where >= 0) & (where <= 1)):
        raise ValueError("high is outside 0 to 1; expected a share of the range of conductances")
    where = np.broadcast_to(where, count.shape)
    chosen = {name: get(name) for name in SCHEMES} if cells is None else cells
    used = scheme or Scheme()
    return tuple(_one(name, cell, count, where, used, verified) for name, cell in chosen.items())


def device_cells(
    junction: Junction,
    orbit: Junction | None = None,
    strip: SpinLoss | None = None,
    *,
    transfer_seconds: float = 10e-9,
    orbit_seconds: float = 1e-9,
    field: float = 0.05,
    failure: float | None = None,
) -> dict[str, Cell]:
    """Datasheets whose pulses are computed from magnets, for `write_costs`.

    Args:
        junction: written through itself (`datasheets.transfer_pulse`) and, with a strip, by spin
            loss at its own anisotropy.
        orbit: with a heavy metal, written by spin-orbit torque.
        strip: a ferromagnet that writes itself.
        transfer_seconds: of a pulse through the junction.
        orbit_seconds: of the others.
        field: T, along the current of the heavy metal.
        failure: of a pulse through the junction; by default that of the Fokker-Planck equation.

    Example:
        >>> from pbits.devices import presets
        >>> from pbits.devices.spin_loss import reported_spin_loss
        >>> cells = device_cells(presets.get("pma-memory"), presets.get("sot-three-terminal"),
        ...                      reported_spin_loss(), failure=1e-5)
        >>> stt, sot, loss = write_costs(np.ones((2, 64, 64), int), cells=cells)
        >>> sot.joules < stt.joules
        True
    """
    pulse = datasheets.transfer_pulse(junction, transfer_seconds, failure=failure)
    cells = {"stt": datasheets.cell_from_junction(junction, pulse)}
    if orbit is not None:
        pulse = datasheets.orbit_pulse(orbit, orbit_seconds, field)
        cells["sot"] = datasheets.cell_from_junction(orbit, pulse)
    if strip is not None:
        pulse = datasheets.spin_loss_pulse(junction, strip, orbit_seconds)
        cells["spin-loss"] = datasheets.cell_from_junction(junction, pulse)
    return cells


def _one(
    name: str, cell: Cell, pulses: np.ndarray, high: np.ndarray, scheme: Scheme, verified: bool
) -> WriteCost:
    levels = np.rint(high * (cell.num_levels - 1)).astype(int)
    took = pulses_cost(cell, pulses, levels, scheme, verified=verified)
    if verified:
        seen = np.asarray(cell.levels, np.float64)[levels]
        each = float(cell.read_voltage) ** 2 * float(cell.read_time)
        took = took._replace(verify_energy=float(each * (pulses * seen).sum()))
    return WriteCost(name, took, took.worst / float(np.asarray(cell.write.endurance)))
