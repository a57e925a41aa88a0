"""Without noise and with bits enough, a product in memory is the product of whole numbers."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import random

from crossbar.calibration import calibrate, needed_bits
from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.converters.dac import Dac
from crossbar.converters.flash import FlashAdc
from crossbar.converters.ramp import RampAdc
from crossbar.converters.sar import SarAdc
from crossbar.design import Design, lossless_bits
from crossbar.mapping import MAPPINGS
from crossbar.programmed import ProgrammedMatrix
from crossbar.programming import program

KEY = random.key(0)


def design_of(num_levels: int = 2, **changes: Any) -> Design:
    return Design(Cell(jnp.linspace(1e-6, 2.5e-6, num_levels)), **changes)


def whole_numbers(design: Design, inputs: int, outputs: int, seed: int) -> tuple:
    """A matrix whose largest weight fills its range, and inputs, of whole numbers."""
    rng = np.random.default_rng(seed)
    limit = 1 if design.mapping == "ternary" else 2 ** (design.weight_bits - 1) - 1
    matrix = rng.integers(-limit, limit + 1, (inputs, outputs))
    matrix[0, 0] = limit
    signed = design.encoding != "unsigned"
    top = 2 ** (design.input_bits - signed) - 1
    x = rng.integers(-top if signed else 0, top + 1, (5, inputs))
    x[0], x[1] = top, -top if signed else 0
    return matrix, x


def in_memory(matrix: np.ndarray, design: Design) -> ProgrammedMatrix:
    return program(KEY, matrix, design).replace(input_scale=jnp.float32(1))


@st.composite
def cases(draw: Any) -> tuple[Design, int, int, int]:
    mapping = draw(st.sampled_from(sorted(MAPPINGS)))
    encoding = draw(st.sampled_from(["twos-complement", "sign-magnitude", "unsigned"]))
    # Pairs at their ends are worth a fraction of a level where there are more than two.
    levels = 2 if mapping in ("ternary", "unary") else draw(st.sampled_from([2, 3, 4, 16]))
    design = design_of(
        levels,
        rows=draw(st.sampled_from([16, 40, 128])),
        columns=draw(st.sampled_from([4, 128])),
        mapping=mapping,
        weight_bits=4 if mapping == "unary" else draw(st.sampled_from([2, 4, 8])),
        input_bits=draw(st.sampled_from([2, 5, 8])),
        dac_bits=1 if encoding == "twos-complement" else draw(st.sampled_from([1, 2, 3])),
        encoding=encoding,
    )
    return design, draw(st.integers(1, 150)), draw(st.integers(1, 9)), draw(st.integers(0, 999))


def check_exact(case: tuple[Design, int, int, int]) -> None:
    design, inputs, outputs, seed = case
    design = design.replace(adc=IdealAdc(design.lossless_bits))
    matrix, x = whole_numbers(design, inputs, outputs, seed)
    memory = in_memory(matrix, design)
    np.testing.assert_array_equal(memory.mvm(x)[0], x @ matrix)
    assert needed_bits(memory) <= design.lossless_bits


@settings(max_examples=6, deadline=None, derandomize=True)
@given(cases())
def test_products_of_whole_numbers_are_exact(case: tuple[Design, int, int, int]) -> None:
    check_exact(case)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(cases())
def test_products_of_whole_numbers_are_exact_at_length(case: tuple) -> None:
    check_exact(case)


@pytest.mark.parametrize("adc", [FlashAdc(8), SarAdc(8), RampAdc(8)])
def test_any_converter_will_do_and_so_do_ideal_drivers(adc: Any) -> None:
    design = design_of(rows=64, adc=adc, dac=Dac(), weight_bits=4, input_bits=4)
    assert design.lossless_bits == 8
    matrix, x = whole_numbers(design, 70, 3, 1)
    memory = in_memory(matrix, design)
    np.testing.assert_array_equal(memory.mvm(x, random.key(1))[0], x @ matrix)


def test_lossless_bits_tell_all_sums_apart_and_fewer_do_not() -> None:
    for rows, levels, bits in [(1, 2, 1), (16, 2, 1), (127, 2, 1), (128, 2, 1), (5, 4, 3)]:
        for signed in (False, True):
            largest = rows * (levels - 1) * (2**bits - 1)
            sums = largest + 1 + (largest if signed else 0)
            found = lossless_bits(rows, levels, bits, signed=signed)
            assert 2 ** (found - 1) < sums <= 2**found


def test_needed_bits_are_enough_and_one_fewer_is_not() -> None:
    design = design_of(rows=32, columns=4, weight_bits=2, input_bits=4, adc=IdealAdc(7))
    matrix = np.ones((32, 4), int)
    matrix[20:] = -1
    bits = needed_bits(in_memory(matrix, design))
    # 20 cells of one sign: codes to 20.
    assert bits == 6
    x = 7 * (matrix[:, :1].T > 0)
    one = jnp.ones(1)
    for few, exact in ((bits, True), (bits - 1, False)):
        memory = in_memory(matrix, design.replace(adc=IdealAdc(few))).replace(step=one)
        assert np.array_equal(memory.mvm(x)[0], x @ matrix) == exact


def test_calibration_keeps_what_is_exact() -> None:
    design = design_of(rows=64, columns=4, weight_bits=4, input_bits=4)
    matrix, x = whole_numbers(design, 130, 4, 2)
    memory = in_memory(matrix, design.replace(adc=IdealAdc(design.lossless_bits)))
    tuned = calibrate(memory, x[2:])
    np.testing.assert_array_equal(tuned.mvm(x)[0], x @ matrix)
    assert tuned.step.tolist() == [1.0] * 3
    coarse = memory.replace(step=2 * memory.step)
    assert not np.array_equal(coarse.mvm(x)[0], x @ matrix)


def test_negative_inputs_need_a_sign() -> None:
    memory = in_memory(np.ones((3, 2)), design_of(rows=4, columns=4, encoding="unsigned"))
    with pytest.raises(ValueError, match="negative values and encoding='unsigned'"):
        memory.mvm([-1.0, 0.0, 1.0])
