"""Products of unusual inputs, large batches by parts, and what is refused."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from scipy import stats

from crossbar import programmed, programming
from crossbar.cells.cell import Cell, without_deviations
from crossbar.checking import finite_matrix
from crossbar.compensation import compensate_columns, matrix_error
from crossbar.converters.dac import Dac
from crossbar.design import Design
from crossbar.mapping import encode
from crossbar.nonlinear import exact_mvm
from crossbar.programming import program, with_conductance
from crossbar.quantise import quantise
from crossbar.wires.wire import Wire

KEY = random.key(2)
WEIGHTS = np.random.default_rng(0).normal(size=(6, 3))
CELL = Cell(jnp.array([1e-4, 3e-4]), read_noise=0.05)
DESIGN = Design(CELL, rows=4, columns=4, weight_bits=3, input_bits=3, encoding="sign-magnitude")
MEMORY = program(KEY, WEIGHTS, DESIGN)
X = np.random.default_rng(1).integers(-3, 4, (7, 6))
X[0, 0] = 3


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float16, np.float64, list])
def test_inputs_of_any_kind_of_number(kind: Any) -> None:
    x = X.tolist() if kind is list else X.astype(kind)
    result, events = MEMORY.mvm(x)
    assert result.dtype == jnp.float32
    np.testing.assert_array_equal(result, MEMORY.mvm(X.astype(np.float32))[0])
    np.testing.assert_allclose(result, X @ np.asarray(MEMORY.matrix()), rtol=1e-5, atol=1e-5)
    assert float(events["cell.read"]) > 0


def test_one_input_and_none() -> None:
    one, events = MEMORY.mvm(X[0])
    assert one.shape == (3,)
    np.testing.assert_array_equal(one, MEMORY.mvm(X[:1])[0][0])
    for shape in ((0, 6), (2, 0, 6)):
        none, nothing = MEMORY.mvm(np.zeros(shape))
        assert none.shape == (*shape[:-1], 3)
        assert (np.zeros(shape) @ MEMORY).shape == exact_mvm(MEMORY, np.zeros(shape)).shape
        assert set(nothing) == set(events)
        assert all(float(count) == 0 for count in nothing.values())
    assert MEMORY.report(MEMORY.mvm(np.zeros((0, 6)))[1], 0).energy == 0


@pytest.mark.parametrize("size", [0.0, 1e-45, 1e-38, 1e-37, 1e-30, 1e30])
def test_sizes_of_inputs(size: float) -> None:
    """Nothing, and next to nothing, is no reason for a result that is not a number."""
    result = np.asarray(MEMORY.mvm(size * X)[0], np.float64)
    exact = size * X @ np.asarray(MEMORY.matrix(), np.float64)
    np.testing.assert_allclose(result, exact, rtol=1e-5, atol=1e-5 * size + 3e-37)
    scale = programmed.input_codes(MEMORY, jnp.asarray(size * X, jnp.float32))[1]
    assert float(scale) >= np.finfo(np.float32).tiny


def test_large_batches_are_done_by_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one scale of inputs for all parts, their energy, and noise of each part's own."""
    x = np.repeat(X, 2, axis=0) * np.linspace(0.1, 1, 14)[:, None]
    whole, events = MEMORY.mvm(x)
    sizes = []

    def seen(*arguments: Any) -> Any:
        sizes.append(arguments[1].shape[0])
        return product(*arguments)

    product = programmed._product
    monkeypatch.setattr(programmed, "_product", seen)
    # Two digits of eight rows: so many numbers for one input.
    monkeypatch.setattr(programmed, "_MOST", 5 * 2 * 8)
    parts, same = MEMORY.mvm(x)
    assert sizes == [5, 5, 4]
    np.testing.assert_allclose(parts, whole, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(x @ MEMORY, whole, rtol=1e-6, atol=1e-6)
    assert float(same["cell.read"]) == pytest.approx(float(events["cell.read"]), rel=1e-5, abs=0)
    assert {**same, "cell.read": 0} == {**events, "cell.read": 0}
    alike = np.repeat(X[:1], 10, axis=0)
    noise = np.asarray(MEMORY.mvm(alike, KEY)[0] - MEMORY.mvm(alike)[0])
    assert len(np.unique(noise)) == noise.size


def test_what_read_noise_adds_is_weakened_by_wires() -> None:
    """As each cell's own part is; at half a loss noise of whole cells would be rejected."""
    chosen = DESIGN.replace(wire=Wire(word=400.0, bit=400.0), weight_bits=2, columns=4)
    memory = program(KEY, np.ones((4, 3)), chosen)
    one = np.zeros((3000, 4))
    one[:, 0] = 1
    noise = np.asarray(memory.mvm(one, random.key(1))[0] - memory.mvm(one)[0])
    share = 0.05 / float(CELL.step)
    # Each cell is wiggled on its own; what the others then draw is left out on both sides.
    base = memory.conductance

    def of(plane: int, column: int) -> float:
        moved = base.at[plane, 0, 0, 0, 0, column].multiply(1.01)
        change = with_conductance(memory, moved).transfer - memory.transfer
        return float(change[0, 0, 0, column]) / 0.01 * float(CELL.step)

    wanted = [share * np.hypot(of(0, column), of(1, column)) for column in range(3)]
    scale = float(memory.weight_scale[0])
    scaled = noise / scale / np.array(wanted)
    assert 0.8 < scaled.std() < 1.25
    bare = share * np.hypot(*np.asarray(base[:, 0, 0, 0, 0, 0]))
    assert (noise / scale / bare).std() < 0.8
    assert stats.kstest((noise / noise.std(0)).ravel(), "norm").pvalue > 1e-4


def test_exact_products_have_the_drivers_and_signs_of_linear_ones() -> None:
    chosen = DESIGN.replace(dac=Dac(gain=0.1), dac_bits=2)
    memory = program(KEY, WEIGHTS, chosen)
    np.testing.assert_allclose(exact_mvm(memory, X[:2]), memory.mvm(X[:2])[0], atol=2e-3)
    without = exact_mvm(memory.replace(design=chosen.replace(dac=None)), X[:2])
    assert np.abs(without - memory.mvm(X[:2])[0]).max() > 0.1
    unsigned = program(KEY, WEIGHTS, DESIGN.replace(encoding="unsigned"))
    with pytest.raises(ValueError, match="negative values"):
        exact_mvm(unsigned, X)


def test_a_cell_without_deviations() -> None:
    cell = Cell([1e-6, 2e-6], device_spread=0.1, stuck_low=0.2, read_noise=0.1, half_voltage=0.3)
    cell = cell.replace(write=cell.write.__class__(energy=1e-12, failure=0.5))
    ideal = without_deviations(cell)
    assert (ideal.device_spread, ideal.stuck_low, ideal.read_noise) == (0, 0, 0)
    assert (ideal.write.failure, ideal.write.energy, ideal.half_voltage) == (0, 1e-12, 0.3)
    assert jax.tree.structure(ideal) == jax.tree.structure(cell)


def test_errors_of_nothing() -> None:
    assert matrix_error([[1.5]], [[1.0]]) == 0.5
    assert matrix_error([[0.0]], [[0.0]]) == 0
    assert matrix_error([[1e-9]], [[0.0]]) == np.inf
    assert matrix_error([[1 + 1e-13]], [[1.0]]) > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MEMORY.mvm(X * 1j), "x holds complex128"),
        (lambda: MEMORY.mvm(["a"] * 6), "expected real numbers"),
        (lambda: MEMORY.mvm(np.full(6, 1e300)), "not finite in float32"),
        (lambda: MEMORY.mvm(1.0), r"x has shape \(\)"),
        (lambda: finite_matrix("matrix", [[1, 2], [3]]), "as many in each row"),
        (lambda: finite_matrix("matrix", np.ones((2, 2)) * 1j), "expected real numbers"),
        (lambda: quantise(np.array([[1e300]]), 8), r"largest magnitude is 1e\+300"),
        (lambda: quantise(np.array([[1e-320]]), 8), "largest magnitude is 1e-320"),
        (lambda: encode(np.array([[0.5]]), "differential", 4, 2), "codes are float64"),
        (lambda: encode(np.array([1]), "differential", 4, 2), r"of shape \(1,\)"),
        (lambda: encode(np.array([[0]]), "differential", 1, 2), "bits is 1"),
        (lambda: Cell([1e-6, 2e-6], device_spread=[0.1, -0.1]), "device_spread is -0.1"),
        (lambda: DESIGN.replace(rows=True), "rows is True"),
        (lambda: with_conductance(MEMORY, MEMORY.conductance[:1]), "conductances have shape"),
        # As many numbers as two inputs, but not of this matrix.
        (lambda: compensate_columns(MEMORY, WEIGHTS, np.ones((4, 3))), r"expected \[..., 6\]"),
        (lambda: compensate_columns(MEMORY, WEIGHTS, np.full((4, 6), np.nan)), "not finite"),
    ],
)
def test_what_cannot_be_is_explained(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_cells_that_hold_nothing_are_at_their_lowest() -> None:
    used = programming.used_cells(encode(np.ones((6, 3), int), "offset", 3, 2), DESIGN.replace(
        mapping="offset"))  # fmt: skip
    # Six of eight rows; three columns and the reference.
    assert used.shape == (1, 3, 2, 1, 4, 4)
    assert used.sum() == 3 * 6 * 4
    assert used[0, 0, 1, 0, 2:].sum() == 0
