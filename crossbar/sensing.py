"""How long a column must be read, and what that takes: the less contrast, the longer.

A current is averaged for a time t.  White noise of density d (A/sqrt(Hz), one-sided) leaves its
mean with a deviation of ``d / sqrt(2 t)``, and a threshold halfway between two sums that are dI,
one level of one cell, apart is on the wrong side with ``p = Q(dI sqrt(2 t) / (2 d))``.  So
``t = 2 (z d / dI)^2`` with ``Q(z) = p``: with contrast, that is with TMR, dI grows and time and
energy fall.

Noise is that of all cells of a column, driven at the read voltage (thermal and shot noise in one,
`current_noise`), and of an amplifier.  What is in series with a junction counts as part of it,
which makes no less noise.  Offsets of amplifiers, settling of lines and deviations of cells are
other sources of error, which no integration lowers: a measured read time also holds what they need.

In JAX: everything may be an array, a tracer or differentiated.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri

from crossbar.cells.cell import Cell, spread_of
from crossbar.checking import check_range, check_whole, is_concrete
from crossbar.current_noise import BOLTZMANN, CHARGE
from crossbar.design import Design

Number = Any
# A/sqrt(Hz), assumed: the thermal noise of a feedback resistor of 10 kOhm at 300 K.
AMPLIFIER = float(np.sqrt(4 * BOLTZMANN * 300.0 / 10e3))


class Sensing(NamedTuple):
    """A read of one column that is long enough.

    Attributes:
        time: s.
        energy: J, ``V I t`` of the cells of the column; of all columns that are subtracted.
        current: A, of the column.
        apart: A, between adjacent sums.
        density: A/sqrt(Hz), of the noise.
    """

    time: jax.Array
    energy: jax.Array
    current: jax.Array
    apart: jax.Array
    density: jax.Array


def sense(
    cell: Cell,
    rows: Number,
    error: Number,
    *,
    columns: int = 1,
    level: int = -1,
    drive_steps: int = 1,
    amplifier: Number = AMPLIFIER,
    temperature: Number = 300.0,
    read_noise: bool = False,
) -> Sensing:
    """What a read takes whose error is that asked for.

    Args:
        cell: datasheet; its levels and read voltage count, its read time does not.
        rows: cells on the column, all of them driven.
        error: probability that a sum is taken for its neighbour, above 0 and below 1/2; where sums
            lie between two neighbours either is mistaken so often.
        columns: 1, or 2 where the currents of two are subtracted.
        level: of all cells; by default the highest, which is the noisiest column there is.
        drive_steps: into which digits of an input divide the read voltage, ``2^bits - 1``.
        amplifier: A/sqrt(Hz), of its input; by default that of 10 kOhm at 300 K, which is assumed.
        temperature: K, above 0.
        read_noise: whether the cells' own, `Cell.read_noise`, counts; it is taken to be slow, so
            that no time averages it: where it alone makes more errors, the time is infinite.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> from crossbar.cells.presets import get
        >>> low, high = (sense(get("sot", tmr=tmr), 64, 1e-6, columns=2) for tmr in (0.5, 1.5))
        >>> bool(high.time < low.time), bool(high.energy < low.energy)
        (True, True)
    """
    check_range("error", error, 1e-30, 0.4999)
    noise = _noise(cell, rows, columns, level, drive_steps, amplifier, temperature)
    z = -ndtri(jnp.asarray(error, jnp.float32))
    slow = _slow(cell, rows, columns, level) if read_noise else 0.0
    # Squares of shares: those of currents would be small for float32.
    left = 1 / (2 * z) ** 2 - (slow / noise.apart) ** 2
    share = (noise.density / noise.apart) ** 2 / 2
    seconds = jnp.where(left > 0, share / jnp.where(left > 0, left, 1.0), jnp.inf)
    return noise._replace(time=seconds, energy=noise.energy * seconds)


def sensing_error(
    cell: Cell,
    rows: Number,
    seconds: Number,
    *,
    columns: int = 1,
    level: int = -1,
    drive_steps: int = 1,
    amplifier: Number = AMPLIFIER,
    temperature: Number = 300.0,
    read_noise: bool = False,
) -> jax.Array:
    """Probability that a sum is taken for its neighbour after so many seconds: `sense` inverted.

    Raises:
        ValueError: on values out of range.

    Example:
        >>> from crossbar.cells.presets import get
        >>> time = sense(get("sot"), 64, 1e-3).time
        >>> f"{sensing_error(get('sot'), 64, time):.2g}"
        '0.001'
    """
    check_range("seconds", seconds, 0.0, unit="s")
    noise = _noise(cell, rows, columns, level, drive_steps, amplifier, temperature)
    slow = _slow(cell, rows, columns, level) if read_noise else 0.0
    seconds = jnp.asarray(seconds, jnp.float32)
    some = jnp.where(seconds > 0, seconds, 1.0)
    deviation = jnp.sqrt(
        (noise.density / noise.apart) ** 2 / (2 * some) + (slow / noise.apart) ** 2
    )
    return jnp.where(seconds > 0, ndtr(-1 / (2 * deviation)), 0.5)


def with_read_time(cell: Cell, rows: Number, error: Number, **options: Any) -> Cell:
    """The datasheet with the read time that an error asks for, by noise alone.

    The chance of a flip at a read (`Cell.disturb`) goes with the time.

    Args:
        options: of `sense`.

    Raises:
        ValueError: as `sense`, or where no time is enough.

    Example:
        >>> from crossbar.cells.presets import get
        >>> slow, fast = (with_read_time(get("sot", tmr=tmr), 64, 1e-6) for tmr in (0.5, 1.5))
        >>> bool(slow.read_time > fast.read_time)
        True
    """
    seconds = sense(cell, rows, error, **options).time
    if is_concrete(seconds) and not bool(jnp.isfinite(seconds).all()):
        raise ValueError(
            f"error is {error!r}: the cells' read noise alone makes more errors on {rows} rows, "
            "however long they are read; use fewer rows or a larger error"
        )
    return cell.replace(read_time=seconds, disturb=_flips(cell, seconds))


def _flips(cell: Cell, seconds: jax.Array) -> jax.Array:
    """Chance of a flip in another time at the same rate; of reads in no time it stays as it is."""
    before = jnp.asarray(cell.read_time, jnp.float32)
    times = jnp.where(before > 0, seconds / jnp.where(before > 0, before, 1.0), 1.0)
    return -jnp.expm1(times * jnp.log1p(-jnp.asarray(cell.disturb, jnp.float32)))


def sensed(design: Design, error: Number, **options: Any) -> Design:
    """The same with cells that are read as long as their noise asks for.

    All its mappings subtract two columns before they convert; digits of several bits divide the
    read voltage.  Sums one level apart are told from each other, also where a converter has fewer
    codes.

    Raises:
        ValueError: as `with_read_time`.

    Example:
        >>> from crossbar.cells.presets import get
        >>> design = sensed(Design(get("stt"), rows=64, columns=64), 1e-6)
        >>> f"{design.cell.read_time:.2g} s"
        '8.9e-11 s'
    """
    cell = with_read_time(
        design.cell, design.rows, error, columns=2, drive_steps=2**design.dac_bits - 1, **options
    )
    return design.replace(cell=cell)


def _noise(
    cell: Cell,
    rows: Number,
    columns: int,
    level: int,
    drive_steps: int,
    amplifier: Number,
    temperature: Number,
) -> Sensing:
    """Of a second: time 1, energy the power."""
    for name, value, low in (("rows", rows, 1), ("amplifier", amplifier, 0.0)):
        check_range(name, value, low)
    check_range("temperature", temperature, 1e-6, unit="K")
    if columns not in (1, 2):
        raise ValueError(f"columns is {columns!r}; expected 1, or 2 that are subtracted")
    check_whole("drive_steps", drive_steps, 1, 2**16 - 1)
    volt = jnp.asarray(cell.read_voltage, jnp.float32)
    conductance = jnp.asarray(rows, jnp.float32) * cell.levels[level]
    cells = tunnel_density(columns * conductance, volt, temperature)
    density = jnp.hypot(cells, jnp.asarray(amplifier, jnp.float32))
    current = conductance * volt
    apart = cell.step * volt / drive_steps
    return Sensing(jnp.ones_like(density), columns * current * volt, current, apart, density)


def tunnel_density(conductance: Number, voltage: Number, temperature: Number = 300.0) -> jax.Array:
    """`current_noise.tunnel_noise` of a bandwidth of 1 Hz, in JAX.

    Args:
        conductance: S, of all junctions together.
        voltage: V, over each.
        temperature: K.

    Returns:
        A/sqrt(Hz).

    Example:
        >>> f"{tunnel_density(1e-3, 0.2):.3g}"
        '8.01e-12'
    """
    ratio = (CHARGE / (2 * BOLTZMANN)) * jnp.abs(voltage) / temperature
    # x coth(x), whose series has no 0 / 0 in its derivative.
    some = jnp.where(ratio > 1e-2, ratio, 1.0)
    grown = jnp.where(ratio > 1e-2, some / jnp.tanh(some), 1 + ratio**2 / 3)
    # The root of 4 k first: powers of noise are small for float32.
    return float(np.sqrt(4 * BOLTZMANN)) * jnp.sqrt(conductance * temperature * grown)


def _slow(cell: Cell, rows: Number, columns: int, level: int) -> jax.Array:
    """A, standard deviation that no time averages."""
    if cell.read_noise is None:
        return jnp.float32(0)
    each = spread_of(cell.read_noise, cell)[level] * cell.levels[level] * cell.read_voltage
    return each * jnp.sqrt(columns * jnp.asarray(rows, jnp.float32))
