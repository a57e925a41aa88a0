"""A run does not depend on the calls that timing cuts it into."""

import dataclasses
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import pytest

from pbits.pairing import Clusters
from pbits.results import TemperResult
from pbits.tally import MAX_ROUNDS, counted, steps
from pbits.tempering import pilot, run, temper
from problems import from_terms
from problems.generators import edwards_anderson, random_gnp
from problems.polynomial import Problem

RNG = np.random.default_rng(1)
CUBIC = RNG.permuted(np.tile(np.arange(24), (60, 1)), axis=1)[:, :3]
PROBLEMS = {
    "packed": edwards_anderson((12, 12), seed=1),
    "sparse": random_gnp(40, 0.1, seed=1, couplings="gaussian"),
    "dense": random_gnp(70, 0.9, seed=1),
    "poly": from_terms([(CUBIC, RNG.normal(size=60))]),
}
SETTINGS = {"num_reads": 40, "num_sweeps": 600, "num_temperatures": 6, "seed": 3}
# The lengths of the next call, from that of the last one and its seconds.
LENGTHS = np.random.default_rng(2)
CUTS: dict[str, Callable[[int, float], int]] = {
    "single": lambda size, seconds: 1,
    "sevens": lambda size, seconds: 7,
    "growing": lambda size, seconds: 2 * size + 1,
    "random": lambda size, seconds: int(LENGTHS.integers(1, 90)),
}


def same(first: TemperResult, second: TemperResult) -> list[str]:
    """Names of what differs, but for times and what is noted once a call."""
    skipped = ("timing", "trace", "rung_history")
    names = [f.name for f in dataclasses.fields(first) if f.name not in skipped]
    return [n for n in names if not np.array_equal(getattr(first, n), getattr(second, n))]


@pytest.fixture(scope="module", params=PROBLEMS)
def problem(request: pytest.FixtureRequest) -> Problem:
    return PROBLEMS[request.param]


@pytest.fixture(scope="module")
def usual(problem: Problem) -> TemperResult:
    return temper(problem, **SETTINGS)


@pytest.mark.parametrize("cut", CUTS)
def test_results_do_not_depend_on_calls(
    problem: Problem, usual: TemperResult, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pilot, run):
        monkeypatch.setattr(module, "next_size", CUTS[cut])
    assert same(temper(problem, **SETTINGS), usual) == []


@pytest.mark.parametrize("asked", [True, 3])
def test_recording_changes_nothing(problem: Problem, usual: TemperResult, asked: int) -> None:
    found = temper(problem, record_rungs=asked, **SETTINGS)
    assert same(found, usual) == []
    assert usual.rung_history is None
    assert found.rung_history is not None
    assert found.rung_history.rung.shape == (301, 40 if asked is True else 3, 6)


def test_other_seeds_differ(problem: Problem, usual: TemperResult) -> None:
    """The comparison sees what it must see."""
    assert "mean_energy" in same(temper(problem, **SETTINGS | {"seed": 4}), usual)


def test_a_gain_on_the_edge_is_judged_alike_however_it_is_cut() -> None:
    """Exactly four sites a move, which a running mean in floating point may miss."""
    sizes = np.random.default_rng(3).permutation(np.repeat([1, 3, 4, 8], 48))
    for cut in (1, 2, 5, 7, 90):
        chosen = Clusters(num_rungs=1, num_spins=50, count=1, is_measured=True)
        chosen.review(np.array([-9.0]), -9.0, 0.0)
        for part in np.split(sizes, range(cut, sizes.size, cut)):
            chosen.note(np.array([part.sum()]), np.array([part.sum()]), part.size)
        chosen.review(np.array([-9.0]), -9.0, 0.0)
        assert chosen.active.all()
        assert chosen.fraction[0] == 4 / 50


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_counts_of_a_whole_call_fit(dtype: type[np.generic]) -> None:
    """The largest energies there are, MAX_ROUNDS times over, are neither rounded nor wrapped."""
    edge = 2**31 - 1 if dtype is np.int32 else 2**27 - 8
    near = [1, 40.5, 1000.25] if dtype is np.float32 else [1, 40, 1000]
    energy = np.array([edge, -edge, *near, *np.negative(near)], dtype)
    sums = [MAX_ROUNDS * np.asarray(count) for count in counted(jnp.asarray(energy))]
    assert all(count.dtype == np.int32 for count in sums)
    whole = steps(dtype) @ np.array(sums, np.float64)
    np.testing.assert_array_equal(whole, MAX_ROUNDS * energy.astype(np.float64))


def test_small_real_energies_are_rounded_little() -> None:
    energy = np.random.default_rng(1).uniform(-30, 30, 1000).astype(np.float32)
    found = steps(np.float32) @ np.array(counted(jnp.asarray(energy)))
    np.testing.assert_allclose(found, energy, rtol=0, atol=4e-6)
    assert abs(np.mean(found - energy)) < 4e-7
