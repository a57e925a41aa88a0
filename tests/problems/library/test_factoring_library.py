"""Factoring against trial division."""

import numpy as np
import pytest
from oracle import all_states, check_ground_states, check_round_trip

from problems.library.factoring import factoring


@pytest.mark.parametrize(("number", "bits"), [(9, 2), (15, 3), (35, 3), (49, 3)])
def test_ground_states_are_the_factorisations(number, bits):
    encoded = factoring(number, bits, bits, quadratic=False)
    check_ground_states(encoded, 0)
    states = all_states(encoded.problem.num_variables)
    found = {encoded.decode(s) for s in states[encoded.problem.energies(states) == 0]}
    limit = range(2, 2**bits)
    assert found == {(x, number // x) for x in limit if number % x == 0 and number // x in limit}


@pytest.mark.parametrize("quadratic", [False, True])
def test_every_factorisation_has_energy_zero(quadratic):
    for x, y in [(151, 211), (127, 211), (191, 251), (3, 251)]:
        encoded = factoring(x * y, 8, 8, quadratic=quadratic)
        check_round_trip(encoded, (x, y))
        check_round_trip(encoded, (y, x))


def test_multiplier_of_few_gates_by_enumeration():
    encoded = factoring(9, 2, 2)
    states = all_states(encoded.problem.num_variables)
    ground = states[encoded.problem.energies(states) == 0]
    assert {encoded.decode(s) for s in ground} == {(3, 3)}


def test_primes_are_never_reported_factored():
    encoded = factoring(251)
    states = np.random.default_rng(1).choice([-1, 1], (100, encoded.problem.num_variables))
    found = encoded.answer(states)
    assert not found.certificate.feasible
    assert not encoded.certificate((1, 251)).feasible


def test_large_numbers_are_multiplied_exactly():
    x, y = 2**61 - 1, 2**31 - 1
    encoded = factoring(x * y, 61, 61)
    assert encoded.certificate((x, y)).feasible
    assert encoded.certificate((x, y + 1)).objective == x
    assert encoded.repair((x, 3)) == (x, y)


def test_repair_divides():
    encoded = factoring(35, 3, 3)
    assert encoded.repair((7, 3)) == (7, 5)
    assert encoded.repair((3, 3)) == (3, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": 34}, "odd"),
        ({"number": 7}, "at least 9"),
        ({"number": 35.0}, "an integer"),
        ({"number": None}, "an integer"),
        ({"bits_x": 3}, "one width"),
        ({"bits_x": 2, "bits_y": 2}, "expected 0 to 15"),
        ({"number": 2**31 - 1, "quadratic": False}, "at most 26"),
    ],
)
def test_bad_input(change, words):
    with pytest.raises(ValueError, match=words):
        factoring(**({"number": 35} | change))


@pytest.mark.parametrize("solution", [(5,), (5, 7.0), "57", (-5, -7), None])
def test_no_factors(solution):
    with pytest.raises(ValueError, match="two whole numbers"):
        factoring(35).certificate(solution)


@pytest.mark.parametrize("solution", [(4, 7), (5, 1023)])
def test_factors_that_do_not_fit(solution):
    with pytest.raises(ValueError, match="expected odd factors"):
        factoring(35).encode(solution)
