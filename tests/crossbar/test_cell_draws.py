"""Statistics of conductances: programming, stuck cells, failures, drift, retention, TMR(V)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from scipy import stats

from crossbar.cells.cell import Cell, Write, with_spread
from crossbar.cells.draw import age, at_voltage, draw
from crossbar.cells.granular import level_errors
from crossbar.cells.presets import get
from crossbar.read_back import nearest_levels
from crossbar.wires.nonlinear import solve_cells
from crossbar.wires.wire import Wire

ALPHA = 1e-4
SHAPE = (200, 200)
LEVELS = jnp.array([1e-5, 2e-5, 4e-5])
drawn = jax.jit(draw, static_argnames="previous")
aged = jax.jit(age)


def keys(seed: int) -> jax.Array:
    return random.split(random.key(seed))


def normal_pvalue(values: np.ndarray, sigma: float) -> float:
    return float(stats.kstest(values.ravel() / sigma, "norm").pvalue)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_deviations_have_the_spread_of_their_level(level: int) -> None:
    device, cycle = np.array([0.05, 0.03, 0.01]), np.array([0.02, 0.04, 0.03])
    cell = Cell(LEVELS, device_spread=jnp.asarray(device), cycle_spread=jnp.asarray(cycle))
    found = np.asarray(drawn(*keys(level), cell, jnp.full(SHAPE, level)))
    relative = found / float(LEVELS[level]) - 1
    sigma = float(np.hypot(device[level], cycle[level]))
    assert normal_pvalue(relative, sigma) > ALPHA
    # 40,000 deviations tell a spread that is 5 % off.
    assert normal_pvalue(relative, 1.05 * sigma) < ALPHA


def test_a_device_keeps_its_part_and_a_cycle_does_not() -> None:
    cell = Cell(LEVELS, device_spread=0.04, cycle_spread=0.03)
    device, cycle = keys(3)
    one, two = (
        np.asarray(drawn(device, key, cell, jnp.ones(SHAPE, int))) for key in random.split(cycle)
    )
    expected = 0.04**2 / (0.04**2 + 0.03**2)
    found = stats.pearsonr(one.ravel(), two.ravel())
    low, high = found.confidence_interval(1 - ALPHA)
    assert low < expected < high
    other = np.asarray(drawn(random.key(99), cycle, cell, jnp.ones(SHAPE, int)))
    assert stats.pearsonr(one.ravel(), other.ravel()).pvalue > ALPHA
    assert normal_pvalue(one / two - 1, np.sqrt(2) * 0.03 * 1.1) < ALPHA


def test_without_spread_conductances_are_the_levels() -> None:
    levels = random.randint(random.key(1), SHAPE, 0, 3)
    found = drawn(*keys(5), Cell(LEVELS), levels)
    assert bool((found == LEVELS[levels]).all())
    assert bool((aged(random.key(0), Cell(LEVELS), found, 1e9) == found).all())


def test_stuck_cells_are_as_many_as_said_and_stay_where_they_are() -> None:
    cell = Cell(LEVELS, stuck_low=0.02, stuck_high=0.05)
    device, cycle = keys(6)
    first, second = (
        np.asarray(nearest_levels(cell, drawn(device, key, cell, jnp.ones(SHAPE, int))))
        for key in random.split(cycle)
    )
    assert (first == second).all()
    counts = np.bincount(first.ravel(), minlength=3)
    expected = np.array([0.02, 0.93, 0.05]) * first.size
    assert stats.chisquare(counts, expected).pvalue > ALPHA
    wrong = np.array([0.025, 0.925, 0.05]) * first.size
    assert stats.chisquare(counts, wrong).pvalue < ALPHA


def test_failed_pulses_leave_the_level_there_was() -> None:
    cell = Cell(LEVELS, write=Write(failure=0.1))
    found = nearest_levels(cell, drawn(*keys(7), cell, jnp.full(SHAPE, 2), previous=1))
    counts = np.bincount(np.asarray(found).ravel(), minlength=3)
    assert counts[0] == 0
    assert stats.binomtest(int(counts[1]), found.size, 0.1).pvalue > ALPHA
    assert stats.binomtest(int(counts[1]), found.size, 0.11).pvalue < ALPHA


def test_drift_follows_its_power_law() -> None:
    cell = Cell(LEVELS, drift=0.06, drift_spread=0.01, drift_start=20.0)
    held = jnp.full(SHAPE, 2e-5)
    later = np.asarray(aged(random.key(8), cell, held, 20.0 * 1e4))
    exponent = -np.log(later / 2e-5) / np.log(1e4)
    assert normal_pvalue(exponent - 0.06, 0.01) > ALPHA
    assert normal_pvalue(exponent - 0.06, 0.0105) < ALPHA
    again = np.asarray(aged(random.key(8), cell, held, 20.0 * 1e2))
    np.testing.assert_allclose(-np.log(again / 2e-5) / np.log(1e2), exponent, atol=1e-5)
    assert bool((aged(random.key(8), cell, held, 19.0) == held).all())


def test_drift_of_each_level_is_its_own() -> None:
    cell = Cell(LEVELS, drift=jnp.array([0.1, 0.05, 0.0]))
    found = np.asarray(aged(random.key(0), cell, jnp.array([1e-5, 1.5e-5, 2e-5, 4e-5]), 100.0))
    np.testing.assert_allclose(
        -np.log(found / [1e-5, 1.5e-5, 2e-5, 4e-5]) / np.log(100), [0.1, 0.075, 0.05, 0], atol=1e-6
    )


def test_retention_of_two_states_is_that_of_a_telegraph() -> None:
    # Mean dwell times of tau: P(other) = (1 - exp(-2 t / tau)) / 2, and retention is tau / 2.
    tau, seconds = 10.0, 3.0
    cell = Cell(jnp.array([1e-5, 2e-5]), retention=tau / 2)
    found = aged(random.key(9), cell, jnp.full(SHAPE, 2e-5), seconds)
    lost = int((np.asarray(found) < 1.5e-5).sum())
    expected = -np.expm1(-2 * seconds / tau) / 2
    assert stats.binomtest(lost, found.size, expected).pvalue > ALPHA
    assert stats.binomtest(lost, found.size, -np.expm1(-seconds / tau) / 2).pvalue < ALPHA


def test_conductance_over_voltage_is_that_of_a_junction() -> None:
    parallel, tmr, half, read = 1e-4, 1.5, 0.5, 0.1

    def levels_at(volt: float) -> np.ndarray:
        low = parallel / (1 + tmr / (1 + (volt / half) ** 2))
        return low + (parallel - low) * np.array([0, 0.25, 1.0])

    cell = Cell(levels_at(read), read_voltage=read, half_voltage=half)
    for volt in (0.0, 0.1, 0.4, 1.0):
        np.testing.assert_allclose(at_voltage(cell, cell.levels, volt), levels_at(volt), rtol=2e-6)
    plain = Cell(LEVELS)
    assert bool((at_voltage(plain, LEVELS, 0.7) == LEVELS).all())


def test_cells_that_depend_on_voltage_work_in_an_array() -> None:
    cell = get("stt", read_voltage=0.4)
    levels = np.random.default_rng(0).integers(0, 2, (6, 5))

    def current(voltage: jax.Array, conductance: jax.Array) -> jax.Array:
        return at_voltage(cell, conductance, jnp.abs(voltage)) * voltage

    # The antiparallel state conducts less at less voltage.
    solved = solve_cells(current, cell.levels[levels], jnp.full(6, 0.4), Wire(1e-6, 1e-6))
    np.testing.assert_allclose(
        solved.sensed, np.asarray(cell.levels)[levels].sum(0) * 0.4, rtol=1e-4
    )
    halved = solve_cells(current, cell.levels[levels], jnp.full(6, 0.2), Wire(1e-6, 1e-6))
    assert bool((halved.sensed < solved.sensed / 2).all())


def test_level_errors_are_those_of_drawn_cells() -> None:
    cell = get("granular-50nm")
    errors = level_errors(cell)
    grains = np.pi / 4 * 25
    shares = np.arange(4) / 3
    spread = np.sqrt(shares * (1 - shares) / grains)
    z = (1 / 3) / (spread[:-1] + spread[1:])
    np.testing.assert_allclose(errors, stats.norm.sf(z), rtol=1e-4)
    found = np.asarray(drawn(*keys(11), cell, jnp.full((100, 100), 1)))
    # The threshold towards level 2 lies z deviations away.
    edge = float(cell.levels[1]) * (1 + z[1] * float(cell.cycle_spread[1]))
    above = int((found > edge).sum())
    assert stats.binomtest(above, found.size, float(errors[1])).pvalue > ALPHA
    assert stats.binomtest(above, found.size, 1.3 * float(errors[1])).pvalue < ALPHA


def test_binomial_grains_are_the_law_behind_the_spread() -> None:
    """Counts of a thousand grains that switch one by one, against the Gaussian of the datasheet."""
    cell = get("granular", pitch=75e-9 / np.sqrt(4 / np.pi * 1000))
    count = np.random.default_rng(1).binomial(1000, 1 / 3, 20_000)
    low, high = float(cell.levels[0]), float(cell.levels[-1])
    sigma = float(cell.cycle_spread[1] * cell.levels[1]) / (high - low)
    assert abs(count.std() / 1000 / sigma - 1) < 0.03


def test_chips_can_be_drawn_together() -> None:
    def chip(key: jax.Array, cell: Cell) -> jax.Array:
        return draw(*random.split(key), cell, jnp.zeros((8, 8), int))

    many = random.split(random.key(1), 3)
    cell = Cell(LEVELS, device_spread=0.1, cycle_spread=0.1)
    found = jax.jit(jax.vmap(chip, (0, None)))(many, cell)
    assert found.shape == (3, 8, 8)
    assert bool((found[0] == jax.jit(chip)(many[0], cell)).all())


def test_a_resistance_in_series_takes_its_part_of_the_spread() -> None:
    cell = Cell(LEVELS, device_spread=0.03, read_noise=jnp.array([0.01, 0.02, 0.03]))
    seen = cell.with_series(2e4)
    np.testing.assert_allclose(1 / seen.levels, 1 / LEVELS + 2e4, rtol=1e-6)
    bare = np.asarray(drawn(*keys(12), cell, jnp.full(SHAPE, 2)), np.float64)
    through = bare / (1 + bare * 2e4)
    found = through.std() / through.mean()
    assert abs(found / float(seen.device_spread[2]) - 1) < 0.03
    assert abs(found / 0.03 - 1) > 0.3
    assert seen.read_noise is not None
    assert bool((seen.read_noise < cell.read_noise).all())


def test_a_resistance_in_series_does_not_drift() -> None:
    cell = Cell(LEVELS, drift=0.01, drift_start=1.0)
    seen = cell.with_series(2e4)
    later = np.asarray(LEVELS, float) * 10**-0.01
    exact = later / (1 + later * 2e4)
    found = aged(random.key(0), seen, seen.levels, 10.0)
    np.testing.assert_allclose(found, exact, rtol=2e-4)
    bare = np.asarray(seen.levels) * 10**-0.01
    assert np.abs(bare / exact - 1).max() > 5e-3


def test_failures_do_not_choose_the_cycles_that_scatter() -> None:
    cell = Cell(LEVELS, cycle_spread=0.02, write=Write(failure=0.4))
    found = np.asarray(drawn(*keys(13), cell, jnp.full(SHAPE, 2)))
    written = found[found > 2e-5]
    assert normal_pvalue(written / 4e-5 - 1, 0.02) > ALPHA
    assert normal_pvalue(np.sort(written)[len(written) // 10 :] / 4e-5 - 1, 0.02) < ALPHA


def test_spreads_grow_together() -> None:
    cell = Cell(LEVELS, device_spread=0.02, cycle_spread=jnp.array([0.03, 0.02, 0.01]))
    wide = with_spread(cell, 3)
    assert wide.read_noise is None
    np.testing.assert_allclose(wide.device_spread, [0.06] * 3)
    np.testing.assert_allclose(wide.cycle_spread, [0.09, 0.06, 0.03])
    found = np.asarray(drawn(*keys(5), wide, jnp.ones(SHAPE, int)))
    relative = found / float(LEVELS[1]) - 1
    assert normal_pvalue(relative, float(np.hypot(0.06, 0.06))) > ALPHA
    assert normal_pvalue(relative, float(np.hypot(0.02, 0.02))) < ALPHA
    with pytest.raises(ValueError, match="times is -1"):
        with_spread(cell, -1)
