"""Converters: the ideal limit, mismatch against theory, and what they refuse."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from jax.tree_util import Partial
from scipy.stats import binomtest, chi2, norm

from crossbar.converters.adc import IdealAdc
from crossbar.converters.dac import Dac
from crossbar.converters.flash import DECODERS, FlashAdc
from crossbar.converters.ramp import RampAdc
from crossbar.converters.sar import SarAdc
from crossbar.converters.sense import SenseAmplifier
from crossbar.converters.stochastic import StochasticReadout, by_significance, tanh_response

ALPHA = 1e-4
KINDS = {"sar": SarAdc, "ramp": RampAdc} | {
    decoder: partial(FlashAdc, decoder=decoder) for decoder in DECODERS
}


@jax.jit
def convert(adc: Any, drawn: Any, values: jax.Array, step: float, key: Any = None) -> jax.Array:
    return adc.convert(drawn, values, jnp.float32(step), key)


def variance_p(sample: np.ndarray, sigma: float) -> float:
    """Two-sided p of a Gaussian sample of mean 0 having this standard deviation."""
    statistic = np.sum(sample**2) / sigma**2
    tails = chi2.cdf(statistic, sample.size), chi2.sf(statistic, sample.size)
    return float(2 * min(tails))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bits", [2, 5, 8])
def test_without_deviations_all_convert_as_the_ideal_one(kind: str, bits: int) -> None:
    adc, ideal = KINDS[kind](bits), IdealAdc(bits)
    rng = np.random.default_rng(bits)
    # Ties at every half code, whole currents, and beyond the range.
    ties = np.arange(-(2**bits), 2**bits + 1) / 2
    values = np.concatenate([ties, ties * 3.7, rng.normal(size=400) * 2 ** (bits - 1)])
    columns = jnp.asarray(np.stack([values, -values, np.roll(values, 1)], -1), jnp.float32)
    drawn = adc.draw(random.key(0), (3,))
    for step in (1.0, 2.0, 3.7, 0.25):
        expected = convert(ideal, (), columns, step)
        np.testing.assert_array_equal(convert(adc, drawn, columns, step), expected)


def decode(fired: np.ndarray, decoder: str) -> np.ndarray:
    """Codes from 0 of comparators that fire, [..., comparators], by the decoders' definitions."""
    count = fired.shape[-1]
    if decoder == "ones":
        return fired.sum(-1)
    if decoder == "first":
        return np.where(fired.all(-1), count, np.argmin(fired, axis=-1))
    return np.where(fired.any(-1), count - np.argmax(fired[..., ::-1], axis=-1), 0)


@pytest.mark.parametrize("decoder", DECODERS)
def test_flash_decodes_bubbles_as_stated(decoder: str) -> None:
    adc, key = FlashAdc(4, offset=1.5, decoder=decoder), random.key(1)
    edges = np.arange(-8, 7) + 0.5 + 1.5 * np.asarray(random.normal(key, (20, 15)))
    values = np.linspace(-12, 12, 301)[:, None] * np.ones(20)
    expected = decode(values[..., None] > edges, decoder) - 8
    found = convert(adc, adc.draw(key, (20,)), jnp.asarray(values, jnp.float32), 1.0)
    assert (edges[:, 1:] < edges[:, :-1]).any()
    np.testing.assert_array_equal(found, expected)
    assert (np.diff(found, axis=0) >= 0).all()


def missing_share(adc: Any, code: int, count: int) -> int:
    """How many of some converters never give a code."""
    sweep = jnp.arange(-6, 6, 1 / 128, dtype=jnp.float32)[:, None] * jnp.ones(count)
    found = convert(adc, adc.draw(random.key(5), (count,)), sweep, 1.0)
    return int(np.sum(~(np.asarray(found) == code).any(0)))


@pytest.mark.parametrize(
    ("adc", "wrong", "code", "sigma"),
    [
        # Two neighbouring thresholds change places.
        (FlashAdc(2, 1.0, decoder="first"), FlashAdc(2, 1.4, decoder="first"), -1, 2**0.5),
        # All capacitors but one against that one.
        (SarAdc(6, mismatch=0.1), SarAdc(6, mismatch=0.125), -1, 0.1 * 63**0.5),
    ],
)
def test_share_of_converters_that_miss_a_code(
    adc: Any, wrong: Any, code: int, sigma: float
) -> None:
    count, expected = 2000, float(norm.cdf(-1 / sigma))
    assert binomtest(missing_share(adc, code, count), count, expected).pvalue > ALPHA
    assert binomtest(missing_share(wrong, code, count), count, expected).pvalue < ALPHA


def edge_of_zero(adc: Any, count: int) -> np.ndarray:
    """Where the code turns from -1 to 0, less where it should, of some converters."""
    fine = 1 / 256
    sweep = jnp.arange(-3, 2, fine, dtype=jnp.float32)[:, None] * jnp.ones(count)
    found = convert(adc, adc.draw(random.key(6), (count,)), sweep, 1.0)
    return np.sum(np.asarray(found) < 0, axis=0) * fine - 3 - fine / 2 + 0.5


@pytest.mark.parametrize(
    ("adc", "wrong", "sigma"),
    [
        (FlashAdc(4, 0.1), FlashAdc(4, 0.12), 0.1),
        (SarAdc(6, offset=0.3), SarAdc(6, offset=0.36), 0.3),
        (RampAdc(6, offset=0.3), RampAdc(6, offset=0.36), 0.3),
        # The top capacitor as a share of all: half of the sum's spread.
        (SarAdc(6, mismatch=0.05), SarAdc(6, mismatch=0.06), 0.05 * 64**0.5 / 2),
    ],
)
def test_spread_of_a_threshold(adc: Any, wrong: Any, sigma: float) -> None:
    assert variance_p(edge_of_zero(adc, 2000), sigma) > ALPHA
    assert variance_p(edge_of_zero(wrong, 2000), sigma) < ALPHA


def test_a_ramp_is_common_to_columns() -> None:
    drawn = RampAdc(8, slope=0.02, offset=0.5).draw(random.key(2), (3000, 2, 4))
    slope = np.asarray(drawn.slope)
    assert (slope == slope[..., :1]).all()
    assert variance_p(slope[..., 0].ravel(), 0.02) > ALPHA
    assert variance_p(slope[..., 0].ravel(), 0.022) < ALPHA
    adc = RampAdc(8, slope=0.1)
    steep = adc.draw(random.key(3), (4,))
    values = np.linspace(-90.3, 90.2, 50)[:, None] * np.ones(4)
    found = adc.convert(steep, jnp.asarray(values, jnp.float32), jnp.float32(1))
    np.testing.assert_array_equal(found, np.rint(values * (1 + np.asarray(steep.slope))))


@pytest.mark.parametrize(("threshold", "passes"), [(0.4, True), (0.3, False)])
def test_sense_amplifiers_have_offsets_and_noise(threshold: float, passes: bool) -> None:
    amplifier = SenseAmplifier(offset=0.6, noise=0.8)
    drawn = amplifier.draw(random.key(0), (4000,))
    values = jnp.full((1, 4000), 2.0 * 0.4)
    ups = int(np.sum(convert(amplifier, drawn, values, 2.0, random.key(1)) > 0))
    p = binomtest(ups, 4000, float(norm.cdf(threshold))).pvalue
    assert (p > ALPHA) == passes
    quiet = convert(amplifier, drawn, values, 2.0)
    np.testing.assert_array_equal(quiet, np.where(np.asarray(drawn) <= 0.4, 2.0, -2.0)[None])


def squares_p(reads: np.ndarray, p: float, samples: int) -> float:
    """p of the squared deviations of means of signs having variance ``4 p (1 - p) / samples``."""
    variance = p * (1 - p) / samples
    squared = ((reads + 1) / 2 - p) ** 2
    # Fourth central moment of a binomial share.
    fourth = variance * (1 + 3 * (samples - 2) * p * (1 - p)) / samples**2
    z = (squared.mean() - variance) / np.sqrt((fourth - variance**2) / squared.size)
    return float(2 * norm.sf(abs(z)))


@pytest.mark.parametrize("samples", [1, 4, 32])
def test_variance_of_a_stochastic_readout_falls_as_reads(samples: int) -> None:
    drive, count = 0.4, 20000
    readout = StochasticReadout(samples=samples)
    drawn = readout.draw(random.key(0), (count,))
    reads = np.asarray(convert(readout, drawn, jnp.full(count, 1.2), 3.0, random.key(3))) / 3
    p = (1 + np.tanh(drive)) / 2
    ups = round(float(np.sum((reads.astype(np.float64) + 1) / 2)) * samples)
    assert binomtest(ups, count * samples, p).pvalue > ALPHA
    if samples > 1:
        assert squares_p(reads, p, samples) > ALPHA
        assert squares_p(reads, p, samples + max(samples // 8, 1)) < ALPHA
    np.testing.assert_allclose(convert(readout, drawn, jnp.full(count, 1.2), 3.0)[0] / 3, 2 * p - 1)


def test_a_stochastic_readout_takes_any_response_and_reads_by_significance() -> None:
    counts = by_significance([1, 2, 4], 14)
    flat = Partial(lambda slope, drive: jnp.clip(0.5 + slope * drive, 0, 1), jnp.float32(0.1))
    readout = StochasticReadout(flat, samples=counts)
    drawn = readout.draw(random.key(0), (2, 3, 5))
    assert drawn.shape == (2, 3, 5)
    assert drawn[1, :, 0].tolist() == list(counts)
    assert readout.events(3 * 100, 3) == {"adc.sense_amplifier": 100 * 14}
    mean = convert(readout, drawn[0, 0], jnp.full((1, 5), 2.0), 1.0)
    np.testing.assert_allclose(mean, 0.4, rtol=1e-6)
    slope = jax.grad(lambda x: StochasticReadout().convert(jnp.ones(1), x, jnp.float32(2.0)))(0.0)
    assert float(slope) == pytest.approx(1.0)
    assert float(tanh_response(jnp.float32(0.3))) == pytest.approx((1 + np.tanh(0.3)) / 2)
    with pytest.raises(ValueError, match="2 numbers; a weight has 3 slices"):
        StochasticReadout(samples=(1, 2)).draw(random.key(0), (1, 3, 4))


def test_ideal_drivers_change_nothing() -> None:
    digits = jnp.asarray(np.random.default_rng(0).integers(-7, 8, (5, 2, 6)), jnp.float32)
    dac = Dac()
    np.testing.assert_array_equal(dac.apply(dac.draw(random.key(0), (2, 6), 3), digits), digits)


def test_drivers_deviate_by_rows_as_their_datasheet_says() -> None:
    dac = Dac(gain=0.02, offset=0.1, mismatch=0.05)
    drivers = dac.draw(random.key(0), (1, 4000), 3)
    apply = jax.jit(dac.apply)
    assert drivers.bend is not None
    np.testing.assert_allclose(drivers.bend[..., [0, -1]], 0, atol=1e-6)
    for level in (2, 4):
        sigma = 0.05 * np.sqrt(level * (7 - level) / 7)
        assert variance_p(np.asarray(drivers.bend[0, :, level]), sigma) > ALPHA
        assert variance_p(np.asarray(drivers.bend[0, :, level]), 1.1 * sigma) < ALPHA
    top = np.asarray(apply(drivers, jnp.full((1, 1, 4000), 7.0)))[0, 0]
    assert variance_p(top - 7, np.hypot(0.02 * 7, 0.1)) > ALPHA
    one = np.asarray(apply(drivers, jnp.full((1, 1, 4000), 1.0)))[0, 0]
    assert np.corrcoef(one, top)[0, 1] > 0.5
    np.testing.assert_array_equal(apply(drivers, jnp.zeros((1, 1, 4000))), 0)
    # The sign is the supply's: what bends a level up makes its negative lower.
    symmetric = Dac(gain=0.02, mismatch=0.05)
    same = symmetric.draw(random.key(1), (1, 4000), 3)
    up, down = (symmetric.apply(same, jnp.full((1, 1, 4000), sign * 4.0)) for sign in (1, -1))
    np.testing.assert_array_equal(up, -down)
    open_line = Dac(offset=0.1, grounded=False)
    lines = open_line.draw(random.key(0), (1, 3), 1)
    assert lines.bend is None
    np.testing.assert_array_equal(open_line.apply(lines, jnp.zeros((1, 1, 3)))[0], lines.offset)


@pytest.mark.parametrize("kind", [IdealAdc, FlashAdc, SarAdc, RampAdc])
@pytest.mark.parametrize("bits", [0, 1, -3, 2.5, 99, "8"])
def test_impossible_bits_are_explained(kind: Any, bits: Any) -> None:
    with pytest.raises(ValueError, match=r"adc bits is .*SenseAmplifier.*no rounding"):
        kind(bits)


def test_conversions_are_counted() -> None:
    assert FlashAdc(4).events(10, 2) == {"adc.flash.comparator": 10 * 15}
    assert SarAdc(6).events(10, 2) == {"adc.sar.6": 10}
    assert RampAdc(6).events(10, 2) == {"adc.ramp.6": 10}
    assert IdealAdc(None).events(10, 2) == {"adc.none": 10}


def test_impossible_spreads_are_explained() -> None:
    with pytest.raises(ValueError, match="offset is -1"):
        FlashAdc(4, offset=-1.0)
    with pytest.raises(ValueError, match="mismatch is nan"):
        SarAdc(4, mismatch=float("nan"))
    with pytest.raises(ValueError, match="decoder is 'gray'; expected one of"):
        FlashAdc(4, decoder="gray")
    with pytest.raises(ValueError, match="dac gain is -1"):
        Dac(gain=-1.0)
    with pytest.raises(ValueError, match="samples is 0"):
        StochasticReadout(samples=0)
