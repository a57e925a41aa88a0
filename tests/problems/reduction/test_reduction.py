"""Reductions: energies exactly undone, ground states kept, against enumeration."""

import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states

from problems import ising
from problems.generators import edwards_anderson
from problems.reduction import components, gauge, presolve, roof_duality, scaled

WEIGHTS = st.integers(-4, 4)


@st.composite
def sparse_problems(draw, weights=WEIGHTS):
    n = draw(st.integers(0, 10))
    pairs = [(i, j) for j in range(n) for i in range(j)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14)) if pairs else []
    h = draw(st.lists(weights, min_size=n, max_size=n))
    row, col = np.array(chosen, np.int64).reshape(-1, 2).T
    return ising(h, row, col, [draw(weights) for _ in chosen], draw(weights))


@QUICK
@given(sparse_problems(), st.booleans())
def test_energies_are_those_of_the_original(problem, roof):
    small = presolve(problem, roof)
    states = all_states(small.problem.num_variables)
    undone = small.undo(states)
    assert undone.shape == (len(states), problem.num_variables)
    np.testing.assert_array_equal(problem.energies(undone), small.problem.energies(states))
    least = problem.energies(all_states(problem.num_variables)).min()
    assert small.problem.energies(states).min() == least
    taken = problem.num_variables - small.problem.num_variables
    assert sum(small.applied.values()) == taken == len(small.steps)


@QUICK
@given(sparse_problems(st.sampled_from([-1.5, -0.25, 0.0, 0.3, 0.7])))
def test_decimals(problem):
    small = presolve(problem)
    least = problem.energies(all_states(problem.num_variables)).min()
    found = small.problem.energies(all_states(small.problem.num_variables)).min()
    assert found == pytest.approx(least, abs=1e-9)


@QUICK
@given(sparse_problems(st.sampled_from([-(2**40), -128, 0, 1, 127, 2**40 + 1])), st.booleans())
def test_large_whole_numbers_stay_exact(problem, roof):
    """Beyond int8, in which states are kept."""
    try:
        small = presolve(problem, roof)
    except ValueError:
        assert roof
        return
    states = all_states(small.problem.num_variables)
    undone = problem.energies(small.undo(states))
    np.testing.assert_array_equal(undone, small.problem.energies(states))
    assert undone.min() == problem.energies(all_states(problem.num_variables)).min()


@QUICK
@given(sparse_problems(), st.booleans())
def test_what_is_kept_of_a_state_is_never_worse(problem, roof):
    states, small = all_states(problem.num_variables), presolve(problem, roof)
    back = small.undo(states[:, small.kept])
    assert np.all(problem.energies(back) <= problem.energies(states))
    assert back.flags.c_contiguous


def test_dominated_bonds_are_tied_with_their_energy():
    """All spins coupled, one bond strong, at the edge of what decides it."""
    rng, tied = np.random.default_rng(1), 0
    row, col = np.triu_indices(5, 1)
    states = all_states(5)
    for _ in range(300):
        coupling = rng.choice([-2, -1, 1, 2], 10)
        coupling[0] *= rng.integers(2, 5)
        problem = ising(rng.integers(-3, 4, 5), row, col, coupling, 7)
        small = presolve(problem)
        tied += small.applied["bond"]
        left = all_states(small.problem.num_variables)
        undone = problem.energies(small.undo(left))
        np.testing.assert_array_equal(undone, small.problem.energies(left))
        back = problem.energies(small.undo(states[:, small.kept]))
        assert np.all(back <= problem.energies(states))
    assert tied > 20


def test_presolving_stops_where_it_is_asked_to(monkeypatch):
    monkeypatch.setattr(sys.modules["problems.reduction.presolve"], "_LOOKS", 1)
    ring = ising(np.ones(6), range(6), [1, 2, 3, 4, 5, 0], [2, 3, 2, -3, -2, 4])
    answers = iter([False, False, True])
    part = presolve(ring, True, lambda: next(answers))
    assert (len(part.steps), part.problem.num_variables, part.is_complete) == (2, 4, False)
    states = all_states(4)
    np.testing.assert_array_equal(ring.energies(part.undo(states)), part.problem.energies(states))
    assert presolve(ring).is_complete


@QUICK
@given(sparse_problems())
def test_roof_duality_is_true_of_every_ground_state(problem):
    known = roof_duality(problem)
    states = all_states(problem.num_variables)
    energies = problem.energies(states)
    ground = states[energies == energies.min()]
    for spin in np.flatnonzero(known):
        assert np.all(ground[:, spin] == known[spin])


def test_roof_duality_takes_fractions_up_to_rounding():
    ring = ising([1, 0, 0, 0], [0, 1, 2, 0], [1, 2, 3, 3], [-5, -5, -5, -5])
    assert roof_duality(scaled(ring, 1 / 75 + 1e-17)).tolist() == [-1] * 4


def test_roof_duality_knows_more_than_domination():
    """A ferromagnetic ring in a field at one spin only: no spin is dominated, all are known."""
    ring = ising([1, 0, 0, 0], [0, 1, 2, 0], [1, 2, 3, 3], [-5, -5, -5, -5])
    assert roof_duality(ring).tolist() == [-1] * 4


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_trees_rings_and_three_regular_graphs_shrink(degree):
    graph = nx.random_regular_graph(degree, 20, seed=1)
    row, col = np.array(graph.edges).T
    signs = np.random.default_rng(2).choice([-1, 1], row.size)
    small = presolve(ising(np.zeros(20), row, col, signs))
    assert small.problem.num_variables == 0


def test_a_sparse_graph_shrinks_a_torus_and_a_dense_glass_do_not():
    assert presolve(edwards_anderson((8, 8), seed=1)).problem.num_variables == 64
    sparse = np.array(nx.gnm_random_graph(200, 300, seed=1).edges).T
    assert presolve(ising(np.zeros(200), *sparse, np.ones(300))).problem.num_variables < 80
    rng = np.random.default_rng(3)
    row, col = np.triu_indices(12, 1)
    glass = ising(np.zeros(12), row, col, rng.normal(size=row.size))
    assert presolve(glass).problem.num_variables == 12


@QUICK
@given(sparse_problems())
def test_components_add_up(problem):
    states = all_states(problem.num_variables)
    parts = components(problem)
    total = sum((part.energies(states[:, spins]) for part, spins in parts), 0 * states.sum(1))
    if parts:
        np.testing.assert_array_equal(total, problem.energies(states))
    assert sorted(i for _, spins in parts for i in spins) == list(range(problem.num_variables))
    sizes = [spins.size for _, spins in parts]
    assert sizes == sorted(sizes, reverse=True)


@QUICK
@given(sparse_problems(), st.integers(0, 2**31))
def test_gauges_and_scales(problem, seed):
    states = all_states(problem.num_variables)
    signs = np.random.default_rng(seed).choice([-1, 1], problem.num_variables)
    turned = gauge(problem, signs)
    assert turned.is_integer == problem.is_integer
    np.testing.assert_array_equal(turned.energies(states), problem.energies(states * signs))
    np.testing.assert_array_equal(scaled(problem, 3).energies(states), 3 * problem.energies(states))


def test_refusals():
    problem = ising([1, 0], [0], [1], [1])
    with pytest.raises(ValueError, match="spins must be"):
        gauge(problem, [1, 0])
    with pytest.raises(ValueError, match="positive"):
        scaled(problem, 0)
    with pytest.raises(ValueError, match="whole multiples"):
        roof_duality(ising([np.pi, 0], [0], [1], [1]))
    with pytest.raises(ValueError, match="whole multiples"):
        roof_duality(ising([2**28, 2**28], [0], [1], [2**28]))
    with pytest.raises(ValueError, match="expected"):
        presolve(problem).undo([1])
