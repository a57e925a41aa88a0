"""The smallest and strangest problems, and arguments that make no sense."""

import numpy as np
import pytest

from pbits import anneal
from problems import ising
from problems.generators import random_gnp

PROBLEM = random_gnp(12, 0.5, seed=3)
SHORT = {"num_reads": 8, "num_sweeps": 50, "seed": 5}
SPINS = np.ones((8, 12), np.int8)


def test_no_variables():
    result = anneal(ising([], [], [], [], offset=3), trace=True, **SHORT)
    assert result.spins.shape == (8, 0)
    assert result.energies.tolist() == [3] * 8
    assert result.best_energy == 3
    assert result.spin_updates == 0
    assert result.trace is not None
    assert result.trace.sweep.size == 0


@pytest.mark.parametrize("h", [3, -0.7])
def test_one_variable(h):
    result = anneal(ising([h], [], [], []), **SHORT)
    assert result.spins.tolist() == [[-np.sign(h)]] * 8
    assert result.energies.tolist() == [-abs(h)] * 8


def test_nothing_but_zeros():
    result = anneal(ising(np.zeros(5), [0, 1], [1, 2], [0, 0], offset=2), **SHORT)
    assert result.energies.tolist() == [2] * 8
    assert len(np.unique(result.spins, axis=0)) > 1  # random all the same


@pytest.mark.parametrize(
    "values",
    [(1.0, 1e-300), (1e25, 1e-300), (1e25, 1.0)],
    ids=["small-and-vanishing", "huge-and-vanishing", "huge-and-one"],
)
def test_magnitudes_far_apart(values):
    large, small = values
    problem = ising([0, 0, small], [0], [1], [large])
    result = anneal(problem, **SHORT)
    assert result.best_energy == problem.energies([1, -1, -1])


@pytest.mark.parametrize("factor", [1e40, 1e-40])
@pytest.mark.parametrize("couplings", ["pm1", "gaussian"])
def test_coefficients_beyond_float32_are_refused(factor, couplings):
    base = random_gnp(12, 0.5, seed=3, couplings=couplings)
    problem = ising(base.h, base.row, base.col, base.coupling * factor)
    with pytest.raises(ValueError, match=r"largest coefficient is .*: rescale the problem"):
        anneal(problem, **SHORT)


CUSTOM = {"beta_schedule_type": "custom"}
NAN, INF = float("nan"), float("inf")
BAD = [
    ({"num_reads": 0}, "num_reads is 0; expected a whole number of at least 1"),
    ({"num_reads": 2.5}, "num_reads is 2.5; expected a whole number"),
    ({"num_reads": True}, "num_reads is True; expected a whole number"),
    ({"num_sweeps": -1}, "num_sweeps is -1; expected a whole number of at least 0"),
    ({"num_sweeps": "9"}, "num_sweeps is '9'; expected a whole number"),
    ({"num_sweeps_per_beta": 0}, "expected .* at least 1"),
    ({"num_sweeps_per_beta": 1.5}, "num_sweeps_per_beta.*; expected"),
    ({"seed": -1}, "seed is -1; expected a whole number of at least 0"),
    ({"seed": 2**63}, "seed is 9223372036854775808; expected a number below 2"),
    ({"seed": 0.5}, "seed is 0.5; expected a whole number"),
    ({"update": "glauber"}, "update is 'glauber'; expected 'metropolis' or 'gibbs'"),
    ({"beta_range": (1.0,)}, r"beta_range is \(1.0,\); expected two finite numbers"),
    ({"beta_range": (1, 2, 3)}, "beta_range is .*; expected two finite numbers"),
    ({"beta_range": (0.1, INF)}, "beta_range is .*inf.*; expected two finite numbers"),
    ({"beta_range": (NAN, 1)}, "beta_range is .*nan.*; expected two finite numbers"),
    ({"beta_range": (0, 1)}, "geometric schedule cannot reach beta = 0.*'linear'"),
    ({"beta_range": 2.0}, "beta_range is 2.0; expected two finite numbers"),
    (
        {"beta_range": (-1, 1), "beta_schedule_type": "linear"},
        "a beta is negative or not finite; expected",
    ),
    ({"beta_schedule_type": "cubic"}, "beta_schedule_type is 'cubic'; expected one of linear"),
    (CUSTOM, "beta_schedule_type is 'custom'; give beta_schedule"),
    (CUSTOM | {"beta_schedule": [1, NAN]}, "a beta is negative or not finite; expected"),
    (CUSTOM | {"beta_schedule": [1, -1]}, "a beta is negative or not finite; expected"),
    ({"beta_schedule": [1, 2]}, "beta_schedule.*custom"),
    (
        {"initial_spins": SPINS[:4]},
        r"initial_spins has shape \(4, 12\); expected \(8, 12\) \(num_reads, variables\)",
    ),
    ({"initial_spins": SPINS[0]}, r"initial_spins has shape \(12,\); expected \(8, 12\)"),
    ({"initial_spins": 0 * SPINS}, "initial_spins .* of -1 and"),
    ({"initial_spins": NAN * SPINS}, "initial_spins .* of -1 and"),
    ({"time_limit": -1}, "time_limit is -1; expected a finite number of at least 0"),
    ({"time_limit": INF}, "time_limit is inf; expected a finite number"),
    ({"time_limit": "1"}, "time_limit is '1'; expected a finite number"),
    ({"target_energy": NAN}, "target_energy is nan; expected"),
    ({"target_energy": "low"}, "target_energy is 'low'; expected"),
    ({"num_restarts": 0}, "num_restarts is 0; expected a whole number of at least 1"),
]


@pytest.mark.parametrize(("kwargs", "message"), BAD)
def test_bad_arguments_say_what_was_expected(kwargs, message):
    with pytest.raises(ValueError, match=message):
        anneal(PROBLEM, **(SHORT | kwargs))


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_problems_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="not finite; expected finite"):
        anneal(ising([value, 0], [0], [1], [1]), **SHORT)
