"""Planted 2D spin glass of frustrated tiles (tile planting).

Every second plaquette of a periodic square lattice, as on a checkerboard, is a tile; each bond
belongs to one tile.  A tile has one antiferromagnetic bond among three ferromagnetic ones, so it is
frustrated, and the ferromagnetic state is among its ground states.  A tile of class C_k has k weak
bonds of strength 1, the antiferromagnetic one among them, and 4 - k of strength 2: k ground states
up to reversal.  The tiles share the ferromagnetic state, which a random gauge then hides.
Reference: F. Hamze et al., Phys. Rev. E 97, 043303 (2018), doi:10.1103/PhysRevE.97.043303.
"""

import operator
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from problems.generators.couplings import seeded
from problems.generators.parts import Cycles
from problems.generators.planted import Planted, plant, random_spins

_BONDS = 4


def tile_planting(
    shape: tuple[int, int], *, classes: Sequence[float] = (0.0, 1.0, 0.0, 0.0), seed: int = 0
) -> Planted:
    """Square lattice with periodic boundaries, couplings -2, -1, 1 or 2 and known ground state.

    Args:
        shape: sides of the lattice, even and >= 4.
        classes: probabilities of the tile classes C_1, C_2, C_3 and C_4, with sum 1; how hard
            the problem is, and how many ground states it has, depends on the mixture.
        seed: of tiles and gauge.

    Raises:
        ValueError: on an odd or too small side, or on `classes` that are no four probabilities.

    Example:
        >>> from problems import generators
        >>> planted = generators.tile_planting((4, 4), classes=(0, 0, 0, 1))
        >>> planted.problem.num_interactions, planted.energy
        (32, -16)
    """
    rng = seeded(seed)
    sides, weights = _sides(shape), _probabilities(classes)
    corners = _tiles(*sides)
    kinds = rng.choice(_BONDS, len(corners), p=weights) + 1
    # The rank of a bond in a random order of its tile: 0 is turned, those below the class are weak.
    order = rng.permuted(np.tile(np.arange(_BONDS), (len(corners), 1)), axis=1)
    coupling = np.where(order < kinds[:, None], -1, -2) * np.where(order == 0, -1, 1)
    spins = random_spins(rng, sides[0] * sides[1])
    gauge = spins[corners].astype(np.int64)
    coupling *= gauge * np.roll(gauge, -1, axis=1)
    start = np.arange(0, corners.size, _BONDS)
    return plant(Cycles(corners.ravel(), coupling.ravel(), start, range(spins.size)), spins)


def _tiles(rows: int, cols: int) -> NDArray[np.int64]:
    """[tiles, 4] corners of every second plaquette, in order around it."""
    row, col = np.indices((rows, cols)).reshape(2, -1)
    chosen = (row + col) % 2 == 0
    row, col = row[chosen], col[chosen]
    below, right = (row + 1) % rows, (col + 1) % cols
    around = ((row, col), (row, right), (below, right), (below, col))
    return np.stack([i * cols + j for i, j in around], axis=1)


def _sides(shape: tuple[int, int]) -> tuple[int, int]:
    try:
        rows, cols = (operator.index(side) for side in shape)
    except (TypeError, ValueError) as error:
        raise ValueError(f"shape {shape!r} given; expected two integers") from error
    if min(rows, cols) < 4 or rows % 2 or cols % 2:
        raise ValueError(f"shape {shape!r} given; expected two even sides, each >= 4")
    return rows, cols


def _probabilities(classes: Sequence[float]) -> NDArray[np.float64]:
    weights = np.asarray(classes, np.float64)
    if weights.shape != (_BONDS,) or not np.all(weights >= 0) or abs(weights.sum() - 1) > 1e-9:
        raise ValueError(
            f"classes {classes!r} given; expected four probabilities of C_1 to C_4 with sum 1"
        )
    return weights / weights.sum()
