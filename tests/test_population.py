"""Population annealing: free energies and their errors against exact ones, and how runs end."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest
import stats
from kernel_table import ROWS, graphs
from scipy.stats import chi2, norm, t
from test_physics import log_partition, mean_energy, strip, to_bqm

from pbits import population, population_anneal
from pbits.free_energy import Ensemble
from pbits.models import Prepared
from pbits.population import PopulationResult
from pbits.random import seed_key
from pbits.replicas import Replicas
from problems import from_terms, ising
from problems.generators import edwards_anderson, ferromagnet, random_gnp

SEEDS = 24
COLD = 1.5


@cache
def small(couplings: str):
    """Twelve spins with biases and an offset: a periodic lattice, so that few shapes compile."""
    lattice = edwards_anderson((3, 4), couplings=couplings, seed=1)
    rng = np.random.default_rng(1)
    h = rng.choice((-1, 1), 12) if couplings == "pm1" else rng.normal(size=12)
    return ising(h, lattice.row, lattice.col, lattice.coupling, offset=5)


def exact(problem, betas):
    """log Z and <E> by enumeration, [K] each."""
    energies = problem.energies(stats.enumerate_states(problem.num_variables)).astype(float)
    weight = np.exp(-np.outer(betas, energies - energies.min()))
    log_z = np.log(weight.sum(1)) - betas * energies.min()
    return log_z, weight @ energies / weight.sum(1)


@cache
def runs(couplings: str) -> list[PopulationResult]:
    """Few sweeps, so that resampling must do much of the work."""
    settings = {"num_reads": 512, "num_sweeps_per_beta": 1, "culling": 0.2}
    problem = small(couplings)
    return [
        population_anneal(problem, beta_range=(0.4, COLD), seed=seed, **settings)
        for seed in range(SEEDS)
    ]


def pulls(found: list[PopulationResult], problem, beta: float) -> np.ndarray:
    """(estimate - exact) / error at one beta, of log Z and of <E>: [2, runs]."""
    rows = []
    for run in found:
        k = int(np.flatnonzero(run.betas == beta)[0])
        log_z, energy = exact(problem, np.array([beta]))
        rows.append([
            (run.log_z[k] - log_z[0]) / run.log_z_error[k],
            (run.mean_energy[k] - energy[0]) / run.mean_energy_error[k],
        ])  # fmt: skip
    return np.array(rows).T


def pvalue(found: np.ndarray) -> float:
    """Of pulls that are Student's t with the blocks' degrees of freedom: their mean and spread."""
    normal = norm.ppf(np.clip(t(population._NUM_BLOCKS - 1).cdf(found), 1e-15, 1 - 1e-15))
    shift, spread = abs(normal.mean()) * np.sqrt(normal.size), chi2(normal.size)
    squares = (normal**2).sum()
    tails = (norm.sf(shift), spread.sf(squares), spread.cdf(squares))
    return min(1.0, 4 * min(tails))


@pytest.mark.parametrize("couplings", ["pm1", "gaussian"])
def test_free_energies_and_their_errors_agree_with_enumeration(couplings):
    problem, found = small(couplings), runs(couplings)
    for beta in (0.4, COLD):
        for deviations in pulls(found, problem, beta):
            assert pvalue(deviations) > stats.ALPHA
            assert np.abs(deviations).max() < 5
            # Errors too large or too small by a factor would be noticed.
            assert max(pvalue(deviations / 2.5), pvalue(2.5 * deviations)) < stats.ALPHA
    for run in found[:4]:
        log_z, energy = exact(problem, run.betas)
        assert run.betas[0] == 0
        assert run.log_z[0] == pytest.approx(12 * np.log(2))
        assert run.log_z_error[0] == 0
        assert np.abs(run.log_z - log_z)[1:] == pytest.approx(0, abs=0.5)
        assert np.all(np.abs(run.mean_energy - energy) < 6 * run.mean_energy_error + 1e-9)
        assert np.all(run.log_z_error[1:] < 0.2)
        np.testing.assert_allclose(run.free_energy[1:], -run.log_z[1:] / run.betas[1:])
        assert run.free_energy[0] == -np.inf


class Unweighted(Ensemble):
    """Reckons with weights, but copies nobody."""

    def cool(self, beta, offsets):
        sizes, family, energies = self.sizes, self.family, self.energies
        super().cool(beta, offsets)
        self.sizes, self.family, self.energies = sizes, family, energies
        return np.arange(energies.size)


class Misjudging(Ensemble):
    """Weights belong to a step in beta that is a twentieth too long."""

    def cool(self, beta, offsets):
        self.energies = 1.05 * self.energies
        return super().cool(beta, offsets)


@pytest.mark.parametrize("broken", [Unweighted, Misjudging])
def test_wrong_ensembles_are_noticed(broken, monkeypatch):
    monkeypatch.setattr(population, "Ensemble", broken)
    log_z, _ = pulls(runs.__wrapped__("pm1"), small("pm1"), COLD)
    assert pvalue(log_z) < stats.ALPHA


def test_the_weighted_population_is_a_sample_of_the_last_temperature():
    problem = small("pm1")
    counts = np.zeros((2, 4096))
    for run in runs("pm1"):
        assert run.weights.sum() == pytest.approx(1)
        assert run.weights @ problem.energies(run.states) == pytest.approx(run.mean_energy[-1])
        state = (1 << np.arange(12)) @ (run.states > 0).T
        counts[0] += np.bincount(state, run.weights, 4096)
        np.testing.assert_array_equal(run.energies, problem.energies(run.spins))
    law = stats.boltzmann(problem, COLD)
    # Total variation: relatives are alike, so there is no chi-square to compare it with.
    assert np.abs(counts[0] / SEEDS - law).sum() / 2 < 0.03
    assert np.abs(stats.boltzmann(problem, 0.8 * COLD) - law).sum() / 2 > 0.05


def test_three_hundred_spins_against_a_tree_decomposition():
    samplers = pytest.importorskip("dwave.samplers")
    problem, beta = strip("gaussian"), 1.0
    info = samplers.TreeDecompositionSampler().sample(to_bqm(problem), beta=beta).info
    run = population_anneal(problem, num_reads=1024, beta_range=(0, beta), seed=1)
    deviation = run.log_z[-1] - info["log_partition_function"]
    assert abs(deviation) < 5 * run.log_z_error[-1] < 1
    assert run.log_z_error[-1] > 0.01


@pytest.mark.slow
def test_the_square_ferromagnet_through_its_critical_point():
    betas = [0.2, 0.3, 0.4406868, 0.6]
    run = population_anneal(
        ferromagnet((16, 16)), num_reads=8192, beta_range=(betas[0], betas[-1]), seed=1
    )
    assert run.trustworthy
    for k, beta in enumerate(run.betas[1:], 1):
        assert abs(run.log_z[k] - log_partition(16, beta)) < 5 * run.log_z_error[k]
        assert abs(run.mean_energy[k] - mean_energy(16, beta)) < 6 * run.mean_energy_error[k]


@pytest.mark.parametrize("name", ["packed", "dense", "sparse", "dense_float"])
def test_children_are_their_parents(name):
    graph = graphs()["complete"]
    row = next(row for row in ROWS if row.name == name)
    kernel, model = row.prepare(graph.problem, "gibbs", graph.unit)
    engine = Replicas(Prepared(kernel, model, graph.unit), 70)
    run = engine.start(seed_key(1))
    before, energies = engine.spins(run.state, 7), engine.energies(run)
    np.testing.assert_allclose(energies, graph.problem.energies(before))
    parents = np.random.default_rng(1).integers(0, 70, 70)
    after = engine.resample(run, parents)
    np.testing.assert_array_equal(engine.spins(after.state, 7), before[parents])
    np.testing.assert_array_equal(engine.spins(after.best, 7), before)
    np.testing.assert_array_equal(engine.energies(after), energies[parents])
    np.testing.assert_array_equal(after.state.lane, run.state.lane)
    assert jnp.unique(after.state.lane).size == after.state.lane.size


def test_seeds_replay_and_temperatures_are_repeated():
    problem, settings = small("pm1"), {"num_reads": 512, "num_sweeps_per_beta": 2}
    first, again, other = (population_anneal(problem, seed=s, **settings) for s in (4, 4, 5))
    np.testing.assert_array_equal(first.states, again.states)
    np.testing.assert_array_equal(first.log_z, again.log_z)
    assert not np.array_equal(first.states, other.states)
    assert first.num_sweeps == 2 * (first.betas.size - 1)
    fixed = population_anneal(problem, betas=first.betas, seed=4, **settings)
    np.testing.assert_array_equal(fixed.log_z, first.log_z)
    gentle = population_anneal(problem, culling=0.03, seed=4, **settings)
    assert gentle.betas.size > 2 * first.betas.size
    assert gentle.betas[-1] == first.betas[-1] == first.beta_range[1]


def test_doubts_are_told():
    problem, settings = small("pm1"), {"num_reads": 512, "beta_range": (0, COLD), "seed": 1}
    good = population_anneal(problem, **settings)
    assert good.trustworthy
    assert good.reason == ""
    assert 1 < good.rho_s < good.rho_t < 5.12
    few = population_anneal(problem, **settings | {"num_reads": 40})
    assert not few.trustworthy
    assert "5 block(s)" in few.reason
    assert "above a hundredth of the 40 replicas" in few.reason
    jump = population_anneal(problem, num_reads=512, betas=[COLD], seed=1)
    assert not jump.trustworthy
    assert "a step of temperature culled 9" in jump.reason


def test_a_run_stops_when_asked_and_keeps_what_it_has():
    problem = small("pm1")
    lowest = problem.energies(stats.enumerate_states(12)).min()
    settings = {"num_reads": 512, "seed": 1}
    endless = settings | {"betas": np.linspace(1e-5, COLD, 10**5)}
    found = population_anneal(problem, time_limit=0.2, **endless)
    assert found.stopped_by == "time_limit"
    assert 1 < found.betas.size < 10**5
    assert found.betas.size == found.log_z.size == found.mean_energy_error.size
    assert found.beta_range == (0, found.betas[-1])
    assert found.num_restarts == 0
    assert 0.2 <= found.timing.sampling < 30
    log_z, _ = exact(problem, found.betas)
    assert abs(found.log_z[-1] - log_z[-1]) < 5 * found.log_z_error[-1]
    calls = []
    found = population_anneal(problem, interrupt=lambda: len(calls) > 2, progress=calls.append,
                              trace=True, **endless)  # fmt: skip
    assert (found.stopped_by, len(calls)) == ("interrupt", 3)
    assert found.trace.sweep[-1] == found.num_sweeps == calls[-1].sweep
    assert calls[-1].num_sweeps > calls[-1].sweep
    found = population_anneal(problem, target_energy=lowest, **endless)
    assert (found.stopped_by, found.best_energy) == ("target", lowest)


def test_passes_follow_one_another():
    problem, settings = small("pm1"), {"num_reads": 64, "beta_range": (0, COLD), "seed": 1}
    calls = []
    once = population_anneal(problem, **settings)
    twice = population_anneal(problem, num_restarts=2, progress=calls.append, **settings)
    assert (once.num_restarts, twice.num_restarts) == (1, 2)
    np.testing.assert_array_equal(twice.log_z, once.log_z)
    assert np.all(twice.energies <= once.energies)
    assert {call.restart for call in calls} == {0, 1}
    assert twice.num_sweeps > 1.5 * once.num_sweeps
    calls = []
    found = population_anneal(
        problem, num_restarts=None, progress=calls.append,
        interrupt=lambda: bool(calls) and calls[-1].restart == 3, **settings,
    )  # fmt: skip
    assert (found.stopped_by, found.num_restarts) == ("interrupt", 3)
    assert found.betas[-1] == COLD  # the first pass was whole


def test_problems_of_hardly_anything():
    nothing = population_anneal(ising([], [], [], [], offset=3), num_reads=200, betas=[0.5, 2])
    np.testing.assert_allclose(nothing.log_z, [0, -1.5, -6])
    np.testing.assert_allclose(nothing.free_energy, 3)
    assert nothing.trustworthy
    field = ising([0.5], [], [], [], offset=1)
    one = population_anneal(field, beta_range=(0, 3), num_reads=64, seed=1)
    assert one.log_z[-1] == pytest.approx(np.log(2 * np.cosh(1.5)) - 3, abs=0.5)
    assert one.best_energy == 0.5
    alone = population_anneal(field, betas=[0.5, 3], num_reads=1, seed=1)
    assert "1 block(s)" in alone.reason
    assert np.isinf(alone.log_z_error).all()
    assert np.isfinite(alone.log_z).all()
    free = population_anneal(ising([0, 0, 0], [], [], []), beta_range=(0, 3), num_reads=64, seed=1)
    np.testing.assert_allclose(free.log_z, 3 * np.log(2))
    np.testing.assert_array_equal(free.log_z_error, 0)
    assert free.betas.tolist() == [0, 3]
    start = population_anneal(small("pm1"), betas=[0.0], num_reads=512, seed=1)
    assert (start.betas.tolist(), start.num_sweeps) == ([0.0], 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_reads": 0}, "num_reads"),
        ({"num_sweeps_per_beta": 0}, "num_sweeps_per_beta"),
        ({"culling": 0}, "culling is 0; expected a share"),
        ({"culling": 1.0}, "expected a share between 0 and 1"),
        ({"culling": np.nan}, "culling"),
        ({"culling": None}, "culling is None"),
        ({"betas": []}, "rising numbers from 0"),
        ({"betas": [0.5, 0.1]}, "rising numbers from 0"),
        ({"betas": [-1, 1]}, "rising numbers from 0"),
        ({"betas": [0.1, np.inf]}, "rising numbers from 0"),
        ({"betas": [0.1, np.nan]}, "rising numbers from 0"),
        ({"betas": [1], "beta_range": (0, 1)}, "expected one of them"),
        ({"beta_range": (0, 1, 2)}, "beta_range"),
        ({"beta_range": (2, 1)}, "beta_range is"),
        ({"num_restarts": None}, "give a time_limit"),
        ({"num_restarts": 0}, "num_restarts"),
        ({"time_limit": -1}, "time_limit"),
        ({"update": "wolff"}, "update"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        population_anneal(random_gnp(6, 0.5, seed=1), **arguments)


def test_the_free_energy_of_a_polynomial_agrees_with_enumeration():
    terms = [([[0], [4]], [1, -1]), ([[0, 1, 2], [1, 3, 4], [2, 3, 5]], [1, -1, 1])]
    problem, beta = from_terms(terms, offset=2), 0.8
    found = [
        population_anneal(problem, num_reads=512, beta_range=(0, beta), seed=seed)
        for seed in range(SEEDS)
    ]
    assert {run.best_energy for run in found} == {exact_minimum(problem)}
    both = pulls(found, problem, beta)
    assert min(pvalue(deviations) for deviations in both) > 1e-4
    wrong = from_terms([terms[0], (terms[1][0], [1.2, -1, 1])], offset=2)
    assert pvalue(pulls(found, wrong, beta)[0]) < 1e-4  # one coefficient changed


def exact_minimum(problem):
    return problem.energies(stats.enumerate_states(problem.num_variables)).min()


@pytest.mark.parametrize(("couplings", "first"), [("pm1", 5), ("gaussian", 1)])
def test_the_clock_is_looked_at_between_slow_sweeps(monkeypatch, couplings, first):
    monkeypatch.setattr(population, "_WORK_BETWEEN_CHECKS", 1)
    seen = []
    population_anneal(
        small(couplings), num_reads=32, num_sweeps_per_beta=5, betas=[0.1], seed=1,
        progress=seen.append,
    )  # fmt: skip
    assert seen[0].sweep == first
