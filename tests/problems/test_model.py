"""IsingProblem: exact energies against plain Python sums, normalisation, and every refusal."""

import itertools

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.model import _BLOCK, ising

HUGE = 2**40 + 1  # above int32 and float32, below 2**53


def all_states(n):
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8).reshape(-1, n)


def python_energy(state, h, row, col, coupling, offset):
    """Energy in Python numbers, which neither overflow nor round where all are ints."""
    s = [int(v) for v in state]
    pairs = zip(row, col, coupling, strict=True)
    return (
        sum(a * b for a, b in zip(h, s, strict=True))
        + sum(j * s[a] * s[b] for a, b, j in pairs)
        + offset
    )


@st.composite
def instances(draw, values):
    n = draw(st.integers(1, 6))
    index = st.integers(0, n - 1)
    pair = st.tuples(index, index).filter(lambda p: p[0] != p[1])
    pairs = draw(st.lists(pair, max_size=10)) if n > 1 else []
    h = draw(st.lists(values, min_size=n, max_size=n))
    coupling = draw(st.lists(values, min_size=len(pairs), max_size=len(pairs)))
    return h, [p[0] for p in pairs], [p[1] for p in pairs], coupling, draw(values)


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(instances(st.integers(-(2**45), 2**45)))
def test_integer_energies_equal_python_sums_on_all_states(instance):
    problem = ising(*instance)
    states = all_states(problem.num_variables)
    energies = problem.energies(states)
    assert problem.is_integer
    assert energies.dtype == np.int64
    assert energies.tolist() == [python_energy(s, *instance) for s in states]


@settings(deadline=None, max_examples=40, derandomize=True, database=None)
@given(instances(st.floats(-1e3, 1e3, allow_subnormal=False)))
def test_float_energies_equal_dimod(instance):
    problem = ising(*instance)
    h, row, col, coupling, offset = instance
    bqm = dimod.BQM.from_numpy_vectors(
        np.array(h), (np.array(row, int), np.array(col, int), np.array(coupling)), offset, "SPIN"
    )
    states = all_states(problem.num_variables)
    np.testing.assert_allclose(problem.energies(states), bqm.energies(states), atol=1e-9)


def test_pairs_are_ordered_sorted_and_merged():
    problem = ising([0] * 4, [3, 1, 0, 2], [0, 2, 3, 1], [5, 7, -1, 10], labels="wxyz")
    assert problem.row.tolist() == [0, 1]
    assert problem.col.tolist() == [3, 2]
    assert problem.coupling.tolist() == [4, 17]
    assert problem.labels == ("w", "x", "y", "z")


def test_zero_couplings_are_kept():
    assert ising([0, 0], [0], [1], [0]).num_interactions == 1


def test_narrow_integers_do_not_wrap_when_merged():
    problem = ising([0, 0], [0, 1], [1, 0], np.array([200, 100], np.uint8))
    assert problem.coupling.tolist() == [300]


def test_coefficients_beyond_32_bits_are_exact():
    problem = ising([HUGE, 0], [0], [1], [HUGE + 2], offset=1)
    assert problem.energies([1, 1]).item() == 2 * HUGE + 3
    assert problem.energies([[-1, 1], [1, -1]]).tolist() == [-2 * HUGE - 1, -1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8, bool, object])
def test_integer_values_of_any_dtype_give_an_integer_problem(dtype):
    problem = ising(np.array([1, 0], dtype), [0], [1], np.array([1], dtype), offset=2.0)
    assert problem.is_integer
    assert problem.coupling.dtype == np.int64
    assert type(problem.offset) is int


@pytest.mark.parametrize(
    ("h", "coupling", "offset"),
    [([0.5, 0], [1], 0), ([1, 0], [0.5], 0), ([1, 0], [1], 0.5), ([2**52, 2**52], [1], 0)],
)
def test_fractions_and_huge_sums_give_a_float_problem(h, coupling, offset):
    problem = ising(h, [0], [1], coupling, offset)
    assert not problem.is_integer
    assert problem.coupling.dtype == np.float64
    assert type(problem.offset) is float


def test_integers_beyond_64_bits_become_floats_and_do_not_wrap():
    problem = ising([0, 0], [0, 0], [1, 1], [2**62, 2**62], offset=10**30)
    assert problem.coupling.tolist() == [2.0**63]
    assert problem.offset == 1e30


@pytest.mark.parametrize("labels", [None, range(2), [0, 1], (0, 1), np.arange(2).tolist()])
def test_labels_equal_to_the_indices_become_a_range(labels):
    assert ising([0, 0], [], [], [], labels=labels).labels == range(2)


@pytest.mark.parametrize("labels", [[1, 0], range(1, 3), "ab", (0, "b")])
def test_other_labels_become_a_tuple(labels):
    assert ising([0, 0], [], [], [], labels=labels).labels == tuple(labels)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_leading_axes_are_kept(shape):
    spins = np.ones((*shape, 2), np.int8)
    assert ising([1, 2], [], [], []).energies(spins).shape == shape


def test_energies_agree_across_scratch_blocks():
    n = 1500
    row, col = np.triu_indices(n, 1)
    problem = ising(np.zeros(n), row[::2], col[::2], np.full(row[::2].size, 0.1))
    assert problem.num_interactions * 3 > _BLOCK
    spins = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (3, n))
    one_by_one = [problem.energies(s).item() for s in spins]
    assert problem.energies(spins).tolist() == one_by_one


def test_many_states_are_split_into_blocks():
    problem = ising([1, 2], [0], [1], [4])
    states = np.tile(all_states(2), (_BLOCK // 8, 1))
    expected = np.tile([1, -3, -5, 7], _BLOCK // 8)
    np.testing.assert_array_equal(problem.energies(states), expected)


def test_empty_problem_has_the_offset_as_energy():
    assert ising([], [], [], [], offset=3).energies([]).item() == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([np.nan], [], [], []), "not finite"),
        (([0, 0], [0], [1], [np.inf]), "not finite"),
        (([0], [], [], [], np.inf), "not finite"),
        ((["a"], [], [], []), "real numbers"),
        (([1j], [], [], []), "real numbers"),
        (([object()], [], [], []), "not a real number"),
        (([0, 0], [0], [2], [1]), r"outside 0\.\.1"),
        (([0, 0], [-1], [1], [1]), r"outside 0\.\.1"),
        (([0, 0], [1], [1], [1]), "spin 1 is coupled to itself"),
        (([0, 0], [0.5], [1], [1]), "expected integers"),
        (([0, 0], [0], [1], [1, 2]), r"expected \[n\], \[m\]"),
        (([[0, 0]], [], [], []), r"expected \[n\], \[m\]"),
        (([0, 0], [], [], [], 0, ["a"]), "expected 2 distinct"),
        (([0, 0], [], [], [], 0, ["a", "a"]), "expected 2 distinct"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ising(*arguments)


@pytest.mark.parametrize("spins", [[0, 1], [1, 2], [1.0, np.nan], ["1", "1"]])
def test_states_of_other_values_are_refused(spins):
    with pytest.raises(ValueError, match="spins must be -1 or"):
        ising([0, 0], [], [], []).energies(spins)


@pytest.mark.parametrize("spins", [1, [1], [[1, 1, 1]]])
def test_states_of_a_wrong_length_are_refused(spins):
    with pytest.raises(ValueError, match=r"expected shape \[..., 2\]"):
        ising([0, 0], [], [], []).energies(spins)
