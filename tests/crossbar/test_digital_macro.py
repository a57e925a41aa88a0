"""The digital macro is exact at every precision, and its checks would notice if it were not."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossbar.digital import DigitalMacro, Layout, OperatingPoint, Organisation, serial
from crossbar.digital.arithmetic import accumulator_bits, wrap
from crossbar.digital.layout import from_cells, significance, to_cells

WIDTHS = (4, 8, 12, 16)
PAIRS = list(itertools.product(WIDTHS, WIDTHS))
# Few shapes, because each compiles; the last has three tiles of rows, the last of them short.
SHAPES = [(1, 1, 1), (3, 256, 5), (2, 600, 3)]


def operand(kind, bits, shape, rng):
    """Random numbers, the extremes, their mixture, or numbers whose low bits are all ones."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    match kind:
        case "least":
            return np.full(shape, low)
        case "most":
            return np.full(shape, high)
        case "ends":
            return rng.choice([low, high], shape)
        case "ones":
            return rng.choice([-1, high], shape)
    return rng.integers(low, high + 1, shape)


KINDS = st.sampled_from(["least", "most", "ends", "ones", "random"])


@pytest.mark.parametrize(("input_bits", "weight_bits"), PAIRS)
@settings(max_examples=12, deadline=None)
@given(st.sampled_from(SHAPES), KINDS, KINDS, st.integers(0, 2**31))
def test_products_are_those_of_int64(input_bits, weight_bits, shape, left, right, seed):
    batch, inputs, outputs = shape
    rng = np.random.default_rng(seed)
    x = operand(left, input_bits, (batch, inputs), rng)
    weights = operand(right, weight_bits, (inputs, outputs), rng)
    result, _ = DigitalMacro(input_bits, weight_bits).program(weights).mvm(x)
    assert result.dtype == np.int64
    np.testing.assert_array_equal(result, x @ weights)


def bits_of(weights, width):
    return ((weights[:, :, None] >> np.arange(width - 1, -1, -1)) & 1).astype(bool)


@pytest.mark.parametrize(("input_bits", "weight_bits"), PAIRS)
@pytest.mark.parametrize("kind", ["least", "ends", "random"])
def test_cycle_by_cycle_gives_the_same(input_bits, weight_bits, kind):
    rng = np.random.default_rng(1)
    x = operand(kind, input_bits, (4, 256), rng)
    weights = operand(kind, weight_bits, (256, 3), rng)
    slow = serial.multiply(x.astype(np.int32), bits_of(weights, weight_bits), input_bits)
    fast, _ = DigitalMacro(input_bits, weight_bits).program(weights).mvm(x)
    np.testing.assert_array_equal(slow, x @ weights)
    np.testing.assert_array_equal(slow, fast)


@pytest.mark.parametrize("fault", ["signed_cycle", "signed_column"])
def test_a_wrong_sign_is_caught(fault):
    x = np.full((1, 256), -(2**15), np.int32)
    weights = np.full((256, 1), -(2**15))
    wrong = serial.multiply(x, bits_of(weights, 16), 16, **{fault: False})
    assert wrong.item() == -((x @ weights).item())


def test_forty_bits_hold_what_thirty_one_do_not():
    x, weights = np.full((1, 256), -(2**15)), np.full((256, 1), -(2**15))
    exact, _ = DigitalMacro(16, 16).program(weights).mvm(x)
    assert exact.item() == 2**38
    assert wrap(exact, accumulator_bits(16, 16, 256)) == exact
    assert wrap(exact, 39) != exact
    assert wrap(exact, 31) != exact


def test_one_float_product_would_not_do():
    """Why operands are cut into digits."""
    rng = np.random.default_rng(2)
    x, weights = (operand("random", 16, shape, rng) for shape in ((8, 256), (256, 8)))
    assert np.any(x.astype(np.float32) @ weights.astype(np.float32) != x @ weights)


def test_many_tiles_do_not_overflow():
    inputs = 256 * 200
    x, weights = np.full((1, inputs), -(2**15)), np.full((inputs, 1), -(2**15))
    result, events = DigitalMacro(16, 16).program(weights).mvm(x)
    assert result.item() == 2**30 * inputs
    assert events.additions == 199 * 2  # 48 bits take two additions of 32


@pytest.mark.parametrize("width", WIDTHS)
def test_cells_round_trip(width):
    rng = np.random.default_rng(width)
    weights = operand("random", width, (300, 70), rng).astype(np.int32)
    layout = Layout(300, 70, width)
    cells = to_cells(weights, layout)
    assert cells.shape == (300, layout.column_tiles, 64, 4)
    np.testing.assert_array_equal(from_cells(cells, layout), weights)
    # Banks of one weight are neighbours, the sign in the first.
    first = cells[0, 0, : width // 4].reshape(-1)
    assert first @ significance(width) == weights[0, 0]


def test_twelve_bits_leave_a_bank_over():
    assert [Layout(1, 1, b).outputs_per_macro for b in WIDTHS] == [64, 32, 21, 16]


def test_one_vector_or_many():
    programmed = DigitalMacro(8, 8).program(np.arange(6).reshape(3, 2))
    one, _ = programmed.mvm(np.array([1, -2, 3], np.int8))
    many, _ = programmed.mvm([[1, -2, 3], [0, 0, 0]])
    assert one.tolist() == many[0].tolist() == [8, 10]


def test_bad_operands_are_explained():
    macro = DigitalMacro(8, 8)
    with pytest.raises(ValueError, match=r"holds 128, which does not fit 8 bits.*-128 to 127"):
        macro.program([[128]])
    with pytest.raises(TypeError, match="float64; expected integers: quantise first"):
        macro.program([[1.0]])
    with pytest.raises(TypeError, match="bool"):
        macro.program(np.ones((2, 2), bool))
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        macro.program([1, 2])
    programmed = macro.program(np.ones((4, 2), int))
    with pytest.raises(ValueError, match=r"inputs holds -129"):
        programmed.mvm([0, 0, 0, -129])
    with pytest.raises(ValueError, match="3 elements; the matrix has 4 rows"):
        programmed.mvm([1, 2, 3])
    with pytest.raises(ValueError, match=r"input_bits is 7; the macro has \(4, 8, 12, 16\)"):
        DigitalMacro(7, 8)
    with pytest.raises(ValueError, match="macros is 0"):
        DigitalMacro(macros=0)
    with pytest.raises(ValueError, match="fewer than 32768: cut it"):
        Layout(2**23, 1, 8)
    with pytest.raises(ValueError, match="takes 4 banks; the macro has 2"):
        Layout(1, 1, 16, Organisation(banks=2))
    with pytest.raises(ValueError, match="does not fit"):
        macro.program(np.array([[2**63]], np.uint64))


def test_headlines_do_not_mix():
    """The fastest clock is not to be had at the most efficient voltage."""
    with pytest.raises(ValueError, match=r"clock is 540000000.0 Hz; at 0.65 V .* at most 8e\+07"):
        OperatingPoint(0.65, 540e6)
    with pytest.raises(ValueError, match=r"voltage is 0\.6;"):
        OperatingPoint(0.6)
    assert OperatingPoint(0.65).published
    assert OperatingPoint(1.20).published
    assert not OperatingPoint(0.9).published
    assert not OperatingPoint(1.2, 80e6).published
