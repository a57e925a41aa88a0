"""Wires: the effective matrix against nodal analysis, golden solutions and laws of circuits."""

import json
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.wires.effective import effective
from crossbar.wires.nodal import nodal_transfer, solve_nodes
from crossbar.wires.nonlinear import solve_cells
from crossbar.wires.wire import Wire, largest_array, small_loss

GOLDEN = json.loads((Path(__file__).parent / "golden" / "badcrossbar.json").read_text())
WIRES = {
    "equal": Wire(word=1.56, bit=1.56),
    "unequal with ends": Wire(word=4.69, bit=2.0, source=100.0, sense=50.0),
    "no word resistance": Wire(bit=3.0),
    "no bit resistance": Wire(word=3.0),
    "driven from both ends": Wire(word=4.69, bit=2.0, drive="both"),
    "sensed at both ends": Wire(word=4.69, bit=2.0, sense=5.0, ground="both"),
    "both": Wire(word=20.0, bit=20.0, source=10.0, sense=5.0, drive="both", ground="both"),
}


def cells(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return 1 / np.random.default_rng(seed).choice([3e3, 6e3], (rows, columns))


def in_float64(conductance: np.ndarray, wire: Wire) -> tuple[np.ndarray, np.ndarray]:
    with jax.enable_x64(True):
        seen = effective(jnp.asarray(conductance), wire)
        return np.asarray(seen.transfer), np.asarray(seen.drive)


@pytest.mark.parametrize("shape", [(1, 1), (5, 9), (32, 20)])
@pytest.mark.parametrize("name", WIRES)
def test_effective_matrix_is_that_of_nodal_analysis(name: str, shape: tuple[int, int]) -> None:
    conductance, wire = cells(*shape), WIRES[name]
    transfer, drive = in_float64(conductance, wire)
    nodes = solve_nodes(conductance, np.eye(shape[0]), wire)
    # The reference takes a wire of no resistance for one of a millionth of an ohm.
    bound = 1e-6 if name.startswith("no ") else 1e-10
    assert np.abs(transfer - nodes.sensed.T).max() <= bound * nodes.sensed.max()
    assert np.abs(drive - nodes.driven).max() <= bound * nodes.driven.max()


def test_agreement_at_full_size() -> None:
    conductance, wire = cells(128, 128), Wire(word=1.56, bit=1.56)
    reference = nodal_transfer(conductance, wire)
    transfer, _ = in_float64(conductance, wire)
    assert np.abs(transfer - reference).max() <= 1e-10 * reference.max()
    single = effective(jnp.asarray(conductance, jnp.float32), wire).transfer
    assert np.abs(np.asarray(single) - reference).max() <= 2e-5 * reference.max()


@pytest.mark.parametrize("megohm", [0.01, 1.0, 100.0])
def test_both_ways_of_elimination_agree_with_nodal_analysis(megohm: float) -> None:
    """A factorisation where much is lost, a series where little is."""
    conductance, wire = cells(24, 16) * 3e-3 / megohm, Wire(word=1.56, bit=1.56)
    nodes = solve_nodes(conductance, np.eye(24), wire)
    transfer, drive = in_float64(conductance, wire)
    assert np.abs(transfer - nodes.sensed.T).max() <= 1e-12 * nodes.sensed.max()
    # The reference's own currents of the drivers are small differences.
    assert np.allclose(transfer.sum(1), drive.sum(0), rtol=1e-12)
    single = effective(jnp.asarray(conductance, jnp.float32), wire).transfer
    assert np.abs(np.asarray(single) - nodes.sensed.T).max() <= 2e-6 * nodes.sensed.max()


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{len(case['resistances'])} rows")
def test_golden_solutions_of_an_independent_solver(case: dict) -> None:
    conductance, wire = 1 / np.array(case["resistances"]), Wire(case["word"], case["bit"])
    voltages, sensed = np.array(case["voltages"]), np.array(case["sensed"])
    assert np.allclose(solve_nodes(conductance, voltages, wire).sensed.T, sensed, 1e-9, 1e-15)
    assert np.allclose(voltages.T @ in_float64(conductance, wire)[0], sensed, 1e-9, 1e-15)


def test_swapped_wires_are_noticed() -> None:
    """Negative control: the golden case whose word and bit lines differ."""
    case = next(case for case in GOLDEN if case["word"] != case["bit"])
    conductance, voltages = 1 / np.array(case["resistances"]), np.array(case["voltages"])
    swapped = voltages.T @ in_float64(conductance, Wire(case["bit"], case["word"]))[0]
    assert not np.allclose(swapped, np.array(case["sensed"]), 1e-4, 0)


@pytest.mark.parametrize("name", WIRES)
def test_charge_is_conserved(name: str) -> None:
    """All that is driven in is sensed, for any voltages."""
    transfer, drive = in_float64(cells(12, 7), WIRES[name])
    assert np.allclose(transfer.sum(1), drive.sum(0), rtol=1e-9)
    assert np.allclose(drive, drive.T, rtol=1e-8, atol=1e-12)
    assert np.linalg.eigvalsh(drive).min() > 0


def test_without_resistance_it_is_the_matrix_itself() -> None:
    conductance = jnp.asarray(cells(9, 4), jnp.float32)
    seen = effective(conductance, Wire())
    assert np.allclose(seen.transfer, conductance, rtol=1e-5)
    assert np.allclose(seen.drive, np.diag(conductance.sum(1)), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    "wire",
    [Wire(word=1.0), Wire(bit=1.0), Wire(1.0, 1.0), Wire(1.0, 1.0, 3.0, 2.0, "both", "both")],
)
def test_law_of_small_losses(wire: Wire) -> None:
    conductance = cells(24, 16) / 1000
    transfer, _ = in_float64(conductance, wire)
    lost = 1 - transfer.sum() / conductance.sum()
    law = float(small_loss(wire, conductance.mean(), 24, 16))
    assert law == pytest.approx(lost, rel=0.1, abs=0)
    assert lost < 0.01


def test_loss_of_published_arrays() -> None:
    """The table of exact losses: 3 and 6 kOhm at 1.56 Ohm, and 0.1 and 1.7 MOhm."""
    rng = np.random.default_rng(1)
    for (low, high), n, loss in [((3e3, 6e3), 64, 0.51), ((3e3, 6e3), 128, 0.79),
                                 ((0.1e6, 1.7e6), 128, 0.084)]:  # fmt: skip
        conductance = 1 / rng.choice([low, high], (n, n))
        transfer = effective(jnp.asarray(conductance, jnp.float32), Wire(1.56, 1.56)).transfer
        assert 1 - float(transfer.sum()) / conductance.sum() == pytest.approx(loss, abs=0.01)


def test_largest_array_keeps_the_loss() -> None:
    wire = Wire(1.56, 1.56)
    n = largest_array(wire, 1e-6, 0.01)
    assert small_loss(wire, 1e-6, n, n) <= 0.01 < small_loss(wire, 1e-6, n + 1, n + 1)
    with pytest.raises(ValueError, match="no resistance"):
        largest_array(Wire(), 1e-6)


def test_derivatives() -> None:
    with jax.enable_x64(True):
        conductance = jnp.asarray(cells(4, 3))

        def total(word: float, cells: jax.Array) -> jax.Array:
            return effective(cells, Wire(word=word, bit=2.0)).transfer.sum()

        slope = jax.jit(jax.grad(total))(3.0, conductance)
        assert float(slope) == pytest.approx(
            float(total(3.001, conductance) - total(2.999, conductance)) / 0.002, rel=1e-6
        )


def test_many_arrays_at_once() -> None:
    stack = jnp.asarray(np.stack([cells(6, 5, seed) for seed in range(3)]), jnp.float32)
    together = jax.vmap(partial(effective, wire=WIRES["both"]))(stack).transfer
    for one, alone in zip(together, stack, strict=True):
        assert np.allclose(one, effective(alone, WIRES["both"]).transfer, rtol=1e-5)


def junction(voltage: jax.Array, parameters: tuple) -> jax.Array:
    """A junction's current: a TMR that falls with the voltage."""
    parallel, ratio, half_voltage = parameters
    return voltage * parallel / (1 + ratio / (1 + (voltage / half_voltage) ** 2))


def junctions(rows: int, columns: int) -> tuple:
    ratio = np.random.default_rng(2).choice([0.0, 1.5], (rows, columns))
    return jnp.asarray(1 / 3e3), jnp.asarray(ratio), jnp.asarray(0.4)


@pytest.mark.parametrize("name", ["equal", "both", "no bit resistance"])
def test_nonlinear_cells_obey_kirchhoff(name: str) -> None:
    """With each cell's own chord conductance nodal analysis must return the same currents."""
    with jax.enable_x64(True):
        voltages = jnp.linspace(-0.4, 0.5, 24)
        solved = solve_cells(junction, junctions(24, 16), voltages, WIRES[name], tolerance=1e-11)
        chord = np.asarray(solved.current / solved.voltage)
    nodes = solve_nodes(chord, np.asarray(voltages)[:, None], WIRES[name])
    assert np.allclose(solved.sensed, nodes.sensed[:, 0], rtol=1e-8)
    assert np.allclose(solved.voltage, (nodes.word - nodes.bit)[..., 0], atol=1e-9)
    assert int(solved.steps) <= 6


def test_a_linear_solution_of_nonlinear_cells_is_rejected() -> None:
    """Negative control: conductances at no voltage do not give the same currents."""
    voltages = jnp.full(24, 0.4)
    parameters = junctions(24, 16)
    solved = solve_cells(junction, parameters, voltages, WIRES["equal"])
    at_zero = effective(parameters[0] / (1 + parameters[1]), WIRES["equal"])
    assert not np.allclose(solved.sensed, voltages @ at_zero.transfer, rtol=0.02)


def test_derivatives_of_the_nonlinear_solution() -> None:
    with jax.enable_x64(True):
        voltages = jnp.linspace(0.1, 0.5, 6)
        parallel, ratio, half = junctions(6, 4)

        def total(half_voltage: jax.Array) -> jax.Array:
            parameters = (parallel, ratio, half_voltage)
            return solve_cells(
                junction, parameters, voltages, WIRES["equal"], tolerance=1e-12
            ).sensed.sum()

        step = 1e-5
        slope = (total(half + step) - total(half - step)) / (2 * step)
        assert float(jax.jit(jax.grad(total))(half)) == pytest.approx(float(slope), rel=1e-5, abs=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"word": -1.0}, "word is -1"), ({"bit": np.inf}, "bit is inf"), ({"drive": "top"}, "drive")],
)
def test_impossible_wires(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Wire(**change)
