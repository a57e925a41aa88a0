"""Tilings hold every spin and every coupling once, and no coupling inside a tile."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbits.kernels.tiles import Tiling, both_ways, tile

few = settings(max_examples=40, deadline=None)


def layout(graph: nx.Graph, seed: int = 0) -> tuple[np.ndarray, Tiling]:
    """A matrix of random couplings on the graph and its tiling."""
    n = graph.number_of_nodes()
    pairs = np.array(graph.edges(), np.int64).reshape(-1, 2)
    value = np.random.default_rng(seed).normal(size=pairs.shape[0])
    matrix = np.zeros((n, n))
    matrix[pairs[:, 0], pairs[:, 1]] = matrix[pairs[:, 1], pairs[:, 0]] = value
    row, col = pairs.min(1), pairs.max(1)
    return matrix, tile(n, row, col, both_ways(row, col, value))


def restored(tiling: Tiling, num_spins: int) -> np.ndarray:
    """The coupling matrix as the tiles describe it."""
    spin_of_row = np.full(tiling.num_rows, -1)
    spin_of_row[tiling.row_of_spin] = np.arange(num_spins)
    matrix = np.zeros((num_spins, num_spins))
    for bucket in tiling.buckets:
        tail = np.broadcast_to(bucket.spin[..., None], bucket.neighbour.shape)
        used = bucket.neighbour != tiling.zero_row
        assert np.all(bucket.value[~used] == 0)
        assert np.all(tail[used] >= 0)
        np.add.at(matrix, (tail[used], spin_of_row[bucket.neighbour[used]]), bucket.value[used])
    return matrix


GRAPHS = {
    "single spin": nx.empty_graph(1),
    "no couplings": nx.empty_graph(20),
    "star with a wide hub": nx.star_graph(200),
    "complete": nx.complete_graph(30),
    "lattice": nx.convert_node_labels_to_integers(nx.grid_graph((7, 9), periodic=True)),
    "heavy tail": nx.barabasi_albert_graph(400, 3, seed=1),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_tiles_restore_the_couplings(graph: nx.Graph):
    matrix, tiling = layout(graph)
    np.testing.assert_array_equal(restored(tiling, len(matrix)), matrix)


@few
@given(st.integers(1, 120), st.floats(0, 1), st.integers(0, 10**6))
def test_random_graphs(n: int, density: float, seed: int):
    matrix, tiling = layout(nx.gnp_random_graph(n, density, seed=seed), seed)
    np.testing.assert_array_equal(restored(tiling, n), matrix)
    spins = np.concatenate([bucket.spin.ravel() for bucket in tiling.buckets])
    assert sorted(spins[spins >= 0]) == list(range(n))


@few
@given(st.integers(1, 120), st.floats(0, 1), st.integers(0, 10**6))
def test_spins_of_a_tile_are_not_coupled(n: int, density: float, seed: int):
    matrix, tiling = layout(nx.gnp_random_graph(n, density, seed=seed), seed)
    for bucket in tiling.buckets:
        for spins in bucket.spin:
            members = spins[spins >= 0]
            assert not matrix[np.ix_(members, members)].any()


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_rows_are_numbered_through_the_buckets(graph: nx.Graph):
    _, tiling = layout(graph)
    start = 0
    for bucket in tiling.buckets:
        assert bucket.first_row == start
        flat = bucket.spin.ravel()
        rows = start + np.flatnonzero(flat >= 0)
        np.testing.assert_array_equal(tiling.row_of_spin[flat[flat >= 0]], rows)
        assert not np.any(bucket.spin[bucket.num_tiles :] >= 0)
        assert bucket.neighbour.shape[2] % 2 == 0
        start += bucket.num_tiles * bucket.spin.shape[1]
    assert start <= tiling.zero_row == tiling.num_rows - 1


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_every_row_has_a_number_of_its_own(graph: nx.Graph):
    _, tiling = layout(graph)
    n = len(graph)
    np.testing.assert_array_equal(tiling.spin_of_row[tiling.row_of_spin], np.arange(n))
    assert np.unique(tiling.spin_of_row).size == tiling.num_rows - 1


def test_complements_pair_up():
    _, tiling = layout(GRAPHS["lattice"])
    rows = np.arange(2 * tiling.num_rows)
    other = tiling.complement(rows)
    np.testing.assert_array_equal(tiling.complement(other), rows)
    assert sorted(other) == rows.tolist()
    assert tiling.complement(tiling.one_row) == tiling.zero_row


def test_a_hub_does_not_pad_everybody():
    _, tiling = layout(GRAPHS["star with a wide hub"])
    slots = sum(bucket.neighbour[: bucket.num_tiles].size for bucket in tiling.buckets)
    assert slots < 8 * 256 + 2 * 512
