"""Where spins stand in blocks, so that their couplings fall into few pairs of blocks."""

from bisect import bisect_left, insort
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, reverse_cuthill_mckee

ORDERS = ("natural", "cuthill-mckee", "components")


def adjacency(row: NDArray[np.int64], col: NDArray[np.int64], num_spins: int) -> Any:
    """The symmetric matrix [n, n] with a one for every coupled pair."""
    ones = np.ones(2 * row.size, np.int8)
    ends = (np.concatenate([row, col]), np.concatenate([col, row]))
    return csr_array((ones, ends), shape=(num_spins, num_spins))


def places(order: str, graph: Any, size: int) -> NDArray[np.int64]:
    """A place for every spin; places `k * size` to `(k + 1) * size - 1` are block k.

    Args:
        order: "natural" keeps the problem's order; "cuthill-mckee" makes the band of couplings
            narrow (reverse Cuthill-McKee of SciPy), which takes fewer pairs of blocks than groups
            of strongly coupled spins do; "components" does so in each connected component, keeps
            those that fit into a block whole, and may leave places empty.
        graph: see `adjacency`.
        size: of a block.

    Example:
        >>> import numpy as np
        >>> graph = adjacency(np.array([0, 1, 1]), np.array([2, 3, 4]), 5)
        >>> (places("components", graph, 3) // 3).tolist()
        [1, 0, 1, 0, 0]
    """
    spins = np.arange(graph.shape[0])
    if order == "natural" or not spins.size:
        return spins
    narrow = reverse_cuthill_mckee(graph, symmetric_mode=True)
    if order == "components":
        return _components(graph, narrow, size)
    place = np.empty_like(spins)
    place[narrow] = spins
    return place


def _components(graph: Any, narrow: NDArray, size: int) -> NDArray[np.int64]:
    """Large components first, in blocks of their own; then others where they fit best."""
    count, component = connected_components(graph, directed=False)
    number = np.bincount(component, minlength=count)
    # Spins by component, in the narrow order within each.
    spins = narrow[np.argsort(component[narrow], kind="stable")]
    first = np.cumsum(number) - number
    place = np.full(spins.size, -1)
    rooms: list[tuple[int, int]] = []  # places left and number of each block, ascending
    blocks = 0
    for index in np.argsort(-number, kind="stable")[: np.count_nonzero(number > 1)].tolist():
        length = int(number[index])
        fitting = bisect_left(rooms, (length, -1)) if length <= size else len(rooms)
        if fitting < len(rooms):
            room, block = rooms.pop(fitting)
        else:
            room, block = -(-length // size) * size, blocks
            blocks += room // size
        start = (block + 1) * size - room if room <= size else block * size
        place[spins[first[index] : first[index] + length]] = start + np.arange(length)
        insort(rooms, ((room - length), block + (room - 1) // size))
    alone = np.flatnonzero(place < 0)
    taken = np.zeros(blocks * size + alone.size, bool)
    taken[place[place >= 0]] = True
    place[alone] = np.flatnonzero(~taken)[: alone.size]
    return place
