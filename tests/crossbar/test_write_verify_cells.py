"""Write-verify: pulses against the geometric law, tolerance, failures, whole matrices."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from scipy import stats

from crossbar.cells.cell import Cell, Write
from crossbar.cells.draw import draw
from crossbar.cells.presets import get
from crossbar.design import Design
from crossbar.programming import program
from crossbar.quantise import quantise
from crossbar.read_back import used_cells
from crossbar.write_verify import Verify, write_verified

ALPHA = 1e-4
SHAPE = (200, 200)
TWO = jnp.array([1e-5, 2e-5])


def written(cell: Cell, verify: Verify, seed: int = 0, level: int = 1) -> tuple:
    one, two = random.split(random.key(seed))
    done = write_verified(one, two, cell, jnp.full(SHAPE, level), verify)
    return tuple(np.asarray(part) for part in done)


def geometric_pvalue(pulses: np.ndarray, failed: np.ndarray, success: float, most: int) -> float:
    """Of counts of pulses, the failed a class of their own."""
    count = np.bincount(pulses[~failed].ravel(), minlength=most + 1)[1:]
    chance = success * (1 - success) ** np.arange(most)
    observed, expected = np.append(count, failed.sum()), np.append(chance, (1 - success) ** most)
    return float(stats.chisquare(observed, expected * pulses.size).pvalue)


def test_pulses_that_fail_follow_the_geometric_law() -> None:
    cell = Cell(TWO, write=Write(failure=0.4))
    held, pulses, failed = written(cell, Verify(0.1, 5))
    assert geometric_pvalue(pulses, failed, 0.6, 5) > ALPHA
    assert geometric_pvalue(pulses, failed, 0.61, 5) < ALPHA
    np.testing.assert_allclose(held, np.where(failed, 1e-5, 2e-5), rtol=1e-6)


def test_pulses_that_scatter_follow_the_geometric_law() -> None:
    # A deviation of 5 % of 20 uS and a tolerance of a tenth of 10 uS: one standard deviation.
    cell = Cell(TWO, cycle_spread=0.05)
    held, pulses, failed = written(cell, Verify(0.1, 6), seed=1)
    success = stats.norm.cdf(1) - stats.norm.cdf(-1)
    assert geometric_pvalue(pulses, failed, success, 6) > ALPHA
    assert geometric_pvalue(pulses, failed, 0.98 * success, 6) < ALPHA
    assert np.abs(held - 2e-5)[~failed].max() <= 1.0001e-6
    # What is kept is a normal law cut at the tolerance.
    inside = (held[~failed] / 2e-5 - 1) / 0.05
    assert stats.kstest(inside, stats.truncnorm(-1, 1).cdf).pvalue > ALPHA


def test_device_part_stays_through_all_retries() -> None:
    # Each cell has a success of its own, P(|d + c| < tolerance); the cycle part is redrawn.
    cell = Cell(TWO, device_spread=0.05, cycle_spread=0.02)
    _, pulses, failed = written(cell, Verify(0.1, 4), seed=2)
    devices = np.linspace(-6, 6, 4001) * 0.05
    weight = stats.norm.pdf(devices / 0.05)
    weight /= weight.sum()
    success = stats.norm.cdf((0.05 - devices) / 0.02) - stats.norm.cdf((-0.05 - devices) / 0.02)
    chances = [(weight * success * (1 - success) ** k).sum() for k in range(4)]
    expected = np.append(chances, (weight * (1 - success) ** 4).sum()) * pulses.size
    observed = np.append(np.bincount(pulses[~failed], minlength=5)[1:], failed.sum())
    assert stats.chisquare(observed, expected).pvalue > ALPHA
    # As if devices were redrawn too: far fewer would fail.
    redrawn = 2 * stats.norm.cdf(0.05 / np.hypot(0.05, 0.02)) - 1
    assert geometric_pvalue(pulses, failed, redrawn, 4) < ALPHA


def test_stuck_cells_use_up_their_pulses_and_are_counted() -> None:
    cell = Cell(TWO, stuck_low=0.03)
    held, pulses, failed = written(cell, Verify(0.1, 7), seed=3)
    assert stats.binomtest(int(failed.sum()), failed.size, 0.03).pvalue > ALPHA
    assert (pulses == np.where(failed, 7, 1)).all()
    assert (held[failed] == np.float32(1e-5)).all()
    assert not written(cell, Verify(0.1, 7), seed=3, level=0)[2].any()


def test_noisy_reads_let_wrong_cells_pass() -> None:
    cell = Cell(TWO, cycle_spread=0.05, read_noise=0.05)
    held, _, failed = written(cell, Verify(0.1, 50, noisy=True), seed=4)
    beyond = np.abs(held / 2e-5 - 1)[~failed] > 0.0501
    # c and n of 5 % each, accepted where |c + n| < 5 %.
    c = np.linspace(-6, 6, 4001)
    accepted = stats.norm.cdf(1 - c) - stats.norm.cdf(-1 - c)
    share = (stats.norm.pdf(c) * accepted)[np.abs(c) > 1.002].sum()
    share /= (stats.norm.pdf(c) * accepted).sum()
    assert stats.binomtest(int(beyond.sum()), beyond.size, share).pvalue > ALPHA
    assert stats.binomtest(int(beyond.sum()), beyond.size, 1.1 * share).pvalue < ALPHA


def test_reads_have_the_noise_of_their_level() -> None:
    cell = Cell(TWO, read_noise=jnp.array([0.0, 0.05]))
    assert (written(cell, Verify(0.1, 6, noisy=True), level=0)[1] == 1).all()
    # A tenth of 10 uS is one deviation of 5 % of 20 uS.
    _, pulses, failed = written(cell, Verify(0.1, 6, noisy=True))
    success = stats.norm.cdf(1) - stats.norm.cdf(-1)
    assert geometric_pvalue(pulses, failed, success, 6) > ALPHA


def test_the_same_chip_is_written_with_and_without() -> None:
    cell = Cell(TWO, device_spread=0.1)
    one, two = random.split(random.key(5))
    levels = random.randint(random.key(6), SHAPE, 0, 2)
    once = jax.jit(draw)(one, two, cell, levels)
    done = write_verified(one, two, cell, levels, Verify(10.0, 1))
    assert bool((done.conductance == once).all())
    assert bool((done.pulses == 1).all())


def test_another_tolerance_runs_the_same_program() -> None:
    cell = Cell(TWO, cycle_spread=0.05)
    written(cell, Verify(0.1, 3))
    before = write_verified._cache_size()
    written(cell, Verify(0.2, 9))
    written(cell.replace(cycle_spread=0.01), Verify(0.2, 9))
    assert write_verified._cache_size() == before


@pytest.fixture(scope="module")
def weights() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(20, 11))


DESIGN = Design(get("granular"), rows=16, columns=8, weight_bits=5)
KEY = random.key(1)


def test_a_verified_matrix_is_nearer(weights: np.ndarray) -> None:
    plain = program(KEY, weights, DESIGN)
    done = program(KEY, weights, DESIGN, Verify(0.05, 200))
    assert done.pulses is not None
    assert done.failed is not None
    assert plain.pulses is None
    assert not bool(done.failed.any())
    codes, scale = quantise(weights, DESIGN.weight_bits)
    errors = [np.abs(m.matrix() - codes * scale).mean() for m in (plain, done)]
    assert errors[1] < 0.3 * errors[0]
    # Cells that hold nothing are left alone.
    assert bool(((done.pulses > 0) == used_cells(done)).all())
    assert int((done.pulses > 0).sum()) == 2 * done.significance.shape[0] * weights.size
    # It multiplies, and is still a pytree.
    x = np.random.default_rng(1).normal(size=(3, 20))
    assert (x @ done).shape == (3, 11)
    assert jax.tree.structure(done) == jax.tree.structure(jax.tree.map(lambda leaf: leaf, done))
    # Without spread, one pulse each and the same chip as without verification.
    quiet = DESIGN.replace(cell=DESIGN.cell.replace(cycle_spread=jnp.zeros(4)))
    once = program(KEY, weights, quiet, Verify(0.01, 9))
    assert once.pulses is not None
    assert int(once.pulses.max()) == 1
    assert bool((once.matrix() == program(KEY, weights, quiet).matrix()).all())


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (partial(Verify, 0.0), "tolerance is 0; expected a number above 0 steps of a level"),
        (partial(Verify, 0.1, 0), "max_pulses is 0"),
        (partial(Verify, 0.1, 2.5), "expected a whole number"),
        (partial(Verify, 0.1, float("inf")), "max_pulses is inf"),
    ],
)
def test_nonsense_is_refused(make: partial, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()
