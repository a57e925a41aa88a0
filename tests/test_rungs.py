"""Histories of replicas: whole, in small steps, in bounds, and the replicas' own."""

from functools import partial
from itertools import combinations, pairwise

import jax
import numpy as np
import pytest

from pbits.exchange import Exchange
from pbits.models import choose_model
from pbits.random import seed_key
from pbits.recording import RungRecorder
from pbits.results import TemperResult
from pbits.tempering import temper
from problems import ising
from problems.generators import edwards_anderson, random_gnp

PROBLEMS = {
    "packed": edwards_anderson((8, 8), seed=1),
    "sparse": random_gnp(20, 0.2, seed=1, couplings="gaussian"),
}


@pytest.fixture(scope="module", params=PROBLEMS)
def run(request: pytest.FixtureRequest) -> TemperResult:
    """40 ladders, not a whole number of words, that move their rungs meanwhile."""
    problem = PROBLEMS[request.param]
    return temper(
        problem, num_reads=40, num_sweeps=1200, num_temperatures=5, record_rungs=True, seed=3
    )


def naive_trips(path: np.ndarray, last: int) -> int:
    """Round trips of one replica, hot to cold and back, told from its ends."""
    ends = [rung for rung in path if rung in (0, last)]
    if 0 not in ends:
        return 0
    ends = ends[ends.index(0) :]
    return sum(a == last and b == 0 for a, b in pairwise(ends))


def test_every_row_is_a_permutation_and_steps_are_small(run: TemperResult) -> None:
    history = run.rung_history
    assert history is not None
    assert history.round.tolist() == list(range(601))
    assert (history.rung.shape, history.rung.dtype) == ((601, 40, 5), np.int16)
    np.testing.assert_array_equal(history.rung[0], np.tile(np.arange(5), (40, 1)))
    np.testing.assert_array_equal(np.sort(history.rung, -1), history.rung[:1].repeat(601, 0))
    steps = np.diff(history.rung, axis=0)
    assert set(np.unique(steps)) == {-1, 0, 1}
    # The lower rung of a pair has the parity of the round: up and down in turn.
    lower = np.where(steps > 0, history.rung[:-1], history.rung[1:])
    parity = np.arange(600)[:, None, None] % 2
    assert np.all((lower % 2 == parity) | (steps == 0))


def test_trips_are_those_of_the_result(run: TemperResult) -> None:
    history = run.rung_history
    assert history is not None
    paths = history.rung.transpose(1, 2, 0)
    expected = [[naive_trips(path, 4) for path in ladder] for ladder in paths]
    assert history.round_trips.tolist() == expected
    assert history.round_trips.sum() == run.round_trips > 40


def test_swaps_are_refused_as_often_as_the_result_says() -> None:
    """On a ladder that stays; the rejection is a mean of probabilities, the history of events."""
    found = temper(
        PROBLEMS["packed"], num_reads=64, num_sweeps=1000, betas=[0.2, 0.25, 0.5],
        cluster_moves=False, record_rungs=True, seed=2,
    )  # fmt: skip
    assert found.rung_history is not None
    rung = found.rung_history.rung
    for pair in range(2):
        offered = np.arange(500) % 2 == pair
        up = (rung[:-1] == pair) & (rung[1:] == pair + 1)
        refused = 1 - up.any(-1)[offered].mean()
        rejected = found.rejection[pair]
        # 250 rounds of 64 ladders, that remember their energies a little.
        error = np.sqrt(rejected * (1 - rejected) / (250 * 64 / 4))
        assert abs(refused - rejected) < 4 * error
        assert abs(refused - found.rejection[1 - pair]) > 4 * error


@pytest.mark.parametrize("num_rungs", [2, 5])
def test_equal_temperatures_make_replicas_ballistic(num_rungs: int) -> None:
    """Nothing is refused: from end to end in T rounds, of which one is spent turning."""
    betas = 1e-12 * np.arange(1, num_rungs + 1)
    found = temper(
        PROBLEMS["packed"], num_reads=3, num_sweeps=100, num_sweeps_per_swap=1, betas=betas,
        record_rungs=True, seed=1,
    )  # fmt: skip
    assert found.rung_history is not None
    way = np.append(np.arange(num_rungs), np.arange(num_rungs)[::-1])
    from_hot = way[found.rung_history.round % way.size]
    np.testing.assert_array_equal(found.rung_history.rung[:, :, 0], from_hot[:, None].repeat(3, 1))
    assert found.barrier < 1e-6
    # In 2 T rounds each of the T replicas makes one trip, once it has begun.
    assert found.round_trips / 3 == pytest.approx(100 / 2, abs=num_rungs)


def test_names_travel_with_states() -> None:
    """Cold ferromagnets are frozen, up or down: a later rung of a replica holds the same state."""
    pairs = np.array(list(combinations(range(9), 2)))
    problem = ising(np.zeros(9), *pairs.T, -np.ones(36))
    early, late = (
        temper(
            problem, num_reads=32, num_sweeps=sweeps, betas=[5.0, 6.0, 7.0, 8.0], adapt=False,
            record_rungs=True, cluster_moves=False, seed=1,
        )
        for sweeps in (40, 46)
    )  # fmt: skip
    assert early.rung_history is not None
    assert late.rung_history is not None
    ends = early.rung_history.rung[-1], late.rung_history.rung[-1]
    ladder = np.arange(32)[:, None]
    first, last = early.states[ladder, ends[0]], late.states[ladder, ends[1]]
    assert not np.array_equal(*ends)
    np.testing.assert_array_equal(first, last)
    # By rung they are not the same, so the comparison has something to see.
    assert not np.array_equal(early.states, late.states)


def test_only_the_first_ladders() -> None:
    every, few = (
        temper(
            PROBLEMS["packed"], num_reads=40, num_sweeps=200, num_temperatures=4, seed=1,
            record_rungs=asked,
        ).rung_history
        for asked in (True, 2)
    )  # fmt: skip
    assert every is not None
    assert few is not None
    np.testing.assert_array_equal(few.rung, every.rung[:, :2])


def test_long_histories_are_thinned_alike_however_they_are_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {
        "num_reads": 4, "num_sweeps": 600, "num_temperatures": 4, "seed": 1, "record_rungs": True,
    }  # fmt: skip
    every = temper(PROBLEMS["sparse"], **settings).rung_history
    short = partial(RungRecorder, max_entries=16 * 50)
    monkeypatch.setattr("pbits.tempering.driver.RungRecorder", short)
    for length in (1, 7, 64):
        monkeypatch.setattr("pbits.tempering.run.next_size", lambda *_, length=length: length)
        thin = temper(PROBLEMS["sparse"], **settings).rung_history
        assert thin.round.tolist() == list(range(0, 301, 8))
        np.testing.assert_array_equal(thin.rung, every.rung[::8])
    recorder = RungRecorder(1, 2, max_entries=10)
    for _ in range(1000):
        recorder.note(np.array([[[0, 1]]], np.int16))
        assert len(recorder.history().round) <= 5


@pytest.mark.parametrize("asked", [-1, 5, 1.5, "all"])
def test_other_ladders_than_there_are(asked: object) -> None:
    with pytest.raises(ValueError, match="record_rungs is"):
        temper(PROBLEMS["packed"], num_reads=4, record_rungs=asked)  # type: ignore[arg-type]


def test_no_spins_and_no_sweeps() -> None:
    settings = {"num_reads": 2, "betas": [0.1, 0.2], "record_rungs": True}
    for problem, sweeps in ((ising([], [], [], []), 8), (PROBLEMS["packed"], 0)):
        history = temper(problem, num_sweeps=sweeps, **settings).rung_history
        assert history.rung.tolist() == [[[0, 1], [0, 1]]]
        assert history.round_trips.tolist() == [[0, 0], [0, 0]]


def test_the_program_knows_of_it_only_where_asked() -> None:
    """Nothing of the history is compiled, carried or returned without."""
    engine = Exchange(choose_model(PROBLEMS["packed"]), 32, 4)
    key = seed_key(1)
    rest = (
        engine.places(np.linspace(0.1, 1, 4)), key, engine._model,
        np.float32(1), np.zeros(4, np.uint32), np.zeros(64, np.float32),
    )  # fmt: skip
    for follow in (True, False):
        climb = engine.climb(follow=follow)
        assert len(jax.tree.leaves(climb)) == 2 + follow
        text = engine._temper.lower(engine.start(key), climb, *rest).as_text()
        assert ("xi16>" in text) == follow
