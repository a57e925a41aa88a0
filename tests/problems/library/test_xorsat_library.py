"""Equations modulo 2 against brute force and elimination against counting."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip

from problems.generators import regular_xorsat
from problems.library.files import cnf
from problems.library.xorsat import xorsat


@st.composite
def systems(draw, n=4, most=6):
    rows = draw(st.lists(st.lists(st.integers(0, n - 1), max_size=5), max_size=most))
    return rows, draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))


def lost(rows, sides, weights, bits):
    pairs = zip(rows, sides, weights, strict=True)
    return sum(w for row, side, w in pairs if sum(bits[i] for i in row) % 2 != side)


def assignments(n):
    return list(itertools.product((False, True), repeat=n))


@QUICK
@given(systems(), st.booleans())
def test_elimination_and_energy_agree_with_brute_force(system, quadratic):
    rows, sides = system
    encoded = xorsat(rows, sides, 4, quadratic=quadratic)
    costs = {bits: lost(rows, sides, [1] * len(rows), bits) for bits in assignments(4)}
    for bits, cost in costs.items():
        known = encoded.certificate(bits)
        assert (known.objective, known.feasible) == (cost, cost == 0)
        assert known.facts["satisfiable"] == (min(costs.values()) == 0)
        assert encoded.problem.energies(encoded.encode(bits)) == cost
        mended = encoded.repair(bits)
        assert costs[mended] == 0 if known.facts["satisfiable"] else mended == bits
        if cost == 0:
            assert mended == bits
    clash = encoded.elimination.contradiction
    if clash is not None:
        together = np.concatenate([np.array(rows[k], int) for k in clash])
        assert not np.any(np.bincount(together, minlength=1) % 2)
        assert sum(sides[k] for k in clash) % 2


@QUICK
@given(systems(3, 2), st.booleans())
def test_ground_states(system, quadratic):
    rows, sides = system
    weights = list(range(2, 2 + len(rows)))
    encoded = xorsat(rows, sides, 3, weights, quadratic)
    best = min(lost(rows, sides, weights, bits) for bits in assignments(3))
    check_ground_states(encoded, best)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("length", range(1, 7))
def test_least_over_auxiliary_spins(length, side):
    encoded = xorsat([range(length)], [side], weights=[3], quadratic=True)
    spins = encoded.problem.num_variables
    assert spins == length + max(0, 2 * length - 5)
    energies = encoded.problem.energies(all_states(spins)).reshape(2**length, -1)
    assert energies.min(1).tolist() == [3 * (sum(b) % 2 != side) for b in assignments(length)]


def test_regular_systems_are_solved_by_repair():
    system = regular_xorsat(60, seed=2)
    rows = system.equations.tolist()
    encoded = xorsat(rows, ((1 + system.sides) // 2).tolist())
    planted = tuple((system.spins > 0).tolist())
    check_round_trip(encoded, planted)
    assert encoded.certificate(encoded.repair((False,) * 60)).feasible
    assert len(encoded.elimination.pivots) == 60 - int(np.log2(system.num_solutions()))


def test_only_a_proof_is_called_unsatisfiable():
    clash = xorsat([[0, 1], [1, 2], [2, 0]], [1, 1, 1])
    assert "s UNSATISFIABLE" in cnf.write_solution(clash, (True, False, True))
    fine = xorsat([[0, 1], [1, 2]], [1, 1])
    assert "s UNKNOWN" in cnf.write_solution(fine, (True, True, True))
    assert "s SATISFIABLE" in cnf.write_solution(fine, (True, False, True))
    soft = xorsat([[], [0]], [1, 1], weights=[1, 2])
    assert {"o 1", "s UNKNOWN"} <= set(cnf.write_solution(soft, (True,)).splitlines())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"equations": [[-1]]}, "from 0"),
        ({"equations": [[0.5]]}, "list of integers"),
        ({"equations": [3]}, "list of integers"),
        ({"sides": [2]}, "from 0 to 1"),
        ({"sides": []}, "expected 1"),
        ({"num_variables": 1}, "from 2 to"),
        ({"weights": [-1]}, "0 or more"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        xorsat(**({"equations": [[0, 1]], "sides": [1]} | change))
