"""Write energies, cost of programming, wear, break-even, against published figures and counts."""

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from crossbar.cells.cell import Cell, Write
from crossbar.cells.presets import get
from crossbar.design import Design
from crossbar.digital.writing import WritePulse, cost
from crossbar.ledger import charge
from crossbar.programming import program
from crossbar.write_verify import Verify
from crossbar.writing.break_even import (
    Memory,
    break_even,
    dram,
    edram,
    memory,
    power,
    refreshed,
)
from crossbar.writing.lifetime import lifetime, training_updates, wear
from crossbar.writing.programming import Scheme, programming_cost, pulses_cost
from crossbar.writing.pulses import (
    pulse_energy,
    reported_asymmetry,
    spin_loss_write,
    track_write,
    transfer_write,
)

STRIP = {"width": 80e-9, "thickness": 4e-9, "length": 120e-9, "resistivity": 1.6e-6}
CELL = Cell(
    jnp.array([1 / 6e3, 1 / 3e3]),
    write=Write(1e-12, 10e-9, 0.0, 1e12, 80e-6),
    read_time=3e-9,
    read_voltage=0.2,
)


@pytest.mark.parametrize(
    ("density", "seconds", "femtojoule"),
    [(0.5e12, 1e-9, 15), (1e12, 1e-9, 61), (1.5e12, 0.4e-9, 55), (1e12, 10e-9, 614)],
)
def test_energy_of_spin_orbit_writes(density: float, seconds: float, femtojoule: float) -> None:
    pulse = track_write(density, seconds, **STRIP)
    assert float(pulse.energy) * 1e15 == pytest.approx(femtojoule, abs=0.5)
    assert float(pulse.current) == pytest.approx(density * 80e-9 * 4e-9, rel=1e-6, abs=0)


def test_energy_of_presets() -> None:
    assert 0.04e-12 < float(get("sot").write.energy) < 0.1e-12
    assert float(get("stt").write.energy) == pytest.approx(1e-12, rel=1e-6, abs=0)
    assert float(get("stt-aggressive").write.energy) == pytest.approx(0.252e-12, rel=1e-6, abs=0)


def test_energy_is_the_integral_of_current_squared() -> None:
    t = np.linspace(0, 10e-9, 1001)
    ramp = 1e-4 * t / 10e-9
    assert pulse_energy(ramp, 3e3, t) == pytest.approx(1e-8 * 3e3 * 10e-9 / 3, rel=1e-5, abs=0)
    assert pulse_energy(1e-4, 3e3, 1e-8) == pytest.approx(
        float(transfer_write(1e-4, 3e3, 1e-8).energy), rel=1e-6, abs=0
    )


def test_spin_loss_is_monotone_and_threefold() -> None:
    plain = Write(energy=3e-13, current=1e-4, time=1e-9)
    losses = np.linspace(0, 1, 11)
    asymmetry = reported_asymmetry(losses)
    found = [spin_loss_write(plain, float(a), float(asymmetry[0])) for a in asymmetry]
    energy = np.array([float(w.energy) for w in found])
    assert (np.diff(energy) < 0).all()
    np.testing.assert_allclose(energy * asymmetry**2, energy[0] * asymmetry[0] ** 2)
    assert energy[0] / energy[-1] == pytest.approx(3.0, rel=1e-6, abs=0)
    assert float(found[0].current / found[-1].current) == pytest.approx(np.sqrt(3), rel=1e-6, abs=0)
    with pytest.raises(ValueError, match="equal faces make no torque"):
        spin_loss_write(plain, 0.0, 0.5)


def test_programming_counts() -> None:
    pulses = np.array([[[1, 3, 0], [2, 1, 1]]])  # one array, 2 rows, 3 columns
    levels = np.array([[[1, 0, 0], [0, 1, 1]]])
    took = pulses_cost(CELL, pulses, levels, Scheme("polarity"), verified=True)
    assert (took.cells, took.pulses, took.reads, took.worst) == (5, 8, 8, 3)
    assert took.energy == pytest.approx(8e-12, rel=1e-6, abs=0)
    # Rounds of 3 and 2, two phases and a read each.
    assert took.seconds == pytest.approx(5 * (20e-9 + 3e-9), rel=1e-6, abs=0)
    assert took.current == pytest.approx(3 * 80e-6, rel=1e-6, abs=0)
    one = pulses_cost(CELL, pulses, levels, Scheme("one", saved=0.5), verified=False)
    assert one.seconds == pytest.approx(5 * 10e-9, rel=1e-6, abs=0)
    assert one.energy == pytest.approx(4e-12, rel=1e-6, abs=0)
    assert one.reads == 0
    narrow = pulses_cost(CELL, pulses, levels, Scheme("one", columns_at_once=2), verified=False)
    assert narrow.seconds == pytest.approx((3 + 0 + 2 + 1) * 10e-9, rel=1e-6, abs=0)
    assert narrow.current == pytest.approx(2 * 80e-6, rel=1e-6, abs=0)
    erased = pulses_cost(CELL, pulses, levels, Scheme("erase"), verified=False)
    assert erased.pulses == 8 + 3 + 2
    assert erased.worst == 6


def test_arrays_together_take_the_time_of_the_slowest() -> None:
    pulses = np.array([[[1, 1]], [[4, 1]]])
    took = [
        pulses_cost(
            CELL, pulses, 0 * pulses, Scheme("one", arrays_together=together), verified=False
        )
        for together in (False, True)
    ]
    assert [t.seconds for t in took] == pytest.approx([5 * 10e-9, 4 * 10e-9], rel=1e-6, abs=0)
    assert took[1].current == pytest.approx(2 * took[0].current, rel=1e-6, abs=0)


def test_current_of_arrays_together_is_that_of_the_cells_there_are() -> None:
    pulses = np.array([[[1, 1, 1]], [[1, 0, 0]], [[0, 0, 0]]])
    for together, cells in ((True, 4), (False, 3)):
        scheme = Scheme("one", arrays_together=together)
        took = pulses_cost(CELL, pulses, 0 * pulses, scheme, verified=False)
        assert took.current == pytest.approx(cells * 80e-6, rel=1e-6, abs=0)


def test_two_phases_of_complementary_pairs_are_those_of_the_macro() -> None:
    """256 rows of 256 pairs: 512 currents to turn all parallel, three pulses for every pair."""
    pulse = WritePulse(current=80e-6, duration=20e-9)
    macro = cost((256,), 256, pulse, 0.0, 0.0)
    bits = np.random.default_rng(0).integers(0, 2, (256, 256))
    levels = np.stack([bits, 1 - bits], -1).reshape(256, 512)
    cell = CELL.replace(write=Write(pulse.energy, pulse.duration, 0.0, 1e12, pulse.current))
    took = pulses_cost(cell, np.ones_like(levels), levels, Scheme("erase"), verified=False)
    assert took.pulses == macro.parallel_pulses + macro.antiparallel_pulses
    assert took.energy == pytest.approx(macro.energy, rel=1e-6, abs=0)
    assert took.seconds == pytest.approx(macro.seconds, rel=1e-6, abs=0)
    assert took.current == pytest.approx(macro.parallel_current, rel=1e-6, abs=0)


def test_the_ledger_takes_programming() -> None:
    took = pulses_cost(CELL, np.ones((2, 4)), np.zeros((2, 4)), Scheme(), verified=False)
    events, path = took._replace(verify_energy=1e-13).charges()
    report = charge(events, path)
    assert report.energy == pytest.approx(took.energy + 1e-13, rel=1e-6, abs=0)
    assert report.latency == pytest.approx(took.seconds, rel=1e-6, abs=0)


def test_training_kills_phase_change_and_not_magnets() -> None:
    updates = training_updates(1.28e6, 90, 1)  # a large image set, a write after every sample
    alive = {name: wear(get(name), updates, 2).alive for name in ("reram", "pcm", "stt", "sot")}
    assert alive == {"reram": False, "pcm": False, "stt": True, "sot": True}
    # Inference that is programmed anew every day for ten years wears none of them.
    assert all(wear(get(name), 3650, 10).alive for name in alive)
    assert lifetime(get("stt"), 1e3) == pytest.approx(1e12 / 1e3, rel=1e-6, abs=0)
    assert lifetime(get("stt"), 1e3, 4.0) == pytest.approx(1e12 / 4e3, rel=1e-6, abs=0)


def test_break_even_with_leakage_and_refresh() -> None:
    stt, sram = memory("stt"), memory("sram")
    rate = break_even(stt, sram)
    assert rate == pytest.approx((28.2e-3 - 2.1e-3) / (68.3e-12 - 16.9e-12))
    assert power(stt, rate) == pytest.approx(power(sram, rate))
    assert power(stt, rate / 2) < power(sram, rate / 2)
    assert power(stt, rate * 2) > power(sram, rate * 2)
    # Reads of the magnetic memory cost more, too.
    busy = break_even(stt, sram, reads=1e9)
    assert busy < rate
    assert power(stt, busy, 1e9) == pytest.approx(power(sram, busy, 1e9))
    assert break_even(stt, sram, reads=1e11) == 0
    assert 0 < break_even(stt, edram()) < rate
    assert edram().resting > 100 * dram().resting
    # 64 bits of HBM2, and of rows of 256 bits; all bits of 1 MB once a period.
    bits = 8 * 2**20
    parts = (*dram()[1:], *edram()[1:])
    expected = (64 * 3.9e-12, bits * 1e-13 / 64e-3, 20.45e-12 / 4, bits * 20.45e-12 / 256 / 40e-6)
    np.testing.assert_allclose(parts, expected, rtol=1e-6)
    # Periphery left out on both sides, magnets beat an off-chip DRAM at any rate.
    assert break_even(stt._replace(resting=0.0), dram()) == np.inf
    assert break_even(stt, dram()) == 0
    assert break_even(Memory(0.0, 1e-12, 0.0), Memory(0.0, 2e-12, 1.0)) == np.inf


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: Scheme("both"), "phases is 'both'"),
        (lambda: Scheme(columns_at_once=0), "columns_at_once is 0"),
        (lambda: track_write(-1.0, 1e-9, **STRIP), "density is -1.0"),
        (lambda: transfer_write(1e-4, 0.0, 1e-9), "resistance is 0.0"),
        (lambda: reported_asymmetry(2.0), "loss is 2"),
        (lambda: lifetime(get("stt"), 0.0), "updates_per_second is 0"),
        (lambda: pulse_energy(np.ones(3), 1.0, 1e-9), r"samples have shape \(3,\) and times \(\)"),
        (lambda: pulse_energy(np.nan, 1.0, 1e-9), "are not finite"),
        (lambda: refreshed(1e-11, -1e-13, 64e-3), "refresh is -1e-13"),
        (lambda: wear(get("stt"), np.nan), "updates is nan"),
    ],
)
def test_nonsense_is_explained(call: object, text: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=text):
        call()


def test_costs_of_a_programmed_matrix() -> None:
    cell = CELL.replace(cycle_spread=0.02)
    design = Design(cell, rows=8, columns=4, weight_bits=3)
    weights = np.random.default_rng(0).normal(size=(6, 5))
    done = program(random.key(0), weights, design, Verify(0.02, 50))
    took = programming_cost(done, Scheme("one"))
    assert done.pulses is not None
    assert took.cells == 2 * 2 * 30
    assert took.pulses == int(done.pulses.sum()) > took.cells
    assert took.energy == pytest.approx(took.pulses * 1e-12, rel=1e-6, abs=0)
    joules = 0.2**2 * 3e-9 * float((done.pulses * done.conductance).sum())
    assert took.verify_energy == pytest.approx(joules, rel=1e-5, abs=0)
    rounds = int(np.asarray(done.pulses).max(-1).sum())
    assert took.seconds == pytest.approx(rounds * 13e-9, rel=1e-6, abs=0)
    plain = programming_cost(done.replace(pulses=None, failed=None))
    assert (plain.pulses, plain.reads, plain.verify_energy) == (took.cells, 0, 0.0)
