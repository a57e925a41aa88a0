"""Errors one source at a time, and what wires take, against what is computed otherwise."""

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from crossbar.assessment import assess, wire_loss, without_deviations
from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from crossbar.design import Design
from crossbar.programming import program
from crossbar.wires.nodal import solve_nodes
from crossbar.wires.wire import Wire, small_loss

N = 12
CELL = Cell(jnp.array([1e-4, 2.5e-4]), device_spread=jnp.array([0.03, 0.03]), read_noise=0.005)
WIRE = Wire(word=5.0, bit=5.0)
DESIGN = Design(CELL, WIRE, IdealAdc(8), rows=N, columns=N)
KEY = random.key(3)
DRAWS = np.random.default_rng(5)
MATRIX, INPUTS = DRAWS.normal(size=(N, N)), DRAWS.normal(size=(64, N))


@pytest.fixture(scope="module")
def found():
    return assess(KEY, MATRIX, DESIGN, INPUTS)


def test_sources_that_are_off_are_zero(found):
    perfect = assess(KEY, MATRIX, without_deviations(DESIGN).replace(wire=None), INPUTS)
    errors = perfect.errors
    assert errors.programming == errors.wires == errors.reading == 0
    assert errors.converter < 1e-6
    assert errors.total == pytest.approx(errors.quantisation, rel=0.03)  # gains fitted to 32 inputs
    assert found.errors.quantisation == pytest.approx(errors.quantisation, rel=1e-6)
    # Calibrated for what it would read without wires, or half of the range were cut off.
    assert found.errors.converter < 1e-6
    assert min(found.errors.programming, found.errors.wires, found.errors.reading) > 1e-3


def test_programming_alone_is_the_error_of_the_programmed_matrix(found):
    free = DESIGN.replace(wire=None)
    spread = np.asarray(program(KEY, MATRIX, free).matrix(), np.float64)
    ideal = np.asarray(program(KEY, MATRIX, without_deviations(free)).matrix(), np.float64)
    tested = INPUTS[32:]
    lost = tested @ (spread - ideal)
    wanted = np.sqrt(np.mean(lost**2) / np.mean((tested @ MATRIX) ** 2))
    assert found.errors.programming == pytest.approx(wanted, rel=0.02)  # rounding of inputs


def test_wires_against_kirchhoff(found):
    loss = wire_loss(found.programmed)
    cells = np.asarray(found.programmed.conductance[0, 0, 0, 0], np.float64)
    sensed = solve_nodes(cells, np.ones((N, 1)), WIRE).sensed
    assert loss.share == pytest.approx(1 - sensed.sum() / cells.sum(), rel=1e-3)
    assert loss.law == pytest.approx(float(small_loss(WIRE, cells.mean(), N, N)), rel=1e-5)


def test_what_the_guard_advises_keeps_to_the_limit(found):
    loss = wire_loss(found.programmed, limit=0.02)
    assert loss.share > 0.02
    mean = float(found.programmed.conductance[0, 0, 0, 0].mean())
    assert small_loss(WIRE, mean, loss.largest, loss.largest) <= 0.02
    assert small_loss(WIRE, mean, loss.largest + 1, loss.largest + 1) > 0.02
    assert small_loss(WIRE, 1 / loss.resistance, N, N) == pytest.approx(0.02)


def test_calibration_makes_up_for_wires(found):
    """Where they take more than rounding to whole numbers gives back."""
    lossy = DESIGN.replace(wire=Wire(word=20.0, bit=20.0))
    plain, tuned = (
        assess(KEY, MATRIX, lossy, INPUTS, calibrated=calibrated).errors
        for calibrated in (False, True)
    )
    assert plain.total == plain.uncalibrated
    assert tuned.total < 0.7 * plain.total
    assert tuned.wires == pytest.approx(plain.wires, rel=0.05)
    assert tuned.wires > 2 * found.errors.wires


def test_none_of_the_second_half_is_left_out():
    odd = assess(KEY, MATRIX, DESIGN, INPUTS[:63], calibrated=False)
    exact = INPUTS[31:63] @ MATRIX
    assert odd.outputs.shape == exact.shape
    lost = np.sqrt(np.mean((odd.outputs - exact) ** 2) / np.mean(exact**2))
    assert odd.errors.total == pytest.approx(lost, rel=1e-6)


def test_inputs_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"expected \[..., 12\]"):
        assess(KEY, MATRIX, DESIGN, INPUTS[:, :11], calibrated=False)
    with pytest.raises(ValueError, match=r"shape \(3, 12\).*at least four"):
        assess(KEY, MATRIX, DESIGN, INPUTS[:3])
