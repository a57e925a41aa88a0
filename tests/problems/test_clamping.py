"""Held spins: what is left has the energies of the whole."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems import clamp, from_terms, ising
from problems.logic import all_bits

QUICK = settings(deadline=None, max_examples=40, derandomize=True, database=None)


@QUICK
@given(st.integers(1, 7), st.integers(0, 2**32), st.booleans())
def test_clamped_spins_leave_the_energy_of_the_whole(n, seed, quadratic):
    rng = np.random.default_rng(seed)
    terms = [(rng.integers(0, n, (6, k)), rng.integers(-5, 6, 6)) for k in (1, 2, 3)]
    problem = from_terms(terms, n, offset=3, labels="abcdefg"[:n])
    if quadratic:
        row, col = np.triu_indices(n, 1)
        weights = rng.normal(size=row.size)
        problem = ising(rng.normal(size=n), row, col, weights, 0.5, "abcdefg"[:n])
    whole = 2 * all_bits(n) - 1
    held: dict[Any, int] = {
        label: int(rng.choice((-1, 1))) for label in "abcdefg"[:n] if rng.random() < 0.5
    }
    small = clamp(problem, held)
    assert type(small) is type(problem)
    kept = np.array([label not in held for label in problem.labels])
    fits = (whole == [held.get(label, 0) for label in problem.labels])[:, ~kept].all(1)
    np.testing.assert_allclose(
        small.energies(whole[fits][:, kept]), problem.energies(whole[fits]), rtol=0, atol=1e-12
    )
    assert list(small.labels) == [label for label in problem.labels if label not in held]


def test_clamping_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="labels"):
        clamp(ising([1], [], [], []), {"a": 1})
    with pytest.raises(ValueError, match="expected -1 or"):
        clamp(ising([1], [], [], []), {0: 0})
