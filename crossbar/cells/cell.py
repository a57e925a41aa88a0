"""The datasheet of a memory cell, and arrays drawn from it."""

from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from crossbar.checking import check_above_zero, check_range, is_concrete

Number = float | jax.Array
_SPREADS = ("device_spread", "cycle_spread", "read_noise")
_BY_LEVEL = (*_SPREADS, "drift", "drift_spread")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Write:
    """One write pulse, with what it costs and how often it fails.

    Args:
        energy: J, of one pulse.
        time: s, of one pulse.
        failure: probability that a pulse leaves the cell as it was.
        endurance: writes a cell lasts.
        current: A, of one pulse; for drivers and wires.
    """

    energy: Number = 0.0
    time: Number = 0.0
    failure: Number = 0.0
    endurance: Number = np.inf
    current: Number = 0.0

    def __post_init__(self) -> None:
        for name in ("energy", "time", "current"):
            check_range(f"write.{name}", getattr(self, name), 0.0)
        check_range("write.failure", self.failure, 0.0, 1.0)
        check_above_zero("write.endurance", self.endurance, "writes")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Cell:
    """Datasheet of a cell; every number may be an array or a tracer, SI units.

    Levels count from 0 in rising conductance.  Spreads are relative standard deviations of the
    conductance of each level, numbers or [levels].

    Args:
        levels: S, [levels], rising: of the element and what is in series, at the read voltage.
        read_voltage: V, over the cell of a line that is driven fully.
        read_time: s, of one read.
        device_spread: between devices, the same at every programming.
        cycle_spread: drawn anew at every programming.
        read_noise: drawn anew at every read; None for none.
        half_voltage: V, at which ``TMR = G_high / G_low - 1`` is half of that at no voltage, by
            ``1 / (1 + (V / V_h)^2)``; infinite for none.
        drift: mean exponent nu of ``G(t) = G (t / drift_start)^-nu``, a number or [levels].
        drift_spread: standard deviation of nu between cells, a number or [levels].
        drift_start: s, after programming, when conductances are those of the datasheet.
        retention: s, after which a cell has relaxed, with probability 1 - 1/e, to a level drawn
            from the two ends: for two states of mean dwell time tau this is tau / 2, their
            correlation time.
        disturb: probability that one read, of the read voltage and time, flips the cell; of the
            level that it happens to most.
        stuck_low, stuck_high: probability that a cell stays at its lowest or highest level.
        area: m^2, of one cell with its transistors.
        write: of one cell.
        name: for reports.

    Raises:
        ValueError: on levels that do not rise, numbers out of range, or as many numbers of a spread
            or drift as are neither one nor one for each level.

    Example:
        >>> Cell(jnp.array([1 / 6e3, 1 / 3e3]), read_voltage=0.1, name="STT").contrast
        2.0
    """

    levels: Any
    read_voltage: Number = 0.1
    read_time: Number = 1e-8
    device_spread: Any = 0.0
    cycle_spread: Any = 0.0
    read_noise: Any = None
    half_voltage: Number = np.inf
    drift: Any = 0.0
    drift_spread: Any = 0.0
    drift_start: Number = 1.0
    retention: Number = np.inf
    disturb: Number = 0.0
    stuck_low: Number = 0.0
    stuck_high: Number = 0.0
    area: Number = 0.0
    write: Write = field(default_factory=Write)
    name: str = field(default="cell", metadata={"static": True})

    def __post_init__(self) -> None:
        if is_concrete(self.levels) or isinstance(self.levels, (list, tuple)):
            kind = jnp.promote_types(jnp.asarray(self.levels).dtype, jnp.float32)
            object.__setattr__(self, "levels", jnp.asarray(self.levels, kind))
            levels = np.asarray(self.levels, np.float64)
            if levels.ndim != 1 or levels.size < 2:
                raise ValueError(f"levels have shape {levels.shape}; expected at least two numbers")
            if not (np.isfinite(levels).all() and levels[0] > 0 and (np.diff(levels) > 0).all()):
                raise ValueError(
                    f"levels are {levels.tolist()} S; expected finite conductances above 0 that "
                    "rise: a contrast (TMR) above 0 between the first and the last"
                )
        check_range("read_voltage", self.read_voltage, 1e-6, unit="V")
        check_range("read_time", self.read_time, 0.0, unit="s")
        for name in _BY_LEVEL:
            self._check_by_level(name)
        check_range("area", self.area, 0.0, unit="m^2")
        for name in ("stuck_low", "stuck_high", "disturb"):
            check_range(name, getattr(self, name), 0.0, 1.0)
        if is_concrete(self.stuck_low) and is_concrete(self.stuck_high):
            check_range("stuck_low + stuck_high", self.stuck_low + self.stuck_high, 0.0, 1.0)
        for name, unit in (("half_voltage", "V"), ("retention", "s"), ("drift_start", "s")):
            check_above_zero(name, getattr(self, name), unit)

    def _check_by_level(self, name: str) -> None:
        value = getattr(self, name)
        if isinstance(value, (list, tuple)):
            value = jnp.asarray(value)
            object.__setattr__(self, name, value)
        if not is_concrete(value):
            return
        check_range(name, value, 0.0)
        if np.ndim(value) and is_concrete(self.levels) and np.shape(value) != self.levels.shape:
            raise ValueError(
                f"{name} has shape {np.shape(value)}; expected one number, or one for each of the "
                f"{self.num_levels} levels"
            )

    @property
    def num_levels(self) -> int:
        """How many levels."""
        return self.levels.shape[0]

    @property
    def step(self) -> jax.Array:
        """S, between levels on average."""
        return (self.levels[-1] - self.levels[0]) / (self.num_levels - 1)

    @property
    def contrast(self) -> float:
        """Highest over lowest conductance."""
        return float(self.levels[-1] / self.levels[0])

    @property
    def tmr(self) -> float:
        """Contrast less 1, at the read voltage: what a junction's TMR and series leave."""
        return self.contrast - 1

    def replace(self, **changes: Any) -> "Cell":
        """A datasheet with some values changed."""
        return replace(self, **changes)

    def with_series(self, resistance: Number) -> "Cell":
        """The cell behind a resistance, such as that of an access transistor, Ohm.

        The resistance neither varies nor drifts, so it takes its part of each relative spread and,
        to first order, of the exponents of drift.  The write pulse stays as it is.
        """
        check_range("resistance", resistance, 0.0, unit="Ohm")
        share = 1 / (1 + self.levels * resistance)
        spreads = {name: getattr(self, name) for name in _BY_LEVEL}
        softened = {
            name: None if values is None else spread_of(values, self) * share
            for name, values in spreads.items()
        }
        return self.replace(levels=self.levels * share, **softened)


def without_deviations(cell: Cell) -> Cell:
    """The cell that is what its levels say, always, whatever is written or read.

    Example:
        >>> without_deviations(Cell([1e-6, 2e-6], device_spread=0.1)).device_spread
        0.0
    """
    names = ("device_spread", "cycle_spread", "read_noise", "stuck_low", "stuck_high", "disturb")
    changes = {name: _zero(getattr(cell, name)) for name in names}
    write = replace(cell.write, failure=_zero(cell.write.failure))
    return cell.replace(**changes, write=write)


def with_spread(cell: Cell, times: Number) -> Cell:
    """The cell with all its deviations, of device, cycle and read, so many times as large.

    Spreads become one number for each level, so that cells of as many levels share programs.

    Raises:
        ValueError: on a number of times that is negative or not finite.

    Example:
        >>> with_spread(Cell([1e-6, 2e-6], device_spread=0.1), 2).device_spread.tolist()
        [0.20000000298023224, 0.20000000298023224]
    """
    check_range("times", times, 0.0)
    found = {name: getattr(cell, name) for name in _SPREADS}
    return cell.replace(
        **{n: None if x is None else times * spread_of(x, cell) for n, x in found.items()}
    )


def _zero(value: Any) -> Any:
    """Of the same type and shape, for which nothing is compiled anew."""
    return jax.tree.map(lambda part: part * 0, value)


def spread_of(values: Any, cell: Cell) -> jax.Array:
    """A spread for each level, [levels]."""
    return jnp.broadcast_to(jnp.asarray(values, cell.levels.dtype), cell.levels.shape)
