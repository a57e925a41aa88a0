"""Problems of the library solved with weights that are searched: right answers, kept limits."""

import signal

import numpy as np
import pytest

import pbits
from pbits.solving import encoded as module
from problems.library import graph_colouring, number_partitioning, travelling_salesman

BEST = 9 * 200 * np.sin(np.pi / 9)  # nine sides of a polygon


@pytest.fixture(scope="module")
def tour():
    """Nine places on a circle, in no order; the best tour goes round."""
    angle = np.random.default_rng(3).permutation(9) * 2 * np.pi / 9
    return travelling_salesman(places=np.stack([np.cos(angle), np.sin(angle)], 1) * 100)


@pytest.fixture(scope="module")
def found(tour):
    return pbits.solve_encoded(tour, time_limit=20, target=BEST * (1 + 1e-9), seed=1)


def test_the_best_tour_goes_round(tour, found):
    assert found.answer.certificate.feasible
    assert found.answer.certificate.objective == pytest.approx(BEST, rel=1e-6)
    assert found.factor in module.FACTORS


def test_states_and_energies_are_of_the_problem_that_was_given(tour, found):
    result = found.result
    np.testing.assert_array_equal(tour.problem.energies(result.spins), result.energies)
    assert np.all(np.diff(result.energies) >= 0)
    assert any(np.array_equal(found.answer.spins, spins) for spins in result.spins)
    assert tour.answer(result).certificate == found.answer.certificate
    assert "weights x" in result.phases[0].name
    assert result.stopped_by == "target"


def test_lighter_weights_change_the_problem_and_not_its_terms(tour):
    light = tour.lightened(0.25)
    assert max(light.penalties.values()) == pytest.approx(0.25 * max(tour.penalties.values()))
    order = (0, *range(1, 9))
    spins = tour.encode(order)
    assert light.problem.energies(spins) == pytest.approx(tour.problem.energies(spins).item())
    assert light.decode(spins) == tour.decode(spins)


def test_a_target_ends_the_run(tour):
    reached = pbits.solve_encoded(tour, time_limit=30, target=900, seed=1)
    assert reached.result.stopped_by == "target"
    assert reached.answer.certificate.objective <= 900


def test_an_interrupt_keeps_the_best(tour):
    calls = []
    stopped = pbits.solve_encoded(tour, interrupt=lambda: len(calls) > 3, progress=calls.append)
    assert stopped.result.stopped_by == "interrupt"
    assert stopped.answer.spins.shape == (64,)


def test_without_weights_and_tiny_problems_are_solved_as_they_are():
    halves = pbits.solve_encoded(number_partitioning(list(range(1, 20))), seed=1)
    assert halves.answer.certificate.objective == 0
    assert halves.result.stopped_by == "exhausted"
    square = pbits.solve_encoded(graph_colouring([(0, 1), (1, 2), (2, 3), (3, 0)], 2), seed=1)
    assert square.answer.certificate.feasible
    assert square.factor == 1


def test_the_worse_half_goes_and_the_best_bare_arm_stays():
    arms = [module._Arm(factor, True) for factor in (1.0, 0.5, 0.25, 0.125)]
    ranks = {arm: ((k,), (3 - k,)) for k, arm in enumerate(arms)}
    assert module._better_half(ranks) == [*arms[:2], arms[3]]


def test_bad_limits_are_refused(tour):
    with pytest.raises(ValueError, match="time_limit"):
        pbits.solve_encoded(tour, time_limit=-1)


def test_ctrl_c_while_answers_are_decoded_keeps_the_best(tour, monkeypatch):
    decode = type(tour).answer

    def pressed(self, samples, repair=True):
        signal.raise_signal(signal.SIGINT)
        return decode(self, samples, repair)

    monkeypatch.setattr(type(tour), "answer", pressed)
    stopped = pbits.solve_encoded(tour, seed=1)
    assert stopped.result.stopped_by == "interrupt"
    assert len(stopped.result.phases) == 1
    assert stopped.answer.spins.shape == (64,)


def test_options_of_solve_are_taken_and_not_passed_over(tour, monkeypatch):
    asked = {}

    def solve(problem, **options):
        asked.update(options)
        return real(problem, time_limit=0.2, seed=1)

    real = module.solve
    monkeypatch.setattr(module, "solve", solve)
    found = pbits.solve_encoded(tour, time_limit=30, seed=1, num_reads=8)
    assert asked["num_reads"] == 8
    assert found.factor == 1
