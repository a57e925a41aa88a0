"""Families of planted problems: structure, statistics, and arguments that are refused."""

from itertools import pairwise

import dimod
import networkx as nx
import numpy as np
import pytest
from scipy import stats

from problems.generators import (
    edwards_anderson,
    frustrated_loops,
    regular_xorsat,
    tile_planting,
    wishart_planting,
)

MIXED = (0.25, 0.25, 0.25, 0.25)


def all_states(n):
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return (2 * bits - 1).astype(np.int8)


def test_tiles_cover_every_bond_of_the_lattice_once():
    planted = tile_planting((6, 8), classes=MIXED, seed=5)
    lattice = edwards_anderson((6, 8))
    assert planted.problem.row.tolist() == lattice.row.tolist()
    assert planted.problem.col.tolist() == lattice.col.tolist()
    assert planted.parts.spins.size == lattice.num_interactions
    assert set(np.abs(planted.problem.coupling)) == {1, 2}


def tile_classes(planted):
    """How many of each class C_1 to C_4 there are: tiles by their number of ground states."""
    tiles = planted.parts.coupling.reshape(-1, 4)
    states = all_states(4)
    bonds = states * np.roll(states, -1, axis=1)
    energies = tiles @ bonds.T
    least = energies == energies.min(1, keepdims=True)
    return np.bincount(least.sum(1) // 2, minlength=5)[1:]


def test_tile_classes_come_in_the_fractions_asked_for():
    classes = (0.1, 0.4, 0.2, 0.3)
    counts = tile_classes(tile_planting((60, 60), classes=classes, seed=0))
    assert counts.sum() == 1800
    assert stats.chisquare(counts, 1800 * np.array(classes)).pvalue > 1e-4
    assert stats.chisquare(counts, 1800 * np.array((0.2, 0.3, 0.2, 0.3))).pvalue < 1e-4
    pure = tile_planting((8, 8), classes=(0, 0, 1, 0), seed=0)
    assert tile_classes(pure).tolist() == [0, 0, 32, 0]


def test_the_unsatisfied_bond_of_a_tile_is_anywhere_and_spins_are_balanced():
    planted = tile_planting((60, 60), classes=MIXED, seed=1)
    tiles = planted.parts.spins.reshape(-1, 4)
    bonds = planted.spins[tiles] * planted.spins[np.roll(tiles, -1, axis=1)]
    broken = planted.parts.coupling.reshape(-1, 4) * bonds > 0
    assert np.all(broken.sum(1) == 1)
    assert stats.chisquare(broken.sum(0)).pvalue > 1e-4
    assert stats.binomtest(int(np.sum(planted.spins == 1)), 3600).pvalue > 1e-4


def test_gaussian_wishart_columns_are_orthogonal_to_the_state_and_normal():
    planted = wishart_planting(300, 0.5, seed=0)
    columns = planted.parts.vectors
    assert columns.shape == (300, 150)
    np.testing.assert_allclose(planted.spins @ columns, 0, atol=1e-12)
    assert stats.kstest(np.sqrt(300) * columns[0], "norm").pvalue > 1e-4
    assert stats.kstest(2 * np.sqrt(300) * columns[0], "norm").pvalue < 1e-4
    # A sum of 150 products of variance 1 / 300**2.
    assert planted.problem.coupling.std() == pytest.approx(np.sqrt(150) / 300, rel=0.02)


def test_integer_wishart_couplings_are_small_whole_numbers():
    planted = wishart_planting(120, 0.25, couplings="integer", seed=0)
    problem = planted.problem
    assert problem.is_integer
    assert problem.num_interactions == 120 * 119 // 2
    assert np.abs(problem.coupling).max() <= 30
    assert planted.energy == -120 * 30 // 2
    assert np.abs(planted.spins @ planted.parts.vectors).max() == 0
    assert wishart_planting(4, 0.01).parts.vectors.shape == (4, 1)


@pytest.mark.parametrize("n", [4, 5, 6, 7, 10, 101])
def test_every_spin_stands_in_three_equations_of_three_spins(n):
    for seed in range(20):
        equations = regular_xorsat(n, seed=seed).equations
        assert equations.shape == (n, 3)
        assert np.bincount(equations.ravel()).tolist() == [3] * n
        assert all(len(set(row)) == 3 for row in equations.tolist())
        assert len({frozenset(row) for row in equations.tolist()}) == n


@pytest.mark.parametrize("seed", range(6))
def test_solutions_are_counted_and_stay_the_ground_states_with_auxiliaries(seed):
    system = regular_xorsat(8, seed=seed)
    states = all_states(8)
    solutions = states[system.violated(states) == 0]
    assert len(solutions) == system.num_solutions()
    assert system.spins.tolist() in solutions.tolist()
    planted = system.ising()
    energies = planted.problem.energies(all_states(16))
    assert planted.energy == -32
    ground = all_states(16)[energies == -32, :8]
    assert {tuple(s) for s in ground.tolist()} == {tuple(s) for s in solutions.tolist()}
    # With the best auxiliaries each unsolved equation costs 2.
    best = energies.reshape(2**8, 2**8).min(0)
    np.testing.assert_array_equal(best, -32 + 2 * system.violated(states))


def test_some_systems_have_several_solutions():
    assert {regular_xorsat(8, seed=seed).num_solutions() for seed in range(30)} >= {1, 2}


def test_the_polynomial_counts_equations():
    system = regular_xorsat(8, seed=1)
    polynomial = system.polynomial()
    assert polynomial.vartype is dimod.SPIN
    assert {len(term) for term in polynomial} == {3}
    states = all_states(8)
    energies = polynomial.energies((states, list(range(8))))
    np.testing.assert_array_equal(energies, 2 * system.violated(states) - 8)
    assert energies.min() == polynomial.energy(dict(enumerate(system.spins.tolist()))) == -8


def test_loops_are_closed_walks_with_one_bond_unsatisfied():
    graph = nx.random_regular_graph(4, 60, seed=1)
    planted = frustrated_loops(graph, 80, min_length=5, seed=2)
    parts, nodes = planted.parts, list(graph)
    ends = [*parts.start.tolist(), parts.spins.size]
    assert len(parts.start) == 80
    energy = 0
    for begin, end in pairwise(ends):
        loop = parts.spins[begin:end]
        bonds = planted.spins[loop] * planted.spins[np.roll(loop, -1)] * parts.coupling[begin:end]
        assert len(set(loop.tolist())) == loop.size >= 5
        assert sorted(set(bonds.tolist())) == [-1, 1]
        assert np.sum(bonds == 1) == 1
        assert all(graph.has_edge(nodes[i], nodes[j]) for i, j in pairwise([*loop, loop[0]]))
        energy += 2 - loop.size
    assert planted.energy == energy
    assert list(planted.problem.labels) == nodes


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_couplings_stay_within_their_limit_and_reach_it(limit):
    planted = frustrated_loops((6, 6, 6), 60 * limit, max_coupling=limit, seed=1)
    assert np.abs(planted.problem.coupling).max() == limit
    free = frustrated_loops((6, 6, 6), 60 * limit, seed=1)
    assert np.abs(free.problem.coupling).max() > limit


def test_a_king_graph_and_the_default_lattice_are_taken():
    king = nx.strong_product(nx.path_graph(5), nx.path_graph(5))
    assert frustrated_loops(king, 20).certify().is_ground_state
    default = frustrated_loops()
    assert default.problem.num_variables == 216
    assert len(default.parts.start) == 108
    assert default.certify().is_ground_state


def test_bad_arguments_are_refused():
    for shape in ((4,), (4, 5), (2, 4), (4, 4, 4), "ab", 4, (4.0, 4)):
        with pytest.raises(ValueError, match="shape"):
            tile_planting(shape)
    for classes in ((1, 0, 0), (0.5, 0.5, 0.5, -0.5), (0.5, 0.4, 0, 0), (np.nan, 0, 0, 1)):
        with pytest.raises(ValueError, match="four probabilities"):
            tile_planting((4, 4), classes=classes)
    for n, alpha in ((1, 1), (4, 0), (4, np.inf), (4, np.nan), (4, -1)):
        with pytest.raises(ValueError, match="alpha > 0"):
            wishart_planting(n, alpha)
    with pytest.raises(ValueError, match="even number"):
        wishart_planting(5, 1, couplings="integer")
    with pytest.raises(ValueError, match="one of gaussian, integer"):
        wishart_planting(4, 1, couplings="pm1")
    with pytest.raises(ValueError, match="at least 4"):
        regular_xorsat(3)
    with pytest.raises(ValueError, match="1000 walks in a row found no loop after 0 of 1"):
        frustrated_loops(nx.path_graph(9), 1)
    with pytest.raises(ValueError, match="larger max_coupling"):
        frustrated_loops(nx.cycle_graph(4), 9, max_coupling=1)
    with pytest.raises(ValueError, match="directed"):
        frustrated_loops(nx.DiGraph([(0, 1)]))
    for wrong in ({"num_loops": 0}, {"max_coupling": 0}, {"min_length": 2}):
        with pytest.raises(ValueError, match="expected num_loops >= 1"):
            frustrated_loops(**wrong)
    with pytest.raises(ValueError, match="no nodes"):
        frustrated_loops(nx.Graph(), 1)
    for make in (lambda s: tile_planting((4, 4), seed=s), lambda s: regular_xorsat(8, seed=s)):
        with pytest.raises(ValueError, match="seed"):
            make(None)
