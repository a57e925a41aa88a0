"""Speed and energy of the digital macro against its published figures and its own toggles."""

import json

import numpy as np
import pytest

from crossbar.digital import DigitalMacro, EnergyLaw, OperatingPoint
from crossbar.digital.energy import PUBLISHED_ACTIVITY, line_toggles

FAST, EFFICIENT = OperatingPoint(1.20), OperatingPoint(0.65)


@pytest.mark.parametrize(
    ("bits", "nanoseconds", "tops", "slow_tops", "efficiency"),
    [
        (4, 7.41, 4.424, 0.655, 112.30),
        (8, 14.81, 1.106, 0.164, 28.07),
        (12, 22.22, 0.492, 0.073, 12.48),
        (16, 29.63, 0.276, 0.041, 7.02),
    ],
)
def test_published_curves(bits, nanoseconds, tops, slow_tops, efficiency):
    fast = DigitalMacro(bits, bits, FAST).headline()
    slow = DigitalMacro(bits, bits, EFFICIENT).headline()
    assert fast.latency * 1e9 == pytest.approx(nanoseconds, abs=0.005)
    assert fast.tops == pytest.approx(tops, abs=0.0006)
    assert slow.tops == pytest.approx(slow_tops, abs=0.0006)
    assert slow.tops_per_watt == pytest.approx(efficiency, abs=0.006)
    assert slow.power * 1e3 == pytest.approx(5.84, abs=0.006)
    # At 12 bits 63 of 64 banks hold whole weights.
    assert fast.whole_tops == pytest.approx(fast.tops * (63 / 64 if bits == 12 else 1))


def test_the_efficient_point_is_not_the_fast_one():
    """Supply alone, at equal activity: 33 TOPS/W, not 112, at 1.20 V."""
    law = EnergyLaw.calibrated(leakage=0.0)
    fast = DigitalMacro(4, 4, FAST, law=law).headline()
    assert fast.tops_per_watt == pytest.approx(112.3 * (0.65 / 1.2) ** 2)
    assert fast.latency < DigitalMacro(4, 4, EFFICIENT).headline().latency / 6


@pytest.mark.parametrize(("leakage", "clocked"), [(0.0, 0.0), (0.05, 0.45), (1.0, 0.0), (0.3, 0.7)])
def test_shares_do_not_move_the_published_point(leakage, clocked):
    law = EnergyLaw.calibrated(leakage, clocked)
    assert sum(law.terms(EFFICIENT, PUBLISHED_ACTIVITY)) == pytest.approx(
        1.113e-15, rel=1e-3, abs=0
    )
    terms = np.array(law.terms(EFFICIENT, PUBLISHED_ACTIVITY))
    np.testing.assert_allclose(terms / terms.sum(), [leakage, clocked, 1 - leakage - clocked])


def test_shares_beyond_one_are_refused():
    with pytest.raises(ValueError, match="sum of at most 1"):
        EnergyLaw.calibrated(0.6, 0.6)


def brute_toggles(x, bits):
    """Line by line, bit by bit."""
    stream = ((x[:, None, :] >> np.arange(bits - 1, -1, -1)[:, None]) & 1).reshape(-1, x.shape[1])
    return np.abs(np.diff(stream, axis=0, prepend=0)), stream


@pytest.mark.parametrize("bits", [4, 8, 12, 16])
def test_toggles_are_those_of_the_stream(bits):
    rng = np.random.default_rng(bits)
    x = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (7, 5)).astype(np.int32)
    np.testing.assert_array_equal(line_toggles(x, bits), brute_toggles(x, bits)[0].sum(0))


def test_products_that_toggle():
    """Joint counts, not products of means: toggling lines may well be those with many ones."""
    rng = np.random.default_rng(0)
    x = rng.integers(-8, 8, (6, 300)) * (np.arange(300) < 100)
    weights = np.where(np.arange(300)[:, None] < 100, -1, 0) * np.ones((1, 70), int)
    _, events = DigitalMacro(4, 4, EFFICIENT).program(weights).mvm(x)
    toggles, _ = brute_toggles(x, 4)
    assert events.data_toggles == (toggles.sum(0) * 4 * 70)[:100].sum()
    assert events.input_toggles == 2 * toggles.sum()  # two tiles side by side
    assert events.toggle_rate == pytest.approx(toggles.mean())
    assert events.weight_sparsity == pytest.approx(2 / 3)
    product_of_means = events.toggle_rate * (1 - events.weight_sparsity)
    assert events.data_toggles / (24 * 300 * 280) == pytest.approx(3 * product_of_means)


def test_macros_that_wait_for_others_leak_too():
    """Three tiles on two macros take two passes, in one of which a macro has nothing to do."""
    weights, x = np.ones((3 * 256, 8), int), np.ones((2, 3 * 256), int)
    two, three = (DigitalMacro(8, 8, macros=macros).program(weights).mvm(x)[1] for macros in (2, 3))
    assert (two.passes, three.passes) == (2, 1)
    assert two.leakage == pytest.approx(three.leakage * 4 / 3, rel=1e-9, abs=0)
    assert two.clocked == pytest.approx(three.clocked, rel=1e-9, abs=0)


def test_energy_at_the_published_activity():
    """A full macro, one line in 16 toggling and every second bit 0: 72.9 pJ a cycle."""
    weights = np.full((256, 64), 0b0101)
    lines = np.arange(256) % 16
    stream = np.array([(lines == k) for k in range(16)]).cumsum(0) % 2  # line k turns 1 in cycle k
    x = (stream.reshape(4, 4, 256) * np.array([-8, 4, 2, 1])[None, :, None]).sum(1)
    macro = DigitalMacro(4, 4, EFFICIENT)
    programmed = macro.program(weights)
    _, events = programmed.mvm(x)
    assert (events.toggle_rate, events.weight_sparsity) == (1 / 16, 0.5)
    assert events.energy / 16 == pytest.approx(72.9e-12, rel=1e-3, abs=0)
    report = programmed.report(events)
    assert report.energy == pytest.approx(events.energy, rel=1e-6, abs=0)
    assert report.latency == pytest.approx(16 / 80e6, rel=1e-6, abs=0)
    assert report.area == pytest.approx(65536 * 2.56e-12, rel=1e-6, abs=0)
    assert report.share("assumed") == pytest.approx(1.0)


def test_quiet_data_costs_less():
    macro = DigitalMacro(8, 8, FAST)
    rng = np.random.default_rng(3)
    x, weights = rng.integers(-128, 128, (16, 256)), rng.integers(-128, 128, (256, 32))
    _, busy = macro.program(weights).mvm(x)
    _, sparse = macro.program(weights & 0x11).mvm(x)
    _, still = macro.program(weights).mvm(np.zeros_like(x))
    assert still.data == 0
    assert still.clocked == busy.clocked == sparse.clocked
    assert sparse.data < 0.6 * busy.data


def test_large_matrices_take_more_macros_or_more_passes():
    rng = np.random.default_rng(4)
    x, weights = rng.integers(-128, 128, (3, 512)), rng.integers(-128, 128, (512, 64))
    free, events = DigitalMacro(8, 8, FAST).program(weights).mvm(x)
    few = DigitalMacro(8, 8, FAST, macros=2).program(weights)
    same, turns = few.mvm(x)
    np.testing.assert_array_equal(free, same)
    assert (events.macros, events.passes, turns.macros, turns.passes) == (4, 1, 2, 2)
    assert events.cycles == 3 * 8 + 1  # and one level of the tree that adds the two rows of tiles
    assert turns.cycles == 2 * 3 * 8 + 1
    assert events.cell_cycles == turns.cell_cycles
    assert (events.row_writes, turns.row_writes) == (0, 512 * 2)
    assert few.report(turns).energy > few.report(events).energy
    assert "macro.write" in str(few.report(turns))
    assert events.additions == 3 * 64
    assert json.loads(json.dumps(turns.facts()))["passes"] == 2
