"""Bits read wrongly and writes that fail: their numbers, and what they do to results."""

import jax
import numpy as np
import pytest
from scipy import stats

from crossbar.digital import DigitalMacro, OperatingPoint, WritePulse, errors, writing
from crossbar.digital.draws import flipped_places, generator
from crossbar.digital.points import ERROR_BOUND

LEVEL = 1e-4
LOW = OperatingPoint(0.65)


def test_published_error_rates():
    assert LOW.read_error_rate == pytest.approx(1890 / 655360, rel=1e-6, abs=0)
    assert OperatingPoint(0.85).read_error_rate == 0
    assert OperatingPoint(1.2).read_error_bound == pytest.approx(ERROR_BOUND, rel=1e-12, abs=0)
    assert pytest.approx(4.6e-6, rel=0.01, abs=0) == ERROR_BOUND
    # Zero errors in 655 360 has a probability of 5 % at the bound.
    assert (1 - ERROR_BOUND) ** 655360 == pytest.approx(0.05, rel=1e-3, abs=0)
    rates = [OperatingPoint(v).read_error_rate for v in (0.65, 0.7, 0.75, 0.8)]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("rate", [3e-6, 1890 / 655360, 0.3])
def test_flips_are_bernoulli(rate):
    count = 2_000_000 if rate < 0.1 else 20_000
    found = [flipped_places(generator(jax.random.key(seed)), count, rate) for seed in range(20)]
    places = np.concatenate(found)
    assert stats.binomtest(len(places), 20 * count, rate).pvalue > LEVEL
    assert stats.kstest(places / count, "uniform").pvalue > LEVEL
    assert all(np.all(np.diff(each) > 0) for each in found)
    # The same test sees a rate that is a tenth too high, where there are enough flips for it.
    if rate > 1e-4:
        assert stats.binomtest(len(places), 20 * count, 1.1 * rate).pvalue < LEVEL


def matrix(seed, bits=8, shape=(40, 6)):
    rng = np.random.default_rng(seed)
    return rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), shape)


def flipped(weights, bits, places):
    """Weights with bits turned, one by one."""
    new = weights.reshape(-1).astype(int) % 2**bits
    for place in places:
        new[place // bits] ^= 1 << (bits - 1 - place % bits)
    return np.where(new >= 2 ** (bits - 1), new - 2**bits, new).reshape(weights.shape)


@pytest.mark.parametrize("bits", [4, 12, 16])
def test_errors_of_a_read_are_turned_bits(bits, monkeypatch):
    weights, x = matrix(0, bits), matrix(1, bits, (3, 40))
    places = np.array([0, 1, bits, 17 * bits + 3, weights.size * bits - 1])
    monkeypatch.setattr(errors, "flipped_places", lambda *_: places)
    change, number = errors.read_errors(jax.random.key(0), x, weights, (bits, bits), 0.1, False)
    np.testing.assert_array_equal(x @ weights + change, x @ flipped(weights, bits, places))
    assert number == 15


def test_errors_of_a_cycle_touch_one_input_bit(monkeypatch):
    weights, x, cells = matrix(0), matrix(1, 8, (1, 40)), 40 * 6 * 8
    places = np.array([5, 3 * cells + 5, 3 * cells + 77, 7 * cells + 1900])
    monkeypatch.setattr(errors, "flipped_places", lambda *_: places)
    change, _ = errors.read_errors(jax.random.key(0), x, weights, (8, 8), 0.1, True)
    expected = np.zeros((1, 6), int)
    for cycle in range(8):
        wrong = flipped(weights, 8, places[places // cells == cycle] % cells)
        value = 2 ** (7 - cycle) * (-1 if cycle == 0 else 1)
        expected += value * ((x >> (7 - cycle)) & 1) @ wrong
    np.testing.assert_array_equal(x @ weights + change, expected)


def test_reads_err_only_where_the_voltage_is_low():
    weights, x = matrix(2, 8, (256, 32)), matrix(3, 8, (20, 256))
    high = DigitalMacro(8, 8, OperatingPoint(0.85)).program(weights)
    result, events = high.mvm(x, jax.random.key(0))
    np.testing.assert_array_equal(result, x @ weights)
    assert (events.errors, events.expected_errors) == (0, 0)
    low = high.at(LOW)
    wrong, events = low.mvm(x, jax.random.key(0))
    assert np.any(wrong != result)
    reads = 20 * 256 * 32 * 8
    assert events.expected_errors == pytest.approx(reads * 1890 / 655360, rel=1e-6, abs=0)
    assert stats.binomtest(events.errors, reads, 1890 / 655360).pvalue > LEVEL
    again, _ = low.mvm(x, jax.random.key(0))
    np.testing.assert_array_equal(wrong, again)
    clean, _ = low.mvm(x)
    np.testing.assert_array_equal(clean, result)


@pytest.mark.parametrize("every_cycle", [False, True])
def test_size_of_the_error(every_cycle):
    """One input of 2**6: a wrong bit of significance s adds s 2**6, so variances add to p sum s^2.

    A word of one input bit meets errors in one cycle only, so both ways of reading agree.
    """
    x = np.zeros((400, 64), int)
    x[:, 0] = 64
    programmed = DigitalMacro(8, 8, LOW).program(matrix(4, 8, (64, 50)))
    exact, _ = programmed.mvm(x)
    wrong, _ = programmed.mvm(x, jax.random.key(1), every_cycle=every_cycle)
    rate, square = 1890 / 655360, ((wrong - exact) / 64.0) ** 2
    expected = rate * sum(4.0**k for k in range(8))
    # The largest term alone has a variance of rate * 4**14.
    spread = np.sqrt(rate * sum(16.0**k for k in range(8)) / square.size)
    assert abs(square.mean() - expected) < 4 * spread


def test_weak_cells_stay_wrong():
    weights, x = matrix(5, 8, (256, 32)), matrix(6, 8, (2, 256))
    programmed = DigitalMacro(8, 8, LOW).program(weights)
    weak = programmed.with_weak_cells(jax.random.key(2))
    turned = int(np.bitwise_count((weak.weights ^ weights) & 255).sum())
    assert stats.binomtest(turned, weights.size * 8, 1890 / 655360).pvalue > LEVEL
    first, _ = weak.mvm(x)
    np.testing.assert_array_equal(first, x @ weak.weights)
    np.testing.assert_array_equal(programmed.mvm(x)[0], x @ weights)


def test_writes_take_two_phases():
    programmed = DigitalMacro(8, 8).program(matrix(7, 8, (256, 32)))
    written = programmed.written
    assert (written.rows, written.row_writes, written.rewritten, written.bad_cells) == (
        256,
        256,
        0,
        0,
    )
    assert written.parallel_pulses == 2 * written.antiparallel_pulses == 2 * 65536
    assert written.parallel_current == pytest.approx(512 * 80e-6, rel=1e-6, abs=0)
    assert written.antiparallel_current == pytest.approx(256 * 80e-6, rel=1e-6, abs=0)
    assert written.energy == pytest.approx(3 * 65536 * 2e-12, rel=1e-6, abs=0)
    report = programmed.write_report()
    assert report.energy == pytest.approx(written.energy + written.verify_energy, rel=1e-6, abs=0)
    assert report.latency == pytest.approx(256 * (40e-9 + 1 / 540e6), rel=1e-6, abs=0)


@pytest.mark.parametrize("failure", [1e-3, 2e-2])
def test_rows_are_written_again_where_a_cell_failed(failure):
    """A cell fails if the junction to become P was AP and stayed, or the other did not turn."""
    bits = np.random.default_rng(0).random((2000, 64)) < 0.5
    pulse = WritePulse(failure=failure, attempts=200)
    stored, rows, bad = writing.write(jax.random.key(3), bits, pulse)
    assert bad == 0
    np.testing.assert_array_equal(stored, bits)
    cell = (failure * (1 - failure) + 1 - (1 - failure) ** 2) / 2
    row = 1 - (1 - cell) ** 64
    assert stats.binomtest(rows[1], 2000, row).pvalue > LEVEL
    # Twice the failures would not pass.
    twice = 1 - (1 - 2 * cell) ** 64
    assert stats.binomtest(rows[1], 2000, twice).pvalue < LEVEL
    assert list(rows) == sorted(rows, reverse=True)


def test_cells_that_never_took_are_counted():
    macro = DigitalMacro(8, 8, pulse=WritePulse(failure=0.05, attempts=1))
    weights = matrix(8, 8, (64, 32))
    programmed = macro.program(weights, jax.random.key(4))
    wrong = int(np.bitwise_count((programmed.weights ^ weights) & 255).sum())
    assert 0 < wrong < programmed.written.bad_cells
    x = matrix(9, 8, (2, 64))
    np.testing.assert_array_equal(programmed.mvm(x)[0], x @ programmed.weights)
    verified = DigitalMacro(8, 8, pulse=WritePulse(failure=1e-3, attempts=30))
    again = verified.program(weights, jax.random.key(4))
    np.testing.assert_array_equal(again.weights, weights)
    assert again.written.row_writes > again.written.rows == 64
    assert again.written.energy > 3 * 64 * 256 * 2e-12


def test_bad_pulses_and_keys_are_explained():
    with pytest.raises(ValueError, match=r"failure is 1\.0"):
        WritePulse(failure=1.0)
    with pytest.raises(ValueError, match="current is -1"):
        WritePulse(current=-1)
    with pytest.raises(ValueError, match=r"rate is 1\.5"):
        flipped_places(generator(jax.random.key(0)), 10, 1.5)
    with pytest.raises(TypeError, match="expected one JAX key"):
        DigitalMacro(8, 8, LOW).program([[1]]).mvm([1], 7)
    old, new = jax.random.PRNGKey(5), jax.random.key(5)
    assert generator(old).random() == generator(new).random()
    assert generator(new).random() != generator(new, 0).random()
