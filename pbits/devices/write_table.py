"""Switching probability of an axial magnet, interpolated from Fokker-Planck solutions.

What is tabulated: :mod:`~pbits.devices.write_slabs`.  Between its nodes, cubic B-splines in
log delta, asinh((i - 1) / w) and log tau, two times differentiable: write error and switching
probability are within 2 % of the exact ones down to 1e-6 each.  Beyond the nodes laws go on:

- longer pulses: one exponential is left, H grows evenly, to 2 %;
- biases above 6: the pulse at 6 of equal error, from the initial cone that drift alone turns over
  in time.  With e = exp(2 tau (i - 1)), ``(i e - 1) / ((i - 1) reach(i))`` is the same at both:
  write errors to 2 % at a barrier of 60, 7 % at 7, small probabilities to 10 %;
- negative biases: F turns round and H is even, as for one exponential: right in long pulses, but
  low, by up to all of it, in short ones, where the tail of the law at rest has not yet gone back;
- shorter pulses and other barriers: log(F H) along its tangents in log tau and in delta.

The last two are no numbers to trust: what can be seen is refused there.  Inside JAX programs, where
nothing can be, they keep values finite and slopes of the right sign.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from numpy.typing import ArrayLike

from pbits.devices import splines
from pbits.devices.axial import AxialMagnet
from pbits.devices.checking import finite_array
from pbits.devices.write_slabs import (
    BIAS_RANGE,
    BIAS_SCALE,
    BIAS_STEP,
    DELTA_STEP,
    FIRST_BIAS,
    FIRST_TAU,
    TAU_RANGE,
    TAU_STEP,
    in_well,
    slab,
)

DELTA_RANGE = (3.0, 150.0)
_LEAST_SLABS = 4
_LEAST_TAU, _LEAST_DELTA = 1e-30, 1e-3
_LARGEST = 80.0  # of log(H): its exponential is a float32


class SwitchingTable(NamedTuple):
    """Spline of log(F H) over (log delta, bent bias, log tau).

    Attributes:
        coefficients: float32 [deltas + 2, biases + 2, taus + 2].
        odds: of log((1 - F) / F), float32 [deltas + 2, biases + 2].
        first: log delta of the first slab.
    """

    coefficients: jax.Array
    odds: jax.Array
    first: jax.Array


def switching_table(delta: ArrayLike, *, folder: str | Path | None = None) -> SwitchingTable:
    """The table that covers some barriers, built at first use.

    Args:
        delta: one barrier over kT, or several (their range is covered), from 3 to 150.
        folder: where slabs are kept between processes; by default in memory only.

    Raises:
        ValueError: on barriers out of range.

    Example:
        >>> table = switching_table(20.0)
        >>> bool(write_error(table, 20.0, 2.0, 6.0) < 1e-3)
        True
    """
    barriers = finite_array("delta", delta)
    low, high = float(barriers.min()), float(barriers.max())
    if low < DELTA_RANGE[0] or high > DELTA_RANGE[1]:
        raise ValueError(
            f"delta is between {low:g} and {high:g}; expected {DELTA_RANGE[0]:g} to "
            f"{DELTA_RANGE[1]:g}: use pbits.devices.axial.AxialMagnet.evolve for others"
        )
    first, last = (int(f(np.log(x) / DELTA_STEP)) for f, x in ((np.floor, low), (np.ceil, high)))
    # A node more on either side: splines are best inside.
    first, last = first - 1, max(last + 1, first - 2 + _LEAST_SLABS)
    return _joined(first, last, None if folder is None else str(folder))


@functools.lru_cache(maxsize=16)
def _joined(first: int, last: int, folder: str | None) -> SwitchingTable:
    values = np.stack([slab(k, folder) for k in range(first, last + 1)])
    values, odds = values[..., :-1], values[..., -1]
    for axis in range(3):
        values = splines.coefficients(values, axis)
    for axis in range(2):
        odds = splines.coefficients(odds, axis)
    start = np.float32(first * DELTA_STEP)
    parts = (jnp.asarray(x, jnp.float32) for x in (values, odds, start))
    return SwitchingTable(*parts)


def switching_probability(
    table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike
) -> jax.Array:
    """Probability that a pulse switches the magnet, differentiable in all numbers.

    Args:
        table: of :func:`switching_table`.
        delta: barrier over kT, within the table's range.
        bias: torque over its critical value, at least 0.
        tau: length over t_D, at least 0.1.  Any shapes that broadcast.

    Raises:
        ValueError: as :func:`check_ranges`, of numbers that can be seen.  Inside JAX programs
            other numbers are extrapolated, see the module.

    Example:
        >>> table = switching_table(20.0)
        >>> slope = jax.grad(lambda i: switching_probability(table, 20.0, i, 2.0))(1.5)
        >>> bool(slope > 0)
        True
    """
    check_ranges(table, delta, bias, tau)
    return probability(*log_hazard(table, delta, bias, tau))


def probability(y: jax.Array, odds: jax.Array) -> jax.Array:
    """``F (1 - exp(-H))`` of what :func:`log_hazard` returns."""
    return jax.nn.sigmoid(-odds) * -jnp.expm1(-jnp.exp(y))


def write_error(
    table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike
) -> jax.Array:
    """1 - P, without loss of digits where it is small; as :func:`switching_probability`."""
    check_ranges(table, delta, bias, tau)
    y, odds = log_hazard(table, delta, bias, tau)
    return jax.nn.sigmoid(odds) + jax.nn.sigmoid(-odds) * jnp.exp(-jnp.exp(y))


def check_ranges(table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike) -> None:
    """Refuse what the table does not hold and no law continues; traced values pass.

    Raises:
        ValueError: on a barrier that is not in the table, a negative bias, a pulse shorter than
            0.1 t_D, or a number that is not finite, with what to use.
    """
    if isinstance(table.first, Tracer):
        return
    first = float(table.first)
    ends = np.exp([first, first + DELTA_STEP * (table.coefficients.shape[0] - 3)])
    for name, values, (low, high), other in (
        ("delta", delta, ends, "a table built for it, switching_table"),
        ("bias", bias, (BIAS_RANGE[0], np.inf), "exact_switching or thermal_probability"),
        ("tau", tau, (TAU_RANGE[0], np.inf), "exact_switching"),
    ):
        if isinstance(values, Tracer):
            continue
        array = finite_array(name, values)
        wrong = array[(array < low * (1 - 1e-6)) | (array > high * (1 + 1e-6))]
        if wrong.size:
            raise ValueError(
                f"{name} is {float(wrong.flat[0]):g}; expected {low:.4g} to {high:.4g}; beyond, "
                f"use {other}"
            )


@jax.jit
def log_hazard(
    table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike
) -> tuple[jax.Array, jax.Array]:
    """log(H) and log((1 - F) / F), unchecked; arguments as :func:`switching_probability`."""
    delta, bias, tau = (jnp.asarray(x, jnp.float32) for x in (delta, bias, tau))
    held = bias < 0
    ahead, tau = _as_good(jnp.where(held, -bias, bias), jnp.maximum(tau, _LEAST_TAU))
    deltas, biases, taus = (n - 3 for n in table.coefficients.shape)
    bent = jnp.arcsinh((ahead - 1) / BIAS_SCALE)
    at = (
        _of_barriers(table.first, delta, deltas),
        splines.weights((bent - FIRST_BIAS) / BIAS_STEP, biases),
    )
    value = splines.summed(table.coefficients, *at, _of_times(tau, taus))
    # Longer pulses: F H goes on with its slope at the end, in tau itself.
    end = splines.slopes(jnp.full_like(tau, taus), taus)
    slope = splines.summed(table.coefficients, *at, end) / TAU_STEP
    longer = jnp.maximum(tau / TAU_RANGE[1], 1) - 1
    odds = splines.summed(table.odds, *at)
    y = value + jnp.log1p(slope * longer) + jax.nn.softplus(odds)
    return jnp.minimum(y, _LARGEST), jnp.where(held, -odds, odds)


def _of_barriers(first: jax.Array, delta: jax.Array, intervals: int) -> splines.Weights:
    """Tangents in delta beyond the nodes, which are those of its logarithm."""
    place = (jnp.log(jnp.maximum(delta, _LEAST_DELTA)) - first) / DELTA_STEP
    inside = jnp.clip(place, 0, intervals)
    return splines.weights(inside, intervals, jnp.expm1((place - inside) * DELTA_STEP) / DELTA_STEP)


def _of_times(tau: jax.Array, intervals: int) -> splines.Weights:
    """A tangent in log tau below the nodes, the last node above."""
    place = jnp.minimum((jnp.log(tau) - FIRST_TAU) / TAU_STEP, intervals)
    inside = jnp.maximum(place, 0)
    return splines.weights(inside, intervals, place - inside)


def _as_good(bias: jax.Array, tau: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A bias of at most the table's last, and the pulse of equal error; see the module."""
    last = BIAS_RANGE[1]
    over = jnp.maximum(bias, last)
    ratio = _reach(last) / _reach(over) * (last - 1) / (over - 1)
    turns = 2 * tau * (over - 1)
    # log((1 + ratio (over exp(turns) - 1)) / last), which does not overflow.
    turns += jnp.log((ratio * over + (1 - ratio) * jnp.exp(-turns)) / last)
    return jnp.minimum(bias, last), jnp.where(bias > last, turns / (2 * (last - 1)), tau)


def _reach(bias: ArrayLike) -> jax.Array:
    """Where a magnet far from the axis starts to switch, over where a linear law has it."""
    i = jnp.asarray(bias)
    return ((i - 1) / i) ** (2 / (i + 1)) * 2 ** ((i - 1) / (i + 1))


def exact_switching(
    delta: float, bias: float, tau: float, *, rest_delta: float | None = None,
    num_cells: int = 4000, num_steps: int = 1000,
) -> float:  # fmt: skip
    """The write error 1 - P by one direct Fokker-Planck solution: slow, of any range.

    Args:
        delta, bias, tau: during the pulse, as :func:`switching_probability`.
        rest_delta: barrier before the pulse where another one, as under a voltage.  Times are in
            the units of `delta`'s t_D.
        num_cells, num_steps: of the solution.

    Raises:
        ValueError: on a negative barrier, time or number that is not finite.

    Example:
        >>> round(exact_switching(60.0, 2.0, 4.0, num_steps=400), 4)
        0.0153
    """
    magnet = AxialMagnet(delta, bias, num_cells)
    start = in_well(AxialMagnet(delta if rest_delta is None else rest_delta, 0.0, num_cells))
    end = magnet.evolve(start, [tau / (2 * delta)], steps_per_interval=num_steps)[0]
    return float(end[magnet.centres < 0].sum())
