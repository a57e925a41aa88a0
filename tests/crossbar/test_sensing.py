"""Read times against electrons that are counted, and their limits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.constants import e, k

from crossbar import Cell, Design
from crossbar.cells.presets import get
from crossbar.current_noise import tunnel_noise
from crossbar.sensing import AMPLIFIER, sense, sensed, sensing_error, tunnel_density, with_read_time

CELL = Cell(jnp.array([2e-6, 5e-6]), read_voltage=0.06, read_time=1e-8)
ALPHA = 1e-4


def count_errors(
    cell: Cell, rows: int, seconds: float, amplifier: float, trials: int = 200_000
) -> tuple[int, int]:
    """How often sums next to each other are mistaken, two columns subtracted.

    Electrons cross a junction both ways at rates whose difference is G V / e and whose ratio is
    exp(-e V / k T); the amplifier's noise is white, summed up sample by sample.
    """
    draw = np.random.default_rng(7)
    volt = float(cell.read_voltage)
    low, high = (float(level) for level in cell.levels)
    back = np.exp(-e * volt / (k * 300.0))

    def charge(siemens: float) -> np.ndarray:
        ahead = siemens * volt / e / (1 - back) * seconds
        return draw.poisson(ahead, trials) - draw.poisson(ahead * back, trials).astype(float)

    samples = 16
    white = draw.normal(size=(trials, samples)).sum(1)
    # One-sided: a sample of duration dt has the variance d^2 / 2 dt; dt is seconds / samples.
    white *= amplifier / np.sqrt(2 * seconds / samples) * (seconds / samples) / e
    plus, minus = (rows - 1) * high, rows * high
    sums = [charge(plus + last) - charge(minus) + white for last in (low, high)]
    middle = (low - high) * volt / e * seconds / 2
    return int((sums[0] > middle).sum() + (sums[1] < middle).sum()), 2 * trials


@pytest.mark.parametrize("amplifier", [0.0, AMPLIFIER])
def test_errors_are_those_of_counted_electrons(amplifier: float) -> None:
    wanted = 0.02
    time = float(sense(CELL, 16, wanted, columns=2, amplifier=amplifier).time)
    wrong, trials = count_errors(CELL, 16, time, amplifier)
    # Half of the time one of 32 cells is at 2 uS instead of 5: as if there were 2 x 15.85.
    fewer = float(sensing_error(CELL, 15.85, time, columns=2, amplifier=amplifier))
    assert fewer == pytest.approx(wanted, rel=0.05)
    assert stats.binomtest(wrong, trials, fewer).pvalue > ALPHA


@pytest.mark.parametrize("factor", [0.95, 1.05, 0.5, 2.0])
def test_other_times_are_told_apart(factor: float) -> None:
    """Of five percent, and of a spectrum that is taken for two-sided."""
    time = float(sense(CELL, 16, 0.02, columns=2).time)
    wrong, trials = count_errors(CELL, 16, factor * time, AMPLIFIER)
    assert stats.binomtest(wrong, trials, 0.02).pvalue < ALPHA


def test_time_goes_with_the_inverse_square_of_the_distance() -> None:
    """At one conductance of the noisiest column."""
    cells = [CELL.replace(levels=jnp.array([low, 5e-6])) for low in (1e-6, 3e-6, 4.5e-6)]
    found = [sense(cell, 32, 1e-5) for cell in cells]
    products = [float(one.time * 1e9 * (one.apart * 1e6) ** 2) for one in found]
    assert products == pytest.approx([products[0]] * 3, rel=1e-5)
    assert float(found[2].time / found[0].time) == pytest.approx(64, rel=1e-4)
    for one in found:
        volts = float(one.current) * 0.06
        assert float(one.energy) == pytest.approx(volts * float(one.time), rel=1e-5, abs=0)


@pytest.mark.parametrize("preset", ["stt", "sot"])
def test_time_and_energy_fall_with_tmr(preset: str) -> None:
    found = [sense(get(preset, tmr=tmr), 64, 1e-6, columns=2) for tmr in (0.2, 0.5, 1.0, 2.0, 4.0)]
    assert (np.diff([float(one.time) for one in found]) < 0).all()
    assert (np.diff([float(one.energy) for one in found]) < 0).all()
    # Where contrast is large, more of it is of no use: ((1 + TMR) / TMR)^2 tends to 1.
    ends = [float(sense(get(preset, tmr=tmr), 64, 1e-6).time) for tmr in (1e3, 1e6)]
    assert ends[0] == pytest.approx(ends[1], rel=0.01, abs=0)


def test_a_single_read_noise_limit_of_either_kind() -> None:
    def time(rows: int, amplifier: float) -> float:
        return float(sense(CELL, rows, 1e-4, amplifier=amplifier).time)

    assert time(256, 0.0) == pytest.approx(16 * time(16, 0.0), rel=1e-4, abs=0)
    assert time(256, 1e-8) == pytest.approx(time(16, 1e-8), rel=1e-4, abs=0)
    assert time(16, 2e-8) == pytest.approx(4 * time(16, 1e-8), rel=1e-3, abs=0)
    # z of two sides of a Gaussian, by the closed form.
    z = stats.norm.isf(1e-4)
    apart = 3e-6 * 0.06
    assert time(1, 1e-8) == pytest.approx(2 * (z * 1e-8 / apart) ** 2, rel=1e-3, abs=0)


def test_the_inverse_and_its_ends() -> None:
    errors = jnp.array([1e-20, 1e-6, 1e-2, 0.4])
    times = jax.jit(lambda p: sense(CELL, 64, p, read_noise=True).time)(errors)
    back = jax.vmap(lambda t: sensing_error(CELL, 64, t, read_noise=True))(times)
    np.testing.assert_allclose(back, errors, rtol=2e-4)
    assert float(sensing_error(CELL, 64, 0.0)) == 0.5
    assert float(sensing_error(CELL, 64, 1.0)) == 0.0
    assert float(sense(CELL, 64, 0.4999).time) < 1e-5 * float(times[1])


def test_read_noise_that_no_time_averages() -> None:
    noisy = CELL.replace(read_noise=0.02)
    plain = sense(CELL, 64, 0.05).time
    assert float(sense(noisy, 64, 0.05).time) == float(plain)
    slow = sense(noisy, 64, 0.05, read_noise=True).time
    assert float(plain) < float(slow) < np.inf
    assert float(sensing_error(noisy, 64, slow, read_noise=True)) == pytest.approx(0.05, rel=1e-3)
    # 64 cells of 5 uS by 2 % are 0.8 uS: 1.9 deviations to the middle of 3 uS.
    floor = stats.norm.sf(1.5 / (0.02 * 5 * 8))
    assert float(sensing_error(noisy, 64, 1.0, read_noise=True)) == pytest.approx(floor, rel=1e-3)
    assert float(sense(noisy, 64, 0.9 * floor, read_noise=True).time) == np.inf
    with pytest.raises(ValueError, match="read noise alone makes more errors on 64 rows"):
        with_read_time(noisy, 64, 0.9 * floor, read_noise=True)


def test_derivatives_are_those_of_differences() -> None:
    def time(volt: jax.Array) -> jax.Array:
        return 1e6 * sense(CELL.replace(read_voltage=volt), 64, 1e-3).time

    step = 2e-3
    slope = (time(jnp.float32(0.06 + step)) - time(jnp.float32(0.06 - step))) / (2 * step)
    assert float(jax.grad(time)(0.06)) == pytest.approx(float(slope), rel=1e-2)
    for error in (1e-3, 1e-9):
        found = jax.grad(lambda p: jnp.log(sense(CELL, 64, p).time))(error)
        assert np.isfinite(found)
        assert found < 0


def test_one_formula_in_jax_and_numpy() -> None:
    for volt in (0.0, 1e-5, 5e-4, 1e-3, 0.02, 0.1, 1.0):
        wanted = float(tunnel_noise(3e-6, volt, 1.0))
        assert float(tunnel_density(3e-6, volt)) == pytest.approx(wanted, rel=1e-5, abs=0)
    assert float(jax.grad(lambda v: tunnel_density(3e-6, v) * 1e12)(0.0)) == 0.0


def test_cells_and_designs_are_read_as_long_as_they_must_be() -> None:
    cell = CELL.replace(disturb=1e-9)
    slow = with_read_time(cell, 64, 1e-6)
    assert float(slow.read_time) == pytest.approx(float(sense(cell, 64, 1e-6).time), rel=1e-6)
    assert float(slow.disturb) == pytest.approx(
        1e-9 * float(slow.read_time) / 1e-8, rel=1e-5, abs=0
    )
    often = with_read_time(cell.replace(disturb=0.9, read_time=1e-12), 64, 1e-6)
    assert float(often.disturb) == 1.0
    assert float(with_read_time(cell.replace(read_time=0.0), 64, 1e-6).disturb) == pytest.approx(
        1e-9, rel=1e-5, abs=0
    )
    design = Design(cell, rows=64, columns=64)
    pair = float(sensed(design, 1e-6).cell.read_time)
    assert pair == pytest.approx(float(sense(cell, 64, 1e-6, columns=2).time), rel=1e-6)
    assert pair > float(slow.read_time)
    fine = sensed(design.replace(encoding="sign-magnitude", dac_bits=3), 1e-6)
    assert float(fine.cell.read_time) == pytest.approx(49 * pair, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"error": 0.5}, "error is 0.5"),
        ({"error": 0.0}, "error is 0"),
        ({"rows": 0}, "rows is 0"),
        ({"amplifier": -1e-12}, "amplifier"),
        ({"temperature": 0.0}, "temperature"),
        ({"columns": 3}, "columns is 3"),
        ({"drive_steps": 0}, "drive_steps is 0"),
    ],
)
def test_impossible_values_are_named(changes: dict, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        sense(CELL, **({"rows": 8, "error": 1e-3} | changes))
