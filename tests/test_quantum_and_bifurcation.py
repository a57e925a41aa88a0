"""Quantum annealing and bifurcation as their users see them: answers, limits, edge cases."""

from functools import partial

import numpy as np
import pytest
from stats import enumerate_states

from pbits import bifurcate, quantum_anneal
from pbits.schedules import default_path, field_schedule, slice_bond
from problems import from_terms, ising
from problems.generators import random_gnp, sherrington_kirkpatrick

RNG = np.random.default_rng(7)
PLAIN = random_gnp(12, 0.5, seed=3, couplings="gaussian")
BIASED = ising(RNG.normal(size=12), PLAIN.row, PLAIN.col, PLAIN.coupling, offset=3.5)
INTEGER = random_gnp(12, 0.5, seed=3)
DENSE = sherrington_kirkpatrick(70, seed=2)
ALL_ROUND = ising(np.where(np.arange(12) % 2, 0.6, -0.6), PLAIN.row, PLAIN.col, PLAIN.coupling)
QUANTUM = partial(quantum_anneal, num_reads=16, num_sweeps=150, num_slices=6, seed=5)
DRIVERS = {
    "quantum": QUANTUM,
    "ballistic": partial(bifurcate, num_reads=64, num_steps=300, seed=5),
    "discrete": partial(bifurcate, variant="discrete", num_reads=64, num_steps=300, seed=5),
}
drivers = pytest.mark.parametrize("name", DRIVERS)


def optimum(problem):
    return problem.energies(enumerate_states(problem.num_variables)).min()


def scaled(problem, factor):
    return ising(problem.h * factor, problem.row, problem.col, problem.coupling * factor)


@drivers
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("bias", [0.0, 0.3, 3.0])
def test_finds_the_optimum(name, bias, seed):
    rng = np.random.default_rng(seed)
    h, coupling = bias * rng.normal(size=12), rng.normal(size=PLAIN.row.size)
    problem = ising(h, PLAIN.row, PLAIN.col, coupling, offset=2.5)
    found = DRIVERS[name](problem)
    assert found.best_energy == pytest.approx(optimum(problem), rel=1e-9)
    np.testing.assert_array_equal(found.energies, problem.energies(found.spins))
    assert found.stopped_by == "schedule"
    # Most reads find it, which chance would not: there are 4096 states.
    assert np.mean(found.energies < optimum(problem) + 1e-9) > 0.1


@drivers
def test_dense_problems(name):
    kwargs = {"num_reads": 4, "num_slices": 4} if name == "quantum" else {}
    found = DRIVERS[name](DENSE, **kwargs)
    assert "dense_float" in found.kernel
    np.testing.assert_array_equal(found.energies, DENSE.energies(found.spins))
    assert found.best_energy < -0.66 * 70  # of the SK model: -0.72 on average at this size
    assert found.spins.shape == (len(found.energies), 70)


@drivers
@pytest.mark.parametrize("factor", [1e20, 1e-20])
def test_units_do_not_matter(name, factor):
    found, other = DRIVERS[name](BIASED), DRIVERS[name](scaled(BIASED, factor))
    assert other.best_energy == pytest.approx(factor * (found.best_energy - 3.5), rel=1e-6)


@drivers
def test_turning_biases_round_turns_spins(name):
    """Biases act with the right sign and weight: E(-h, s) = E(h, -s)."""
    problem = ALL_ROUND
    other = ising(-problem.h, problem.row, problem.col, problem.coupling)
    one, two = DRIVERS[name](problem), DRIVERS[name](other)
    np.testing.assert_array_equal(one.best_spins, -two.best_spins)


@drivers
def test_repeats_and_extends(name):
    run = DRIVERS[name]
    first = run(INTEGER)
    np.testing.assert_array_equal(run(INTEGER).spins, first.spins)
    fewer = run(INTEGER, num_reads=5)
    np.testing.assert_array_equal(fewer.spins, first.spins[:5])
    twice = run(INTEGER, num_restarts=2)
    assert twice.num_restarts == 2
    assert twice.num_sweeps == 2 * first.num_sweeps
    assert np.all(twice.energies <= first.energies)


@drivers
@pytest.mark.parametrize(
    ("problem", "energy"),
    [
        (ising([], [], [], [], offset=3), 3),
        (ising([3], [], [], []), -3),
        (ising([-0.7], [], [], []), -0.7),
        (ising([1, -2, 0.5], [], [], [], offset=1), -2.5),
        (ising(np.zeros(5), [0, 1], [1, 2], [0, 0], offset=2), 2),
    ],
    ids=["none", "one", "one-real", "uncoupled", "zeros"],
)
def test_smallest_problems(name, problem, energy):
    found = DRIVERS[name](problem, trace=True)
    assert found.best_energy == energy
    assert found.spins.shape[1] == problem.num_variables
    assert np.all(np.isfinite(found.trace.best_energy))


@drivers
def test_limits(name):
    run = partial(DRIVERS[name], num_restarts=None)
    found = run(BIASED, time_limit=0.3)
    assert found.stopped_by == "time_limit"
    assert 0.3 <= found.timing.sampling < 0.8
    target = optimum(BIASED)
    found = run(BIASED, target_energy=target + 1e-9)
    assert (found.stopped_by, found.best_energy) == ("target", pytest.approx(target))
    asked = []
    found = run(BIASED, interrupt=lambda: len(asked) > 2, progress=asked.append)
    assert (found.stopped_by, len(asked)) == ("interrupt", 3)
    assert asked[-1].best_energy == pytest.approx(found.best_energy, rel=1e-5)
    assert DRIVERS[name](BIASED, time_limit=0).num_sweeps > 0


def test_a_time_limit_is_kept_where_sweeps_are_slow():
    problem = sherrington_kirkpatrick(1200, seed=1)  # a fiftieth of the schedule takes seconds
    found = QUANTUM(problem, num_reads=8, num_sweeps=20000, time_limit=0.5)
    assert found.stopped_by == "time_limit"
    assert found.num_sweeps < 400
    assert found.timing.sampling < 1.0


def test_records_what_was_scheduled():
    found = QUANTUM(BIASED, num_sweeps=50, field_range=(2.0, 0.5), beta=3.0, trace=True)
    np.testing.assert_allclose(found.trace.beta, np.linspace(2, 0.5, 50))
    assert (found.beta, found.field_range, found.num_slices) == (3.0, (2.0, 0.5), 6)
    assert found.spin_updates == 16 * 12 * 6 * 50
    custom = QUANTUM(BIASED, field_schedule_type="custom", custom_fields=[2, 0], trace=True)
    assert custom.trace.beta.tolist() == [2, 0]
    found = bifurcate(BIASED, num_reads=2, num_steps=50, trace=True, time_step=0.7)
    np.testing.assert_allclose(found.trace.beta, np.linspace(0, 1, 50), rtol=1e-6)
    assert (found.variant, found.time_step) == ("ballistic", 0.7)


def test_given_spins_count_as_seen_and_extremes_leave_no_nan():
    states = enumerate_states(12)
    best = states[BIASED.energies(states).argmin()]
    start = np.tile(best, (16, 1))
    found = QUANTUM(BIASED, initial_spins=start, num_sweeps=0)
    np.testing.assert_array_equal(found.spins, start)
    for kwargs in ({"field_range": (1e20, 0.0)}, {"beta": 1e-20}, {"beta": 1e20}):
        found = QUANTUM(BIASED, num_sweeps=5, trace=True, **kwargs)
        assert np.all(np.isfinite(found.trace.mean_energy))


@pytest.mark.parametrize(("slices", "update"), [(1, "gibbs"), (2, "metropolis"), (7, "gibbs")])
def test_any_number_of_slices(slices, update):
    found = QUANTUM(BIASED, num_slices=slices, update=update, num_sweeps=300)
    assert found.best_energy == pytest.approx(optimum(BIASED))


def test_bonds_and_default_paths():
    x = np.array([0.01, 0.3, 2.0])
    np.testing.assert_allclose(slice_bond(4.0, 2 * x, 8), -np.log(np.tanh(x)) / 2, rtol=1e-9)
    beta, fields = default_path(BIASED, 8)
    other, weak = default_path(scaled(BIASED, 0.01), 8)
    np.testing.assert_allclose([100 * beta, *fields], [other, *np.multiply(weak, 100)])
    assert default_path(BIASED, 16)[0] == 2 * beta
    assert field_schedule("geometric", (4, 1), 3).tolist() == [4, 2, 1]


BAD = [
    (QUANTUM, {"num_slices": 0}, "num_slices is 0; expected a whole number of at least 1"),
    (QUANTUM, {"num_slices": 2**25}, "33554432 slices of 16 reads; expected fewer"),
    (QUANTUM, {"beta": 0}, "beta is 0; expected a number above 0"),
    (QUANTUM, {"beta": np.inf}, "beta is inf; expected a finite number"),
    (QUANTUM, {"update": "glauber"}, "update is 'glauber'; expected"),
    (QUANTUM, {"field_range": (1, -1)}, "a transverse field is not in 0"),
    (QUANTUM, {"field_range": (1, 2, 3)}, "field_range is .*; expected two numbers"),
    (QUANTUM, {"field_range": (1, np.nan)}, "a transverse field is not in 0"),
    (QUANTUM, {"field_schedule_type": "cubic"}, "field_schedule_type is 'cubic'; expected one of"),
    (QUANTUM, {"field_schedule_type": "custom"}, "with no custom_fields; expected"),
    (QUANTUM, {"custom_fields": [1, 2]}, "'linear' with custom_fields; expected"),
    (
        QUANTUM,
        {"field_schedule_type": "geometric", "field_range": (1, 0)},
        "above 0 where the schedule is geometric",
    ),
    (bifurcate, {"variant": "adiabatic"}, "variant is 'adiabatic'; expected 'ballistic' or"),
    (bifurcate, {"time_step": 0}, "time_step is 0; expected a number above 0 and at most 2"),
    (bifurcate, {"time_step": 2.1}, "time_step is 2.1; expected a number above 0 and at most 2"),
    (bifurcate, {"num_steps": -1}, "num_steps is -1; expected a whole number of at least 0"),
    (bifurcate, {"num_restarts": None}, "num_restarts is None; give a time_limit"),
]


@pytest.mark.parametrize(("run", "kwargs", "message"), BAD)
def test_bad_arguments(run, kwargs, message):
    with pytest.raises(ValueError, match=message):
        run(BIASED, **kwargs)


@drivers
def test_coefficients_beyond_float32_are_refused(name):
    with pytest.raises(ValueError, match=r"largest coefficient is .*: rescale the problem"):
        DRIVERS[name](scaled(PLAIN, 1e40))


@drivers
def test_polynomials_are_taken_as_far_as_they_are_quadratic(name):
    short = from_terms([([[0], [3]], [1, -2]), ([[0, 1], [2, 3]], [-2, 1])], offset=4)
    found = DRIVERS[name](short)
    assert found.best_energy == optimum(short) == short.energies(found.best_spins)
    long = from_terms([([[0, 1, 2, 3]], [1])])
    with pytest.raises(ValueError, match=r"at most two spins, .* one of 4; use anneal"):
        DRIVERS[name](long)
