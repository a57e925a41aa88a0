"""Sampling as its users see it: distribution, order of samples, interrupts, edge cases."""

import numpy as np
import pytest
from scipy import stats as scipy_stats
from stats import ALPHA, boltzmann, count_states, pooled_chi_square

from pbits import sample
from problems import ising
from problems.generators import random_gnp

PACKED = random_gnp(12, 0.5, seed=3)
SPARSE = random_gnp(12, 0.5, seed=3, couplings="gaussian")
# Every spin wants to be up, and its neighbours agree: the ground state is alone.
ALIGNED = ising(-np.ones(12), range(11), range(1, 12), -np.ones(11))
CHAINS = {"num_chains": 4, "beta": 0.3, "seed": 5}
NUM_DRAWS = 2**17


def z_test(found, mean):
    """Two-sided p-value of independent spins -1 and +1 having this mean."""
    z = (found.mean() - mean) * np.sqrt(found.size / (1 - mean**2))
    return 2 * scipy_stats.norm.sf(abs(z))


@pytest.mark.parametrize(
    ("h", "kernel", "update"),
    [
        ([1, -1], "packed", "gibbs"),
        ([1, -1], "packed", "metropolis"),
        ([0.9, -np.sqrt(0.5)], "sparse", "gibbs"),
    ],
)
def test_magnetisation_of_free_spins(h, kernel, update):
    beta = 0.6
    drawn = sample(
        ising(h, [], [], []), beta=beta, num_reads=NUM_DRAWS, num_sweeps=30, update=update, seed=1
    )
    assert drawn.kernel == f"{kernel}-{update}"
    for spins, bias in zip(drawn.spins.T, h, strict=True):
        assert z_test(spins, -np.tanh(beta * bias)) > ALPHA
        assert z_test(spins, -np.tanh(1.05 * beta * bias)) < ALPHA


def test_infinite_temperature():
    drawn = sample(SPARSE, beta=0, num_reads=2**14, num_sweeps=2, seed=1)
    assert z_test(drawn.spins, 0) > ALPHA
    assert z_test(drawn.spins, 0.02) < ALPHA


@pytest.mark.parametrize("couplings", ["pm1", "gaussian"])
def test_states_follow_boltzmann(couplings):
    problem, beta = random_gnp(5, 0.8, seed=2, couplings=couplings), 0.5
    drawn = sample(problem, beta=beta, num_reads=2**14, num_sweeps=50, seed=1)
    counts = count_states(drawn.spins.T)
    assert pooled_chi_square(counts, boltzmann(problem, beta)) > ALPHA
    assert pooled_chi_square(counts, boltzmann(problem, 1.2 * beta)) < ALPHA
    np.testing.assert_array_equal(drawn.energies, problem.energies(drawn.spins))


@pytest.mark.parametrize("problem", [PACKED, SPARSE], ids=["packed", "real"])
def test_sample_k_is_a_draw_of_a_chain(problem):
    burn_in, thinning, num_reads = 7, 3, 14  # three full draws and half of a fourth
    drawn = sample(problem, num_reads=num_reads, num_sweeps=burn_in, thinning=thinning, **CHAINS)
    assert drawn.spins.shape == (num_reads, 12)
    assert drawn.num_sweeps == burn_in + 3 * thinning
    for draw in range(4):
        sweeps = burn_in + draw * thinning
        states = sample(problem, num_reads=4, num_sweeps=sweeps, **CHAINS).spins
        expected = drawn.spins[4 * draw : 4 * draw + 4]
        np.testing.assert_array_equal(states[: len(expected)], expected)
    assert len(np.unique(drawn.spins, axis=0)) > 4


def test_thinning_is_ten_unless_given():
    default = sample(PACKED, num_reads=8, num_sweeps=5, **CHAINS)
    given = sample(PACKED, num_reads=8, num_sweeps=5, thinning=10, **CHAINS)
    other = sample(PACKED, num_reads=8, num_sweeps=5, thinning=9, **CHAINS)
    np.testing.assert_array_equal(default.spins, given.spins)
    np.testing.assert_array_equal(default.spins[:4], other.spins[:4])
    assert np.any(default.spins[4:] != other.spins[4:])


@pytest.mark.parametrize(("problem", "more"), [(PACKED, 100), (SPARSE, 40)], ids=["packed", "real"])
def test_chains_depend_on_seed_and_number_alone(problem, more):
    short = {"beta": 0.1, "num_sweeps": 5}
    first = sample(problem, num_reads=8, seed=5, **short).spins
    assert len(np.unique(first, axis=0)) > 4
    np.testing.assert_array_equal(sample(problem, num_reads=more, seed=5, **short).spins[:8], first)
    assert np.any(sample(problem, num_reads=8, seed=6, **short).spins != first)
    unseeded = sample(problem, num_reads=8, **short)
    again = sample(problem, num_reads=8, seed=unseeded.seed, **short)
    np.testing.assert_array_equal(again.spins, unseeded.spins)


@pytest.mark.parametrize("update", ["gibbs", "metropolis"])
def test_no_burn_in_starts_from_the_states_given(update):
    start = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (4, 12))
    kwargs = {"num_sweeps": 0, "update": update, "initial_spins": start, "num_reads": 8}
    drawn = sample(ALIGNED, **kwargs, **CHAINS | {"beta": 0.01})
    np.testing.assert_array_equal(drawn.spins[:4], start)
    assert np.any(drawn.spins[4:] != start)
    ground = sample(
        ALIGNED, **kwargs | {"initial_spins": np.ones((4, 12))}, **CHAINS | {"beta": 1e6}
    )
    assert np.all(ground.spins == 1)
    assert ground.energies.tolist() == [-23] * 8


def test_an_interrupted_run_keeps_its_samples():
    plan = {"num_reads": 80, "num_sweeps": 5, "thinning": 2, **CHAINS}
    whole, seen = sample(PACKED, **plan), []
    part = sample(PACKED, progress=seen.append, interrupt=lambda: len(seen) > 15, **plan)
    kept = len(part.spins)
    assert 4 <= kept < 80
    assert kept % 4 == 0
    assert part.num_sweeps == seen[-1].sweep < whole.num_sweeps
    np.testing.assert_array_equal(part.spins, whole.spins[:kept])
    np.testing.assert_array_equal(part.energies, PACKED.energies(part.spins))


def test_an_interrupted_burn_in_returns_the_present_states():
    part = sample(PACKED, num_reads=80, num_sweeps=10_000, interrupt=lambda: True, **CHAINS)
    assert 0 < part.num_sweeps < 10_000
    assert len(part.spins) == len(part.energies) == 4


def test_progress_is_told():
    seen = []
    drawn = sample(PACKED, num_reads=12, num_sweeps=200, progress=seen.append, **CHAINS)
    sweeps = [p.sweep for p in seen]
    assert sweeps == sorted(set(sweeps))
    assert sweeps[-1] == seen[0].num_sweeps == drawn.num_sweeps == 220
    assert seen[-1].best_energy <= drawn.energies.min()


def test_no_variables():
    drawn = sample(ising([], [], [], [], offset=3), beta=1, num_reads=7)
    assert drawn.spins.shape == (7, 0)
    assert drawn.energies.tolist() == [3] * 7


NAN = float("nan")
BAD = [
    ({"beta": -1}, "beta is -1; expected a finite number of at least 0"),
    ({"beta": NAN}, "beta is nan; expected a finite number"),
    ({"beta": "hot"}, "beta is 'hot'; expected a finite number"),
    ({"beta": 1e40}, "beta is 1e\\+40; expected"),
    ({"num_reads": 0}, "num_reads is 0; expected a whole number of at least 1"),
    ({"num_sweeps": -1}, "num_sweeps is -1; expected a whole number of at least 0"),
    ({"num_chains": 0}, "num_chains is 0; expected a whole number of at least 1"),
    ({"num_chains": 2, "thinning": 0}, "thinning is 0; expected a whole number of at least 1"),
    ({"thinning": 5}, "thinning applies to samples of one chain; give num_chains"),
    ({"seed": -1}, "seed is -1; expected a whole number of at least 0"),
    ({"update": "glauber"}, "update is 'glauber'; expected 'metropolis' or 'gibbs'"),
    (
        {"num_chains": 2, "initial_spins": np.ones((8, 12))},
        r"initial_spins has shape \(8, 12\); expected \(2, 12\)",
    ),
    ({"initial_spins": np.zeros((8, 12))}, "initial_spins .* of -1 and"),
]


@pytest.mark.parametrize(("kwargs", "message"), BAD)
def test_bad_arguments_say_what_was_expected(kwargs, message):
    with pytest.raises(ValueError, match=message):
        sample(PACKED, **({"beta": 1, "num_reads": 8, "num_sweeps": 2} | kwargs))
