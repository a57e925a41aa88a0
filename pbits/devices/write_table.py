"""Switching probability of an axial magnet, interpolated from Fokker-Planck solutions.

A pulse of length tau (in units of t_D) and of bias i (spin torque or field over its critical
value) finds the magnet in thermal equilibrium in its well at m_z = -1; P is the probability of
m_z > 0 at its end.  With F its value in the long run and H the accumulated hazard,
``P = F (1 - exp(-H))``, tabulated are log(F H) and the odds of F: F H is the rate of escape times
tau below the critical current and 2 (i - 1) tau - ... above, smooth through both and at no bias.
The write error 1 - P is within 2 % of the exact one down to 1e-6 (1 % where checked); P itself
within 2 % above 1e-2 and 5 % at 1e-6.
Cubic B-splines in log delta, asinh((i - 1) / w) and log tau, two times differentiable.

A table is made of slabs, one for each barrier of a lattice that all tables share: about two
seconds each, kept in memory and, where asked for, in a folder.
"""

import os
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logsumexp

from pbits.devices.axial import AxialMagnet
from pbits.devices.checking import finite_array

DELTA_RANGE, BIAS_RANGE, TAU_RANGE = (3.0, 150.0), (0.0, 6.0), (0.1, 2000.0)
_VERSION = 1  # of the files
_DELTA_STEP = 0.2  # of log delta
_BIAS_SCALE = 0.35  # nodes are denser near the critical current
_NUM_BIASES, _NUM_TAUS = 36, 67
_LEAST_SLABS = 4
_SURE, _SETTLED = 40.0, 12.0  # hazard and time beyond which one exponential is left
_SLOWEST, _STEP, _GROWTH = 0.5, 0.1, 0.15  # rate; decay, and growth of P, per implicit step


def _bent(bias: ArrayLike) -> NDArray[np.float64]:
    return np.arcsinh((np.asarray(bias, float) - 1) / _BIAS_SCALE)


_FIRST_BIAS, _LAST_BIAS = _bent(BIAS_RANGE)
_FIRST_TAU, _LAST_TAU = np.log(TAU_RANGE)
_BIAS_STEP = (_LAST_BIAS - _FIRST_BIAS) / (_NUM_BIASES - 1)
_TAU_STEP = (_LAST_TAU - _FIRST_TAU) / (_NUM_TAUS - 1)
_BIASES = 1 + _BIAS_SCALE * np.sinh(_FIRST_BIAS + _BIAS_STEP * np.arange(_NUM_BIASES))
_TAUS = np.exp(_FIRST_TAU + _TAU_STEP * np.arange(_NUM_TAUS))


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
    first, last = (int(f(np.log(x) / _DELTA_STEP)) for f, x in ((np.floor, low), (np.ceil, high)))
    # A node more on either side: splines are best inside.
    first, last = first - 1, max(last + 1, first - 2 + _LEAST_SLABS)
    return _joined(first, last, None if folder is None else str(folder))


@lru_cache(maxsize=16)
def _joined(first: int, last: int, folder: str | None) -> SwitchingTable:
    values = np.stack([_slab(k, folder) for k in range(first, last + 1)])
    values, odds = values[..., :-1], values[..., -1]
    for axis in range(3):
        values = _spline(values, axis)
    for axis in range(2):
        odds = _spline(odds, axis)
    start = np.float32(first * _DELTA_STEP)
    parts = (jnp.asarray(x, jnp.float32) for x in (values, odds, start))
    return SwitchingTable(*parts)


@jax.jit
def log_hazard(
    table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike
) -> tuple[jax.Array, jax.Array]:
    """log(H) and log((1 - F) / F), differentiable; arguments as :func:`switching_probability`."""
    delta, bias, tau = (jnp.asarray(x, jnp.float32) for x in (delta, bias, tau))
    places = (
        (jnp.log(delta) - table.first) / _DELTA_STEP,
        (jnp.arcsinh((bias - 1) / _BIAS_SCALE) - _FIRST_BIAS) / _BIAS_STEP,
        (jnp.log(tau) - _FIRST_TAU) / _TAU_STEP,
    )
    given = table.coefficients
    picked = [_weights(x, n - 3) for x, n in zip(places, given.shape, strict=True)]
    (a, u), (b, v), (c, w) = picked
    total = odds = jnp.zeros(jnp.broadcast_shapes(a.shape, b.shape, c.shape), jnp.float32)
    for i in range(4):
        for j in range(4):
            line = sum(w[k] * given[a + i, b + j, c + k] for k in range(4))
            total = total + u[i] * v[j] * line
            odds = odds + u[i] * v[j] * table.odds[a + i, b + j]
    return total + jax.nn.softplus(odds), odds


def switching_probability(
    table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike
) -> jax.Array:
    """Probability that a pulse switches the magnet.

    Args:
        table: of :func:`switching_table`.
        delta: barrier over kT, within the table's range.
        bias: torque over its critical value, from 0 to 6.
        tau: length over t_D, from 0.1 to 2000.  Any shapes that broadcast; values beyond a range
            count as its end, with no gradient (:func:`check_ranges` refuses them).

    Example:
        >>> table = switching_table(20.0)
        >>> slope = jax.grad(lambda i: switching_probability(table, 20.0, i, 2.0))(1.5)
        >>> bool(slope > 0)
        True
    """
    y, odds = log_hazard(table, delta, bias, tau)
    return jax.nn.sigmoid(-odds) * -jnp.expm1(-jnp.exp(y))


def write_error(
    table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike
) -> jax.Array:
    """1 - P, without loss of digits where it is small; as :func:`switching_probability`."""
    y, odds = log_hazard(table, delta, bias, tau)
    return jax.nn.sigmoid(odds) + jax.nn.sigmoid(-odds) * jnp.exp(-jnp.exp(y))


def check_ranges(table: SwitchingTable, delta: ArrayLike, bias: ArrayLike, tau: ArrayLike) -> None:
    """Refuse what the table does not hold.

    Raises:
        ValueError: naming what is out of range and what to use.
    """
    first = float(table.first)
    last = first + _DELTA_STEP * (table.coefficients.shape[0] - 3)
    for name, values, (low, high), other in (
        ("delta", delta, tuple(np.exp([first, last])), "a table built for it"),
        ("bias", bias, BIAS_RANGE, "AxialMagnet.evolve"),
        ("tau", tau, TAU_RANGE, "thermal_probability (longer) or AxialMagnet.evolve"),
    ):
        array, slack = finite_array(name, values), 1e-6 * high
        if np.any((array < low - slack) | (array > high + slack)):
            wrong = float(array[(array < low - slack) | (array > high + slack)].flat[0])
            raise ValueError(
                f"{name} is {wrong:g}; expected {low:g} to {high:g}; beyond, use {other}"
            )


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

    Example:
        >>> round(exact_switching(60.0, 2.0, 4.0, num_steps=400), 4)
        0.0153
    """
    magnet = AxialMagnet(delta, bias, num_cells)
    start = _in_well(AxialMagnet(delta if rest_delta is None else rest_delta, 0.0, num_cells))
    end = magnet.evolve(start, [tau / (2 * delta)], steps_per_interval=num_steps)[0]
    return float(end[magnet.centres < 0].sum())


def _in_well(magnet: AxialMagnet) -> NDArray[np.float64]:
    """Equilibrium of the well at m_z = -1."""
    start = np.where(magnet.centres < 0, magnet.stationary, 0)
    return start / start.sum()


@lru_cache(maxsize=64)
def _slab(number: int, folder: str | None) -> NDArray[np.float64]:
    """log(F H) of one barrier of the lattice, and the odds of F: [biases, taus + 1]."""
    path = None if folder is None else Path(folder) / f"switching-{_VERSION}-{number}.npy"
    if path is not None and (stored := _load(path)) is not None:
        return stored
    delta = float(np.exp(number * _DELTA_STEP))
    slab = np.stack([_line(delta, float(i)) for i in _BIASES])
    if path is not None:
        _save(path, slab)
    return slab


def _line(delta: float, bias: float) -> NDArray[np.float64]:
    """log(F H) at all times of the lattice, then log((1 - F) / F)."""
    # The error of a cell goes with the square of its rise in energy, delta (1 + bias) / cells.
    cells = 2 * round(max(600.0, (12 + 5 * bias) * delta) / 2)
    magnet = AxialMagnet(delta, bias, cells)
    below = magnet.centres < 0
    odds = _log_weight(magnet, below) - _log_weight(magnet, ~below)
    # Not as 1 - final, which has no digits left at high barriers.
    final, left = expit(-odds), expit(odds)
    start = _in_well(AxialMagnet(delta, 0.0, cells))
    hazards = np.zeros(_NUM_TAUS)
    for k, p in enumerate(_evolved(magnet, start, hazards)):
        lost, kept = p[~below].sum() / final, (p[below].sum() - left) / final
        if k > 1 and (hazards[k - 1] > _SURE or kept < 1e-6 * left):
            # One exponential is left, or rounding.
            rate = _rate(hazards, k)
            hazards[k:] = hazards[k - 1] + rate * (_TAUS[k:] - _TAUS[k - 1])
            break
        hazards[k] = -np.log1p(-lost) if lost < 0.5 else -np.log(kept)
    return np.append(np.log(final * hazards), odds)


def _log_weight(magnet: AxialMagnet, cells: NDArray[np.bool_]) -> float:
    """Logarithm of the long-run weight of some cells."""
    return float(np.asarray(logsumexp(-magnet.energy[cells])))


def _evolved(magnet: AxialMagnet, p: NDArray, hazards: NDArray) -> Iterator[NDArray[np.float64]]:
    """Probabilities at the times of the lattice; the hazards before each say how fast to go."""
    now, rate = 0.0, 2 * max(abs(magnet.bias - 1), _SLOWEST)
    for k, tau in enumerate(_TAUS):
        if k > 1 and tau > _SETTLED:
            # Transients are gone, and what is left decays as fast as the hazard grows.
            rate = _rate(hazards, k)
        steps = max(4, int((tau - now) * rate / _STEP), 60 * (k == 0))
        if k > 1 and hazards[k - 1] < 0.1:
            # Small P grows by orders of magnitude, about as much as in the interval before.
            steps = max(steps, int(np.log(hazards[k - 1] / hazards[k - 2]) / _GROWTH))
        p = magnet.evolve(p, [(tau - now) / (2 * magnet.delta)], steps_per_interval=steps)[0]
        now = tau
        yield p


def _rate(hazards: NDArray, k: int) -> float:
    """Growth of the hazard over the interval before time k."""
    return float((hazards[k - 1] - hazards[k - 2]) / (_TAUS[k - 1] - _TAUS[k - 2]))


def _load(path: Path) -> NDArray[np.float64] | None:
    try:
        stored = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = stored.shape == (_NUM_BIASES, _NUM_TAUS + 1) and np.all(np.isfinite(stored))
    return stored if whole else None


def _save(path: Path, slab: NDArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.save(file, slab)
    os.replace(file.name, path)


def _spline(values: NDArray, axis: int) -> NDArray[np.float64]:
    """Coefficients of the uniform cubic B-spline through the values, not-a-knot at both ends."""
    n = values.shape[axis]
    matrix, ends = np.zeros((n + 2, n + 2)), np.array([1.0, -4.0, 6.0, -4.0, 1.0])
    for k in range(n):
        matrix[k + 1, k : k + 3] = 1 / 6, 4 / 6, 1 / 6
    matrix[0, :5], matrix[-1, -5:] = ends, ends
    right = np.moveaxis(values, axis, 0).reshape(n, -1)
    solved = np.asarray(np.linalg.solve(matrix, np.pad(right, ((1, 1), (0, 0)))), np.float64)
    return np.moveaxis(solved.reshape(n + 2, *np.delete(values.shape, axis)), 0, axis)


def _weights(place: jax.Array, intervals: int) -> tuple[jax.Array, list[jax.Array]]:
    """First coefficient and the four weights of a place in units of nodes."""
    place = jnp.clip(place, 0.0, intervals)
    cell = jnp.clip(jnp.floor(place), 0, intervals - 1)
    x = place - cell
    y = 1 - x
    weights = [y**3 / 6, (4 - 3 * x * x * (2 - x)) / 6, (4 - 3 * y * y * (2 - y)) / 6, x**3 / 6]
    return cell.astype(jnp.int32), weights
