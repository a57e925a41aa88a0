"""Annealing as its users see it: answers, repeatability, schedules, stopping, edge cases."""

from functools import cache

import numpy as np
import pytest
from stats import enumerate_states

from pbits import anneal
from problems import ising
from problems.generators import random_gnp

# Few problems and few numbers of reads, so that compiled programs are shared.
PACKED = random_gnp(12, 0.5, seed=3)
SPARSE = random_gnp(12, 0.5, seed=3, couplings="gaussian")
STAR = ([0] * 11, range(1, 12))
RING = (range(1, 12), [*range(2, 12), 1])
READS = 8
SHORT = {"num_reads": READS, "seed": 5}


def hub(weight):
    """An antiferromagnetic ring of 11 around a hub, all of it frustrated."""
    row, col = np.concatenate([STAR, RING], axis=1)
    return ising(np.zeros(12), row, col, np.repeat([weight, 1], 11))


def complete(scale):
    """``sum_{i<j} a_i a_j s_i s_j`` on 70 spins: all frustrated, lowest at 0 magnetisation."""
    row, col = np.triu_indices(70, 1)
    return ising(np.zeros(70), row, col, scale[row] * scale[col]), -np.sum(scale**2) / 2


@cache
def ground_energy(problem):
    return problem.energies(enumerate_states(problem.num_variables)).min()


def scaled(problem, factor, offset=0.0):
    parts = problem.row, problem.col, problem.coupling * factor
    return ising(problem.h * factor, *parts, offset)


@pytest.mark.parametrize(
    ("problem", "kernel"),
    [
        (PACKED, "packed"),
        (SPARSE, "sparse"),
        (hub(1), "packed"),
        (hub(400), "sparse"),  # the hub alone would fill thousands of slots
        (scaled(PACKED, 1e25), "packed"),
        (scaled(PACKED, 1e-25), "packed"),
        (scaled(SPARSE, 1e25), "sparse"),
        (scaled(SPARSE, 1e-25), "sparse"),
    ],
    ids=["packed", "sparse", "hub", "heavy-hub", "huge", "tiny", "huge-real", "tiny-real"],
)
def test_finds_the_ground_state(problem, kernel):
    result = anneal(problem, num_sweeps=200, **SHORT)
    assert result.kernel == f"{kernel}-metropolis"
    assert result.best_energy == pytest.approx(ground_energy(problem), rel=1e-12)
    assert result.spins.dtype == np.int8
    assert result.spins.shape == (READS, 12)
    np.testing.assert_array_equal(result.energies, problem.energies(result.spins))
    assert problem.energies(result.best_spins) == result.best_energy


@pytest.mark.parametrize(
    ("scale", "kernel"),
    [(np.ones(70, int), "dense"), (np.repeat([1, np.sqrt(2)], [40, 30]), "dense_float")],
    ids=["dense", "dense_float"],
)
def test_finds_the_ground_state_of_a_complete_graph(scale, kernel):
    problem, lowest = complete(scale)
    result = anneal(problem, num_sweeps=100, **SHORT)
    assert result.kernel == f"{kernel}-metropolis"
    # Incommensurate weights leave states of nearly no magnetisation a little higher.
    assert lowest - 1e-9 <= result.best_energy <= lowest + 0.1
    np.testing.assert_array_equal(result.energies, problem.energies(result.spins))


@pytest.mark.parametrize(("problem", "more"), [(PACKED, 100), (SPARSE, 40)], ids=["packed", "real"])
def test_reads_depend_on_seed_and_number_alone(problem, more):
    hot = {"beta_range": (0.01, 0.02), "num_sweeps": 20}  # too hot for reads to agree by chance
    first = anneal(problem, **hot, **SHORT).spins
    assert len(np.unique(first, axis=0)) > READS // 2
    np.testing.assert_array_equal(anneal(problem, **hot, **SHORT).spins, first)
    np.testing.assert_array_equal(anneal(problem, num_reads=more, seed=5, **hot).spins[:8], first)
    assert np.any(anneal(problem, num_reads=READS, seed=6, **hot).spins != first)
    gibbs = anneal(problem, update="gibbs", **hot, **SHORT)
    assert gibbs.kernel.endswith("-gibbs")
    assert np.any(gibbs.spins != first)


def test_a_random_seed_is_returned_and_repeats_the_run():
    hot = {"beta_range": (0.01, 0.02), "num_sweeps": 20, "num_reads": READS}
    first, second = anneal(PACKED, **hot), anneal(PACKED, **hot)
    assert first.seed != second.seed
    np.testing.assert_array_equal(anneal(PACKED, seed=first.seed, **hot).spins, first.spins)


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"beta_schedule_type": "linear", "beta_range": (0, 3)}, np.linspace(0, 3, 30)),
        ({"beta_schedule_type": "geometric", "beta_range": (0.1, 3)}, np.geomspace(0.1, 3, 30)),
        ({"num_sweeps_per_beta": 3, "beta_range": (1, 2)}, np.geomspace(1, 2, 10).repeat(3)),
        ({"beta_schedule_type": "custom", "beta_schedule": [0.5, 4]}, [0.5, 4]),
        (
            {"beta_schedule_type": "custom", "beta_schedule": [2, 1], "num_sweeps_per_beta": 2},
            [2, 2, 1, 1],
        ),
    ],
    ids=["linear", "geometric", "repeated", "custom", "custom-repeated"],
)
def test_runs_the_schedule_asked_for(kwargs, expected):
    result = anneal(PACKED, num_sweeps=30, trace=True, **kwargs, **SHORT)
    np.testing.assert_allclose(result.trace.beta, expected, rtol=1e-6)
    np.testing.assert_array_equal(result.trace.sweep, np.arange(1, len(expected) + 1))
    assert result.num_sweeps == len(expected)
    assert result.beta_range == pytest.approx((expected[0], expected[-1]))
    assert result.spin_updates == READS * 12 * len(expected)


@pytest.mark.parametrize("problem", [PACKED, SPARSE], ids=["packed", "real"])
def test_returns_the_best_state_not_the_last(problem):
    betas = np.concatenate([np.geomspace(0.1, 8, 120), np.full(40, 0.01)])
    custom = {"beta_schedule_type": "custom", "beta_schedule": betas}
    result = anneal(problem, trace=True, **custom, **SHORT)
    assert result.best_energy == pytest.approx(ground_energy(problem))
    assert result.energies.mean() < result.trace.mean_energy[-1] - 2  # the last states are hot


def test_trace_agrees_with_the_result():
    slow = {"num_reads": 1, "num_sweeps": 500, "beta_range": (0.01, 5), "seed": 5}
    result = anneal(PACKED, num_restarts=2, trace=True, **slow)
    sweep, _, mean, best = result.trace
    assert len({column.shape for column in result.trace}) == 1
    assert 50 <= sweep.size <= 200
    assert np.all(np.diff(sweep) > 0)
    assert sweep[-1] == result.num_sweeps == 1000
    assert np.all(np.diff(best) <= 0)
    assert np.all(mean >= best)
    assert best[0] > best[-1] == result.energies.min()
    assert anneal(PACKED, **slow).trace is None


@pytest.mark.parametrize("betas", [[], [0.01] * 20], ids=["no-sweeps", "hot"])
def test_initial_states_count_as_seen(betas):
    states = enumerate_states(12)
    start = states[np.argsort(PACKED.energies(states), kind="stable")[:READS]]
    custom = {"beta_schedule_type": "custom", "beta_schedule": betas}
    result = anneal(PACKED, initial_spins=start, trace=True, **custom, **SHORT)
    assert np.all(result.energies <= PACKED.energies(start))
    np.testing.assert_array_equal(result.spins[0], start[0])
    assert result.trace.sweep.size == result.num_sweeps == len(betas)
    assert np.any(anneal(PACKED, **custom, **SHORT).energies > PACKED.energies(start))


def test_more_restarts_only_improve():
    hot = {"beta_range": (0.01, 0.02), "num_sweeps": 20}
    once, often = (anneal(PACKED, num_restarts=k, **hot, **SHORT) for k in (1, 4))
    assert (once.num_restarts, often.num_restarts) == (1, 4)
    assert (once.num_sweeps, often.num_sweeps) == (20, 80)
    assert np.all(often.energies <= once.energies)
    assert np.any(often.energies < once.energies)
    assert once.stopped_by == often.stopped_by == "schedule"


def test_progress_is_told():
    seen = []
    result = anneal(PACKED, num_sweeps=500, num_restarts=2, progress=seen.append, **SHORT)
    for restart in (0, 1):
        sweeps = [p.sweep for p in seen if p.restart == restart]
        assert sweeps == sorted(set(sweeps))
        assert sweeps[-1] == 500 == seen[0].num_sweeps
    assert np.all(np.diff([p.seconds for p in seen]) >= 0)
    assert np.all(np.diff([p.best_energy for p in seen]) <= 0)
    assert seen[-1].best_energy == result.best_energy
