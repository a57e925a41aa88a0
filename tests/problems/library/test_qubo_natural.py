"""Quadratic functions of bits against every choice of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, check_ground_states
from scipy.sparse import csr_array

from problems.library import kind, qubo

ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-6, 6)), min_size=1, max_size=12
)


@QUICK
@given(ROWS, st.booleans(), st.integers(-3, 3))
def test_best_bits(rows, maximise, offset):
    encoded = qubo(terms=rows, maximise=maximise, offset=offset)
    labels = sorted({v for row in rows for v in row[:2]})
    values = []
    for bits in itertools.product((0, 1), repeat=len(labels)):
        x = dict(zip(labels, bits, strict=True))
        values.append(offset + sum(value * x[i] * x[j] for i, j, value in rows))
        assert encoded.certificate(x).objective == values[-1]
    check_ground_states(encoded, max(values) if maximise else min(values))


def test_forms_of_one_function():
    dense = [[1, -2, 0], [0, 3, 0], [4, 0, -5]]
    rows = [[0, 0, 1], [0, 1, -2], [1, 1, 3], [2, 0, 4], [2, 2, -5]]
    forms = (
        qubo(dense),
        qubo(csr_array(np.array(dense))),
        qubo({(i, j): v for i, j, v in rows}),
        kind("qubo").build(terms=rows),
    )
    for bits in itertools.product((0, 1), repeat=3):
        expected = np.array(bits) @ np.array(dense) @ np.array(bits)
        for encoded in forms:
            solution = encoded.from_plain(list(bits))
            assert encoded.certificate(solution).objective == expected
            assert encoded.problem.energies(encoded.encode(solution)).item() == expected


def test_large_integers_stay_exact_and_nothing_is_something():
    big = 2**50 + 1
    assert qubo([[big]]).certificate({0: 1}).objective == big
    assert qubo(terms=[], offset=2).certificate({}).objective == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "either"),
        ({"Q": [[1]], "terms": []}, "either"),
        ({"Q": [[1, 2]]}, "square"),
        ({"Q": [[np.nan]]}, "finite"),
        ({"terms": [[0, 1]]}, "rows"),
        ({"terms": 5}, "rows"),
        ({"Q": {"abc": 1}}, "pairs"),
        ({"terms": [[0, {}, 2]]}, "rows"),
        ({"terms": [[0, 1, None]]}, "finite"),
        ({"Q": [[1]], "offset": np.inf}, "finite"),
    ],
)
def test_bad_input(data, words):
    with pytest.raises(ValueError, match=words):
        qubo(**data)


@pytest.mark.parametrize("data", [[1], [1, 2], "01", {"a": 1}])
def test_no_bits_of_this_function(data):
    with pytest.raises(ValueError, match="expected"):
        qubo([[1, 2], [0, 1]]).from_plain(data)
