"""Where spins stand in blocks, so that their couplings fall into few pairs of blocks."""

from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, reverse_cuthill_mckee

ORDERS = ("natural", "cuthill-mckee", "grown")


def adjacency(row: NDArray[np.int64], col: NDArray[np.int64], num_spins: int) -> Any:
    """The symmetric matrix [n, n] with a one for every coupled pair."""
    ones = np.ones(2 * row.size, np.int8)
    ends = (np.concatenate([row, col]), np.concatenate([col, row]))
    return csr_array((ones, ends), shape=(num_spins, num_spins))


def places(order: str, graph: Any, size: int) -> NDArray[np.int64]:
    """A place for every spin; places `k * size` to `(k + 1) * size - 1` are block k.

    Args:
        order: "natural" keeps the problem's order; "cuthill-mckee" makes the band of couplings
            narrow (reverse Cuthill-McKee of SciPy); "grown" grows one block after another from a
            spin to those most coupled with what it already holds, keeps connected components
            that fit into a block whole, and may leave places empty.
        graph: see `adjacency`.
        size: of a block.

    Example:
        >>> import numpy as np
        >>> graph = adjacency(np.array([0, 1]), np.array([2, 3]), 4)
        >>> places("natural", graph, 2).tolist(), places("grown", graph, 2).tolist()
        ([0, 1, 2, 3], [0, 2, 1, 3])
    """
    spins = np.arange(graph.shape[0])
    if order == "natural":
        return spins
    if order == "cuthill-mckee":
        place = np.empty_like(spins)
        place[reverse_cuthill_mckee(graph, symmetric_mode=True)] = spins
        return place
    return _grown(graph, size)


def _grown(graph: Any, size: int) -> NDArray[np.int64]:
    """Large components first, each in blocks of its own; small ones where there is room."""
    num_spins = graph.shape[0]
    count, component = connected_components(graph, directed=False)
    members = np.split(
        np.argsort(component, kind="stable"),
        np.cumsum(np.bincount(component, minlength=count))[:-1],
    )
    place = np.empty(num_spins, np.int64)
    room: list[int] = []  # of every block
    open_from = 0  # blocks before are full
    for spins in sorted(members, key=len, reverse=True):
        if spins.size > size:
            place[_growth(graph, spins, size)] = len(room) * size + np.arange(spins.size)
            room += [0] * (spins.size // size)
            if spins.size % size:
                room.append(size - spins.size % size)
            continue
        while open_from < len(room) and not room[open_from]:
            open_from += 1
        fits = (k for k in range(open_from, len(room)) if room[k] >= spins.size)
        block = next(fits, len(room))
        if block == len(room):
            room.append(size)
        place[spins] = block * size + size - room[block] + np.arange(spins.size)
        room[block] -= spins.size
    return place


def _growth(graph: Any, spins: NDArray[np.int64], size: int) -> list[int]:
    """A connected component in the order in which it fills blocks.

    A block takes next the spin with most couplings to it, of equals the one found first; a new
    block begins at the spin that was found first of those left over.
    """
    indptr, indices = graph.indptr.tolist(), graph.indices.tolist()
    first = int(spins[np.argmin(np.diff(graph.indptr)[spins])])
    found, taken, order = {first: 0}, set(), []  # found: neighbours of taken spins, by rank
    links: dict[int, int] = {}
    heap: list[tuple[int, int, int]] = []
    while len(order) < spins.size:
        if len(order) % size == 0:
            links, heap = {}, []
        if not heap:  # nothing left that is coupled to this block
            seed = next(iter(found))
            heap = [(0, found[seed], seed)]
        spin = heappop(heap)[2]
        if spin in taken:
            continue
        taken.add(spin)
        found.pop(spin)
        order.append(spin)
        for other in indices[indptr[spin] : indptr[spin + 1]]:
            if other not in taken:
                rank = found.setdefault(other, len(order) * graph.shape[0] + other)
                links[other] = links.get(other, 0) + 1
                heappush(heap, (-links[other], rank, other))
    return order
