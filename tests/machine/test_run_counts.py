"""What whole machines take: every row is in the totals, every clock in the time."""

from dataclasses import replace

import numpy as np
import pytest

from pbits import random
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import BarrierRates, ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine import (
    Clocking,
    CrossbarCoupling,
    LoadedMachine,
    Machine,
    Neurons,
    bipolar,
    calibrate,
    learn,
    learning,
)
from pbits.machine.barriers import barriers
from pbits.machine.counts import machine_counts
from pbits.machine.couplings import IdealCoupling, held_by
from pbits.machine.crossbar_kernel import _noise_of
from pbits.machine.field_costs import NOTHING, column_layouts, field_read
from pbits.machine.knobs import turn
from pbits.machine.learning import target_moments
from pbits.machine.pbit_costs import PBitCost, cmos_cost
from problems import ising
from problems.generators import sherrington_kirkpatrick

SK = sherrington_kirkpatrick(7, seed=1)
TAU = 2e-8
ARRAYS = CrossbarCoupling(bipolar(rows=16, columns=16))
COST = PBitCost(4 * TAU, 2e-6, 1e-15, 1e-8, 1e-13, TAU)
NEURONS = Neurons(Telegraph(ConstantTime(TAU)), cost=COST)
CLOCKINGS = [
    Clocking(),
    Clocking(wait=2.0),
    Clocking(period=5e-7),
    Clocking("parallel"),
    Clocking("parallel", fraction=0.25),
    Clocking("parallel", fraction=0.7),
    Clocking("asynchronous"),
]


def loaded(
    clocking: Clocking = CLOCKINGS[0],
    neurons: Neurons = NEURONS,
    coupling: CrossbarCoupling | IdealCoupling = ARRAYS,
) -> LoadedMachine:
    return Machine(neurons, coupling, clocking).load(SK)


@pytest.mark.parametrize("clocking", CLOCKINGS, ids=str)
def test_rows_add_up_and_time_is_that_of_all_clocks(clocking):
    machine = loaded(clocking)
    report, counts, clocks = machine.report(10, 4), machine.counts(10, 4), machine.clocks
    totals = {
        quantity: sum(row.total for row in report.run.rows if row.quantity == quantity)
        for quantity in ("energy", "time", "area")
    }
    found = {"energy": report.run.energy, "time": report.run.latency, "area": report.run.area}
    assert totals == pytest.approx(found, rel=1e-9, abs=0)
    assert report.joules == pytest.approx(
        sum(row.total for row in report.breakdown if row.quantity == "energy"), rel=1e-9, abs=0
    )
    if clocking.kind == "asynchronous":
        assert report.run.latency == pytest.approx(40 * TAU, rel=1e-6, abs=0)
        assert report.updates == pytest.approx(40 * 7)
        return
    period = clocking.period or machine.reading.seconds + clocking.wait * TAU
    assert counts.period == pytest.approx(period, rel=1e-6, abs=0)
    assert counts.clocks == 40 * clocks.count
    assert report.run.latency == pytest.approx(counts.clocks * period, rel=1e-6, abs=0)
    per_clock = 1 if clocking.kind == "coloured" else 7 * clocking.fraction
    assert report.updates == pytest.approx(counts.clocks * per_clock)


def test_clocks_that_ask_all_pbits_compute_all_fields():
    # Seven colours of one spin each: a clock of one converts one column, one of all of them seven.
    coloured, parallel = (loaded(clocking) for clocking in (Clocking(), Clocking("parallel")))
    one, all_ = coloured.counts(10, 4), parallel.counts(10, 4)
    (adc,) = (name for name in one.events if name.startswith("adc"))
    assert all_.events[adc] == pytest.approx(one.events[adc])  # the same updates
    assert one.events["cell.read"] == pytest.approx(7 * all_.events["cell.read"])
    assert parallel.reading.seconds > coloured.reading.seconds  # columns share a converter
    assert coloured.report(10, 4).joules_per_flip > parallel.report(10, 4).joules_per_flip
    assert parallel.reading.parts == coloured.reading.parts
    for clocking in (Clocking("asynchronous"), Clocking(lag=1e-8)):
        assert loaded(clocking).reading.events == parallel.reading.events


def test_a_decision_without_a_device_takes_its_own_time():
    digital = Neurons(cost=cmos_cost(clock=1e-9))
    plain = loaded(neurons=digital)
    assert plain.clocks.dt == 1e-9
    lagging = loaded(Clocking(lag=1e-9), digital, IdealCoupling())
    assert lagging.clocks.follow == pytest.approx(1 - np.exp(-1))
    assert loaded(Clocking(period=1e-9), digital, IdealCoupling()).clocks.dt == pytest.approx(1e-9)
    with pytest.raises(ValueError, match="p-bits 1e-09 s"):
        _ = loaded(Clocking(period=0.5e-9), digital, IdealCoupling()).clocks


def test_a_schedule_changes_time_of_pbits_and_energy_of_cells():
    neurons = Neurons(Telegraph(BarrierRates(4.0, 1e-9)), slope=8.0, cost=COST)
    machine = loaded(neurons=neurons)
    plain = machine.counts(2, 4)

    def turned(knob, betas):
        return turn(
            knob, betas, neurons=neurons, count=7, coupling=ARRAYS, clocking=Clocking()
        )  # fmt: skip

    cooled = turned("temperature", [1.0, 1.2])
    # At 400 K and 333 K, numbers being those of 300 K: barriers of 3 and 3.6 kT.
    longer = (np.exp(3.0 - 4.0) + np.exp(3.6 - 4.0)) / 2
    told = machine.counts(2, 4, cooled)
    assert told.path["pbit.wait"] == pytest.approx(longer * plain.path["pbit.wait"], rel=1e-6)
    assert told.events["cell.read"] == plain.events["cell.read"]
    weaker = turned("voltage", [0.5, 1.0])
    told = machine.counts(2, 4, weaker)
    share = (1 + (weaker.values[0] / weaker.values[1]) ** 2) / 2
    assert told.events["cell.read"] == pytest.approx(share * plain.events["cell.read"])
    assert told.path == plain.path


@pytest.mark.parametrize("knob", ["input", "voltage"])
def test_a_problem_without_coefficients_needs_no_array(knob):
    machine = Machine(NEURONS, ARRAYS).load(ising([0, 0], [0], [1], [0]))
    assert machine.arrays is None
    assert machine.reading is NOTHING
    found = machine.anneal(num_reads=4, num_sweeps=3, seed=1, knob=knob)
    assert found.best_energy == 0
    assert found.hardware.updates == 4 * 3 * 2
    assert found.hardware.programming is None


COPIES = CrossbarCoupling(bipolar(rows=16, columns=16), fan_in=3)


def test_copies_are_calibrated_one_by_one():
    machine = Machine(Neurons(IdealSigmoid(), seed=1), COPIES)
    held = held_by(COPIES, SK)
    assert held.num_variables == 28
    assert held_by(IdealCoupling(), SK) is SK
    found = calibrate(machine, SK, through="inputs", trials=256, seed=1)
    assert found.fit.slope.shape == (28,)
    # What is learned about a spin in copies is programmed, and beliefs of p-bits stay.
    wanted = target_moments(SK, 0.5)
    run = learning._Run(found.machine, SK, 0.5, wanted, seed=1, num_reads=64)
    shift = learning._Shift(np.full(7, 0.25), np.zeros(SK.num_interactions))
    told, programmed = run.programmed(shift)
    assert told.neurons is found.machine.neurons
    np.testing.assert_allclose(programmed.h, SK.h + 0.25)
    bare = replace(machine, coupling=IdealCoupling())
    told, programmed = learning._Run(bare, SK, 0.5, wanted, seed=1, num_reads=64).programmed(shift)
    np.testing.assert_allclose(programmed.h, SK.h)
    np.testing.assert_allclose(told.neurons.believes(7)[1], -0.5 * 0.25)


@pytest.mark.slow
def test_copies_are_calibrated_and_learned_through_arrays():
    machine = Machine(Neurons(IdealSigmoid(), seed=1), COPIES)
    found = calibrate(machine, SK, trials=1024, num_patterns=64, seed=1)
    assert found.fit.slope.shape == (28,)
    learned = learn(found.machine, SK, beta=0.5, num_steps=2, num_reads=64, burn_in=2, seed=1)
    assert learned.programmed.num_variables == 7
    assert learned.sample(num_reads=4, num_sweeps=2, seed=1).spins.shape == (4, 7)


def test_arrays_are_read_where_lines_hold_weights():
    chain = ising(np.zeros(80), np.arange(79), np.arange(1, 80), np.ones(79))
    coupling = CrossbarCoupling(bipolar(rows=16, columns=16), order="natural")
    machine = Machine(NEURONS, coupling, Clocking("parallel")).load(chain)
    assert machine.arrays is not None
    place, written = machine.arrays.placement, machine.arrays.written
    assert place.blocks[0] > max(np.bincount(place.arrays[:, 1]))
    assert place.driven.mean() < 0.7  # lines of neighbours beyond an edge alone
    cell = written.design.cell
    lines = np.asarray(written.conductance, np.float64).sum((0, 1, 3, 5))
    on = lines[place.driven].sum()
    watts = float(cell.read_voltage) ** 2 * on
    found = machine.reading.events
    assert found["cell.read"] == pytest.approx(watts * float(cell.read_time), rel=0.02, abs=0)
    counts = np.bincount(place.arrays[:, 1]).tolist()
    layouts = column_layouts(written.design, counts, outputs=16)
    wired = field_read(written.design, layouts, row_blocks=place.blocks[0])
    assert found["wire.bit_mm"] == pytest.approx(wired.events["wire.bit_mm"])


def test_chips_share_reads_and_energy():
    machine = loaded()
    one, two = (
        machine_counts(
            num_spins=7, num_sweeps=3, pbit=COST, num_reads=4, coupling=machine.reading, chips=chips
        )
        for chips in (1, 2)
    )
    assert two.events == one.events
    assert two.path["pbit.wait"] == pytest.approx(one.path["pbit.wait"] / 2, abs=0)


def test_noise_in_common_is_of_the_tanhs_argument():
    # Two spins that feel nothing else: <s t> is the mean of tanh^2 of a Gaussian.
    machine = Machine(Neurons(IdealSigmoid()), common_noise=0.8)
    reads = 4096
    spins = machine.sample(
        ising([0, 0], [], [], []), beta=1.0, num_reads=reads, num_sweeps=2, seed=1
    ).spins.astype(float)
    points, weights = np.polynomial.hermite_e.hermegauss(40)
    expected, half = (float(weights @ np.tanh(x * points) ** 2 / weights.sum()) for x in (0.8, 0.4))
    error = 4 / np.sqrt(reads)
    assert np.prod(spins, axis=1).mean() == pytest.approx(expected, abs=error)
    assert abs(half - expected) > 2 * error


def test_a_calibrated_offset_is_in_units_of_the_input():
    spread = Spread(offset=0.1)
    machine = Machine(Neurons(IdealSigmoid(slope=3.0), 3.0, spread=spread, seed=1))
    found = calibrate(machine, SK, trials=1024, seed=1).machine.neurons
    shifts = machine.neurons.devices(7)[1]
    assert found.believes(7)[1] == pytest.approx(shifts, abs=0.05)
    assert np.abs(2 * shifts).max() > 0.1  # nine times as much would be noticed


def test_arrays_and_slices_have_noise_of_their_own():
    keys = random.row_keys(
        random.sweep_key(random.seed_key(1), np.uint32(0)), np.arange(3, dtype=np.uint32)
    )
    lane = np.arange(5, dtype=np.uint32)
    first = np.asarray(_noise_of(np.ones((3, 2, 3), np.float32), np.int32(0), keys, lane))
    assert first.shape == (3, 2, 3, 5)
    assert np.unique(first).size == first.size
    later = np.asarray(_noise_of(np.ones((2, 2, 3), np.float32), np.int32(1), keys, lane))
    np.testing.assert_array_equal(later, first[1:])


def test_free_pbits_that_are_cooled_keep_the_step_of_the_fastest():
    neurons = Neurons(
        Telegraph(BarrierRates(6.0, 1e-9)), slope=12.0, spread=Spread(barrier=0.5), seed=1
    )
    given = {"neurons": neurons, "count": 9, "coupling": IdealCoupling()}
    free = turn("temperature", [1.0, 1.2], clocking=Clocking("asynchronous"), **given)
    clocked = turn("temperature", [1.0, 1.2], clocking=Clocking(), **given)
    over_kt = barriers(neurons.models(9))
    assert (free.waited, clocked.waited) == (over_kt.min(), over_kt.max())
