"""Parallel tempering: every rung keeps its distribution, ladders adapt, nothing is lost."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import stats
from kernel_table import ROWS, graphs

from pbits.exchange import Exchange
from pbits.ladders import equal_rejection
from pbits.random import seed_key, sweep_key
from pbits.swaps import Climb, Places, arrive, exchanged, propose
from pbits.tempering import temper
from problems import ising
from problems.generators import edwards_anderson, ferromagnet, random_gnp

BETAS = np.array([0.1, 0.4, 0.8])
LADDERS = 2**15


def positions(stride: int) -> Places:
    """LADDERS ladders, `stride` of them side by side."""
    count = LADDERS * BETAS.size
    rung = np.arange(count) // stride % BETAS.size
    return Places(
        jnp.asarray(BETAS[rung], jnp.float32), jnp.asarray(rung, jnp.int32),
        jnp.arange(count, dtype=jnp.uint32),
        jnp.asarray(rung < BETAS.size - 1), jnp.asarray(rung == 0),
        jnp.asarray(rung == BETAS.size - 1),
    )  # fmt: skip


def swapped_pvalues(stride: int, unit: float = 1.0, rounds: int = 4) -> list[float]:
    """p-values by rung of "exact samples stay exact when only temperatures are exchanged"."""
    problem = graphs()["complete"].problem
    places, rung = positions(stride), np.asarray(positions(stride).rung)
    spins = np.zeros((problem.num_variables, rung.size), np.int8)
    for k, beta in enumerate(BETAS):
        spins[:, rung == k] = stats.exact_samples(problem, beta, LADDERS, seed=k)
    energy = problem.energies(spins.T).astype(np.int32)
    step, at = jax.jit(propose, static_argnums=5), np.arange(rung.size)
    for r in range(rounds):
        key = sweep_key(seed_key(3), jnp.uint32(r))
        up, _ = step(key, places, energy[at], jnp.float32(unit), jnp.uint32(r), stride)
        lower = np.flatnonzero(up)
        assert np.all(rung[lower] % 2 == r % 2)
        at[lower], at[lower + stride] = at[lower + stride], at[lower]
    ladder = np.arange(rung.size) // (stride * BETAS.size) * stride + np.arange(rung.size) % stride
    np.testing.assert_array_equal(ladder[at], ladder)  # nobody leaves its ladder
    assert np.mean(at != np.arange(rung.size)) > 0.2
    return [
        stats.pooled_chi_square(
            stats.count_states(spins[:, at[rung == k]]), stats.boltzmann(problem, beta)
        )
        for k, beta in enumerate(BETAS)
    ]


@pytest.mark.parametrize("stride", [1, 32])
def test_swaps_keep_every_distribution(stride: int) -> None:
    assert min(swapped_pvalues(stride)) > stats.ALPHA


@pytest.mark.parametrize("unit", [0.0, 0.8, 1.25])
def test_wrong_swap_probabilities_are_noticed(unit: float) -> None:
    """Zero takes every swap; the others misjudge the energies by a fifth or a quarter."""
    assert min(swapped_pvalues(32, unit)) < stats.ALPHA


@pytest.mark.parametrize(
    ("name", "update", "cluster_moves"),
    [
        ("complete", "gibbs", False), ("complete", "metropolis", True), ("biased", "gibbs", True),
        ("gaussian", "gibbs", True), ("biased", "metropolis", "auto"),
    ],
)  # fmt: skip
def test_every_rung_samples_its_temperature(
    name: str, update: str, cluster_moves: bool | str
) -> None:
    problem = graphs()[name].problem
    found = temper(
        problem, num_reads=4096, num_sweeps=120, betas=BETAS, update=update,
        cluster_moves=cluster_moves, seed=5,
    )  # fmt: skip
    assert found.cluster_moves == (cluster_moves is True)
    assert np.all((found.cluster_fraction > 0) == (cluster_moves is True))
    for k, beta in enumerate(BETAS):
        exact = stats.boltzmann(problem, np.float32(beta))
        counts = stats.count_states(found.states[:, k].T)
        assert stats.pooled_chi_square(counts, exact) > stats.ALPHA, (name, beta)
    np.testing.assert_array_equal(found.energies, problem.energies(found.spins))
    states = stats.enumerate_states(problem.num_variables)
    assert found.best_energy == pytest.approx(problem.energies(states).min())


def test_mean_energies_and_barrier_agree_with_enumeration() -> None:
    problem = graphs()["complete"].problem
    found = temper(problem, num_reads=2048, num_sweeps=800, betas=BETAS, update="gibbs", seed=2)
    energy = problem.energies(stats.enumerate_states(problem.num_variables))
    law = np.array([stats.boltzmann(problem, beta) for beta in BETAS])
    np.testing.assert_allclose(found.mean_energy, law @ energy, rtol=0.01)
    for k in range(2):
        gap = np.subtract.outer(energy, energy) * (BETAS[k] - BETAS[k + 1])
        refused = law[k] @ (1 - np.minimum(1, np.exp(gap))) @ law[k + 1]
        assert found.rejection[k] == pytest.approx(refused, abs=0.01)


def test_the_ladder_spreads_its_rejections() -> None:
    problem = edwards_anderson((12, 12), seed=1)
    settings = {"num_reads": 64, "num_temperatures": 8, "beta_range": (0.1, 2.0), "seed": 1}
    fixed = temper(problem, num_sweeps=1000, adapt=False, **settings)
    moved = temper(problem, num_sweeps=1000, **settings)
    assert np.ptp(moved.rejection) < 0.12 < np.ptp(fixed.rejection)
    np.testing.assert_allclose(moved.betas[[0, -1]], [0.1, 2.0])
    assert moved.round_trips > fixed.round_trips / 2 > 0
    # The barrier belongs to the problem, not to the ladder.
    assert moved.barrier == pytest.approx(fixed.barrier, rel=0.25)


def test_the_number_of_temperatures_follows_the_barrier() -> None:
    small = temper(ferromagnet((4, 4)), num_sweeps=20, seed=1)
    large = temper(edwards_anderson((24, 24), seed=1), num_sweeps=20, seed=1)
    assert small.betas.size < large.betas.size


def test_two_rungs_for_each_unit_of_the_barrier() -> None:
    """So that half the swaps are taken; the barrier of the whole run is that of its pilot."""
    found = temper(edwards_anderson((20, 20), seed=1), num_sweeps=400, seed=2)
    assert 16 < 2 * found.barrier + 1 < 24
    assert found.betas.size == 24


@pytest.mark.parametrize(("h", "symmetric"), [([0, 0, 0], True), ([0, 0, 1], False)])
def test_clusters_know_whether_a_field_breaks_the_symmetry(
    h: list, symmetric: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Noted(Exchange):
        def __init__(self, *arguments: object, **keywords: object) -> None:
            super().__init__(*arguments, **keywords)
            seen.append(self._symmetric)

    monkeypatch.setattr("pbits.tempering.driver.Exchange", Noted)
    problem = ising(h, [0, 1], [1, 2], [1, -1])
    temper(problem, num_reads=2, num_sweeps=0, betas=[0.1, 0.2], seed=1)
    assert seen == [symmetric]


def test_equal_rejection_shares_the_barrier() -> None:
    betas = np.array([0.0, 1.0, 3.0, 4.0])
    found = equal_rejection(betas, np.array([0.2, 0.6, 0.2]), 6)
    barrier = np.interp(found, betas, [0, 0.2, 0.8, 1.0])
    np.testing.assert_allclose(np.diff(barrier), 0.2)


def test_seeds_replay() -> None:
    problem = random_gnp(60, 0.2, seed=1)
    settings = {"num_reads": 40, "num_sweeps": 100, "num_temperatures": 6}
    first, again, other = (temper(problem, seed=s, **settings) for s in (4, 4, 5))
    np.testing.assert_array_equal(first.states, again.states)
    np.testing.assert_array_equal(first.betas, again.betas)
    assert not np.array_equal(first.states, other.states)
    assert first.states.shape == (40, 6, 60)
    assert np.unique(first.spins, axis=0).shape[0] > 1


def test_initial_states_count_as_seen() -> None:
    problem = ferromagnet((6, 6))
    start = np.ones((3, 36), np.int8)
    found = temper(
        problem, num_reads=3, num_sweeps=2, betas=[1e-3, 2e-3], initial_spins=start, seed=1
    )  # fmt: skip
    assert found.energies.tolist() == [-72, -72, -72]


def test_a_run_stops_when_asked_and_keeps_what_it_has() -> None:
    problem = ferromagnet((8, 8))
    settings = {"num_sweeps": 10**7, "num_temperatures": 4, "seed": 1}
    found = temper(problem, target_energy=-128, **settings)
    assert (found.stopped_by, found.best_energy) == ("target", -128)
    found = temper(problem, time_limit=0.2, **settings)
    assert found.stopped_by == "time_limit"
    assert 0 < found.num_sweeps < 10**7
    calls = []
    found = temper(problem, interrupt=lambda: True, progress=calls.append, **settings)
    assert (found.stopped_by, found.num_sweeps, calls) == ("interrupt", 0, [])


def test_the_time_of_the_pilot_is_sampling_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = ferromagnet((4, 4))
    pilot = "pbits.tempering.driver.find_ladder"
    monkeypatch.setattr(pilot, lambda engine, betas, plan, pressed: (betas, 50.0))
    found = temper(problem, num_reads=2, num_sweeps=None, time_limit=40.0, seed=1)
    assert (found.stopped_by, found.num_sweeps) == ("time_limit", 0)
    assert found.timing.sampling >= 50
    assert found.timing.compile < 0  # those 50 seconds never were


def test_nothing_to_do() -> None:
    found = temper(ising([], [], [], [], offset=3), num_reads=2)
    assert (found.best_energy, found.states.shape[0]) == (3, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"betas": [0.1]}, "two or more rising"),
        ({"betas": [0.5, 0.1]}, "two or more rising"),
        ({"betas": [0.1, 0.5], "num_temperatures": 3}, "as many temperatures"),
        ({"num_temperatures": 1}, "at least 2"),
        ({"beta_range": (1.0, 0.5)}, "hot < cold"),
        ({"betas": [0.1, np.inf]}, "expected inverse temperatures"),
        ({"num_sweeps": -1}, "num_sweeps"),
        ({"num_reads": 0}, "num_reads"),
        ({"initial_spins": np.ones((2, 3))}, "initial_spins"),
        ({"time_limit": -1}, "time_limit"),
        ({"cluster_moves": "yes"}, "cluster_moves is 'yes'"),
        ({"cluster_moves": 1}, "cluster_moves is 1"),
    ],
)
def test_bad_arguments_are_named(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        temper(ferromagnet((3, 3)), **arguments)


def test_sweeps_are_rounded_up_to_whole_rounds() -> None:
    found = temper(ferromagnet((3, 3)), num_sweeps=3, num_temperatures=2, seed=1)
    assert found.num_sweeps == 4


def test_a_run_that_stops_at_a_move_still_has_diagnostics() -> None:
    """The ladder is due to move after 32 rounds; the interrupt comes just then."""
    rounds = []
    found = temper(
        edwards_anderson((6, 6), seed=1), num_sweeps=None, num_temperatures=4, seed=1,
        progress=lambda now: rounds.append(now.sweep // 2),
        interrupt=lambda: bool(rounds) and rounds[-1] >= 32,
    )  # fmt: skip
    assert (rounds[-1], found.stopped_by) == (32, "interrupt")
    assert found.barrier > 0
    assert np.all(found.mean_energy < 0)


def test_without_sweeps_something_must_stop_the_run() -> None:
    with pytest.raises(ValueError, match="num_sweeps is None"):
        temper(ferromagnet((3, 3)), num_sweeps=None)


@pytest.mark.parametrize("name", ["packed", "sparse"])
def test_exchanged_states_change_places_and_nothing_else(name: str) -> None:
    """Copying one way would keep every rung's distribution; only the pair as a whole tells."""
    graph = graphs()["complete"]
    row = next(row for row in ROWS if row.name == name)
    kernel, model = row.prepare(graph.problem, "gibbs", graph.unit)
    stride, rng = kernel.reads_per_lane, np.random.default_rng(1)
    spins = rng.choice(np.array([-1, 1], np.int8), (7, 4 * stride))
    padded = stats.padded(kernel, model, spins)
    state = kernel.load(padded, model, jnp.arange(4, dtype=jnp.uint32))
    first, third = rng.random((2, stride)) < 0.5
    up = np.concatenate([first, np.zeros(stride, bool), third, np.zeros(stride, bool)])
    after = exchanged(kernel, state, jnp.asarray(up), stride)
    expected, lower = spins.copy(), np.flatnonzero(up)
    expected[:, lower], expected[:, lower + stride] = spins[:, lower + stride], spins[:, lower]
    np.testing.assert_array_equal(np.asarray(kernel.spins(after, model))[:7], expected)
    np.testing.assert_array_equal(after.lane, state.lane)


def test_a_trip_is_from_hot_to_cold_and_back() -> None:
    """One state walks 0-1-2-1-0-1-0-2-0 over three rungs: two trips."""
    trips, end = 0, 0
    places = positions(1)
    places = jax.tree.map(lambda x: x[:3], places)
    for rung in (0, 1, 2, 1, 0, 1, 0, 2, 0):
        at = jnp.arange(3) == rung
        climb = Climb(jnp.where(at, end, 0).astype(jnp.int8), jnp.where(at, trips, 0))
        climb = arrive(climb, places)
        end, trips = int(climb.end[rung]), int(climb.trips[rung])
    assert trips == 2


def test_cluster_moves_are_for_sparse_problems() -> None:
    problem = random_gnp(70, 0.6, seed=1)
    settings = {"num_sweeps": 8, "betas": BETAS, "num_reads": 4, "seed": 1}
    with pytest.raises(ValueError, match="is dense"):
        temper(problem, cluster_moves=True, **settings)
    assert not temper(problem, **settings).cluster_moves


def test_clusters_are_exchanged_where_they_are_of_use() -> None:
    """A lattice below the percolation threshold, at cold rungs only; and never without asking."""
    problem = edwards_anderson((16, 16), seed=1)
    settings = {"num_sweeps": 600, "beta_range": (0.2, 2.0), "num_temperatures": 8, "seed": 1}
    found = temper(problem, **settings)
    assert found.cluster_moves
    assert found.cluster_fraction[:4].tolist() == [0] * 4
    assert np.all((0.01 < found.cluster_fraction[-2:]) & (found.cluster_fraction[-2:] < 0.5))
    plain = temper(problem, cluster_moves=False, **settings)
    assert (plain.cluster_moves, plain.cluster_fraction.any()) == (False, False)


def test_a_ladder_makes_as_many_round_trips_as_its_barrier_allows() -> None:
    """Free spins forget their energies in one sweep of heat bath: the ideal case of the theory."""
    found = temper(
        ising(np.ones(64), [], [], []), num_sweeps=20_000, num_sweeps_per_swap=1, seed=1,
        betas=np.linspace(0.05, 1, 24), update="gibbs",
    )  # fmt: skip
    rounds_for_one = 20_000 * 32 / found.round_trips
    r = found.rejection
    # States need a while for their first trip.
    assert rounds_for_one == pytest.approx(2 + 2 * np.sum(r / (1 - r)), rel=0.03)
    assert 2 + 2 * found.barrier < rounds_for_one < 1.4 * (2 + 2 * found.barrier)
