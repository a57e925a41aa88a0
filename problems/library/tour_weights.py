"""Proven weights for tours: potentials of the cities, and bounds on what a missing city saves.

Potentials make distances small and keep them from being negative, ``D_uv = d_uv - out_u - in_v >=
0``, as the duals of the assignment problem do; all tours get shorter by their sum.  A tour of a
heuristic has length U in these distances.

Two bounds on the weight of a city v; the least of both serves (and is no less than a share of the
first, which samplers like better):

- above the dearest insertion, ``max_{a != b} D_av + D_vb``: then putting v anywhere pays;
- above ``U - L_v`` and above ``max_{k > 1} (U - L_k) / k``: then a state in which v is missing is
  worse than a known tour.  L_v is the length of a minimum spanning tree of all cities but v, which
  the way through these cities is not shorter than; L_k that of the n - 2 k shortest edges of a
  minimum spanning tree: with k cities missing at least so many ways remain, and no circle of them.

So in a state of least energy no city is missing: among those that are, one with a weight of the
first kind would be put in, and k of the second kind cost more than U - L_k.
M. Held & R. M. Karp, Oper. Res. 18, 1138 (1970), doi:10.1287/opre.18.6.1138, have the trees.
"""

import numpy as np
from numpy.typing import NDArray

from problems.library import tours
from problems.model import all_integer

# Of the dearest insertion: where trees prove that less is enough, states without cities are so many
# and so near that samplers stay among them; measured on tours of 14 to 17 cities.
_SHARE = 0.35
_STEPS = 200  # of the subgradient; every potential is proven afterwards, few steps cost tightness


def reduce(distances: NDArray) -> tuple[NDArray, NDArray]:
    """Potentials out and in, [n] each; integers where distances are, equal where symmetric.

    A linear program makes insertions cheap, then steps along a subgradient raise the trees.
    """
    n = len(distances)
    if n < 3:
        least = distances.min(initial=0)
        least = least // 2 if distances.dtype.kind == "i" else least / 2
        return np.full(n, least, distances.dtype), np.full(n, least, distances.dtype)
    out, into = _cheap_insertions(distances)
    if np.array_equal(distances, distances.T):
        out = into = (out + into) / 2
    left = distances - out[:, None] - into
    more = _long_trees(np.minimum(left, left.T), tours.length(left, tours.heuristic(distances)))
    out, into = out + more, into + more
    if all_integer(distances):
        out, into = np.floor(out + 1e-6).astype(np.int64), np.floor(into + 1e-6).astype(np.int64)
    # What rounding left below zero: one step down for all mends that.
    below = _off_diagonal(distances - out[:, None] - into).min()
    if below < 0:
        step = below // 2 if all_integer(distances) else below / 2
        out, into = out + step, into + step
    return out, into


def city_bounds(ways: NDArray) -> NDArray:
    """[n] for each city what its weight is to be above; ways [n, n] are none of them negative."""
    n = len(ways)
    if n < 3:
        return (ways + ways.T).max(0, initial=0)
    upper = tours.length(ways, tours.heuristic(ways))
    both = np.minimum(ways, ways.T)
    several = _several_missing(upper, _tree(both))
    bounds = dearest_insertions(ways)
    for v in range(n):
        rest = np.delete(np.delete(both, v, 0), v, 1)
        share = _SHARE * bounds[v]
        share = int(share) if all_integer(ways) else share
        bounds[v] = min(bounds[v], max(upper - _tree(rest).sum(), several, share))
    return bounds


def dearest_insertions(ways: NDArray) -> NDArray:
    """[n] for each city the most that it costs between two others, ``max_{a != b} D_av + D_vb``."""
    n = len(ways)
    if n < 3:
        return (ways + ways.T).max(0, initial=0)
    result = np.zeros(n, ways.dtype)
    for v in range(n):
        both = ways[:, v][:, None] + ways[v]
        np.fill_diagonal(both, both.min())
        both[v] = both[:, v] = both.min()
        result[v] = both.max()
    return result


def _several_missing(upper: float, tree: NDArray) -> float:
    """``max_{k > 1} (U - L_k) / k``, rounded up for integers; edges of the tree are sorted."""
    n = tree.size + 1
    missing = np.arange(2, n)
    if not missing.size:
        return 0
    lengths = np.concatenate([[0], np.cumsum(tree)])[np.maximum(n - 2 * missing, 0)]
    if all_integer(tree):
        return int((-((lengths - upper) // missing)).max())
    return float(((upper - lengths) / missing).max())


def _tree(ways: NDArray) -> NDArray:
    """Lengths of the edges of a minimum spanning tree, sorted (Prim)."""
    n = len(ways)
    outside, near, edges = np.ones(n, bool), ways[0].copy(), []
    outside[0] = False
    for _ in range(n - 1):
        nearest = np.flatnonzero(outside)[near[outside].argmin()]
        edges.append(near[nearest])
        outside[nearest] = False
        near = np.minimum(near, ways[nearest])
    return np.sort(np.array(edges, ways.dtype))


def _degrees(ways: NDArray) -> tuple[NDArray, float]:
    """Numbers of edges [n] at the cities, and length, of the n - 2 shortest of a spanning tree."""
    n = len(ways)
    outside, near, parent = np.ones(n, bool), ways[0].copy(), np.zeros(n, np.int64)
    outside[0] = False
    edges = []
    for _ in range(n - 1):
        nearest = np.flatnonzero(outside)[near[outside].argmin()]
        edges.append((near[nearest], parent[nearest], nearest))
        outside[nearest] = False
        closer = ways[nearest] < near
        near[closer], parent[closer] = ways[nearest][closer], nearest
    kept = sorted(edges)[: n - 2]
    ends = [end for _, u, v in kept for end in (u, v)]
    return np.bincount(ends, minlength=n), float(sum(edge for edge, _, _ in kept))


def _long_trees(ways: NDArray, upper: float) -> NDArray:
    """[n] potentials that bring a spanning tree's length near `upper`, both counted after them."""
    n = len(ways)
    now = np.zeros(n)
    best, least = now, np.inf
    step = 0.1 * _off_diagonal(ways).mean()
    for turn in range(_STEPS):
        left = ways - now[:, None] - now
        np.fill_diagonal(left, np.inf)
        degrees, length = _degrees(left)
        gap = upper - 2 * now.sum() - length
        if gap < least:
            best, least = now, gap
        now = _feasible(ways, now + (2 - degrees) * step / (1 + 0.1 * turn))
    return best


def _feasible(ways: NDArray, potential: NDArray) -> NDArray:
    """Potentials lowered until no way is negative."""
    over = potential[:, None] + potential - ways
    np.fill_diagonal(over, 0)
    return potential - np.maximum(over, 0).max(1)


def _off_diagonal(matrix: NDArray) -> NDArray:
    return matrix[~np.eye(len(matrix), dtype=bool)]


def _cheap_insertions(distances: NDArray) -> tuple[NDArray, NDArray]:
    """Potentials of the least sum of bounds on the dearest insertions: a linear program.

    Variables are [out, in, dearest way in, dearest way out].
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    n = len(distances)
    u, v = np.nonzero(~np.eye(n, dtype=bool))
    way = distances[u, v]
    m, rows = way.size, np.arange(way.size)
    one = np.ones(m)
    parts = [
        (rows, u, one), (rows, n + v, one),  # out_u + in_v <= D_uv
        (m + rows, u, -one), (m + rows, 2 * n + v, -one),  # D_uv - out_u <= dearest in_v
        (2 * m + rows, n + v, -one), (2 * m + rows, 3 * n + u, -one),
    ]  # fmt: skip
    row, col, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    matrix = coo_array((value, (row, col)), shape=(3 * m, 4 * n)).tocsr()
    scale = max(np.abs(way).max(), 1e-300)
    bound = np.concatenate([way, -way, -way]) / scale
    cost = np.repeat([-1.0, -1.0, 1.0, 1.0], n)
    found = linprog(cost, matrix, bound, bounds=(None, None), method="highs")
    if found.x is None:
        return np.full(n, way.min() / 2), np.full(n, way.min() / 2)
    return found.x[:n] * scale, found.x[n : 2 * n] * scale
