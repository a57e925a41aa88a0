"""Trees of copies: how they are bound, what each copy carries, and how strong bonds must be.

The parts of `problems.copies`; see there for the reasoning.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem

SHAPES = ("path", "tree")
_TORQUE = 1.414


def torque_strength(problem: IsingProblem) -> float:
    """``1.414 * rms(J) * sqrt(mean degree)``, of couplings that are not 0; 0 where there are none.

    The default of D-Wave's Ocean tools, ``dwave.embedding.chain_strength.
    uniform_torque_compensation``, which recommends factors from 0.5 to 2 in place of 1.414.

    Example:
        >>> from problems.generators import edwards_anderson
        >>> torque_strength(edwards_anderson((4, 4), seed=0))
        2.828
    """
    values = problem.coupling[problem.coupling != 0].astype(np.float64)
    if not values.size:
        return 0.0
    degree = 2 * values.size / problem.num_variables
    return _TORQUE * math.sqrt(np.mean(values**2)) * math.sqrt(degree)


@lru_cache
def _parents(size: int, fan_in: int, shape: str) -> NDArray[np.int64]:
    """[size - 1] the copy that copy k + 1 is bound to; it has a lower number."""
    child = np.arange(1, size)
    # In a tree the root has `fan_in` children, all others one fewer.
    return child - 1 if shape == "path" else np.maximum(child - 2, 0) // (fan_in - 1)


def copies_of_ends(
    row: NDArray[np.int64],
    col: NDArray[np.int64],
    degree: NDArray[np.int64],
    start: NDArray[np.int64],
    fan_in: int,
    shape: str,
) -> NDArray[np.int64]:
    """[2, m] copies that carry both ends of each coupling."""
    spin, other = np.concatenate([row, col]), np.concatenate([col, row])
    order = np.lexsort((other, spin))
    rank = np.empty_like(spin)
    rank[order] = np.arange(spin.size) - (np.cumsum(degree) - degree)[spin[order]]
    copy = start[spin]
    sizes = np.diff(start)[spin]
    for size in np.unique(sizes[sizes > 1]).tolist():
        parents = _parents(size, fan_in, shape)
        bound = np.bincount(parents, minlength=size) + (np.arange(size) > 0)
        slots = np.repeat(np.arange(size), fan_in - bound)
        of = np.flatnonzero(sizes == size)
        # There are at least as many slots as neighbours, so none is taken twice.
        copy[of] += slots[rank[of] * slots.size // degree[spin[of]]]
    return copy.reshape(2, -1)


def spread_biases(h: NDArray, sizes: NDArray[np.int64]) -> NDArray:
    """[N] biases of copies, as even as their type allows."""
    if h.dtype != np.int64:
        return np.repeat(h / sizes, sizes)
    place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    even, left = np.divmod(np.abs(h), sizes)
    return np.repeat(np.sign(h), sizes) * (
        np.repeat(even, sizes) + (place < np.repeat(left, sizes))
    )


def copy_weights(h: NDArray, ends: NDArray[np.int64], coupling: NDArray) -> NDArray:
    """[N] the most that turning a copy can cost, bonds aside: |h| and the |J| of its couplings."""
    weights = np.abs(h)
    for end in ends:
        np.add.at(weights, end, np.abs(coupling))
    return weights


class Bonds(NamedTuple):
    """Bonds between copies `row` and `col`, and the smaller of the weights of both sides."""

    row: NDArray[np.int64]
    col: NDArray[np.int64]
    weaker: NDArray


def bonds_of(
    start: NDArray[np.int64],
    sizes: NDArray[np.int64],
    fan_in: int,
    shape: str,
    weights: NDArray,
) -> Bonds:
    """Bonds of all chains."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), weights[:0])]
    for size in np.unique(sizes[sizes > 1]).tolist():
        parents, first = _parents(size, fan_in, shape), start[:-1][sizes == size, None]
        side = weights[first + np.arange(size)]
        total = side.sum(axis=1, keepdims=True)
        for child in range(size - 1, 0, -1):
            side[:, parents[child - 1]] += side[:, child]
        weaker = np.minimum(side, total - side)[:, 1:]
        ends = first + parents, first + np.arange(1, size)
        found.append((ends[0].ravel(), ends[1].ravel(), weaker.ravel()))
    return Bonds(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
