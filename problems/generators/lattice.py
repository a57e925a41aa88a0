"""Spins on a hypercubic lattice of any dimension: Edwards-Anderson glass and ferromagnet.

Sites are numbered in C order, the last axis fastest.  Each nearest-neighbour pair has one bond.
A periodic axis of side 2 has therefore one bond per pair, not two, since its forward and backward
neighbour are the same site (two merged random bonds would be 0 or +-2, no longer +-1); an axis of
side 1 has none.
Reference: S. F. Edwards and P. W. Anderson, J. Phys. F 5, 965 (1975),
doi:10.1088/0305-4608/5/5/017.
"""

import math
import operator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import draw_couplings, seeded
from problems.model import IsingProblem, ising


def edwards_anderson(
    shape: tuple[int, ...],
    *,
    couplings: Literal["pm1", "gaussian"] = "pm1",
    periodic: bool = True,
    seed: int = 0,
) -> IsingProblem:
    """Edwards-Anderson spin glass: ``E = sum_<ij> J_ij s_i s_j`` with independent random J.

    Args:
        shape: sides of the lattice, each >= 1; (L, L) is 2D, (L, L, L) 3D.
        couplings: "pm1" (-1 or +1) or "gaussian" (mean 0, variance 1).
        periodic: whether opposite faces are joined.
        seed: of the couplings.

    Raises:
        ValueError: on an empty shape, a side below 1, or another `couplings`.

    Example:
        >>> from problems import generators
        >>> generators.edwards_anderson((4, 4, 4), seed=1).num_interactions
        192
    """
    rng = seeded(seed)
    row, col, n = _bonds(shape, periodic)
    values = draw_couplings(rng, couplings, row.size, ("pm1", "gaussian"))
    return ising(np.zeros(n, np.int64), row, col, values)


def ferromagnet(
    shape: tuple[int, ...], *, coupling: float = -1, periodic: bool = True
) -> IsingProblem:
    """Uniform nearest-neighbour couplings; with E minimised, -1 aligns neighbours.

    Args:
        shape: sides of the lattice, each >= 1.
        coupling: J of every bond; positive for the antiferromagnet.
        periodic: whether opposite faces are joined.

    Raises:
        ValueError: on an empty shape, a side below 1, or a coupling that is not finite.

    Example:
        >>> from problems import generators
        >>> generators.ferromagnet((3, 3)).energies([1] * 9).item()
        -18
    """
    row, col, n = _bonds(shape, periodic)
    return ising(np.zeros(n, np.int64), row, col, np.full(row.size, coupling))


def _bonds(shape: tuple[int, ...], periodic: bool) -> tuple[NDArray, NDArray, int]:
    """Both ends of every nearest-neighbour bond, axis by axis, and the number of sites."""
    try:
        sides = [operator.index(side) for side in shape]
    except TypeError as error:
        raise ValueError(f"shape {shape!r} given; expected a tuple of integers") from error
    if not sides or min(sides) < 1:
        raise ValueError(f"shape {shape!r} given; expected at least one side, each >= 1")
    n = math.prod(sides)
    sites = np.arange(n).reshape(sides)
    starts, ends = [], []
    for axis, side in enumerate(sides):
        count = side if periodic and side > 2 else side - 1
        here, ahead = np.arange(count), np.arange(1, count + 1) % side
        starts.append(sites.take(here, axis).ravel())
        ends.append(sites.take(ahead, axis).ravel())
    return np.concatenate(starts), np.concatenate(ends), n
