"""Problems in chains of copies, and arrays against the couplings that they stand for."""

import numpy as np
import pytest

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from pbits.machine import CrossbarCoupling, Machine, bipolar
from problems import from_terms, ising
from problems.generators import sherrington_kirkpatrick

EXACT = Cell(np.array([1e-6, 3e-6], np.float32), name="exact")


def coupling(**changes):
    return CrossbarCoupling(bipolar(EXACT, adc=IdealAdc(None), rows=16, columns=16), **changes)


def test_copies_are_undone_in_what_is_returned():
    problem = sherrington_kirkpatrick(9, seed=3)
    loaded = Machine(coupling=coupling(fan_in=5)).load(problem)
    assert loaded.held.num_variables > 9
    found = loaded.anneal(num_reads=64, num_sweeps=200, seed=1, initial_spins=np.ones((64, 9)))
    states = 2 * ((np.arange(512)[:, None] >> np.arange(9)) & 1) - 1
    assert found.best_energy == pytest.approx(problem.energies(states).min())
    assert found.spins.shape == (64, 9)
    np.testing.assert_allclose(found.energies, problem.energies(found.spins))
    assert 0 <= found.broken_chains < 0.5
    assert found.hardware.updates == 64 * 200 * loaded.held.num_variables
    # Hot chains break.
    hot = loaded.sample(beta=0.01, num_reads=64, num_sweeps=20, seed=1)
    assert hot.broken_chains > found.broken_chains


def test_few_couplings_need_no_copies():
    problem = ising([0, 0, 0], [0, 1], [1, 2], [1, -1])
    assert Machine(coupling=coupling(fan_in=3)).load(problem).copies is None


def test_arrays_hold_couplings_and_biases():
    rng = np.random.default_rng(5)
    row, col = np.triu_indices(20, 1)
    problem = ising(rng.integers(-9, 10, 20), row, col, rng.integers(-3, 4, 190))
    arrays = Machine(coupling=coupling()).load(problem).arrays
    matrix = np.zeros((20, 20))
    matrix[row, col] = matrix[col, row] = problem.coupling
    np.testing.assert_allclose(arrays.matrix(), matrix, atol=1e-5)
    np.testing.assert_allclose(arrays.biases(), problem.h, atol=1e-5)
    assert arrays.codes.error == 0


def test_terms_of_three_spins_need_an_ideal_coupling():
    problem = from_terms([([[0, 1, 2]], [1.0])], 3)
    with pytest.raises(ValueError, match="IdealCoupling"):
        Machine(coupling=coupling()).load(problem)
    found = Machine().anneal(problem, num_reads=4, num_sweeps=20, seed=1)
    assert found.best_energy == -1


def test_what_spins_cannot_drive_is_refused():
    with pytest.raises(ValueError, match="bipolar"):
        CrossbarCoupling(bipolar(EXACT, input_bits=4))
    with pytest.raises(ValueError, match="fan_in"):
        coupling(fan_in=2)
    with pytest.raises(ValueError, match="arrays of 16"):
        Machine(coupling=coupling(arrays=1)).load(sherrington_kirkpatrick(40, seed=1))


def test_a_problem_without_spins_runs():
    found = Machine(coupling=coupling()).anneal(ising([], [], [], []), num_reads=2, seed=1)
    assert found.spins.shape == (2, 0)
    assert (found.hardware.updates, found.hardware.joules, found.hardware.flips_per_second) == (
        0,
    ) * 3
