"""Job assignment against scipy, job scheduling against all schedules."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import QUICK, all_states, check_ground_states, check_round_trip
from scipy.optimize import linear_sum_assignment

from problems.library.job_assignment import job_assignment
from problems.library.job_scheduling import job_scheduling


@st.composite
def costs(draw):
    rows, cols = draw(st.sampled_from([(1, 1), (1, 3), (2, 3), (3, 2), (3, 3), (4, 3), (2, 5)]))
    return [[draw(st.integers(-4, 6)) for _ in range(cols)] for _ in range(rows)]


@QUICK
@given(costs(), st.booleans(), st.sampled_from([1, 1 / 7]))
def test_assignments_are_those_of_scipy(table, maximise, unit):
    table = (np.array(table) * unit).tolist()
    best = linear_sum_assignment(table, maximize=maximise)
    encoded = job_assignment(table, maximise=maximise)
    check_ground_states(encoded, np.array(table)[best].sum().item())


def test_a_light_weight_leaves_workers_without_jobs():
    encoded = job_assignment([[0, 9], [0, 9]], weight=0.2)
    states = all_states(4)
    ground = states[encoded.problem.energies(states).argmin()]
    assert not encoded.certificate(encoded.decode(ground)).feasible


def test_any_state_of_workers_and_jobs_decodes_and_is_repaired():
    rng = np.random.default_rng(0)
    for shape in [(3, 4), (4, 3)]:
        encoded = job_assignment(rng.integers(0, 9, shape))
        for state in rng.choice([-1, 1], (40, 12)):
            fixed = encoded.repair(encoded.decode(state))
            assert encoded.certificate(fixed).feasible
            check_round_trip(encoded, fixed)


def test_idle_workers_are_fine_and_idle_jobs_are_not():
    encoded = job_assignment([[1], [2]])
    assert encoded.certificate([0, None]).feasible
    assert encoded.certificate([None, None]).violations == ("job 0 has no worker",)
    assert not encoded.certificate([0, 0]).feasible
    assert encoded.certificate([0, None]).facts == {"jobs_given": 1}


def test_large_costs_stay_exact():
    big = 10**14 + 1
    encoded = job_assignment([[big, 0], [0, big]])
    assert encoded.problem.energies(encoded.encode([0, 1])) == 2 * big


@pytest.mark.parametrize("table", [[1, 2], [[1, float("nan")]], [["x"]], [[1], [2, 3]]])
def test_no_costs(table):
    with pytest.raises(ValueError, match=r"expected|inhomogeneous|real numbers"):
        job_assignment(table)


def finish(lengths, machines, schedule):
    return max(sum(x for x, a in zip(lengths, schedule, strict=True) if a == m) for m in machines)


@QUICK
@given(st.lists(st.integers(0, 7), max_size=5), st.integers(1, 3))
def test_ground_states_are_shortest_schedules(lengths, machines):
    encoded = job_scheduling(lengths, machines)
    schedules = itertools.product(range(machines), repeat=len(lengths))
    best = min(finish(lengths, range(machines), schedule) for schedule in schedules)
    if 0 < encoded.problem.num_variables <= 13:
        check_ground_states(encoded, best)
    check = encoded.certificate(encoded.repair([None] * len(lengths)))
    assert check.feasible
    assert check.facts["lower_bound"] <= best <= check.objective == encoded.bound


def test_greedy_is_not_best_here_and_the_ground_state_is():
    encoded = job_scheduling([3, 3, 2, 2, 2], 2)
    assert encoded.bound == 7
    check_ground_states(encoded, 6)
    assert encoded.problem.num_variables <= 13


def test_light_weights_drop_jobs():
    encoded = job_scheduling([3, 3, 2], 2, weight=0.1)
    states = all_states(encoded.problem.num_variables)
    ground = states[encoded.problem.energies(states).argmin()]
    assert not encoded.certificate(encoded.decode(ground)).feasible


def test_machines_are_alike():
    encoded = job_scheduling([4, 1, 3, 2], 3)
    for schedule in itertools.product(range(3), repeat=4):
        known = encoded.certificate(schedule)
        assert encoded.certificate(encoded.decode(encoded.encode(schedule))) == known
        if known.objective <= encoded.bound:
            check_round_trip(encoded, schedule)


def test_any_state_of_schedules_is_repaired():
    encoded = job_scheduling([4, 1, 3, 2], 3)
    for state in np.random.default_rng(1).choice([-1, 1], (40, encoded.problem.num_variables)):
        assert encoded.certificate(encoded.repair(encoded.decode(state))).feasible


@pytest.mark.parametrize(
    ("lengths", "machines", "words"),
    [
        ([1.5], 2, "fraction"),
        ([-1], 2, "negative"),
        ([1], 0, "whole number from 1"),
        ([1], 1.5, "whole number from 1"),
        ([[1]], 1, "shape"),
    ],
)
def test_no_shop(lengths, machines, words):
    with pytest.raises(ValueError, match=words):
        job_scheduling(lengths, machines)
