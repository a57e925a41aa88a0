"""What does not fit is named with its number, and what is proposed instead fits and is smallest."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbits.machine.codes import encode_weights, exact_bits, unit_of
from pbits.machine.limits import Demand, Limits, fit, shortfalls
from pbits.machine.placement import place
from problems import IsingProblem, ising
from problems.copies import limit_fan_in
from problems.generators import random_regular, sherrington_kirkpatrick

COUNTED = ("spins", "arrays", "fan_in", "partial_sums")


def signs(problem: IsingProblem, h: Any = 0) -> IsingProblem:
    """The problem with couplings of 1 and -1."""
    coupling = np.where(problem.coupling > 0, 1, -1)
    return ising(np.full(problem.num_variables, h), problem.row, problem.col, coupling)


@st.composite
def problems(draw: st.DrawFn) -> IsingProblem:
    size = draw(st.integers(2, 12))
    pairs = [(i, j) for i in range(size) for j in range(i + 1, size)]
    kept = np.array(draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1)))
    values = st.integers(-40, 40)
    h = draw(st.lists(values, min_size=size, max_size=size))
    coupling = draw(st.lists(values, min_size=len(kept), max_size=len(kept)))
    return ising(h, kept[:, 0], kept[:, 1], coupling)


@given(problems(), st.integers(1, 12), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_demand_is_what_a_placement_takes(problem: IsingProblem, rows: int, columns: int) -> None:
    demand, layout = Demand.of(problem, rows, columns), place(problem, rows, columns)
    assert demand.arrays == len(layout.arrays)
    assert (demand.fan_in, demand.partial_sums) == (layout.fan_in, layout.partial_sums)
    held = np.unique(np.abs(layout.weights[layout.weights != 0]))
    assert np.array_equal(demand.weights[demand.weights > 0], held)


@given(problems(), st.lists(st.integers(1, 6), min_size=4, max_size=4), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_the_proposed_change_fits_and_less_does_not(
    problem: IsingProblem, counts: list[int], bits: int
) -> None:
    limits = Limits(4, 4, **dict(zip(COUNTED, counts, strict=True)), weight_bits=bits)
    missing = shortfalls(problem, limits)
    changed = limits.replace(**{key: value for one in missing for key, value in one.change.items()})
    assert shortfalls(problem, changed) == []
    assert fit(problem, changed).line.size == problem.num_variables
    for one in missing:
        assert one.needed > one.limit == getattr(limits, one.what)
        assert str(one.limit) in one.remedy
        assert str(one.needed) in one.remedy
        tighter = changed.replace(**{one.what: int(one.needed) - 1})
        assert one.what in {again.what for again in shortfalls(problem, tighter)}
    if missing:
        with pytest.raises(ValueError, match="does not fit") as raised:
            fit(problem, limits)
        assert str(raised.value).count("\n- ") == len(missing)


def test_copies_that_are_proposed_fit() -> None:
    problem = signs(random_regular(40, 12, seed=0))
    limits = Limits(64, 64, fan_in=6)
    (missing,) = shortfalls(problem, limits)
    assert (missing.what, missing.needed, missing.copies) == ("fan_in", 12, 6)
    copies = limit_fan_in(problem, 6).problem
    assert shortfalls(copies, limits) == []
    assert f"copies of fan-in 6 (problems.copies.limit_fan_in): {len(copies.h)}" in missing.remedy
    # A bias takes one of the word lines, so copies have one neighbour fewer.
    biased = signs(problem, h=1)
    (missing,) = shortfalls(biased, limits)
    assert (missing.needed, missing.copies) == (13, 5)
    assert shortfalls(limit_fan_in(biased, 5).problem, limits) == []


def test_no_copies_where_none_fit() -> None:
    (missing,) = shortfalls(signs(random_regular(10, 4, seed=0)), Limits(16, 16, fan_in=2))
    assert missing.copies is None
    assert "no copies of fan-in 3 or more" in missing.remedy


def test_copies_beyond_reason_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbits.machine.limits.COPIES_TRIED", 50)
    (missing,) = shortfalls(signs(random_regular(40, 12, seed=0)), Limits(64, 64, fan_in=6))
    assert missing.copies is None
    assert "copies of fan-in 6 would be 120 and were not tried" in missing.remedy


def test_larger_arrays_are_proposed() -> None:
    problem = sherrington_kirkpatrick(100, seed=0)
    (arrays,) = shortfalls(problem, Limits(32, 32, arrays=4))
    assert arrays.remedy == "16 arrays of 32 x 32, and there are 4: use 16, or 4 of 64 x 64"
    (sums,) = shortfalls(problem, Limits(32, 32, partial_sums=2))
    assert sums.remedy.startswith(
        "up to 4 arrays add to one bit line, and 2 may: allow 4, or use arrays of 64 rows"
    )
    assert shortfalls(problem, Limits(64, 32, partial_sums=2)) == []


def test_bits_of_biases_that_rows_cannot_share() -> None:
    problem = ising([70, 0], [0], [1], [10])
    (missing,) = shortfalls(problem, Limits(8, 8, weight_bits=2))
    assert "weights up to 35 in units of 5 take 4 bits" in missing.remedy
    assert "arrays of more rows" in missing.remedy
    assert shortfalls(problem, Limits(32, 8, weight_bits=2)) == []


def test_real_weights_are_refused_only_where_asked() -> None:
    problem = sherrington_kirkpatrick(20, seed=0)
    if unit_of(problem.coupling) is not None:
        problem = ising(problem.h, problem.row, problem.col, np.sqrt(np.arange(1.0, 191)))
    assert shortfalls(problem, Limits(32, 32, weight_bits=4)) == []
    (missing,) = shortfalls(problem, Limits(32, 32, weight_bits=4, weight_error=0.01))
    assert "multiples of no unit" in missing.remedy
    bits = missing.change["weight_bits"]
    assert encode_weights(problem.coupling, bits).error <= 0.01
    assert encode_weights(problem.coupling, bits - 1).error > 0.01
    (missing,) = shortfalls(problem, Limits(32, 32, weight_bits=4, weight_error=1e-7))
    assert "no 16 bits do" in missing.remedy
    assert shortfalls(problem, Limits(32, 32, weight_bits=4, **missing.change)) == []


def test_ranges_too_wide_name_what_is_lost() -> None:
    (missing,) = shortfalls(ising([0] * 3, [0, 1], [1, 2], [1, 10**6]), Limits(8, 8, weight_bits=8))
    assert "take 21 bits" in missing.remedy
    assert "1 of 2 magnitudes become 0" in missing.remedy
    assert list(missing.change) == ["weight_error"]


@given(st.lists(st.integers(-3000, 3000), min_size=1, max_size=20), st.floats(1e-6, 1e6))
@settings(max_examples=100, deadline=None)
def test_units_are_found(counts: list[int], unit: float) -> None:
    """Against the greatest common divisor; codes are exact where they have the bits for it."""
    divisor = np.gcd.reduce(np.abs(counts))
    weights = np.array(counts) * unit
    if not divisor:
        assert (unit_of(weights), exact_bits(weights)) == (1.0, 2)
        return
    assert unit_of(weights) == pytest.approx(divisor * unit, rel=1e-9)
    bits = exact_bits(weights)
    assert bits is not None
    assert bits == max(2, int(np.abs(counts).max() // divisor).bit_length() + 1)
    for more in (bits, bits + 3):
        codes = encode_weights(weights, more)
        assert np.abs(codes.values).max() <= 2 ** (more - 1) - 1
        assert codes.error == 0
        assert codes.values * codes.scale == pytest.approx(weights, rel=1e-9)
        # Proportional as whole numbers: nothing is rounded.
        largest = np.argmax(np.abs(counts))
        assert np.array_equal(
            codes.values * counts[largest], codes.values[largest] * np.array(counts)
        )


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.integers(2, 16))
@settings(max_examples=100, deadline=None)
def test_errors_of_codes(weights: list[float], bits: int) -> None:
    values = np.array(weights)
    if 0 < np.abs(values).max() < 1e-300:
        with pytest.raises(ValueError, match="scale the problem"):
            encode_weights(weights, bits)
        return
    codes = encode_weights(weights, bits)
    assert np.abs(codes.values).max() <= 2 ** (bits - 1) - 1
    off = np.abs(codes.values * codes.scale - values).max()
    assert off <= (codes.error + 1e-9) * np.abs(values).max()
    assert codes.error <= 0.5 / (2 ** (bits - 1) - 1) * (1 + 1e-9)
    assert codes.vanished == ((codes.values == 0) & (values != 0)).sum()


def test_random_numbers_have_no_unit() -> None:
    pairs = np.random.default_rng(0).normal(size=(300, 2))
    assert all(unit_of(pair) is None for pair in pairs)


def test_multiples_to_twelve_digits() -> None:
    assert unit_of([1, 0.5 + 1e-14]) == 0.5
    assert unit_of([1, 0.5 + 1e-9]) is None
    assert unit_of([1, 1e-20]) is None


def test_exact_codes_use_the_range() -> None:
    assert encode_weights([2, -1], 8).values.tolist() == [126, -63]
    assert encode_weights([1, 0], 8).values.tolist() == [127, 0]
    # 16 to 3 bits: codes of 1 to 3, and rounding.
    assert encode_weights([15, 4], 3).values.tolist() == [3, 1]


@pytest.mark.parametrize("bits", [2, 4, 5])
def test_fewest_bits_are_proposed(bits: int) -> None:
    (missing,) = shortfalls(ising([0] * 3, [0, 1], [1, 2], [1, 20]), Limits(8, 8, weight_bits=bits))
    assert missing.change == {"weight_bits": 6}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": 0}, "rows is 0"),
        ({"spins": 0}, "spins is 0"),
        ({"weight_bits": 1}, "weight_bits is 1; expected a whole number of at least 2"),
        ({"weight_error": -0.1}, "weight_error is -0.1"),
    ],
)
def test_wrong_limits_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Limits(**{"rows": 8, "columns": 8, **arguments})
