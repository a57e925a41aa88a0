"""Lay an integer polynomial out for the packed kernel.  Runs on the host.

With bits for spins, the product of k spins is +1 where the parity of their bits is that of k.  So a
slot of a spin is the parity of the others in a term, counted as a neighbour's bit is; the sign, and
whether k is odd, are in the address of one of its rows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pbits.kernels.edges import EdgeList, edge_list
from pbits.kernels.packed import PackedModel
from pbits.kernels.packed_model import assemble
from pbits.kernels.shapes import round_up
from pbits.kernels.tiles import Entries, Tiling, tile

# Terms of one order: variables [m, k], distinct in a row, and coefficients [m].
TermArrays = tuple[NDArray[np.int64], NDArray]


def packed_poly(
    num_spins: int, terms: Sequence[TermArrays], unit: float = 1.0
) -> tuple[PackedModel, bool]:
    """Model of ``E / unit = sum_T c_T prod_{i in T} s_i`` with small integer coefficients.

    Args:
        num_spins: n.
        terms: by order; coefficients are integers, and one of weight w takes ``|w|`` slots at
            each of its spins.
        unit: energy of weight 1.

    Returns:
        The model, and whether some field is an odd number of units (the kernel's `parity`).

    Example:
        >>> model, parity = packed_poly(3, [(np.array([[0, 1, 2]]), np.array([-1]))])
        >>> [bucket.extra for bucket in model.buckets], parity
        ([(1,)], True)
    """
    entries = _slots(num_spins, terms)
    tiling = tile(num_spins, *coupled_pairs(num_spins, terms), entries)
    classes: dict[int, list[TermArrays]] = {}
    for variables, coefficient in terms:
        classes.setdefault(round_up(max(variables.shape[1], 2)), []).append(
            (variables, coefficient)
        )
    edges = tuple(_edges(size, group, tiling) for size, group in sorted(classes.items()))
    return assemble(entries, tiling, edges or (_edges(2, [], tiling),), unit)


def coupled_pairs(num_spins: int, terms: Sequence[TermArrays]) -> tuple[NDArray, NDArray]:
    """Pairs of spins that share a term, each once: they must not be updated together.

    Example:
        >>> pairs = coupled_pairs(4, [(np.array([[0, 1, 3]]), np.array([5]))])
        >>> [end.tolist() for end in pairs]
        [[0, 0, 1], [1, 3, 3]]
    """
    codes = [np.zeros(0, np.int64)]
    for variables, _ in terms:
        for i, j in zip(*np.triu_indices(variables.shape[1], 1), strict=True):
            ends = np.sort(variables[:, [i, j]], axis=1)
            codes.append(ends[:, 0] * num_spins + ends[:, 1])
    code = np.unique(np.concatenate(codes))
    return code // max(num_spins, 1), code % max(num_spins, 1)


def directed(num_spins: int, terms: Sequence[TermArrays]) -> tuple[NDArray, NDArray, NDArray]:
    """Every term as seen by each of its spins, by spin, the longest terms first.

    Returns:
        tail: [k] the spin acted on.
        others: [k, F] the other spins of the term; n + 1 where there are fewer.
        place: [k] number of the term, counted through all orders.
    """
    longest = max((variables.shape[1] for variables, _ in terms), default=0)
    tails, heads, places = ([np.zeros(0, np.int64)] for _ in range(3))
    heads = [np.zeros((0, max(longest - 1, 1)), np.int64)]
    first = 0
    for variables, coefficient in terms:
        m, k = variables.shape
        for position in range(k):
            others = np.full((m, heads[0].shape[1]), num_spins + 1)
            others[:, : k - 1] = np.delete(variables, position, axis=1)
            tails.append(variables[:, position])
            heads.append(others)
            places.append(first + np.arange(m))
        first += coefficient.size
    tail, others, place = (np.concatenate(x) for x in (tails, heads, places))
    order = np.lexsort((-(others <= num_spins).sum(1), tail))
    return tail[order], others[order], place[order]


def _slots(n: int, terms: Sequence[TermArrays]) -> Entries:
    """One entry for each unit of weight, +1 where an odd parity of the others pulls up."""
    tail, others, place = directed(n, terms)
    value = np.concatenate([np.zeros(0, np.int64), *(c for _, c in terms)])[place]
    weight = np.abs(value)
    is_even = (others <= n).sum(1) % 2 == 1
    sign = np.where((value > 0) == is_even, 1, -1).astype(np.int8)
    tail, others = np.repeat(tail, weight), np.repeat(others, weight, axis=0)
    return Entries(tail, others, np.repeat(sign, weight))


def _edges(size: int, groups: list[TermArrays], tiling: Tiling) -> EdgeList:
    """Terms of at most `size` spins, as often as their weight, with the zero row for the others."""
    rows, positive = [np.zeros((0, size), np.int64)], [np.zeros(0, bool)]
    for variables, coefficient in groups:
        m, k = variables.shape
        padded = np.full((m, size), tiling.zero_row)
        padded[:, :k] = tiling.row_of_spin[variables]
        weight = np.abs(coefficient)
        rows.append(np.repeat(padded, weight, axis=0))
        positive.append(np.repeat((coefficient > 0) == (k % 2 == 0), weight))
    left, right, *more = np.concatenate(rows).T
    return edge_list(left, right, np.concatenate(positive), tiling.zero_row, more)
