"""Polynomial problems: exact energies, dimod's polynomials, bad input."""

from fractions import Fraction
from itertools import product

import dimod
import numpy as np
import pytest

from problems import PolynomialProblem, from_poly, from_terms, ising, to_poly

VARTYPES = ("SPIN", "BINARY")


def random_poly(vartype: str, seed: int = 0, scale: float = 1.0) -> dimod.BinaryPolynomial:
    """Terms of no to five of seven variables; one more variable that nothing touches."""
    rng = np.random.default_rng(seed)
    terms = {(): 3 * scale, "h": 0}
    for order in (1, 2, 3, 3, 4, 5, 5):
        terms[tuple("abcdefg"[i] for i in rng.choice(7, order, replace=False))] = (
            int(rng.integers(1, 9)) * rng.choice((-1, 1)) * scale
        )
    return dimod.BinaryPolynomial(terms, vartype)


def states(n: int) -> np.ndarray:
    return np.array(list(product((-1, 1), repeat=n)), np.int8)


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("scale", [1.0, 0.37])
def test_energies_are_dimods(vartype: str, scale: float) -> None:
    poly = random_poly(vartype, scale=scale)
    problem = from_poly(poly)
    assert problem.labels == tuple("abcdefgh")
    spins = states(8)
    values = spins if vartype == "SPIN" else (spins + 1) // 2
    expected = poly.energies((values, list(problem.labels)))
    np.testing.assert_allclose(problem.energies(spins), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("vartype", VARTYPES)
def test_integer_polynomials_have_exact_energies(vartype: str) -> None:
    """Against rational arithmetic on the monomials themselves, with equality."""
    poly = random_poly(vartype, seed=1)
    problem = from_poly(poly)
    found = problem.energies(states(8))
    assert problem.is_integer == (vartype == "SPIN")
    assert found.dtype == (np.int64 if vartype == "SPIN" else np.float64)
    for spins, energy in zip(states(8).tolist(), found.tolist(), strict=True):
        value = dict(zip(problem.labels, spins, strict=True))
        exact = Fraction(0)
        for term, bias in poly.items():
            factor = Fraction(int(bias))
            for label in term:
                s = Fraction(value[label])
                factor *= s if vartype == "SPIN" else (1 + s) / 2
            exact += factor
        assert exact == Fraction(energy)


@pytest.mark.parametrize("vartype", VARTYPES)
def test_round_trips_through_dimod_change_nothing(vartype: str) -> None:
    problem = from_poly(random_poly("SPIN"))
    again = from_poly(to_poly(problem, vartype))
    assert again.labels == problem.labels
    assert again.offset == problem.offset
    for a, b in zip(again.terms, problem.terms, strict=True):
        np.testing.assert_array_equal(a.variables, b.variables)
        np.testing.assert_array_equal(a.coefficient, b.coefficient)


def test_a_quadratic_polynomial_is_the_ising_problem() -> None:
    rng = np.random.default_rng(0)
    row, col = np.triu_indices(8, 1)
    for h, coupling in (
        (rng.integers(-3, 4, 8), rng.integers(-3, 4, 28)),
        (rng.normal(size=8), rng.normal(size=28)),
    ):
        expected = ising(h, row, col, coupling, offset=5)
        pairs = np.stack([row, col], axis=1)
        problem = from_terms([(np.arange(8)[:, None], h), (pairs, coupling)], offset=5)
        assert problem.is_integer == expected.is_integer
        found = problem.energies(states(8))
        assert found.dtype == expected.energies(states(8)).dtype
        np.testing.assert_allclose(found, expected.energies(states(8)), rtol=0, atol=1e-12)
        assert problem.to_ising().is_integer == expected.is_integer
        np.testing.assert_array_equal(
            problem.to_ising().energies(states(8)), expected.energies(states(8))
        )


def test_terms_are_merged_reduced_and_dropped() -> None:
    terms = [
        ([[2, 1, 0], [0, 1, 2], [3, 3, 1], [1, 2, 3], [1, 1, 1]], [1, 2, 4, 0, 5]),
        ([[0, 1], [1, 0], [2, 2]], [6, -6, 7]),
        (np.zeros((1, 0), int), [8]),
    ]
    problem = from_terms(terms, 5, offset=1)
    assert problem.offset == 1 + 7 + 8
    assert [(v.tolist(), c.tolist()) for v, c in problem.terms] == [
        ([[1]], [9]),
        ([[0, 1, 2]], [3]),
    ]
    assert (problem.num_variables, problem.order, problem.num_interactions) == (5, 3, 1)


def test_one_state_has_the_same_energy_as_in_a_batch() -> None:
    problem = from_poly(random_poly("SPIN", scale=0.37))
    batch = problem.energies(states(8))
    assert batch.tolist() == [problem.energies(s).item() for s in states(8)]


def test_small_problems() -> None:
    empty = from_poly(dimod.BinaryPolynomial({}, "SPIN"))
    assert (empty.num_variables, empty.order, empty.is_integer) == (0, 0, True)
    assert empty.energies(np.zeros((3, 0))).tolist() == [0, 0, 0]
    constant = from_terms([], 2, offset=0.5)
    assert constant.energies([1, -1]).item() == 0.5
    assert isinstance(constant, PolynomialProblem)
    with pytest.raises(ValueError, match=r"2 variables|for 2"):
        constant.energies([1, 1, 1])


def test_labels_do_not_depend_on_hashes() -> None:
    poly = dimod.BinaryPolynomial({("b", 2, (1, 0)): 1, ("a", 1): 2}, "SPIN")
    assert from_poly(poly).labels == (1, 2, "a", "b", (1, 0))
    assert from_poly(dimod.BinaryPolynomial({(2, 0, 1): 1}, "SPIN")).labels == range(3)


def test_long_binary_monomials_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 20 variables"):
        from_poly(dimod.BinaryPolynomial({tuple(range(21)): 1}, "BINARY"))
    many = {tuple(range(k, k + 18)): 1 for k in range(65)}
    with pytest.raises(ValueError, match="auxiliary"):
        from_poly(dimod.BinaryPolynomial(many, "BINARY"))
    assert from_poly(dimod.BinaryPolynomial({tuple(range(40)): 1}, "SPIN")).order == 40


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([([[0, 1]], [np.nan])],), "not finite"),
        (([([[0, 1]], [1, 2])],), "expected"),
        (([([0, 1], [1, 2])],), "expected"),
        (([([[0, -1]], [1])],), "at least 0"),
        (([([[0.5, 1]], [1])],), "integer"),
        (([([[0, 3]], [1])], 3), r"0\.\.2"),
        (([([[0, 1]], [1])], 2, 0, "aa"), "distinct"),
        (([], 2, np.inf), "not finite"),
    ],
)
def test_bad_input_is_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_terms(*arguments)


def test_other_models_are_refused() -> None:
    with pytest.raises(ValueError, match="BinaryPolynomial"):
        from_poly(dimod.BQM("SPIN"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="SPIN"):
        to_poly(from_terms([]), "OTHER")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="3 spins"):
        from_terms([([[0, 1, 2]], [1])]).to_ising()
