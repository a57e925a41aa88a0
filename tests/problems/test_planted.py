"""Planted problems: energies against enumeration, and certificates that can fail."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from problems.generators import (
    frustrated_loops,
    regular_xorsat,
    tile_planting,
    wishart_planting,
)
from problems.generators.parts import Cliques, Cycles, Squares
from problems.model import ising

PETERSEN = nx.relabel_nodes(nx.petersen_graph(), {k: f"node {k}" for k in range(10)})
MIXED = (0.25, 0.25, 0.25, 0.25)
# Up to 16 spins each, so that all states can be looked at.
SMALL = {
    "tiles": lambda seed: tile_planting((4, 4), classes=MIXED, seed=seed),
    "tiles C1": lambda seed: tile_planting((4, 4), classes=(1, 0, 0, 0), seed=seed),
    "wishart": lambda seed: wishart_planting(13, 0.5, seed=seed),
    "wishart integer": lambda seed: wishart_planting(14, 0.5, couplings="integer", seed=seed),
    "xorsat": lambda seed: regular_xorsat(7, seed=seed).ising(),
    "loops": lambda seed: frustrated_loops(PETERSEN, 6, seed=seed),
    "loops limited": lambda seed: frustrated_loops((2, 2, 3), 6, max_coupling=2, seed=seed),
}
families = pytest.mark.parametrize("family", SMALL)


def all_states(n):
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return (2 * bits - 1).astype(np.int8)


def spectrum(problem):
    return problem.energies(all_states(problem.num_variables))


@families
@pytest.mark.parametrize("seed", range(8))
def test_the_planted_energy_is_the_exact_minimum(family, seed):
    planted = SMALL[family](seed)
    assert planted.energy == planted.problem.energies(planted.spins)
    least = spectrum(planted.problem).min()
    certificate = planted.certify()
    assert certificate.is_ground_state
    if planted.problem.is_integer:
        assert planted.energy == certificate.lower_bound == least
    else:
        assert planted.energy == pytest.approx(least, rel=1e-12)


@families
def test_no_state_above_the_minimum_is_certified(family):
    planted = SMALL[family](1)
    states = all_states(planted.problem.num_variables)
    energies = planted.problem.energies(states)
    above = states[energies > energies.min() + 1e-9]
    for spins in above[:: max(1, len(above) // 50)]:
        wrong = replace(planted, spins=spins, energy=planted.problem.energies(spins).item())
        certificate = wrong.certify()
        assert certificate.parts_match
        assert certificate.energy_matches
        assert not certificate.is_ground_state


@families
def test_an_altered_problem_energy_or_part_is_not_certified(family):
    planted = SMALL[family](2)
    problem, names = planted.problem, ("energy_matches", "parts_match")
    coupling = problem.coupling.copy()
    # A bond that the state satisfies better still: only the sum of the parts can tell.
    coupling[3] -= planted.spins[problem.row[3]] * planted.spins[problem.col[3]]
    altered = replace(problem, coupling=coupling)
    cases = {
        (False, True): replace(planted, energy=planted.energy - 1),
        (True, False): replace(
            planted, problem=altered, energy=altered.energies(planted.spins).item()
        ),
        (False, False): replace(planted, problem=replace(problem, offset=1)),
    }
    for expected, case in cases.items():
        certificate = case.certify()
        assert tuple(getattr(certificate, name) for name in names) == expected
        assert not certificate.is_ground_state
    smaller = ising(np.zeros(3, np.int64), [0], [1], [1])
    assert not replace(planted, problem=smaller, spins=[1, 1, 1]).certify().parts_match


@families
def test_seeds_repeat_and_differ_and_the_state_is_hidden(family):
    first, again, other = (SMALL[family](seed) for seed in (3, 3, 4))
    assert first.spins.tolist() == again.spins.tolist()
    assert first.problem.coupling.tolist() == again.problem.coupling.tolist()
    assert first.problem.coupling.tolist() != other.problem.coupling.tolist()
    assert {-1, 1} == set(first.spins.tolist()) == set(other.spins.tolist())
    assert first.spins.dtype == np.int8


def test_loops_are_bounded_as_enumeration_bounds_them():
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, 8, 200)
    start = np.cumsum(lengths) - lengths
    coupling = rng.integers(-3, 4, lengths.sum())
    spins = np.concatenate([np.arange(length) for length in lengths])
    bounds = Cycles(spins, coupling, start, range(7)).bounds()
    for bound, begin, length in zip(bounds, start, lengths, strict=True):
        values = coupling[begin : begin + length]
        here = np.arange(length)
        loop = ising(np.zeros(length, np.int64), here, (here + 1) % length, values)
        assert bound == spectrum(loop).min()


def test_cliques_are_bounded_as_enumeration_bounds_them():
    rng = np.random.default_rng(0)
    h, coupling = rng.integers(-3, 4, (20, 5)), np.triu(rng.integers(-3, 4, (20, 5, 5)), 1)
    cliques = Cliques(np.tile(np.arange(5), (20, 1)), h, coupling, 5)
    row, col = np.triu_indices(5, 1)
    exact = [spectrum(ising(h[k], row, col, coupling[k, row, col])).min() for k in range(20)]
    assert cliques.bounds().tolist() == exact
    with pytest.raises(ValueError, match="at most 12"):
        Cliques(np.zeros((1, 13), int), np.zeros((1, 13), int), np.zeros((1, 13, 13)), 13).bounds()


@pytest.mark.parametrize("columns", [1, 3])
def test_squares_bound_any_vectors(columns):
    vectors = np.random.default_rng(0).integers(-2, 3, (9, columns))
    squares = Squares(vectors)
    states = all_states(9)
    exact = (np.square(states @ vectors).sum(1) - np.square(vectors).sum()) / 2
    assert spectrum(squares.total()).tolist() == exact.tolist()
    assert squares.bound() <= exact.min()
