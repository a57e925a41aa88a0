"""Parts of a problem that share no coupling, to be solved one by one."""

import numpy as np
from numpy.typing import NDArray

from problems.model import IsingProblem, ising


def components(problem: IsingProblem) -> list[tuple[IsingProblem, NDArray[np.int64]]]:
    """Connected parts, largest first, each with the spins that it has.

    The offset stays with the first; energies of all parts together are those of the whole.

    Example:
        >>> from problems import ising
        >>> parts = components(ising([0, 0, 1], [0], [1], [2], 5))
        >>> [(part.num_variables, part.offset, spins.tolist()) for part, spins in parts]
        [(2, 5, [0, 1]), (1, 0, [2])]
    """
    from scipy import sparse
    from scipy.sparse import csgraph

    n = problem.num_variables
    used = problem.coupling != 0
    row, col, coupling = problem.row[used], problem.col[used], problem.coupling[used]
    graph = sparse.csr_array((np.ones(row.size), (row, col)), shape=(n, n))
    count, names = csgraph.connected_components(graph, directed=False)
    sizes = np.bincount(names, minlength=count)
    place = np.empty(n, np.int64)
    found = []
    for name in np.argsort(-sizes, kind="stable"):
        spins = np.flatnonzero(names == name)
        place[spins] = np.arange(spins.size)
        within = names[row] == name
        part = ising(
            problem.h[spins], place[row[within]], place[col[within]], coupling[within],
            0 if found else problem.offset, [problem.labels[i] for i in spins.tolist()],
        )  # fmt: skip
        found.append((part, spins))
    return found
