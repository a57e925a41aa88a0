"""Tensor products of uniform cubic B-splines in JAX: fitted once, summed at places."""

import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Weights = tuple[jax.Array, list[jax.Array]]  # first coefficient, and four weights from there


def coefficients(values: NDArray, axis: int) -> NDArray[np.float64]:
    """Coefficients of the uniform cubic B-spline through the values, not-a-knot at both ends."""
    n = values.shape[axis]
    matrix, ends = np.zeros((n + 2, n + 2)), np.array([1.0, -4.0, 6.0, -4.0, 1.0])
    for k in range(n):
        matrix[k + 1, k : k + 3] = 1 / 6, 4 / 6, 1 / 6
    matrix[0, :5], matrix[-1, -5:] = ends, ends
    right = np.moveaxis(values, axis, 0).reshape(n, -1)
    solved = np.asarray(np.linalg.solve(matrix, np.pad(right, ((1, 1), (0, 0)))), np.float64)
    return np.moveaxis(solved.reshape(n + 2, *np.delete(values.shape, axis)), 0, axis)


def summed(given: jax.Array, *places: Weights) -> jax.Array:
    """The spline at some places, one along each axis."""
    first = tuple(cell for cell, _ in places)
    total = jnp.zeros(jnp.broadcast_shapes(*(cell.shape for cell in first)), jnp.float32)
    for steps in np.ndindex(*(4,) * len(places)):
        weight = functools.reduce(
            operator.mul, (w[k] for k, (_, w) in zip(steps, places, strict=True))
        )
        at = tuple(cell + k for k, cell in zip(steps, first, strict=True))
        total = total + weight * given[at]
    return total


def weights(place: jax.Array, intervals: int, beyond: jax.Array | float = 0.0) -> Weights:
    """Weights of a place in units of nodes, and of the tangent there so far `beyond` it."""
    cell, x, y = _cell(place, intervals)
    inner = [y**3 / 6, (4 - 3 * x * x * (2 - x)) / 6, (4 - 3 * y * y * (2 - y)) / 6, x**3 / 6]
    return cell, [w + beyond * s for w, s in zip(inner, slopes(place, intervals)[1], strict=True)]


def slopes(place: jax.Array, intervals: int) -> Weights:
    """Weights of the derivative, per node."""
    cell, x, y = _cell(place, intervals)
    return cell, [-y * y / 2, x * (1.5 * x - 2), y * (2 - 1.5 * y), x * x / 2]


def _cell(place: jax.Array, intervals: int) -> tuple[jax.Array, jax.Array, jax.Array]:
    cell = jnp.clip(jnp.floor(place), 0, intervals - 1)
    return cell.astype(jnp.int32), place - cell, 1 - (place - cell)
