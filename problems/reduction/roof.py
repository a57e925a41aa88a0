"""Roof duality: spins whose value in all ground states a maximum flow knows.

The energy in bits is written as a sum of products of two literals (a bit or its negation) with
positive weights.  A network has two nodes a literal, source and sink; a term ``w u v`` gives the
arcs u -> not v and v -> not u of capacity w / 2.  After a maximum flow, literals that the source
still reaches hold in every ground state (strong persistency).
Source: P. L. Hammer, P. Hansen and B. Simeone, Math. Program. 28, 121 (1984),
doi:10.1007/BF02612354; the network: E. Boros and P. L. Hammer, doi:10.1016/S0166-218X(01)00341-9.
"""

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem

_LARGEST = 2**31 - 1  # capacities of scipy's flow are int32
_SCALES = (*range(1, 101), 128, 256, 10**3, 10**4, 10**5, 10**6)  # coefficients in one unit
_ROUNDED = 1e-13  # of the largest coefficient


def roof_duality(problem: IsingProblem) -> NDArray[np.int8]:
    """Values that spins have in every ground state, where roof duality knows them.

    Returns:
        int8 [n]: -1 or +1, and 0 where nothing is known.

    Raises:
        ValueError: on a problem whose coefficients are not whole multiples of one number, up to
            rounding errors, with a sum of at most 2^29 of them.

    Example:
        >>> from problems import ising
        >>> roof_duality(ising([2, 0], [0], [1], [-1])).tolist()
        [-1, -1]
        >>> roof_duality(ising([0, 0], [0], [1], [-1])).tolist()
        [0, 0]
    """
    n = problem.num_variables
    if n == 0:
        return np.zeros(0, np.int8)
    from scipy import sparse
    from scipy.sparse import csgraph

    tail, head, weight = _arcs(problem)
    shape = (2 * n + 2, 2 * n + 2)
    capacity = sparse.coo_array((weight, (tail, head)), shape=shape).tocsr()
    capacity = capacity.astype(np.int32)
    source, sink = 2 * n, 2 * n + 1
    flow = csgraph.maximum_flow(capacity, source, sink).flow
    rest = sparse.csr_array(capacity - flow)
    rest.data = np.where(rest.data > 0, rest.data, 0)
    rest.eliminate_zeros()
    reached = csgraph.breadth_first_order(rest, source, return_predecessors=False)
    signs = np.zeros(n, np.int8)
    up, down = reached[reached < n], reached[(reached >= n) & (reached < 2 * n)] - n
    signs[up], signs[down] = 1, -1
    return signs


def _arcs(problem: IsingProblem) -> tuple[NDArray, NDArray, NDArray]:
    """Arcs of the network: nodes i and n + i are the literals s_i = +1 and s_i = -1.

    ``J s_i s_j`` costs 2 |J| where the product has the wrong sign; ``h s_i`` costs 2 |h|.  A cost w
    of literals u and v together is an arc from u to not v, and one from v to not u.
    """
    n = problem.num_variables
    h, coupling = _whole(problem)
    spins = np.arange(n)
    row, col = problem.row, problem.col
    # Which literal of the second spin is punished together with the first one up.
    with_up = np.where(coupling > 0, col, col + n)
    with_down = np.where(coupling > 0, col + n, col)
    pairs = [(row, with_up, abs(coupling)), (row + n, with_down, abs(coupling))]
    # A punished literal alone: source -> not literal, literal -> sink.
    wrong = np.where(h > 0, spins, spins + n)
    source, sink = np.full(n, 2 * n), np.full(n, 2 * n + 1)
    arcs = [(source, _other(wrong, n), abs(h)), (wrong, sink, abs(h))]
    for one, two, weight in pairs:
        arcs += [(one, _other(two, n), weight), (two, _other(one, n), weight)]
    tail, head, weight = (np.concatenate(part) for part in zip(*arcs, strict=True))
    used = weight > 0
    return tail[used], head[used], weight[used]


def _other(literal: NDArray, n: int) -> NDArray:
    return np.where(literal < n, literal + n, literal - n)


def _whole(problem: IsingProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Biases and couplings as whole numbers of one unit."""
    values = np.concatenate([problem.h, problem.coupling]).astype(np.float64)
    room = _ROUNDED * np.abs(values).max(initial=0)
    for scale in _SCALES:
        whole = np.round(values * scale)
        if np.abs(whole / scale - values).max(initial=0) <= room:
            if 4 * np.abs(whole).sum() > _LARGEST:
                break
            n = problem.num_variables
            return whole[:n].astype(np.int64), whole[n:].astype(np.int64)
    raise ValueError(
        f"coefficients up to {np.abs(values).max(initial=0):g} given; expected whole multiples of "
        "a fraction such as 1/16, 1/75 or 1e-6 whose sum is at most 2^29 of them"
    )
