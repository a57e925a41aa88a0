"""Writers in SI units, limits of writing, write-verify loops and spin loss."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest

from pbits.devices import spin_loss, write_ensemble, write_limits, write_torque, writing
from pbits.devices.axial import AxialMagnet
from pbits.devices.endurance import Endurance
from pbits.devices.junction import Junction
from pbits.devices.macrospin import GAMMA, Vector
from pbits.devices.passage import escape_rate
from pbits.devices.write_slabs import in_well
from pbits.devices.write_table import exact_switching, switching_table, write_error
from pbits.devices.write_verify import write_verify

MEMORY = dict(moment=1e-18, anisotropy=0.4, alpha=0.01)


def writer(**more) -> writing.Writer:
    torque = write_torque.transfer_torque(MEMORY["moment"], 0.6)
    return writing.axial_writer(**MEMORY | dict(resistance=3e3, torque_per_current=torque) | more)


def test_critical_current_of_the_barrier():
    """I_c = (4 e / hbar) (alpha / eta) delta kT: 0.252 uA per kT at alpha = 0.01, eta = 1."""
    torque = write_torque.transfer_torque(MEMORY["moment"], 1.0)
    ideal = writer(torque_per_current=torque)
    assert 1e6 * ideal.critical_current / ideal.delta == pytest.approx(0.252, rel=2e-3)
    twice = write_torque.orbit_torque(MEMORY["moment"], 0.3, 4.0)
    assert twice == pytest.approx(1.2 * torque)


@pytest.mark.slow
def test_units_meet_the_table():
    mine = writer()
    table = writing.table_for(mine)
    current, seconds = 2 * mine.critical_current, 4 * mine.unit_time
    found = writing.write_error(table, mine, current, seconds)
    assert float(found) == pytest.approx(exact_switching(mine.delta, 2.0, 4.0), rel=0.02)
    p = writing.switching_probability(table, mine, current, seconds)
    assert float(p + found) == pytest.approx(1, abs=1e-6)
    slope = jax.grad(lambda i: writing.write_error(table, mine, i, seconds))(float(current))
    assert slope < 0


def test_the_driven_macrospin_meets_the_writer():
    """The same SI numbers through the stochastic LLG equation."""
    torque = write_torque.transfer_torque(2 * 7 * magnets.THERMAL / magnets.FIELD, 0.5)
    magnet = magnets.easy_axis(7.0)
    mine = writing.axial_writer(
        moment=magnet.moment, anisotropy=magnets.FIELD, alpha=0.1, resistance=1e3,
        torque_per_current=torque,
    )  # fmt: skip
    current, count = 1.5 * mine.critical_current, 20_000
    start = magnets.in_equilibrium(7.0, 2 * count, 1)
    start = start[:, np.flatnonzero(start[2] < 0)[:count]]
    driven = magnet._replace(damping_like=Vector(z=torque * current))
    seconds = 3 * mine.unit_time
    found, error = write_ensemble.simulated_probability(
        driven,
        seconds,
        num_devices=start.shape[1],
        start=start,
        seed=2,
        dt=mine.unit_time / 200,
    )
    p = writing.switching_probability(writing.table_for(mine), mine, current, seconds)
    assert found[0] == pytest.approx(float(p), abs=3 * error[0] + 0.005)


@pytest.mark.parametrize(("delta", "bias"), [(12.0, 0.0), (20.0, 0.1), (20.0, 0.2), (25.0, 0.4)])
def test_thermal_limit_is_fokker_planck(delta, bias):
    """Disturbance by small currents: P of pulses of 500 and 1500 t_D."""
    magnet = AxialMagnet(delta, bias, 3000)
    start = np.where(magnet.centres < 0, AxialMagnet(delta, 0.0, 3000).stationary, 0)
    tau = np.array([500.0, 1500.0])
    end = magnet.evolve(start / start.sum(), tau / (2 * delta), steps_per_interval=2000)
    exact = end[:, magnet.centres > 0].sum(axis=1)
    assert write_limits.thermal_probability(delta, bias, tau) == pytest.approx(exact, rel=0.02)
    table = switching_table(delta)
    assert 1 - np.asarray(write_error(table, delta, bias, tau[-1])) == pytest.approx(
        exact[-1], rel=0.02
    )


def test_read_disturb_and_retention_are_passage_rates():
    mine = writing.Writer(40.0, 1e-9, 50e-6, 3e3)
    rate = escape_rate(40.0, 0.3) / 1e-9
    assert writing.read_disturb(mine, 15e-6, 1e-6) == pytest.approx(rate * 1e-6, rel=1e-4, abs=0)
    kept = writing.retention_time(mine, 0.01)
    assert kept == pytest.approx(0.01 / (escape_rate(40.0) / 1e-9), rel=0.02)
    # It is when the thermal law says so.
    assert write_limits.thermal_probability(40.0, 0.0, kept / 1e-9) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="in the long run"):
        writing.retention_time(mine, 0.6)


def test_precession_about_what_field_is_left():
    """Without anisotropy the magnet turns over in half a period, and back in a whole one."""
    field, easy, alpha = 0.02, 0.2, 0.01
    magnet = magnets.easy_axis(60.0, alpha)._replace(
        moment=2 * 60 * magnets.THERMAL / easy, anisotropy=Vector(z=easy), field=Vector(x=field)
    )
    half = write_limits.half_period(field)
    assert half * GAMMA * field == pytest.approx(np.pi)
    times, found = write_limits.precessional_probability(
        magnet, 0.0, 40, num_devices=400, record_every=8
    )
    assert times[found > 0.9].mean() == pytest.approx(half, rel=0.1)
    assert np.interp(half, times, found) > 0.95
    assert np.interp(2 * half, times, found) < 0.3
    assert found[0] < 0.05


def test_a_lower_barrier_helps_and_none_is_refused():
    mine = writing.Writer(40.0, 1e-9, 50e-6, 3e3)
    plain = writing.voltage_lowered_error(mine, 1.0, 100e-6, 4e-9)
    assert plain == pytest.approx(exact_switching(40.0, 2.0, 4.0), rel=5e-3)
    assert writing.voltage_lowered_error(mine, 0.5, 100e-6, 4e-9) < plain
    # With no current a long pulse ends in the balance of both wells.
    assert writing.voltage_lowered_error(mine, 0.05, 0.0, 1e-6) == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(ValueError, match="precess"):
        writing.voltage_lowered_error(mine, 0.0, 1e-6, 1e-9)


def test_heat_helps():
    """A junction's own numbers, hot: by hand, and through the Fokker-Planck equation."""
    layer = Junction(1e6, 0.02, 2e-9, diameter=20e-9, perpendicular_field=0.3, tmr=1.0,
                     resistance_area=5e-12, polarisation=0.6)  # fmt: skip
    cold, hot = writing.junction_writer(layer), writing.junction_writer(layer, temperature=500.0)
    assert float(cold.delta) == pytest.approx(layer.barrier().value, rel=1e-6)
    assert float(cold.critical_current) == pytest.approx(
        layer.critical_current().to_parallel, rel=1e-6
    )
    assert float(cold.resistance) == pytest.approx(1 / float(layer.conductance(0.0)))
    warmed = layer.replace(temperature=500.0)
    assert float(hot.delta) == pytest.approx(warmed.barrier().value, rel=1e-6)
    assert hot.delta < cold.delta
    current, seconds = 1.5 * float(cold.critical_current), 5 * float(cold.unit_time)
    plain = writing.changed_error(cold, cold, current, seconds)
    assert plain == pytest.approx(exact_switching(float(cold.delta), 1.5, 5.0), rel=5e-3)
    assisted = writing.changed_error(cold, hot, current, seconds)
    # By hand: the cold law in the well, the hot one's evolution.
    magnet = AxialMagnet(float(hot.delta), current / float(hot.critical_current), 2000)
    start = in_well(AxialMagnet(float(cold.delta), 0.0, 2000))
    tau = seconds / float(hot.unit_time)
    end = magnet.evolve(start, [tau / (2 * magnet.delta)], steps_per_interval=1000)[0]
    assert assisted == pytest.approx(end[magnet.centres < 0].sum(), rel=1e-3)
    # Thermal escape at rest gains far more than a driven write.
    lives = [float(writing.retention_time(w)) for w in (hot, cold)]
    assert lives[0] < 1e-3 * lives[1]
    with pytest.raises(ValueError, match="pulse_table"):
        writing.junction_writer(
            Junction(1e6, 0.02, 2e-9, diameter=40e-9, orientation="in-plane", inplane_field=0.02)
        )


def test_orbit_torques_across_the_axis():
    share = np.array([0.1, 0.2, 0.3])
    assert write_torque.orbit_critical_torque(1.0, share) == pytest.approx(
        [0.429, 0.359, 0.288], abs=1e-3
    )
    with pytest.raises(ValueError, match="pulse_table"):
        write_torque.orbit_critical_torque(1.0, 0.01)


def test_energy_of_a_pulse():
    t = np.linspace(0, 2e-9, 2001)
    ramp = 1e-4 * t / t[-1]
    assert float(writing.pulse_energy(ramp, 1e3, t)) == pytest.approx(
        1e-8 * 1e3 * 2e-9 / 3, rel=1e-3, abs=0
    )


def test_a_whole_write_by_hand():
    """Integral of I**2 R over pulses and reads, retries counted: P = 0.8, at most 3."""
    pulse = float(writing.pulse_energy(np.full(5, 1e-4), 2e3, np.linspace(0, 5e-9, 5)))
    read = float(writing.pulse_energy(np.full(5, 1e-5), 2e3, np.linspace(0, 2e-9, 5)))
    assert pulse == pytest.approx(1e-8 * 2e3 * 5e-9, rel=1e-5, abs=0)
    found = write_verify(0.8, 3, write_energy=pulse, verify_energy=read)
    assert float(found.energy) == pytest.approx(1.24 * (1e-13 + 4e-16), rel=1e-4, abs=0)
    assert float(found.error) == pytest.approx(0.008, rel=1e-4)
    # A resistance that falls halfway, as the magnet turns.
    steps = np.array([3e3, 3e3, 2e3, 2e3])
    when = np.array([0.0, 1e-9, 1.000001e-9, 2e-9])
    turned = float(writing.pulse_energy(np.full(4, 1e-4), steps, when))
    assert turned == pytest.approx(1e-8 * (3e3 + 2e3) * 1e-9, rel=1e-4, abs=0)


def simulated_loop(p: float, most: int, missed: float, imagined: float, count: int):
    """Pulses and failures of many writes, drawn."""
    rng = np.random.default_rng(0)
    switched, going = np.zeros(count, bool), np.ones(count, bool)
    pulses = np.zeros(count)
    for _ in range(most):
        pulses += going
        switched |= going & (rng.random(count) < p)
        says = np.where(switched, rng.random(count) >= missed, rng.random(count) < imagined)
        going &= ~says
    return pulses, ~switched


@pytest.mark.parametrize("case", [(0.6, 8, 0.0, 0.0), (0.3, 5, 0.1, 0.05), (0.9, 3, 0.2, 0.0)])
def test_write_verify_in_closed_form(case):
    p, most, missed, imagined = case
    pulses, wrong = simulated_loop(*case, count=200_000)
    found = write_verify(
        p, most, missed=missed, imagined=imagined, write_energy=2e-13, verify_energy=1e-14,
        write_time=3e-9, verify_time=2e-9,
    )  # fmt: skip
    assert found.pulses == pytest.approx(pulses.mean(), abs=4 * pulses.std() / 447)
    assert found.error == pytest.approx(wrong.mean(), abs=4 * wrong.std() / 447 + 1e-6)
    assert found.energy == pytest.approx(float(found.pulses) * 2.1e-13, rel=1e-5, abs=0)
    assert found.latency == pytest.approx(float(found.pulses) * 5e-9, rel=1e-5, abs=0)
    # Reads that err change the answer by more than the tolerance.
    perfect = write_verify(p, most)
    if missed:
        assert abs(perfect.pulses - pulses.mean()) > 8 * pulses.std() / 447


def test_geometric_retries_and_their_gradient():
    assert write_verify(0.25, 200).pulses == pytest.approx(4, rel=1e-5)
    slope = jax.grad(lambda p: write_verify(p, 200).pulses)(0.25)
    assert slope == pytest.approx(-16, rel=1e-3)
    # read q equal to missed: nothing divides by their difference
    assert jnp.isfinite(write_verify(0.5, 4, missed=0.5).pulses)
    with pytest.raises(ValueError, match="at least 1"):
        write_verify(0.5, 0)


def test_spin_loss_is_an_asymmetry():
    strip = spin_loss.reported_spin_loss()
    alike = strip._replace(bottom=0.4, top=0.4)
    assert float(spin_loss.spin_loss_torque(alike, 1e-3)) == 0
    with pytest.raises(ValueError, match="absorb alike"):
        spin_loss.spin_loss_critical_current(alike, 5e-3)
    turned = strip._replace(bottom=strip.top, top=strip.bottom)
    assert float(spin_loss.spin_loss_torque(turned, 1e-3)) == pytest.approx(
        -float(spin_loss.spin_loss_torque(strip, 1e-3))
    )
    shares = np.array([0.2, 0.4, 0.8])
    energy = [
        spin_loss.spin_loss_energy(strip._replace(bottom=x, top=0.0), 5e-3, 1e-9) for x in shares
    ]
    assert np.array(energy) * shares**2 == pytest.approx(energy[0] * shares[0] ** 2, abs=0)


@pytest.mark.parametrize("ratio", [2.0, 3.0])
def test_spin_loss_preset_is_calibrated(ratio):
    """Energy falls with loss, and by the factor it was calibrated to, whichever that is."""
    energy = [
        spin_loss.spin_loss_energy(spin_loss.reported_spin_loss(ratio, x), 5e-3, 1e-9)
        for x in (0.0, 0.5, 1.0)
    ]
    assert energy[0] > energy[1] > energy[2]
    assert energy[0] / energy[2] == pytest.approx(ratio)
    assert "press" in spin_loss.reported_spin_loss().label


def test_spin_loss_writes():
    mine = writing.spin_loss_writer(spin_loss.reported_spin_loss(), **MEMORY)
    table, seconds = writing.table_for(mine), 5 * mine.unit_time
    # At equal current, less loss writes worse.
    less = writing.spin_loss_writer(spin_loss.reported_spin_loss(loss=0.0), **MEMORY)
    current = 2 * mine.critical_current
    errors = [writing.write_error(table, w, current, seconds) for w in (mine, less)]
    assert errors[0] < 0.01 < errors[1]
    assert less.critical_current / mine.critical_current == pytest.approx(np.sqrt(3))


def test_endurance():
    law = Endurance(1e10, 0.5, 20.0, shape=1.5)
    assert law.failed(0.5, 1e10) == pytest.approx(1 - np.exp(-1))
    tenth = 0.5 - np.log(10) / 20
    assert law.failed(tenth, 1e11) == pytest.approx(1 - np.exp(-1))


@pytest.mark.parametrize("wrong", [dict(moment=-1.0), dict(alpha=0.0), dict(anisotropy=np.nan)])
def test_bad_writers_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        writer(**wrong)
