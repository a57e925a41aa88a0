"""Factoring: every energy multiplied out, every ground state a factorisation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems import from_terms
from problems.logic import all_bits, factoring, factoring_circuit

QUICK = settings(deadline=None, max_examples=30, derandomize=True, database=None)
# All ways to write the number with so many bits.
PUBLISHED = {35: {(5, 7), (7, 5)}, 161: {(7, 23)}, 945: {(15, 63)}}
published = pytest.mark.parametrize("number", PUBLISHED)


@published
def test_the_eight_p_bit_experiment_has_the_right_ground_states(number):
    task = factoring(number)
    assert task.problem.num_variables == {35: 4, 161: 6, 945: 8}[number]
    assert task.problem.order == 4  # the abstract speaks of three- and four-body terms
    assert 3 in {terms.variables.shape[1] for terms in task.problem.terms}
    states = 2 * all_bits(task.problem.num_variables) - 1
    energies = task.problem.energies(states)
    assert energies.dtype == np.int64
    found = [task.certificate(state) for state in states[energies == 0]]
    assert {(one.x, one.y) for one in found} == PUBLISHED[number]
    assert all(one.is_nontrivial and one.consistent_with_energy for one in found)


@published
def test_so_many_bits_can_be_shared_out_in_no_other_way(number):
    """Only one split of the free bits, up to order, holds a factorisation."""
    free = factoring(number).problem.num_variables
    splits = {
        tuple(sorted((k, free - k)))
        for k in range(1, free)
        for x in range(1, 2 ** (k + 1), 2)
        if number % x == 0 and number // x < 2 ** (free - k + 1)
    }
    assert splits == {tuple(bits - 1 for bits in factoring(number).bits)}


@QUICK
@given(st.integers(2, 6), st.integers(2, 6), st.data())
def test_energies_are_squared_errors(bits_x, bits_y, data):
    most = (2**bits_x - 1) * (2**bits_y - 1)
    number = 2 * data.draw(st.integers(4, most // 2)) + 1
    task = factoring(number, bits_x, bits_y)
    states = 2 * all_bits(bits_x + bits_y - 2) - 1
    x, y = task.factors(states)
    np.testing.assert_array_equal(task.problem.energies(states), (x * y - number) ** 2)
    assert sorted(set(x.tolist())) == list(range(1, 2**bits_x, 2))
    some = states[data.draw(st.integers(0, len(states) - 1))]
    np.testing.assert_array_equal(task.state(*task.decode(some)), some)


@QUICK
@given(st.integers(1, 31), st.integers(1, 31))
def test_the_widths_by_default_hold_all_factors(half_x, half_y):
    x, y = sorted((2 * half_x + 1, 2 * half_y + 1))
    if x * y in PUBLISHED:
        return
    for build in (factoring, factoring_circuit):
        task = build(x * y)
        found = task.certificate(task.state(x, y))
        assert (found.x, found.y, found.energy) == (x, y, 0)
        assert found.is_nontrivial
        assert found.consistent_with_energy


@pytest.mark.parametrize(("number", "bits"), [(15, (3, 2)), (21, (2, 3)), (35, (3, 3))])
def test_all_ground_states_of_small_multipliers_are_factorisations(number, bits):
    task = factoring_circuit(number, *bits)
    n = task.problem.num_variables
    states = (2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1).astype(np.int8)
    energies = np.concatenate([task.problem.energies(part) for part in np.array_split(states, 8)])
    found = {task.decode(state) for state in states[energies == 0]}
    odd = range(1, 2 ** max(bits), 2)
    limits = [2**width for width in bits]
    assert found == {
        (x, y) for x in odd for y in odd if x * y == number and x < limits[0] and y < limits[1]
    }
    assert np.count_nonzero(energies == 0) == len(found)


def test_division_repairs_what_is_nearly_right():
    for task in (factoring(945), factoring_circuit(945)):
        assert task.certificate(task.repair(task.state(15, 61))).is_nontrivial
        assert task.certificate(task.repair(task.state(13, 63))).is_nontrivial
        lost = task.certificate(task.repair(task.state(13, 61)))
        assert (lost.x, lost.y, lost.is_factorisation) == (13, 61, False)
        assert lost.consistent_with_energy


def test_an_altered_coefficient_fails_the_certificate():
    task = factoring(35)
    terms = [(t.variables, t.coefficient) for t in task.problem.terms]
    wrong = from_terms([*terms, ([[0, 1]], [4])], 4, task.problem.offset, task.problem.labels)
    state = task.state(5, 7)
    assert task.certificate(state).consistent_with_energy
    assert not replace(task, problem=wrong).certificate(state).consistent_with_energy


def test_one_is_a_trivial_factor():
    task = factoring(15, 2, 4)
    found = task.certificate(task.state(1, 15))
    assert found.is_factorisation
    assert not found.is_nontrivial
    assert factoring(15, 2, 4).decode(task.repair(task.state(3, 15))) == (3, 5)


def test_wrong_numbers_say_what_was_expected():
    for build in (factoring, factoring_circuit):
        with pytest.raises(ValueError, match="odd number"):
            build(36)
        with pytest.raises(ValueError, match="odd number"):
            build(7)
        with pytest.raises(ValueError, match="or neither"):
            build(35, 3)
        with pytest.raises(ValueError, match="at least 2"):
            build(35, 1, 5)
    with pytest.raises(ValueError, match="factoring_circuit"):
        factoring(99_999_999_999)
    with pytest.raises(ValueError, match="no factors"):
        factoring(35, 2, 3)
    with pytest.raises(ValueError, match="expected 0 to"):
        factoring_circuit(35, 2, 3)
    with pytest.raises(ValueError, match="odd factors"):
        factoring(35).state(4, 7)
