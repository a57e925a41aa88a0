"""Weights that follow samples: with exact samplers, so that every step is known."""

from itertools import pairwise

import dimod
import numpy as np
import pytest
from oracle import all_states

from problems.constrained import adapt, penalise


def packing():
    """Three items, room for one; proven weight 10 where 4.5 is needed."""
    bits = [dimod.Binary(k) for k in range(3)]
    cqm = dimod.ConstrainedQuadraticModel()
    cqm.set_objective(-9 * bits[0] - 5 * bits[1] - 4 * bits[2])
    cqm.add_constraint(2 * bits[0] + 2 * bits[1] + 3 * bits[2] <= 4, label="room")
    return penalise(cqm)


def ground(problem, count=1):
    states = all_states(problem.num_variables)
    return states[np.argsort(problem.energies(states), kind="stable")[:count]]


def test_weights_fall_until_the_constraint_breaks_and_then_stay_above():
    found = adapt(packing(), ground, rounds=30, start="proven", repair=False)
    weights = [one.weights["room"] for one in found.rounds]
    broken = [one.broken["room"] for one in found.rounds]
    assert weights[0] == 10
    assert 1.0 in broken
    first = broken.index(1.0)
    assert all(b < a for a, b in pairwise(weights[: first + 1]))
    assert weights[first + 1] == 2 * weights[first]
    assert min(weights[first + 1 :]) > weights[first]
    assert found.answer.certificate.objective == -14


def test_weights_rise_to_the_proven_one_at_most():
    found = adapt(packing(), lambda p: np.ones((2, p.num_variables), int), 20, {"room": 0.01})
    weights = [one.weights["room"] for one in found.rounds]
    assert weights[:3] == [0.01, 0.02, 0.04]
    assert weights[-1] == 10


def test_improvement_ends_when_asked_but_one_solution_is_repaired():
    def all_up(problem):
        return np.ones((1, problem.num_variables), int)

    asked = []
    short = adapt(packing(), all_up, rounds=1, stop=lambda: asked.append(1) or True)
    full = adapt(packing(), all_up, rounds=1)
    assert short.answer.certificate.feasible
    assert full.answer.certificate.objective == -14
    assert short.answer.certificate.objective >= -14
    assert len(asked) == 2
    encoded = packing()
    none = encoded.certificate(encoded.improve({0: 0, 1: 0, 2: 0}, stop=lambda: True))
    assert none.objective == 0
    one = encoded.improve({0: 0, 1: 0, 2: 0}, stop=iter([False, True]).__next__)
    assert encoded.certificate(one).objective == -9


def test_the_best_is_never_lost():
    """The last rounds see nothing but broken states."""
    calls = []

    def sample(problem):
        calls.append(1)
        n = problem.num_variables
        return ground(problem) if len(calls) == 1 else np.ones((1, n), np.int8)

    found = adapt(packing(), sample, rounds=4, start="proven", repair=False)
    assert [one.objective for one in found.rounds] == [-14, None, None, None]
    assert [one.best for one in found.rounds] == [-14] * 4
    assert found.answer.certificate.feasible
    assert [one.feasible for one in found.rounds] == [1, 0, 0, 0]


def test_repair_makes_a_solution_of_broken_states():
    found = adapt(packing(), lambda p: np.ones((1, p.num_variables), np.int8), rounds=1)
    assert found.answer.repaired
    assert found.answer.certificate.objective == -14


def test_until_ends_it_and_samples_may_be_a_sample_set():
    def sample(problem):
        return dimod.SampleSet.from_samples(
            (ground(problem, 4), list(problem.labels)), "SPIN", energy=[0.0] * 4
        )

    found = adapt(packing(), sample, rounds=9, until=lambda best: best.certificate.feasible)
    assert len(found.rounds) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rounds": 0}, "rounds is 0"),
        ({"start": "high"}, "start is 'high'"),
        ({"start": {"door": 1}}, "weight of 'door'"),
        ({"raise_by": 1.5}, "different numbers"),
        ({"lower_by": 0.5}, "above 1"),
        ({"sample": lambda p: np.zeros((0, p.num_variables), int)}, "no samples"),
        ({"sample": lambda _: [[1, 1]]}, "shape"),
    ],
)
def test_bad_arguments(change, words):
    with pytest.raises(ValueError, match=words):
        adapt(packing(), **({"sample": ground, "rounds": 2} | change))
