"""Which replicas of a population live on at the next temperature, and how far away that is.

A population is a weighted one, in *blocks* that never mix: weights are equal within a block, and
replicas of a block stand side by side.  Resampling is systematic (one uniform number for a whole
block): each replica gets its expected number of copies rounded up or down, the choice with the
smallest error of those compared by Gessert, Janke & Weigel, Phys. Rev. E 108, 065309 (2023),
arXiv:2305.19994.  Everything here is float64 NumPy on the host.
"""

import numpy as np
from numpy.typing import NDArray

_HALVINGS = 20


def culled(weights: NDArray, energies: NDArray, gap: float) -> float:
    """Expected share of a population that a step of `gap` in beta leaves without copies.

    With ``tau = exp(-gap E) / <exp(-gap E)>`` it is ``<max(0, 1 - tau)>``: one minus the overlap of
    the two energy histograms (Barash, Weigel, Borovsky, Janke & Shchur, Comput. Phys. Commun. 220,
    341 (2017), arXiv:1703.03676).

    Args:
        weights: [R], of sum 1.
        energies: [R].
        gap: difference of inverse temperatures, at least 0.

    Example:
        >>> round(culled(np.array([0.5, 0.5]), np.array([0.0, 1.0]), np.log(3)), 3)
        0.25
    """
    growth = np.exp(-gap * (energies - energies.min()))
    return float(weights @ np.maximum(0, 1 - growth / (weights @ growth)))


def next_gap(weights: NDArray, energies: NDArray, longest: float, target: float) -> float:
    """The step in beta that culls a share `target`, at most `longest`.

    Args:
        weights: [R], of sum 1.
        energies: [R].
        longest: what is left of the schedule, above 0.
        target: between 0 and 1, both excluded.

    Example:
        >>> round(next_gap(np.array([0.5, 0.5]), np.array([0.0, 1.0]), 9.0, 0.25), 4)  # log 3
        1.0986
        >>> next_gap(np.array([0.5, 0.5]), np.array([1.0, 1.0]), 9.0, 0.25)
        9.0
    """
    # Integer energies have few levels, however many replicas there are.
    levels, index = np.unique(energies, return_inverse=True)
    shares = np.bincount(index, weights)
    if culled(shares, levels, longest) <= target:
        return longest
    short, long = 0.0, min(1 / float(np.ptp(levels)), longest)
    while culled(shares, levels, long) <= target:
        short, long = long, min(2 * long, longest)
    for _ in range(_HALVINGS):
        middle = (short + long) / 2
        if culled(shares, levels, middle) > target:
            long = middle
        else:
            short = middle
    return long


def allocate(shares: NDArray, total: int) -> NDArray[np.int64]:
    """Sizes of blocks in proportion to their shares, by largest remainders, none empty.

    Args:
        shares: [B], of sum 1.
        total: at least B.

    Example:
        >>> allocate(np.array([0.5, 0.5, 0.0]), 11).tolist()
        [5, 5, 1]
    """
    wanted = shares * (total - shares.size)
    sizes = np.floor(wanted).astype(np.int64)
    missing = total - shares.size - sizes.sum()
    sizes[np.argsort(sizes - wanted, kind="stable")[:missing]] += 1
    return sizes + 1


def systematic(
    growth: NDArray, before: NDArray[np.int64], after: NDArray[np.int64], offsets: NDArray
) -> NDArray[np.int64]:
    """Parents [R] of the next population, by systematic resampling within every block.

    A replica expects its share of its block's growth times the block's new size in copies; it gets
    that number rounded up or down, and on average exactly it.

    Args:
        growth: [R] weights to resample by, relative within each block, at least 0, some above.
        before, after: [B] numbers of replicas in the blocks, none of them 0.
        offsets: [B] uniform in [0, 1).

    Example:
        >>> systematic(np.array([1.0, 3.0]), np.array([2]), np.array([4]), np.array([0.5]))
        array([0, 1, 1, 1])
    """
    first = np.cumsum(before) - before
    expected = growth * np.repeat(after / np.add.reduceat(growth, first), before)
    block = np.repeat(np.arange(after.size), after)
    points = np.arange(block.size) + offsets[block]
    parents = np.searchsorted(np.cumsum(expected), points, side="right")
    # Sums of blocks are whole numbers but for rounding, which must reach neither a neighbour nor a
    # replica that expects nothing.
    number = np.arange(growth.size)
    oldest = np.minimum.reduceat(np.where(growth > 0, number, growth.size), first)
    youngest = np.maximum.reduceat(np.where(growth > 0, number, 0), first)
    return np.clip(parents, oldest[block], youngest[block])
