"""Calibrated ranges, compensated columns, codes that make up for wires."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from crossbar.calibration import calibrate, range_errors
from crossbar.cells.cell import Cell
from crossbar.compensation import compensate_columns, matrix_error, remap
from crossbar.converters.adc import IdealAdc
from crossbar.converters.ramp import RampAdc
from crossbar.converters.stochastic import StochasticReadout
from crossbar.design import Design
from crossbar.programmed import ProgrammedMatrix
from crossbar.programming import program
from crossbar.wires.wire import Wire

KEY = random.key(0)
RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(96, 8))
TYPICAL, HELD_OUT = RNG.normal(size=(2, 48, 96))
JUNCTION = jnp.array([1 / 26e3, 1 / 13e3])


def design_of(bits: int | None, levels: int = 2, **changes: Any) -> Design:
    cell = Cell(jnp.linspace(1e-6, 2e-6, levels))
    return Design(cell, **({"adc": IdealAdc(bits), "rows": 64, "columns": 8} | changes))


def error(memory: ProgrammedMatrix, x: np.ndarray = HELD_OUT) -> float:
    return matrix_error(memory.mvm(x)[0], x @ MATRIX)


def test_calibration_reaches_the_limit_of_quantisation_and_never_harms() -> None:
    limit = error(program(KEY, MATRIX, design_of(None)))
    before = [error(program(KEY, MATRIX, design_of(bits))) for bits in (4, 5, 8)]
    tuned = [calibrate(program(KEY, MATRIX, design_of(bits)), TYPICAL) for bits in (4, 5, 8)]
    after = [error(memory) for memory in tuned]
    assert all(one <= 1.02 * other for one, other in zip(after, before, strict=True))
    assert after[0] > 1.02 * after[1] >= after[2]
    assert after[1] < 1.1 * limit < 0.05 * before[1]
    assert before[2] < 1.1 * limit  # where the range of the matrix itself suffices
    assert tuned[0].input_scale is not None


def test_errors_fall_with_bits() -> None:
    found = []
    for bits in (4, 6, 8):
        design = design_of(bits, 128, encoding="sign-magnitude", dac_bits=7)
        memory = program(KEY, MATRIX, design)
        found.append(error(calibrate(memory, TYPICAL)))
        assert found[-1] <= 1.02 * error(memory)
    assert found[2] < 0.7 * found[1] < 0.5 * found[0]


def test_finer_steps_and_steps_for_each_row_are_no_worse() -> None:
    memory = program(KEY, MATRIX, design_of(4, 8))
    plain = calibrate(memory, TYPICAL)
    finer = calibrate(memory, TYPICAL, powers_of_two=False)
    rows = calibrate(memory, TYPICAL, per_row=True)
    assert np.all(np.log2(np.asarray(plain.step)) % 1 == 0)
    assert rows.step.shape == (2, *plain.step.shape)

    def cost(tuned: ProgrammedMatrix, step: Any) -> np.ndarray:
        return range_errors(tuned, jnp.asarray(TYPICAL, jnp.float32), [step]).errors[..., 0]

    for piece, step in enumerate(plain.step):
        base = cost(plain, step)[:, piece]
        assert cost(plain, finer.step[piece])[:, piece].sum() <= 1.002 * base.sum()
        for block in range(2):
            assert cost(plain, rows.step[block, piece])[block, piece] <= 1.002 * base[block]
    assert error(rows) < error(memory)


def test_range_of_inputs() -> None:
    memory = program(KEY, MATRIX, design_of(None, input_bits=4))
    assert calibrate(memory, TYPICAL, input_range="keep").input_scale is None
    largest = calibrate(memory, TYPICAL, input_range=100.0).input_scale
    assert float(largest) == pytest.approx(np.abs(TYPICAL).max() / 7)  # pyright: ignore
    half = calibrate(memory, TYPICAL, input_range=50.0).input_scale
    assert float(half) == pytest.approx(np.median(np.abs(TYPICAL)) / 7)  # pyright: ignore
    assert error(calibrate(memory, TYPICAL)) < error(memory.replace(input_scale=largest))
    # A scale that fits is kept: whole numbers stay whole.
    whole = memory.replace(input_scale=jnp.float32(1))
    assert float(calibrate(whole, np.eye(96)).input_scale) == 1  # pyright: ignore


def test_a_stochastic_readout_is_calibrated_with_its_noise() -> None:
    readout = StochasticReadout(samples=16)
    memory = program(KEY, MATRIX, design_of(None, 128, adc=readout, encoding="sign-magnitude"))
    tuned = calibrate(memory, TYPICAL, key=random.key(1))

    def noisy(memory: ProgrammedMatrix) -> float:
        found = memory.mvm(HELD_OUT, random.key(2))[0]
        return matrix_error(found, HELD_OUT @ MATRIX)

    assert noisy(tuned) < 0.5 < noisy(memory)
    again = [tuned.mvm(HELD_OUT, random.key(seed))[0] for seed in (2, 2, 3)]
    np.testing.assert_array_equal(again[0], again[1])
    assert not np.array_equal(again[0], again[2])


def test_what_cannot_be_calibrated_is_explained() -> None:
    memory = program(KEY, MATRIX, design_of(4))
    with pytest.raises(ValueError, match="all inputs are 0"):
        calibrate(memory, np.zeros((2, 96)))
    with pytest.raises(ValueError, match="expected 'mse', 'keep' or a percentage"):
        calibrate(memory, TYPICAL, input_range="max")
    with pytest.raises(ValueError, match="input_range is 101"):
        calibrate(memory, TYPICAL, input_range=101)
    with pytest.raises(ValueError, match="one input cannot tell gain from offset"):
        compensate_columns(memory, MATRIX, TYPICAL[:1])
    with pytest.raises(ValueError, match=r"matrix has shape \(96, 7\)"):
        compensate_columns(memory, MATRIX[:, :7], TYPICAL)
    with pytest.raises(ValueError, match="rounds is 0"):
        remap(KEY, MATRIX, design_of(4), rounds=0)


def test_columns_get_their_gain_and_offset_back() -> None:
    adc = RampAdc(16, slope=0.1, offset=100.0)
    design = design_of(None, 128, adc=adc, encoding="sign-magnitude", dac_bits=7)
    memory = program(KEY, MATRIX, design)
    better = compensate_columns(memory, MATRIX, TYPICAL)
    assert error(better) < 0.25 * error(memory)
    scaled = memory.replace(transfer=memory.transfer * 1.25)
    np.testing.assert_allclose(
        compensate_columns(scaled, MATRIX, TYPICAL).gain, better.gain / 1.25, rtol=2e-2
    )
    # One that is right is left alone.
    right = program(KEY, MATRIX, design.replace(adc=IdealAdc(None)))
    exact = compensate_columns(right, MATRIX, TYPICAL)
    np.testing.assert_allclose(exact.gain, 1, atol=0.01)
    silent = program(KEY, np.zeros((4, 2)), design_of(None, rows=4))
    np.testing.assert_array_equal(compensate_columns(silent, np.zeros((4, 2)), np.eye(4)).gain, 1)


@pytest.mark.parametrize("mapping", ["differential", "offset"])
def test_codes_make_up_for_wires(mapping: str) -> None:
    wire = Wire(word=5.0, bit=5.0)
    matrix = np.random.default_rng(1).uniform(-1, 1, (60, 30))
    design = Design(Cell(JUNCTION), wire, rows=32, columns=32, mapping=mapping)
    done = remap(KEY, matrix, design)
    limit = matrix_error(program(KEY, matrix, design.replace(wire=None)).matrix(), matrix)
    assert done.before > 0.1
    assert done.rounds[0] == pytest.approx(done.gain_only, rel=1e-3)
    assert done.after < 4 * limit
    assert done.after < 0.15 * done.gain_only < 0.15 * done.before
    assert done.after == pytest.approx(min(done.rounds[1:]), rel=1e-3)


def test_codes_make_up_for_devices_that_were_measured_only() -> None:
    cell = Cell(JUNCTION, device_spread=0.05)
    matrix = np.random.default_rng(2).uniform(-1, 1, (32, 32))
    design = Design(cell, adc=IdealAdc(8), rows=32, columns=32)
    known = remap(KEY, matrix, design, measured=True)
    unknown = remap(KEY, matrix, design)
    assert known.before == unknown.before
    assert known.after < 0.2 * known.gain_only
    assert unknown.after > 0.8 * unknown.gain_only
    # Products show it without calibration; steps of a level would round it away.
    x = TYPICAL[:8, :32]
    fine, coarse = (
        matrix_error(one.mvm(x)[0], x @ matrix)
        for one in (known.programmed, known.programmed.replace(step=jnp.ones(7)))
    )
    assert fine < 0.05 < 0.1 < coarse
    # What changes from cycle to cycle cannot be known before.
    restless = design.replace(cell=cell.replace(device_spread=0.0, cycle_spread=0.05))
    assert remap(KEY, matrix, restless, measured=True).after > 0.5 * known.gain_only
