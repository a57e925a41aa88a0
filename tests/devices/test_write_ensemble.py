"""Writes of magnets of any kind: spin-orbit torque, lasting voltage pulses, measured sigmoids."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.pulse_sigmoid import PulseSigmoid, fitted_sigmoid, orbit_pulses
from pbits.devices.write_ensemble import (
    PulseTable,
    pulse_probability,
    pulse_table,
    switched_share,
)
from pbits.devices.write_limits import half_period, precessional_probability, relaxed_probability
from pbits.devices.write_slabs import in_well
from pbits.devices.write_table import switching_probability, switching_table
from pbits.devices.write_torque import orbit_critical_torque, orbit_torque

EASY = 0.2
PLAIN = Magnet(2 * 40 * magnets.THERMAL / EASY, 0.1, Vector(z=EASY))


@pytest.mark.slow
def test_a_torque_along_the_axis_meets_the_fokker_planck_table():
    """The ensemble against the exact law; relaxing afterwards costs nothing above the barrier."""
    unit = magnets.unit_time(0.1, EASY)
    currents = np.array([1.6, 2.0, 2.6, 3.4])
    table = pulse_table(
        PLAIN, Vector(z=0.1 * EASY), currents, np.array([1.0, 2.0]) * unit, num_devices=2000, seed=1
    )
    exact = switching_probability(
        switching_table(40.0), 40.0, currents[:, None], np.array([1.0, 2.0])
    )
    slack = 4 * np.sqrt(0.25 / 2000) + 0.005
    assert np.max(abs(table.probability - np.asarray(exact))) < slack
    assert table.probability.min() < 0.01 < 0.99 < table.probability.max()
    # A tenth of the current would be seen.
    other = switching_probability(
        switching_table(40.0), 40.0, 0.9 * currents[:, None], np.array([1.0, 2.0])
    )
    assert np.max(abs(table.probability - np.asarray(other))) > slack


def test_spin_orbit_torque_across_the_axis():
    """P crosses one half near the critical torque of Lee et al., needs the field and its sign."""
    share, alpha = 0.2, 0.1
    magnet = PLAIN._replace(alpha=alpha, field=Vector(x=share * EASY))
    torque = float(orbit_torque(float(magnet.moment), 0.3, 10.0))
    critical = orbit_critical_torque(EASY, share * EASY) / torque
    currents = critical * np.array([0.0, 0.4, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4])
    seconds = np.array([1e-9, 3e-9])
    # Spins along +y and a field along +x lead to +z.
    table = pulse_table(magnet, Vector(y=torque), currents, seconds, num_devices=500, seed=3)
    assert table.probability[1].max() < 0.02
    assert table.probability[4:7, 1].min() > 0.95
    half = [np.interp(0.5, p[:5], currents[:5] / critical) for p in table.probability.T]
    assert 0.7 < half[1] < half[0] < 1.0  # thermal motion helps, the more the longer
    # The torque holds m in the plane, and harder ones let it fall to the other side at their end.
    assert table.probability[-1, 1] < table.probability[4, 1] - 0.1
    back = pulse_table(magnet, Vector(y=-torque), currents, seconds, num_devices=500, seed=3)
    assert back.probability.max() < 0.05
    turned = magnet._replace(field=Vector(x=-share * EASY))
    both = pulse_table(turned, Vector(y=-torque), currents, seconds, num_devices=500, seed=3)
    assert np.max(abs(both.probability - table.probability)) < 4 * np.sqrt(0.5 / 500)
    # Without the field nothing tells up from down: half of them.
    free = pulse_table(
        magnet._replace(field=Vector()), Vector(y=torque), 2 * currents[-2:], [3e-9],
        num_devices=2000, seed=4,
    )  # fmt: skip
    assert free.probability[-1, 0] == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2000))


def test_an_easy_axis_in_the_plane_along_the_spins():
    """Antidamping: a_DL = alpha (B_k + B_d / 2) in long pulses."""
    easy, hard, alpha = 0.05, 0.5, 0.05
    moment = 2 * 60 * magnets.THERMAL / easy
    magnet = Magnet(moment, alpha, Vector(y=easy, z=-hard))
    critical = alpha * (easy + hard / 2)
    table = pulse_table(
        magnet, Vector(y=1.0), critical * np.array([0.5, 1.5, 3.0]), [4e-9], num_devices=400,
        settle=1.0, seed=1,
    )  # fmt: skip
    assert table.probability[0, 0] < 0.02
    assert table.probability[2, 0] > 0.95
    turned = pulse_table(
        magnet, Vector(y=-1.0), critical * np.array([1.5, 3.0]), [4e-9], num_devices=400,
        settle=1.0, seed=1,
    )  # fmt: skip
    assert turned.probability.max() < 0.02


def test_a_field_like_torque_acts_as_a_field():
    table = pulse_table(
        PLAIN, Vector(), [0.25 * EASY, 3 * EASY], [3e-9], field_per_ampere=Vector(z=1.0),
        num_devices=200, seed=1,
    )  # fmt: skip
    assert table.probability[:, 0] == pytest.approx([0, 1], abs=0.02)


def test_between_the_nodes():
    currents, seconds = np.array([1e-4, 2e-4, 4e-4]), np.array([1e-9, 4e-9])
    p = np.array([[0.1, 0.2], [0.4, 0.6], [0.9, 0.99]])
    table = PulseTable(currents, seconds, p, 0 * p, 10**9)
    found = pulse_probability(table, currents[:, None], seconds)
    assert np.asarray(found) == pytest.approx(p, rel=1e-4)
    logit = np.log(p / (1 - p))
    middle = 1 / (1 + np.exp(-(logit[1:].mean())))
    assert float(pulse_probability(table, 3e-4, 2e-9)) == pytest.approx(middle, rel=1e-3)
    slope = jax.grad(lambda i: pulse_probability(table, i, 2e-9))(3e-4)
    rise = [float(pulse_probability(table, x, 2e-9)) for x in (2.99e-4, 3.01e-4)]
    assert float(slope) == pytest.approx((rise[1] - rise[0]) / 2e-6, rel=0.02)
    assert jax.grad(lambda t: pulse_probability(table, 3e-4, t))(2e-9) > 0
    for wrong in [(0.5e-4, 2e-9), (5e-4, 2e-9), (2e-4, 0.5e-9), (2e-4, 5e-9), (np.nan, 2e-9)]:
        with pytest.raises(ValueError, match="expected"):
            pulse_probability(table, *wrong)
    nearest = jax.jit(lambda i: pulse_probability(table, i, 2e-9))
    assert float(nearest(9e-4)) == float(nearest(4e-4))


def test_tables_are_kept_and_replay():
    given = (PLAIN, Vector(z=0.1 * EASY), [1.5, 3.0], [1e-9])
    first = pulse_table(*given, num_devices=100, seed=5)
    assert pulse_table(*given, num_devices=100, seed=5) is first
    other = pulse_table(*given, num_devices=100, seed=6)
    assert not np.array_equal(other.probability, first.probability)


@pytest.mark.parametrize("wrong", [
    dict(currents=[2.0, 1.0]), dict(seconds=[0.0, 1e-9]), dict(num_devices=0), dict(settle=-1.0),
    dict(magnet=PLAIN._replace(anisotropy=Vector(x=0.1, y=0.1))),
    dict(magnet=PLAIN._replace(alpha=np.array([0.1, 0.2]))),
])  # fmt: skip
def test_bad_ensembles_are_refused(wrong):
    given = dict(magnet=PLAIN, per_ampere=Vector(y=1.0), currents=[1.0, 2.0], seconds=[1e-9])
    with pytest.raises(ValueError, match="expected"):
        pulse_table(**given | wrong)


def test_probability_oscillates_with_the_length_of_a_voltage_pulse():
    """Period 2 pi / (gamma B_x): maxima at odd half periods, minima at even ones."""
    field = 0.02
    magnet = PLAIN._replace(alpha=0.005, field=Vector(x=field))
    half = half_period(field)
    lengths = half * np.arange(1, 5)
    weak = magnet._replace(anisotropy=Vector())
    p = switched_share(magnet, weak, lengths, 600, 1.0, seed=1).mean(axis=1)
    assert p[[0, 2]].min() > 0.8
    assert p[[1, 3]].max() < 0.3


def test_a_long_voltage_pulse_makes_a_random_bit():
    """Laid into the plane for long enough, the magnet forgets where it was: 1/2."""
    magnet = PLAIN._replace(field=Vector(x=0.02))
    every = 400
    times, p = precessional_probability(
        magnet, -EASY, 4, record_every=every, num_devices=4000, seed=2
    )
    error = 4 * 0.5 / np.sqrt(4000)
    assert times[-1] > 5 * magnets.unit_time(0.1, EASY)
    assert p[-2:] == pytest.approx([0.5, 0.5], abs=error)
    # A pulse too short to forget: precession decides.
    _, short = precessional_probability(magnet, -EASY, 2, record_every=4, num_devices=4000, seed=2)
    assert np.all(abs(short - 0.5) > error)


@pytest.mark.parametrize("stray", [0.0, 2e-3, 8e-3, -4e-3])
def test_a_stray_field_tilts_the_random_bit(stray):
    """The closed form against the Fokker-Planck equation from a law in the plane."""
    delta, hard = 40.0, 0.15
    magnet = AxialMagnet(delta, stray / EASY, 2000)
    z, per_kt = magnet.centres, 2 * delta / EASY
    flat = np.exp(-per_kt * (hard * z * z / 2 - stray * z))
    end = magnet.evolve(flat / flat.sum(), [6 / (2 * delta)], steps_per_interval=2000)[0]
    found = relaxed_probability(per_kt * magnets.THERMAL, hard, EASY, stray)
    assert found == pytest.approx(end[z > 0].sum(), abs=0.01)
    if abs(stray) > 3e-3:
        assert abs(found - 0.5) > 0.1


def test_measured_sigmoid():
    law = orbit_pulses()
    assert float(law.probability(0.895)) == pytest.approx(0.5)
    assert float(law.probability(0.895 + 0.0225)) == pytest.approx(1 / (1 + np.exp(-1)), rel=1e-4)
    # The same source's energy of a pulse, 0.78 pJ.
    assert float(law.energy(0.895)) == pytest.approx(0.78e-12, rel=0.02, abs=0)
    assert "measured" in law.label
    slope = jax.grad(law.probability)(0.9)
    assert float(slope) == pytest.approx(
        float(law.probability(0.9) * (1 - law.probability(0.9))) / 0.0225, rel=1e-3
    )
    assert float(law.voltage(law.probability(0.91))) == pytest.approx(0.91, rel=1e-4)


def test_threshold_of_other_pulses():
    """V_inf (1 + t_c / t), through what was measured; constant where nothing is known."""
    law = PulseSigmoid(0.9, 0.02, 1e-9, 800.0, incubation=0.5e-9)
    seconds = np.array([0.5e-9, 1e-9, 2e-9, 1.0])
    assert np.asarray(law.threshold_at(seconds)) == pytest.approx([1.2, 0.9, 0.75, 0.6], rel=1e-4)
    # V t is linear in t: a fixed angular momentum beside the static threshold.
    charge = np.asarray(law.threshold_at(seconds[:3])) * seconds[:3]
    assert np.diff(charge) / np.diff(seconds[:3]) == pytest.approx([0.6, 0.6], rel=1e-3)
    assert float(orbit_pulses().threshold_at(3e-9)) == pytest.approx(0.895)
    assert float(law.energy(0.8, 2e-9)) == pytest.approx(0.64 / 800 * 2e-9, rel=1e-5, abs=0)
    assert jax.grad(lambda t: law.probability(0.9, t))(jnp.float32(1e-9)) > 0


def test_a_sweep_is_fitted():
    rng, volts = np.random.default_rng(0), np.linspace(0.8, 1.0, 46)
    p = np.asarray(orbit_pulses().probability(volts), float)
    fit = fitted_sigmoid(volts, rng.binomial(2000, p), 2000, pulse=0.75e-9, resistance=776.0)
    assert np.asarray(fit.threshold) == pytest.approx(0.895, abs=1e-3)
    assert np.asarray(fit.width) == pytest.approx(0.0225, rel=0.03)
    with pytest.raises(ValueError, match="above 0"):
        fitted_sigmoid(volts, p, 1, pulse=-1.0, resistance=776.0)


def test_in_well_is_the_well():
    magnet = AxialMagnet(10.0, 0.0, 400)
    start = in_well(magnet)
    assert start.sum() == pytest.approx(1)
    assert np.all(start[magnet.centres > 0] == 0)
