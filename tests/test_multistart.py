"""Descents from random states: minima, replay, limits."""

import numpy as np
import pytest

from pbits.descent import flip_gains
from pbits.multistart import descend_from_random
from problems import from_terms, ising
from problems.generators import edwards_anderson, sherrington_kirkpatrick

LATTICE = edwards_anderson((6, 6), seed=1)
DENSE = sherrington_kirkpatrick(60, seed=2)
problems = pytest.mark.parametrize("problem", [LATTICE, DENSE], ids=["lattice", "dense"])


@problems
def test_ends_in_minima_and_replays(problem):
    found = descend_from_random(problem, num_reads=50, seed=3)
    assert found.spins.shape == (50, problem.num_variables)
    np.testing.assert_array_equal(found.energies, problem.energies(found.spins))
    assert (flip_gains(problem, found.spins) >= -1e-9).all()
    assert (found.seed, found.num_restarts, found.stopped_by) == (3, 1, "schedule")
    np.testing.assert_array_equal(
        descend_from_random(problem, num_reads=50, seed=3).spins, found.spins
    )
    other = descend_from_random(problem, num_reads=50, seed=4)
    assert not np.array_equal(other.spins, found.spins)
    # A read is a function of seed and number: fewer reads are the first of more.
    few = descend_from_random(problem, num_reads=7, seed=3)
    np.testing.assert_array_equal(few.spins, found.spins[:7])
    assert len(np.unique(found.spins, axis=0)) > 10


def test_more_rounds_go_on_from_new_states_and_keep_the_best():
    once, twice = (descend_from_random(DENSE, num_reads=20, seed=1, num_restarts=k) for k in (1, 2))
    assert (twice.energies <= once.energies).all()
    assert (twice.energies < once.energies).any()
    assert twice.num_restarts == 2


@problems
def test_a_target_ends_at_the_first_read_that_meets_it_however_fast(problem, monkeypatch):
    every = descend_from_random(problem, num_reads=50, seed=3)
    target = float(np.sort(every.energies)[2])
    first = int(np.flatnonzero(every.energies <= target)[0])
    found = []
    for seconds in (0, 1e9):  # one descent a call, or all that growth allows
        monkeypatch.setattr("pbits.multistart._SECONDS_PER_CALL", seconds)
        found.append(descend_from_random(problem, num_reads=50, seed=3, target_energy=target))
    assert [run.stopped_by for run in found] == ["target"] * 2
    np.testing.assert_array_equal(found[0].spins, found[1].spins)
    np.testing.assert_array_equal(found[0].spins[: first + 1], every.spins[: first + 1])
    assert (found[0].energies[first + 1 :] > target).all()


def test_time_and_interrupt_end_a_run():
    found = descend_from_random(DENSE, seed=1, time_limit=0.2, num_restarts=None)
    assert (found.stopped_by, found.num_restarts > 1) == ("time_limit", True)
    assert found.timing.sampling >= 0.2
    found = descend_from_random(DENSE, seed=1, interrupt=lambda: True)
    assert (found.stopped_by, found.num_restarts) == ("interrupt", 0)
    np.testing.assert_array_equal(found.energies, DENSE.energies(found.spins))


def test_progress_counts_descents():
    seen = []
    descend_from_random(LATTICE, num_reads=9, seed=1, progress=seen.append)
    assert [now.sweep for now in seen] == sorted({now.sweep for now in seen})
    assert (seen[-1].sweep, seen[-1].num_sweeps) == (9, 9)


def test_wrong_arguments_are_refused():
    for arguments, message in (
        ({"num_reads": 0}, "num_reads is 0"),
        ({"num_restarts": None}, "num_restarts is None; give a time_limit"),
        ({"num_restarts": 0}, "num_restarts is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"time_limit": -1}, "time_limit is -1"),
    ):
        with pytest.raises(ValueError, match=message):
            descend_from_random(LATTICE, **arguments)


def test_terms_of_three_spins_descend():
    problem = from_terms([([[0, 1, 2]], [2]), ([[0], [1]], [1, -1])])
    assert descend_from_random(problem, num_reads=16, seed=1).best_energy == -4


def test_nothing_to_do():
    found = descend_from_random(ising([], [], [], []), time_limit=9, num_restarts=None)
    assert (found.best_energy, found.spins.shape) == (0, (64, 0))
