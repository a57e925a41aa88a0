"""QUBO <-> Ising: equal energies on every state, for every kind of input."""

import itertools

import dimod
import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from problems.model import ising
from problems.qubo import binary_to_spin, from_qubo, spin_to_binary, to_qubo

QUICK = settings(deadline=None, max_examples=60, derandomize=True, database=None)


def all_bits(n):
    return np.array(list(itertools.product((0, 1), repeat=n)), np.int64).reshape(-1, n)


def python_energies(Q, offset=0):
    """x'Qx + offset in Python numbers for every x."""
    rows = np.asarray(Q).tolist()
    states = all_bits(len(rows)).tolist()
    return [
        sum(rows[i][j] for i, j in itertools.product(range(len(x)), repeat=2) if x[i] and x[j])
        + offset
        for x in states
    ]


def matrices(elements, dtype):
    return st.integers(1, 6).flatmap(lambda n: hnp.arrays(dtype, (n, n), elements=elements))


@QUICK
@given(matrices(st.integers(-(2**40), 2**40), np.int64), st.integers(-(2**40), 2**40))
def test_integer_qubo_energies_are_exact_on_all_states(Q, offset):
    problem = from_qubo(Q, offset)
    spins = binary_to_spin(all_bits(len(Q)))
    assert problem.energies(spins).tolist() == python_energies(Q, offset)


@QUICK
@given(matrices(st.floats(-100, 100, allow_subnormal=False), np.float64))
def test_float_qubo_energies_agree_with_dimod(Q):
    bits = all_bits(len(Q))
    bqm = dimod.BQM(Q, "BINARY")
    energies = from_qubo(Q).energies(binary_to_spin(bits))
    np.testing.assert_allclose(energies, bqm.energies(bits), atol=1e-9)


@QUICK
@given(matrices(st.integers(-1000, 1000), np.int64), st.integers(-10, 10))
def test_ising_to_qubo_and_back_keeps_all_energies(J, offset):
    n = len(J)
    row, col = np.triu_indices(n, 1)
    problem = ising(np.diag(J), row, col, J[row, col], offset)
    Q, shift = to_qubo(problem)
    assert Q.dtype == np.int64
    assert type(shift) is int
    assert (Q.toarray() == np.triu(Q.toarray())).all()
    spins = binary_to_spin(all_bits(n))
    assert python_energies(Q.toarray(), shift) == problem.energies(spins).tolist()
    back = from_qubo(Q, shift)
    assert back.is_integer
    assert back.energies(spins).tolist() == problem.energies(spins).tolist()


def test_the_worked_example_of_the_formulae():
    problem = from_qubo([[4, 8], [0, 12]], offset=1)
    assert problem.h.tolist() == [4, 8]
    assert problem.coupling.tolist() == [2]
    assert problem.offset == 1 + 8 + 2
    assert problem.is_integer


def test_odd_integers_give_exact_quarters():
    problem = from_qubo([[0, 1], [0, 0]])
    assert not problem.is_integer
    assert problem.coupling.tolist() == [0.25]


def test_both_triangles_count():
    assert from_qubo([[0, 4], [4, 0]]).coupling.tolist() == [2]


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "lil", "dok"])
@pytest.mark.parametrize("family", ["array", "matrix"])
def test_sparse_formats_equal_the_dense_array(kind, family):
    dense = np.array([[1, -4, 0], [2, 0, 8], [0, 0, -3]])
    entries = dense.nonzero()
    make = getattr(scipy.sparse, f"coo_{family}")
    problem = from_qubo(make((dense[entries], entries), shape=(3, 3)).asformat(kind))
    expected = from_qubo(dense)
    np.testing.assert_array_equal(problem.h, expected.h)
    np.testing.assert_array_equal(problem.coupling, expected.coupling)
    assert problem.offset == expected.offset
    assert problem.labels == range(3)


def test_repeated_sparse_entries_add_up():
    Q = scipy.sparse.coo_array(([4, 4, 1, 1], ([0, 0, 1, 1], [1, 1, 1, 1])), shape=(2, 2))
    assert from_qubo(Q).energies([1, 1]).item() == 10


def test_dict_labels_keep_their_order_of_appearance():
    problem = from_qubo({("b", "b"): 2, ("b", (0, 1)): 4})
    assert problem.labels == ("b", (0, 1))
    assert problem.energies(binary_to_spin([[1, 0], [0, 1], [1, 1]])).tolist() == [2, 0, 6]


def test_dict_of_indices_is_ordered_by_index():
    problem = from_qubo({(2, 2): 4, (0, 1): 8})
    assert problem.labels == range(3)
    assert problem.energies(binary_to_spin([0, 0, 1])).item() == 4


def test_given_labels_order_the_spins_and_may_add_some():
    problem = from_qubo({("b", "b"): 2, ("a", "b"): 4}, labels=["a", "c", "b"])
    assert problem.labels == ("a", "c", "b")
    assert problem.energies(binary_to_spin([0, 1, 1])).item() == 2


def test_empty_qubos():
    for empty in ({}, np.zeros((0, 0)), scipy.sparse.csr_array((0, 0))):
        assert from_qubo(empty, 5).energies([]).item() == 5
    Q, offset = to_qubo(ising([], [], [], [], offset=5))
    assert (Q.shape, offset) == ((0, 0), 5)


def test_coefficients_beyond_32_bits_are_exact():
    big = 4 * (2**40 + 1)
    Q, offset = to_qubo(from_qubo({(0, 0): big, (0, 1): -big}))
    assert Q.toarray().tolist() == [[big, -big], [0, 0]]
    assert offset == 0


def test_coefficients_near_64_bits_do_not_wrap():
    assert from_qubo([[2**62, 2**62], [0, 2**62]]).energies([1, 1]).item() == 3 * 2.0**62


@pytest.mark.parametrize(
    ("Q", "message"),
    [
        (np.zeros((2, 3)), "expected a square"),
        (np.zeros(3), "expected a square"),
        (scipy.sparse.csr_array((2, 3)), "expected a square"),
        ([[np.nan]], "not finite"),
        ({(0, 0): np.inf}, "not finite"),
        (scipy.sparse.csr_array([[np.inf]]), "not finite"),
        ({"ab": 1}, "expected pairs"),
        ({(0, 1, 2): 1}, "expected pairs"),
    ],
)
def test_bad_qubos_are_refused(Q, message):
    with pytest.raises(ValueError, match=message):
        from_qubo(Q)


def test_unknown_and_repeated_labels_are_refused():
    with pytest.raises(ValueError, match="not among the labels"):
        from_qubo({("a", "b"): 1}, labels=["a"])
    with pytest.raises(ValueError, match="distinct"):
        from_qubo({("a", "a"): 1}, labels=["a", "a"])


def test_spins_and_bits_convert_both_ways():
    bits = np.array([[0, 1], [1, 1]], bool)
    spins = binary_to_spin(bits)
    assert spins.dtype == np.int8
    assert spins.tolist() == [[-1, 1], [1, 1]]
    assert spin_to_binary(spins).dtype == np.int8
    assert spin_to_binary(spins).tolist() == bits.astype(int).tolist()


def test_wrong_alphabets_are_refused():
    with pytest.raises(ValueError, match="only 0 and 1"):
        binary_to_spin([-1, 1])
    with pytest.raises(ValueError, match="only -1 and"):
        spin_to_binary([0, 1])
