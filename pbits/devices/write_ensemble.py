"""Switching probabilities of magnets of any kind, from ensembles of the stochastic macrospin.

Spin-orbit torques across the axis, fields along the current, easy axes in the plane: none of these
is an axial problem, so no Fokker-Planck table holds.  A pulse is simulated for a grid of currents
at once, each magnet relaxed before it and after it; the curve between is smooth.
"""

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from numpy.typing import ArrayLike, NDArray

from pbits import checks
from pbits.devices.checking import finite_array, positive_array
from pbits.devices.macrospin import GAMMA, Magnet, Vector
from pbits.devices.simulation import safe_step, simulate

_NONE = Vector()


class PulseTable(NamedTuple):
    """Switching probability over current and length of the pulse.

    Attributes:
        currents: [c] A, ascending.
        seconds: [k], ascending.
        probability: [c, k], shares of the ensemble.
        error: [c, k], standard errors.
        num_devices: of each current.
    """

    currents: NDArray[np.float64]
    seconds: NDArray[np.float64]
    probability: NDArray[np.float64]
    error: NDArray[np.float64]
    num_devices: int


def pulse_table(
    magnet: Magnet,
    per_ampere: Vector,
    currents: ArrayLike,
    seconds: ArrayLike,
    *,
    field_per_ampere: Vector = _NONE,
    num_devices: int = 1000,
    settle: float = 3.0,
    seed: int = 0,
) -> PulseTable:
    """Simulated switching of square pulses, kept in memory: equal arguments cost nothing twice.

    Magnets relax in the well against their easy axis for `settle` times t_D, see the pulse's
    torques, and relax again without them; one has switched that is on the other side then.

    Args:
        magnet: of numbers, with its fields and without torques; the easy axis is the one of the
            largest anisotropy field.
        per_ampere: damping-like torque a_DL p of one ampere, T / A:
            :mod:`~pbits.devices.write_torque`.  Along y for a current along x.
        currents: [c] A, ascending, at least two.
        seconds: [k], ascending; rounded to steps.
        field_per_ampere: field-like torque, T / A.
        num_devices: for each current; a probability is known to ``1 / (2 sqrt(num_devices))``.
        settle: times t_D of relaxing, before and after.
        seed: of the noise.

    Raises:
        ValueError: on grids that do not ascend, or a magnet without an easy axis or of arrays.

    Example:
        >>> magnet = Magnet(1e-17, 0.1, Vector(z=0.2), field=Vector(x=0.04))
        >>> table = pulse_table(
        ...     magnet, Vector(y=1000.0), [1e-5, 2e-4], [1e-9], num_devices=50, settle=1.0
        ... )
        >>> table.probability.shape
        (2, 1)
    """
    parts = (magnet, per_ampere, field_per_ampere)
    if any(np.ndim(x) for x in jax.tree.leaves(parts)):
        raise ValueError("magnet has arrays in it; expected single numbers, of one device")
    plain = jax.tree.map(float, parts)
    grids = tuple(_ascending(n, x) for n, x in (("currents", currents), ("seconds", seconds)))
    checks.positive("settle", settle)
    count = checks.whole_number("num_devices", num_devices, 1)
    return _tabulated(*plain, *grids, count, float(settle), int(seed))


@lru_cache(maxsize=32)
def _tabulated(
    magnet: Magnet, per_ampere: Vector, field_per_ampere: Vector, currents: tuple[float, ...],
    seconds: tuple[float, ...], count: int, settle: float, seed: int,
) -> PulseTable:  # fmt: skip
    amperes = np.repeat(np.asarray(currents), count)
    driven = magnet._replace(
        damping_like=_times(per_ampere, amperes), field_like=_times(field_per_ampere, amperes)
    )
    share = switched_share(magnet, driven, seconds, amperes.size, settle, seed)
    p = share.reshape(len(seconds), len(currents), count).mean(axis=2).T
    error = np.sqrt(p * (1 - p) / count)
    return PulseTable(np.asarray(currents), np.asarray(seconds), p, error, count)


def _times(vector: Vector, amperes: NDArray[np.float64]) -> Vector:
    x, y, z = (jnp.asarray(part * amperes, jnp.float32) for part in vector)
    return Vector(x, y, z)


def switched_share(
    rest: Magnet, pulse: Magnet, seconds: ArrayLike, num_devices: int, settle: float, seed: int
) -> NDArray[np.bool_]:
    """Whether magnets are on the other side after pulses of some lengths, bool [k, num_devices].

    Args:
        rest: before and after, of numbers.
        pulse: during; numbers or [num_devices].
        seconds: [k], ascending; rounded to steps.
        num_devices: all seen at each length.
        settle: times t_D of relaxing.
        seed: of the noise.
    """
    axis = easy_axis(rest)
    strength = float(rest.anisotropy[axis]) - float(sorted(rest.anisotropy)[1])
    alpha = float(rest.alpha)
    still = round(settle * (1 + alpha**2) / (alpha * GAMMA * strength) / safe_step(rest))
    down = np.zeros(3)
    down[axis] = -1.0
    now = simulate(rest, num_steps=still, num_devices=num_devices, start=down, seed=seed).final
    dt, done, found = safe_step(pulse), 0.0, []
    for k, length in enumerate(np.asarray(seconds, float)):
        steps = max(int(np.ceil((length - done) / dt * (1 - 1e-9))), 1)
        now = simulate(
            pulse, num_steps=steps, dt=(length - done) / steps, num_devices=num_devices,
            start=now, seed=seed + 1 + 2 * k,
        ).final  # fmt: skip
        done = length
        after = simulate(
            rest, num_steps=still, num_devices=num_devices, start=now, seed=seed + 2 + 2 * k
        )
        found.append(after.final[axis] > 0)
    return np.stack(found)


def easy_axis(magnet: Magnet) -> int:
    """Number of the axis of the largest anisotropy field.

    Raises:
        ValueError: where no axis is easier than both others.
    """
    fields = np.asarray(magnet.anisotropy, float)
    if not np.sort(fields)[1] < fields.max():
        raise ValueError(f"anisotropy is {fields.tolist()} T; expected one axis easier than others")
    return int(np.argmax(fields))


@jax.jit
def _between(
    grid: jax.Array, lengths: jax.Array, logits: jax.Array, current: jax.Array, seconds: jax.Array
) -> jax.Array:
    a, x = _place(grid, current)
    b, y = _place(jnp.log(lengths), jnp.log(seconds))
    low = logits[a, b] * (1 - x) + logits[a + 1, b] * x
    high = logits[a, b + 1] * (1 - x) + logits[a + 1, b + 1] * x
    return jax.nn.sigmoid(low * (1 - y) + high * y)


def _place(grid: jax.Array, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    cell = jnp.clip(jnp.searchsorted(grid, x, side="right") - 1, 0, grid.shape[0] - 2)
    x = jnp.clip(x, grid[0], grid[-1])
    return cell, (x - grid[cell]) / (grid[cell + 1] - grid[cell])


def pulse_probability(table: PulseTable, current: ArrayLike, seconds: ArrayLike) -> jax.Array:
    """Switching probability between the nodes of a table, differentiable.

    Logits of ``(n P + 1/2) / (n + 1)``, linear in the current and in log seconds: nothing below
    1 / (2 n) can be told.

    Args:
        table: of at least two lengths.
        current: A, and
        seconds: within the table.  Shapes broadcast.  Inside JAX programs, where nothing can be
            refused, numbers beyond count as the nearest in the table.

    Raises:
        ValueError: on numbers beyond the table, where they can be seen.
    """
    if len(table.seconds) < 2 or len(table.currents) < 2:
        raise ValueError("table has a single length or current; expected at least two of each")
    for name, values, grid in (
        ("current", current, table.currents), ("seconds", seconds, table.seconds)
    ):  # fmt: skip
        if isinstance(values, Tracer):
            continue
        array, slack = finite_array(name, values), 1e-6 * abs(grid).max()
        wrong = array[(array < grid[0] - slack) | (array > grid[-1] + slack)]
        if wrong.size:
            raise ValueError(
                f"{name} is {float(wrong.flat[0]):.3g}; expected {grid[0]:.3g} to {grid[-1]:.3g}: "
                "tabulate further, pulse_table"
            )
    n = table.num_devices
    share = (n * table.probability + 0.5) / (n + 1)
    # In units of the last node: float32 has no squares of nanoseconds.
    units = max(abs(table.currents)), table.seconds[-1]
    current, seconds = (
        jnp.asarray(x, jnp.float32) / jnp.float32(u)
        for x, u in zip((current, seconds), units, strict=True)
    )
    grids = (jnp.asarray(g / u, jnp.float32) for g, u in zip(table[:2], units, strict=True))
    logits = jnp.asarray(np.log(share / (1 - share)), jnp.float32)
    return _between(*grids, logits, current, seconds)


def _ascending(name: str, values: ArrayLike) -> tuple[float, ...]:
    array = np.atleast_1d(
        positive_array(name, values) if name == "seconds" else finite_array(name, values)
    )
    if array.ndim != 1 or np.any(np.diff(array) <= 0):
        raise ValueError(f"{name} is {array.tolist()}; expected ascending numbers, [k]")
    return tuple(array.tolist())


def simulated_probability(
    magnet: Magnet,
    seconds: ArrayLike,
    *,
    num_devices: int = 4000,
    start: ArrayLike,
    dt: float | None = None,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of m_z > 0 after pulses of some lengths, for magnets of any kind.

    Args:
        magnet: with the torques of the pulse.
        seconds: [k], ascending lengths, rounded to steps.
        num_devices: trajectories, of which all lengths are read.
        start: [3] or [3, num_devices] directions before the pulse.
        dt: seconds per step at most; default :func:`~pbits.devices.simulation.safe_step`.
        seed: of the noise.

    Returns:
        Probabilities and their standard errors, [k] each.

    Example:
        >>> from pbits.devices.macrospin import Vector
        >>> magnet = Magnet(1e-18, 0.1, Vector(z=0.1), damping_like=Vector(z=0.04))
        >>> found, error = simulated_probability(magnet, [2e-9], num_devices=50, start=[0, 0, -1.0])
        >>> found.shape
        (1,)
    """
    lengths = positive_array("seconds", np.atleast_1d(np.asarray(seconds, float)))
    longest = safe_step(magnet) if dt is None else dt
    # So that the first length is a whole number of steps.
    dt = float(lengths[0] / np.ceil(lengths[0] / longest * (1 - 1e-9)))
    found, directions, done = [], start, 0
    for length in lengths:
        ahead = max(round(float(length) / dt) - done, 0)
        run = simulate(
            magnet, num_steps=ahead, num_devices=num_devices, start=directions, seed=seed,
            first_step=done, dt=dt, keep_directions=False,
        )  # fmt: skip
        directions, done = run.final, done + ahead
        found.append((run.final[2] > 0).mean())
    p = np.asarray(found)
    return p, np.sqrt(p * (1 - p) / num_devices)
