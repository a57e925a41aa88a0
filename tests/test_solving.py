"""`pbits.solve`: right answers, kept limits, nothing lost, whatever it chooses to run."""

import sys
import threading
import time

import networkx as nx
import numpy as np
import pytest
from stats import enumerate_states

import pbits
import problems
import problems.polynomial
from pbits.descent import flip_gains
from pbits.solving import driver, search
from pbits.solving.background import Background, wait_for_all
from pbits.solving.enumeration import all_states, is_enumerable, lowest_states
from problems.generators import edwards_anderson, random_gnp, sherrington_kirkpatrick
from problems.reduction import Reduced


@pytest.fixture(scope="module")
def lattice():
    return edwards_anderson((6, 6, 6), seed=3)


@pytest.fixture(scope="module")
def found(lattice):
    return pbits.solve(lattice, time_limit=4, seed=1)


def small(n, kind, seed=0):
    rng = np.random.default_rng(seed)
    row, col = np.triu_indices(n, 1)
    values = rng.integers(-3, 4, n + row.size)
    if kind == "real":
        values = values + rng.normal(size=values.size)
    return problems.ising(values[:n], row, col, values[n:], offset=2)


@pytest.mark.parametrize("kind", ["integer", "real"])
def test_few_spins_are_enumerated(kind):
    problem = small(10, kind)
    found = pbits.solve(problem, seed=0)
    assert found.best_energy == problem.energies(enumerate_states(10)).min()
    assert found.stopped_by == "exhausted"
    assert [phase.name for phase in found.phases] == ["enumeration"]


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_anything(n):
    found = pbits.solve(problems.ising([3] * n, [], [], [], offset=1), seed=0)
    assert found.best_energy == 1 - 3 * n
    assert found.best_spins.shape == (n,)


def test_energies_are_exact_and_best_comes_first(lattice, found):
    assert np.array_equal(found.energies, lattice.energies(found.spins))
    assert found.energies.tolist() == sorted(found.energies.tolist())
    assert found.best_energy == found.energies[0]


def test_matches_tempering(lattice, found):
    """Long tempering has the ground state of so small a lattice; so must solving."""
    reference = pbits.temper(lattice, num_sweeps=600, num_temperatures=12, seed=5)
    assert found.best_energy <= reference.best_energy


def test_limit_is_kept_and_phases_are_told(found):
    assert found.stopped_by == "time_limit"
    # Within half a second on an idle computer; tests may share theirs.
    assert 3.9 < found.timing.total < 7
    names = [phase.name for phase in found.phases]
    assert names[0] == "host anneal"
    seconds = [phase.seconds for phase in found.phases]
    assert seconds == sorted(seconds)
    energies = [phase.best_energy for phase in found.phases]
    assert energies == sorted(energies, reverse=True)


def test_limit_shorter_than_compilation_gives_what_the_host_found(lattice, monkeypatch):
    """Compilation that takes forever stands for a slow machine."""
    go = threading.Event()
    monkeypatch.setattr(search.Search, "prepare", lambda self: go.wait(20))
    try:
        found = pbits.solve(lattice, time_limit=0.4, seed=1)
    finally:
        go.set()
    assert found.timing.total < 5
    assert found.kernel == "host"
    assert found.best_energy == lattice.energies(found.best_spins) < -300


def cubic(n, m, seed=0):
    rng = np.random.default_rng(seed)
    terms = np.array([rng.choice(n, 3, replace=False) for _ in range(m)])
    return problems.polynomial.from_terms([(terms, rng.choice([-1, 1], m))], n)


@pytest.mark.parametrize("time_limit", [0.0, 0.5])
@pytest.mark.parametrize(
    "problem",
    [sherrington_kirkpatrick(800, couplings="pm1", seed=1), cubic(2000, 8000)],
    ids=["dense", "polynomial"],
)
def test_what_the_host_does_not_anneal_is_descended(problem, time_limit, monkeypatch):
    """However short the limit, before compilation or beside it, the answer is a local minimum."""
    assert not driver.is_suitable(problem)
    go = threading.Event()
    monkeypatch.setattr(search.Search, "prepare", lambda self: go.wait(20))
    monkeypatch.setattr(driver, "_FIRST_DESCENT", 10.0)  # computers that run tests are slow
    try:
        found = pbits.solve(problem, time_limit=time_limit, seed=1)
    finally:
        go.set()
    assert found.timing.total < 5
    assert [phase.name for phase in found.phases] == ["start", "descent"]
    assert flip_gains(problem, found.best_spins).min() >= 0
    assert found.energies[0] == problem.energies(found.best_spins)
    assert found.best_energy < found.phases[0].best_energy


def test_descent_goes_on_beside_compilation(monkeypatch):
    problem = sherrington_kirkpatrick(800, couplings="pm1", seed=1)
    go = threading.Event()
    monkeypatch.setattr(search.Search, "prepare", lambda self: go.wait(20))
    monkeypatch.setattr(driver, "_SHORT", 0.0)
    try:
        found = pbits.solve(problem, time_limit=3, seed=1)
    finally:
        go.set()
    assert [phase.name for phase in found.phases] == ["start", "descent"]
    assert flip_gains(problem, found.best_spins).min() >= 0


def test_descent_does_not_outlast_its_time(monkeypatch):
    monkeypatch.setattr(driver, "_FIRST_DESCENT", 0.0)
    found = pbits.solve(sherrington_kirkpatrick(800, couplings="pm1"), time_limit=0.0, seed=1)
    assert [phase.name for phase in found.phases] == ["start"]


def test_target_ends_the_run(lattice, found):
    again = pbits.solve(lattice, target_energy=found.best_energy + 20, time_limit=30, seed=2)
    assert again.stopped_by == "target"
    assert again.best_energy <= found.best_energy + 20
    assert again.timing.total < 25


def test_interrupt_keeps_the_best(lattice):
    begin = time.perf_counter()
    found = pbits.solve(
        lattice, interrupt=lambda: time.perf_counter() - begin > 1, time_limit=None, seed=1
    )
    assert found.stopped_by == "interrupt"
    assert found.best_energy < -300


def test_without_limits_ends_when_nothing_gets_better(lattice, found):
    again = pbits.solve(lattice, seed=4)
    assert again.stopped_by == "no_progress"
    assert again.best_energy <= found.best_energy + 8


def test_initial_states_count_as_seen(lattice, found):
    again = pbits.solve(lattice, time_limit=0.2, initial_spins=found.spins[:1], seed=9)
    assert again.best_energy <= found.best_energy


@pytest.mark.slow
@pytest.mark.parametrize(
    "problem",
    [
        sherrington_kirkpatrick(100, couplings="pm1", seed=1),
        sherrington_kirkpatrick(100, couplings="gaussian", seed=1),
        edwards_anderson((5, 5, 5), couplings="gaussian", seed=1),
        random_gnp(100, 0.2, couplings="one", seed=1),
    ],
    ids=["dense", "dense_float", "sparse", "packed"],
)
def test_every_layout(problem):
    found = pbits.solve(problem, time_limit=12, seed=1)
    reference = pbits.anneal(problem, num_reads=256, num_sweeps=2000, seed=1)
    assert found.num_sweeps > 0
    assert found.best_energy <= reference.best_energy + 1e-6 * abs(reference.best_energy)


def test_asked_numbers_are_used(lattice):
    found = pbits.solve(lattice, time_limit=20, num_reads=8, num_temperatures=1, seed=1,
                        target_energy=-330)  # fmt: skip
    assert found.num_temperatures == 1
    with pytest.raises(ValueError, match="num_temperatures"):
        pbits.solve(lattice, num_temperatures=0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"time_limit": -1.0}, "time_limit"),
        ({"beta_range": (2.0, 1.0)}, "hot < cold"),
        ({"update": "glauber"}, "metropolis"),
        ({"num_reads": 0}, "num_reads"),
    ],
)
def test_bad_arguments(lattice, wrong, message):
    with pytest.raises(ValueError, match=message):
        pbits.solve(lattice, **wrong)


def test_failure_to_compile_is_told(lattice, monkeypatch):
    def fail(self):
        raise RuntimeError("no compiler today")

    monkeypatch.setattr(search.Search, "prepare", fail)
    with pytest.raises(RuntimeError, match="no compiler today"):
        pbits.solve(lattice, time_limit=5)


def test_background_gives_result_or_error():
    assert Background(lambda: 3).result() == 3
    with pytest.raises(ZeroDivisionError):
        Background(lambda: 1 // 0).result()


def test_spins_that_need_no_search_are_taken_out_and_put_back():
    """A tree with a few loops: nothing is left to be searched, and the answer is exact."""
    graph = nx.random_labeled_tree(300, seed=1)
    graph.add_edges_from([(0, 150), (20, 250)])
    weights = np.random.default_rng(1).integers(-5, 6, graph.number_of_edges())
    problem = problems.ising(np.arange(300) % 3 - 1, *np.array(graph.edges).T, weights)
    found = pbits.solve(problem, seed=1)
    assert found.stopped_by == "exhausted"
    assert found.spins.shape[1] == 300
    np.testing.assert_array_equal(problem.energies(found.spins), found.energies)
    assert any("of 300 spins" in note for note in found.notes)
    worse = np.ones((1, 300), np.int8)
    assert pbits.solve(problem, initial_spins=worse, seed=1).best_energy == found.best_energy
    kept = pbits.solve(problem, presolve=False, time_limit=0.3, seed=1)
    assert kept.best_energy >= found.best_energy
    assert not any("presolving" in note for note in kept.notes)


def test_roof_duality_leaves_nothing_to_search():
    """A ring in a field at one spin, and all of it coupled by chords: no simple rule applies."""
    n = 40
    row, col = np.concatenate([[np.arange(n), (np.arange(n) + k) % n] for k in (1, 2, 3)], axis=1)
    problem = problems.ising(np.eye(n)[0], row, col, np.full(3 * n, -200))
    found = pbits.solve(problem, seed=1)
    assert (found.stopped_by, found.num_searched) == ("exhausted", 0)
    assert found.best_energy == -600 * n - 1


def test_presolving_takes_no_longer_than_it_may(monkeypatch):
    """A chain, which would shrink to nothing: Ctrl-C is there before the first look."""
    monkeypatch.setattr(sys.modules["problems.reduction.presolve"], "_LOOKS", 1)
    chain = problems.ising(np.zeros(60), range(59), range(1, 60), np.ones(59))
    asked = []

    def once():
        asked.append(1)
        return len(asked) == 1

    found = pbits.solve(chain, presolve=True, interrupt=once, seed=1)
    assert found.stopped_by == "interrupt"
    assert found.num_searched == 60
    quick = pbits.solve(chain, presolve=True, time_limit=1e-6, seed=1)
    assert (quick.stopped_by, quick.spins.shape[1]) == ("time_limit", 60)


def test_given_states_are_never_lost_to_presolving(monkeypatch):
    """Decimals whose sums are rounded: what comes back is no worse, to the last digit."""
    rng = np.random.default_rng(1)
    graph = np.array(nx.gnm_random_graph(40, 60, seed=1).edges).T
    problem = problems.ising(rng.normal(size=40), *graph, rng.normal(size=60))
    best = pbits.solve(problem, presolve=True, seed=1)
    # As if rounding had made the way back go wrong.
    monkeypatch.setattr(Reduced, "undo", lambda self, spins: np.ones((len(spins), 40), np.int8))
    again = pbits.solve(problem, presolve=True, initial_spins=best.spins, seed=2)
    assert again.best_energy == best.best_energy < problem.energies(np.ones(40))
    assert (np.diff(again.energies) >= 0).all()


def test_a_bound_ends_the_run_but_does_not_keep_it_going(lattice, found):
    reached = pbits.solve(lattice, lower_bound=found.best_energy, time_limit=20, seed=1)
    assert (reached.stopped_by, reached.best_energy) == ("bound", found.best_energy)
    beyond = pbits.solve(lattice, lower_bound=found.best_energy - 4, seed=1)
    assert beyond.stopped_by == "no_progress"


@pytest.mark.parametrize("kind", ["integer", "real"])
@pytest.mark.parametrize("n", [0, 1, 2, 9])
def test_halves_meet_in_all_states(n, kind):
    problem = small(n, kind)
    energies = np.sort(problem.energies(all_states(n)))
    found = lowest_states(problem, 5)
    assert len(np.unique(found, axis=0)) == len(found)
    np.testing.assert_allclose(np.sort(problem.energies(found)), energies[:5])


def test_twenty_spins_are_no_search():
    problem = small(20, "integer")
    found = pbits.solve(problem, seed=0)
    assert found.stopped_by == "exhausted"
    assert np.all(flip_gains(problem, found.spins[:1]) >= 0)
    assert len(found.spins) == 128
    assert not is_enumerable(small(23, "real"))


def test_what_was_left_alone_can_be_waited_for():
    go, ended = threading.Event(), []
    work = Background(lambda: (go.wait(20), ended.append(1)))
    work.begin()
    threading.Timer(0.05, go.set).start()
    wait_for_all()
    assert ended == [1]
