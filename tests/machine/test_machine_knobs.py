"""Annealing by temperature and by voltage, and devices whose barriers differ."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from stats import boltzmann, count_states, enumerate_states, pooled_chi_square

from crossbar.cells.cell import Cell
from crossbar.cells.presets import get
from crossbar.converters.adc import IdealAdc
from pbits import random
from pbits.devices import presets
from pbits.devices.ideal import IdealSigmoid
from pbits.devices.rate_laws import BarrierRates, ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Spread
from pbits.machine import Clocking, CrossbarCoupling, IdealCoupling, Machine, Neurons, bipolar
from pbits.machine import devices as made
from pbits.machine.barriers import varied
from pbits.machine.crossbar_fields import CROSSBAR, CROSSBAR_BY_VOLTAGE
from pbits.machine.knobs import KNOBS, Turned, turn, voltages, widest, with_full
from pbits.sampling import sample_with
from problems import ising

RNG = np.random.default_rng(7)
PROBLEM = ising(
    RNG.normal(size=5) * 0.3, *np.triu_indices(5, 1), RNG.normal(size=10) * 0.4
)  # fmt: skip
FREE = ising([0.0] * 5, *np.triu_indices(5, 1), np.zeros(10))
LAW = BarrierRates(delta=4.0, tau0=1e-9)
# The slope of two barriers that an input tilts is 2 delta / critical.
NEURONS = Neurons(Telegraph(LAW), slope=8.0)
MACHINE = Machine(NEURONS, clocking=Clocking(wait=6.0))
READS = 4096


def heated(machine: Machine, problem, betas, at: int, sweeps: int, start=None) -> np.ndarray:
    """Spins after sweeps at one beta of a schedule that temperature makes."""
    loaded = machine.load(problem)
    turned = turn(
        "temperature", betas, neurons=machine.neurons, coupling=machine.coupling,
        clocking=machine.clocking, count=5,
    )  # fmt: skip
    return sample_with(
        lambda: loaded.simulated(turned), problem, beta=betas[at], num_reads=READS,
        num_sweeps=sweeps, seed=3, initial_spins=start,
    ).spins  # fmt: skip


# Temperature


def test_at_every_temperature_the_law_is_that_of_its_beta():
    betas = [0.6, 0.9]
    for at in (0, 1):
        counts = count_states(heated(MACHINE, PROBLEM, betas, at, 30).T)
        assert pooled_chi_square(counts, boltzmann(PROBLEM, betas[at])) > 1e-4
        assert pooled_chi_square(counts, boltzmann(PROBLEM, betas[at] * 1.3)) < 1e-4


def left_after(wanted_clock: float, beta_ratio: float) -> float:
    """Of a free p-bit's spin after one clock: exp(-dt / tau) at a temperature."""
    tau = LAW.tau0 * np.exp(LAW.delta * beta_ratio) / 2
    return float(np.exp(-wanted_clock / tau))


def test_cold_pbits_are_slow_and_clocks_wait_for_them():
    betas, up = [0.6, 0.9], np.ones((READS, 5), np.int8)
    reference = 0.6 * 400 / 300
    tau = NEURONS.correlation_times(5)[1]
    fixed = Machine(NEURONS, clocking=Clocking(period=tau))
    waiting = Machine(NEURONS, clocking=Clocking(wait=1.0))
    error = 5 / np.sqrt(5 * READS)
    for at, beta in enumerate(betas):
        stays = heated(fixed, FREE, betas, at, 1, up).mean()
        assert stays == pytest.approx(left_after(tau, beta / reference), abs=error)
        waits = heated(waiting, FREE, betas, at, 1, up).mean()
        assert waits == pytest.approx(np.exp(-1), abs=error)
    colder = left_after(tau, betas[1] / reference)
    assert colder - left_after(tau, betas[0] / reference) > 10 * error


def test_the_bill_waits_for_cold_pbits():
    betas = np.geomspace(0.6, 0.9, 20)
    found = MACHINE.load(PROBLEM).anneal(
        num_reads=16, beta_schedule_type="custom", beta_schedule=betas, knob="temperature", seed=1
    )
    seconds = 0.0
    for beta in betas.astype(np.float32):
        tau = LAW.tau0 * np.exp(LAW.delta * beta / 0.8) / 2
        seconds += 5 * 6.0 * tau  # five colours, six correlation times each
    assert found.hardware.seconds == pytest.approx(16 * seconds, rel=1e-4)
    assert found.knob == "temperature"
    assert found.knob_range == pytest.approx((400, 400 * 0.6 / 0.9), rel=1e-4)
    assert any("heating" in note for note in found.hardware.assumptions)
    plain = MACHINE.load(PROBLEM).report(20, 16)
    assert abs(plain.seconds / found.hardware.seconds - 1) > 0.05


def test_the_default_range_is_what_temperatures_reach():
    found = MACHINE.load(PROBLEM).anneal(num_reads=16, num_sweeps=20, knob="temperature", seed=1)
    hot, cold = found.beta_range
    assert cold / hot == pytest.approx(1.6)
    assert found.knob_range == pytest.approx((400, 250), rel=1e-4)
    assert widest("input", NEURONS, (0.1, 2.0)) == (0.1, 2.0)
    assert widest("temperature", NEURONS, (1.9, 2.0)) == (1.9, 2.0)


@pytest.mark.parametrize(
    ("machine", "options", "words"),
    [
        (MACHINE, {"beta_range": (0.1, 2.0)}, "factor of 1.6"),
        (Machine(), {}, "ideal p-bit"),
        (Machine(Neurons(Telegraph(ConstantTime(1e-9)))), {}, "Telegraph of ConstantTime"),
        (Machine(Neurons(IdealSigmoid())), {}, "IdealSigmoid"),
        (Machine(NEURONS, clocking=Clocking(lag=1e-8)), {}, "with a period"),
        (MACHINE, {"knob": "voltage"}, "expected a CrossbarCoupling"),
        (MACHINE, {"knob": "pressure"}, "input, temperature, voltage"),
    ],
)
def test_knobs_that_are_not_there_are_refused_with_those_that_are(machine, options, words):
    with pytest.raises(ValueError, match=words):
        machine.anneal(PROBLEM, **({"knob": "temperature", "num_sweeps": 5} | options))


# Voltage


def arrays(**changes) -> CrossbarCoupling:
    cell = get("sot").replace(read_noise=0.02, half_voltage=np.inf)
    return CrossbarCoupling(bipolar(cell, rows=8, columns=8, weight_bits=3, **changes))


def fields(coupling: CrossbarCoupling):
    """A function: of one p-bit in 64 states, at a share of the read voltage, with noise or not."""
    loaded = Machine(coupling=coupling).load(PROBLEM)
    assert loaded.arrays is not None
    layout, parameters = loaded.arrays.parameters(loaded.layout)
    table = np.random.default_rng(2).choice(
        np.array([-1, 1], np.int8), (layout.spin_of_row.size + 2, 64)
    )
    table[-2], table[-1] = 1, 0
    turned = Turned("voltage", np.ones(1), 2.0, np.ones(1), np.ones(1))

    @jax.jit
    def at(given, beta):
        keys = random.row_keys(random.seed_key(1), jnp.zeros(1, jnp.uint32))
        place = given, 0, jnp.asarray(table), keys, jnp.arange(64, dtype=jnp.uint32)
        whole = CROSSBAR.field(*place, in_place=True)
        return whole, CROSSBAR_BY_VOLTAGE.field(*place, in_place=True, beta=beta)

    def found(share: float, noisy: bool = False) -> tuple[np.ndarray, np.ndarray]:
        noise = parameters.noise * (1.0 if noisy else 0.0)
        given = with_full(parameters._replace(noise=noise), turned)
        whole, part = at(given, jnp.float32(2.0 * share))
        return np.asarray(whole), np.asarray(part)

    return found


def test_noise_of_reads_weighs_more_at_a_lower_voltage_and_fields_do_not():
    found = fields(arrays(adc=IdealAdc()))
    quiet, low = found(0.25)
    assert low == pytest.approx(quiet, rel=1e-5, abs=1e-6)
    whole, half = (part - quiet for part in found(0.5, noisy=True))
    assert half == pytest.approx(2 * whole, rel=1e-3, abs=1e-5)
    assert whole.std() > 1e-3


def test_a_lower_voltage_coarsens_what_converters_see():
    found = fields(arrays(adc=IdealAdc(4)))
    whole, full = found(1.0)
    assert (whole == full).all()
    low = found(0.2)[1]
    assert np.abs(low - whole).max() > 0.2 * whole.std()
    assert np.isfinite(found(0.0)[1]).all()


def test_the_bill_of_a_voltage_goes_with_its_square():
    machine = Machine(coupling=arrays(adc=IdealAdc()))
    loaded = machine.load(PROBLEM)
    options = {"num_reads": 16, "num_sweeps": 20, "beta_range": (0.2, 1.0), "seed": 1}
    found = loaded.anneal(knob="voltage", **options)
    betas = np.geomspace(0.2, 1.0, 20)
    read = "cell.read", "energy"
    cells = {
        knob: sum(row.total for row in bill.run.rows if (row.name, row.quantity) == read)
        for knob, bill in (("voltage", found.hardware), ("input", loaded.report(20, 16)))
    }
    assert cells["voltage"] / cells["input"] == pytest.approx(np.mean(betas**2), rel=1e-3)
    assert found.knob_range == pytest.approx((0.2 * found.knob_range[1], found.knob_range[1]))
    assert found.hardware.run.latency == loaded.report(20, 16).run.latency
    assert found.best_energy == pytest.approx(PROBLEM.energies(enumerate_states(5)).min())


def test_voltages_allow_for_the_contrast_that_rises():
    cell = get("sot").replace(half_voltage=0.3, read_voltage=0.2)
    share = np.array([0.0, 0.25, 0.5, 1.0])
    volts = voltages(cell, share)

    def current(v):
        tmr = cell.tmr * (1 + (0.2 / 0.3) ** 2) / (1 + (v / 0.3) ** 2)
        return v * tmr / (1 + tmr)

    assert current(volts) == pytest.approx(share * current(0.2), rel=1e-3, abs=1e-9)
    assert volts[2] < 0.09
    with pytest.raises(ValueError, match="lower read_voltage"):
        voltages(Cell([1e-6, 1.2e-6], read_voltage=0.2, half_voltage=0.02), share)


# Barriers


def test_barriers_spread_times_and_leave_the_law():
    spread = Neurons(NEURONS.model, slope=8.0, spread=Spread(barrier=0.6), seed=2)
    few, many = (spread.models(count) for count in (5, 4000))
    times = np.asarray(many.correlation_time(), np.float64).ravel()
    assert np.log(times).std() == pytest.approx(0.6, rel=0.06)
    assert np.log(times).mean() == pytest.approx(np.log(NEURONS.correlation_times(1)[0]), abs=0.05)
    assert np.asarray(few.correlation_time()).ravel() == pytest.approx(times[:5], rel=1e-6, abs=0)
    x = np.array([[0.05, 0.1]])
    assert many.transfer(x) == pytest.approx(np.tanh(8 * np.repeat(x, 4000, 0)), rel=1e-3)
    assert spread.correlation_times(5) == pytest.approx((times[:5].min(), times[:5].max()), abs=0)
    slower = varied(Telegraph(ConstantTime(2e-9)), 0.6, 4000, 2).correlation_time()
    assert np.log(np.asarray(slower) / 2e-9).std() == pytest.approx(0.6, rel=0.06)


def test_a_machine_waits_for_its_slowest_pbit():
    spread = Neurons(NEURONS.model, slope=8.0, spread=Spread(barrier=1.0), seed=2)
    hurried = Machine(spread, clocking=Clocking(period=NEURONS.correlation_times(1)[0]))
    waiting = Machine(spread, clocking=Clocking(wait=6.0))
    even = Machine(NEURONS, clocking=Clocking(wait=6.0))
    slowest = spread.correlation_times(5)[1]
    ratio = waiting.load(PROBLEM).report(10, 1).seconds / even.load(PROBLEM).report(10, 1).seconds
    assert ratio == pytest.approx(slowest / NEURONS.correlation_times(1)[0], rel=1e-5)
    up = np.ones((READS, 5), np.int8)
    seen = hurried.sample(
        FREE, beta=0.6, num_reads=READS, num_sweeps=1, seed=3, initial_spins=up
    ).spins.mean(0)
    taus = np.asarray(spread.models(5).correlation_time()).ravel()
    wanted = np.exp(-NEURONS.correlation_times(1)[0] / taus)
    assert seen == pytest.approx(wanted, abs=5 / np.sqrt(READS))
    assert np.ptp(wanted) > 20 / np.sqrt(READS)


def test_models_without_one_barrier_for_all_are_refused():
    with pytest.raises(ValueError, match="Telegraph of BarrierRates or ConstantTime"):
        Neurons(IdealSigmoid(), spread=Spread(barrier=0.1))
    arrayed = Telegraph(replace(LAW, delta=np.full((5, 1), 4.0)))
    with pytest.raises(ValueError, match=r"arrays \[n, 1\]"):
        Neurons(arrayed, spread=Spread(barrier=0.1))
    with pytest.raises(ValueError, match="lowest < highest"):
        Neurons(temperatures=(400.0, 300.0))
    assert KNOBS[0] == "input"
    assert isinstance(Machine().coupling, IdealCoupling)


# Junctions


def test_a_junction_gives_time_and_slope_of_its_own_law():
    junction = presets.get("pma-memory", interfacial_anisotropy=0.56e-3, diameter=20e-9)
    barrier = junction.barrier().value
    assert 3 < barrier < 12
    neurons = made.from_junction(junction, spread=Spread(barrier=0.2), seed=1)
    assert isinstance(neurons.model, Telegraph)
    single = replace(neurons, spread=Spread())
    from pbits.devices import summary

    assert single.correlation_times(1)[0] == pytest.approx(
        summary.times(junction).correlation, rel=1e-4, abs=0
    )
    current = 0.3 / neurons.slope
    exact = float(summary.transfer(junction, [current])[0])
    assert float(neurons.model.transfer(current)) == pytest.approx(np.tanh(0.3), rel=1e-3)
    assert exact == pytest.approx(np.tanh(0.3), rel=0.02)
    assert neurons.cost.correlation_time == pytest.approx(single.correlation_times(1)[0], abs=0)
    assert neurons.cost.joules > 0


def test_junctions_that_make_no_pbit_are_refused():
    with pytest.raises(ValueError, match="barrier of 0 kT"):
        made.from_junction("pma-low-barrier")
    with pytest.raises(ValueError, match="a memory"):
        made.from_junction("pma-memory")


@pytest.mark.slow
def test_a_disk_of_one_layer_and_of_two():
    one, two = (made.from_junction(name) for name in ("easy-plane-disk", "double-free-layer"))
    for neurons in (one, two):
        assert neurons.model is not None
        assert abs(float(neurons.model.transfer(neurons.offset))) < 0.02
        assert neurons.remembers
    assert one.correlation_times(1)[0] == pytest.approx(136e-12, rel=0.02, abs=0)
    assert two.correlation_times(1)[0] < one.correlation_times(1)[0] / 5
    weak = ising([0.2, 0.0], [0], [1], [0.3])
    counts = count_states(
        Machine(one).sample(weak, beta=1.0, num_reads=READS, num_sweeps=20, seed=1).spins.T
    )
    # Near Boltzmann's law where fields are weak, though not on it.
    assert counts / READS == pytest.approx(boltzmann(weak, 1.0), abs=0.06)
