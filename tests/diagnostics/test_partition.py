"""log Z along a ladder against enumeration."""

import numpy as np
import pytest
from stats import enumerate_states

from pbits import temper
from pbits.diagnostics import log_z
from problems import ising
from problems.generators import random_gnp

REAL = random_gnp(12, 0.5, seed=3, couplings="gaussian")
SHIFTED = ising(np.ones(12), *np.triu_indices(12, 1), np.tile([1, -1], 33), offset=7)


def exact(problem, betas):
    energies = problem.energies(enumerate_states(problem.num_variables)).astype(float)
    return np.log(np.exp(-np.outer(betas, energies)).sum(1))


@pytest.mark.parametrize("problem", [REAL, SHIFTED], ids=["real", "fields"])
def test_against_enumeration(problem):
    run = temper(problem, beta_range=(0.03, 1.5), num_temperatures=24, num_sweeps=4000, seed=1)
    found = log_z(problem, run)
    assert not found.is_difference
    truth = exact(problem, found.betas)
    assert np.all(np.abs(found.log_z - truth) < 4 * found.error)
    assert found.error.max() < 0.02 * truth.max()
    wrong = exact(problem, 1.05 * found.betas)
    assert np.any(np.abs(found.log_z - wrong) > 4 * found.error)
    assert np.all((found.lower <= truth + 0.05) & (truth <= found.upper + 0.05))
    assert np.all((found.lower <= found.log_z) & (found.log_z <= found.upper))


def test_a_ladder_that_starts_cold_gives_differences():
    run = temper(REAL, beta_range=(0.5, 1.5), num_temperatures=24, num_sweeps=4000, seed=1)
    found = log_z(REAL, run)
    assert found.is_difference
    assert found.log_z[0] == found.error[0] == 0
    truth = exact(REAL, found.betas)
    assert np.all(np.abs(found.log_z - (truth - truth[0])) <= 4 * found.error)


def test_no_variables():
    empty = ising([], [], [], [], offset=2.0)
    found = log_z(empty, temper(empty, betas=[0.1, 1.0], num_reads=8))
    np.testing.assert_allclose(found.log_z, [-0.2, -2])
    assert np.all(found.error == 0)


def test_too_little_to_integrate():
    still = temper(REAL, num_temperatures=24, num_sweeps=0, seed=1)
    empty = ising([], [], [], [])
    for problem, run in ((REAL, still), (empty, temper(empty, betas=[0.1, 1.0], num_reads=7))):
        with pytest.raises(ValueError, match="expected at least 8 and 1: raise num_reads"):
            log_z(problem, run)
