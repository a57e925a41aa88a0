"""dimod models <-> Ising problems: labels, dtypes, vartypes and exact values."""

import itertools

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.bqm import from_bqm, to_bqm
from problems.model import ising

QUICK = settings(deadline=None, max_examples=60, derandomize=True, database=None)
LABELS = st.one_of(
    st.integers(-5, 20), st.text(max_size=3), st.tuples(st.integers(0, 3), st.text(max_size=2))
)
VARTYPES = ["SPIN", "BINARY"]
INTEGERS = st.integers(-1000, 1000)


def all_states(n, vartype):
    return np.array(list(itertools.product(sorted(vartype.value), repeat=n))).reshape(-1, n)


def energies_by_dimod(bqm):
    """Energies of all states, in the order of bqm.variables."""
    states = all_states(bqm.num_variables, bqm.vartype)
    return states, np.asarray(bqm.energies((states, list(bqm.variables))), np.float64)


@st.composite
def models(draw, values=INTEGERS):
    labels = draw(st.lists(LABELS, min_size=1, max_size=6, unique=True))
    pairs = list(itertools.combinations(labels, 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    linear = {v: draw(values) for v in labels}
    quadratic = {p: draw(values) for p in chosen}
    dtype = draw(st.sampled_from([np.float32, np.float64, object]))
    vartype = draw(st.sampled_from(VARTYPES))
    return dimod.BinaryQuadraticModel(linear, quadratic, draw(values), vartype, dtype=dtype)


@QUICK
@given(models())
def test_energies_equal_dimod_on_all_states(bqm):
    problem = from_bqm(bqm)
    states, expected = energies_by_dimod(bqm)
    spins = states if bqm.vartype is dimod.SPIN else 2 * states - 1
    assert list(problem.labels) == list(bqm.variables)
    assert problem.energies(spins).tolist() == expected.tolist()


@QUICK
@given(models(), st.sampled_from(VARTYPES))
def test_round_trip_keeps_labels_couplings_and_offset(bqm, vartype):
    problem = from_bqm(bqm)
    bqm2 = to_bqm(problem, vartype)
    assert bqm2.vartype is dimod.as_vartype(vartype)
    assert list(bqm2.variables) == list(bqm.variables)
    back = from_bqm(bqm2)
    assert back.labels == problem.labels
    for name in ("h", "row", "col", "coupling"):
        np.testing.assert_array_equal(getattr(back, name), getattr(problem, name))
        assert getattr(back, name).dtype == getattr(problem, name).dtype
    assert back.offset == problem.offset


@QUICK
@given(models(st.floats(-100, 100, width=32)), st.sampled_from(VARTYPES))
def test_to_bqm_agrees_with_the_problem_for_floats(bqm, vartype):
    problem = from_bqm(bqm)
    converted = to_bqm(problem, vartype)
    states, energies = energies_by_dimod(converted)
    spins = states if vartype == "SPIN" else 2 * states - 1
    np.testing.assert_allclose(energies, problem.energies(spins), atol=1e-9)


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, object])
def test_empty_models(vartype, dtype):
    problem = from_bqm(dimod.BinaryQuadraticModel({}, {}, 4, vartype, dtype=dtype))
    assert problem.num_variables == 0
    assert problem.energies([]).item() == 4
    assert to_bqm(problem, vartype).offset == 4


def test_variables_without_interactions_are_kept():
    bqm = dimod.BQM({"a": 0, "b": 0, "c": 0}, {("a", "c"): 1}, 0, "SPIN")
    assert set(from_bqm(bqm).labels) == {"a", "b", "c"}
    assert to_bqm(from_bqm(bqm)).num_variables == 3


def test_labels_are_not_sorted():
    assert from_bqm(dimod.BQM({"z": 1, "a": 2}, {}, 0, "SPIN")).h.tolist() == [1, 2]
    assert from_bqm(dimod.BQM({1: 1, 0: 2}, {}, 0, "SPIN")).labels == (1, 0)


def test_range_labels_stay_a_range():
    bqm = dimod.BQM(np.ones((3, 3)), "BINARY")
    assert from_bqm(bqm).labels == range(3)
    assert to_bqm(from_bqm(bqm)).variables.is_range


def test_views_equal_their_model():
    bqm = dimod.BQM({"a": 4}, {("a", "b"): -8}, 2, "SPIN")
    for view in (bqm.spin, bqm.binary):
        problem = from_bqm(view)
        assert problem.h.tolist() == [4, 0]
        assert problem.coupling.tolist() == [-8]
        assert problem.offset == 2


def test_float32_biases_keep_their_value():
    problem = from_bqm(
        dimod.BinaryQuadraticModel({0: 0.1}, {(0, 1): 3}, 0, "SPIN", dtype=np.float32)
    )
    assert problem.h[0] == float(np.float32(0.1))
    assert problem.h.dtype == np.float64


def test_object_model_keeps_big_integers_and_a_fractional_offset():
    big = 2**50 + 1
    exact = from_bqm(dimod.DictBQM({"a": big}, {("a", "b"): -1}, 3, "SPIN"))
    assert exact.is_integer
    assert exact.energies([1, 1]).item() == big + 2
    # dimod casts this offset to the dtype of the integer biases, that is to 0.
    assert from_bqm(dimod.DictBQM({"a": 1}, {}, 0.5, "SPIN")).offset == 0.5


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, object])
def test_huge_biases_are_exact(vartype, dtype):
    bqm = dimod.BinaryQuadraticModel({0: 100_000}, {(0, 1): 105}, 0, vartype, dtype=dtype)
    assert from_bqm(bqm).energies([[1, 1]]).tolist() == [100_105]


def test_coefficients_beyond_32_bits_survive_the_round_trip():
    big = 2**45 + 1
    problem = ising([big, 0], [0], [1], [-big], 1)
    for vartype in VARTYPES:
        back = from_bqm(to_bqm(problem, vartype))
        assert back.h.tolist() == [big, 0]
        assert back.coupling.tolist() == [-big]
        assert back.offset == 1


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("dtype", [np.float64, object])
def test_biases_that_are_not_finite_are_refused(vartype, bad, dtype):
    for parts in (({0: bad}, {}, 0), ({}, {(0, 1): bad}, 0), ({0: 1.0}, {}, bad)):
        bqm = dimod.BinaryQuadraticModel(*parts, vartype, dtype=dtype)
        with pytest.raises(ValueError, match="not finite"):
            from_bqm(bqm)


def test_other_models_vartypes_and_none_labels_are_refused():
    with pytest.raises(ValueError, match="BinaryQuadraticModel, not QuadraticModel"):
        from_bqm(dimod.QuadraticModel())
    with pytest.raises(ValueError, match="expected 'SPIN' or 'BINARY'"):
        to_bqm(ising([0], [], [], []), "INTEGER")
    with pytest.raises(ValueError, match="label None"):
        to_bqm(ising([0], [], [], [], labels=[None]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_conversion_does_not_iterate_over_interactions(monkeypatch, dtype):
    bqm = dimod.BinaryQuadraticModel({"a": 1}, {("a", "b"): 4}, 0, "BINARY", dtype=dtype)

    def refuse(self):
        raise AssertionError("dimod went through the interactions in Python")

    monkeypatch.setattr(dimod.BinaryQuadraticModel, "iter_quadratic", refuse)
    for model in (bqm, bqm.spin):
        assert from_bqm(model).coupling.tolist() == [1]
