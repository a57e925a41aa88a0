"""Datasheets of cells against the numbers of the devices they are made from."""

import jax.numpy as jnp
import numpy as np
import pytest
from jax import random
from scipy import stats

from crossbar.cells.cell import Cell
from crossbar.cells.draw import at_voltage, draw
from crossbar.write_verify import Verify, write_verified
from crossbar.writing.pulses import reported_asymmetry, spin_loss_write
from pbits.datasheets import (
    cell_from_film,
    cell_from_junction,
    orbit_pulse,
    over_diameter,
    retention,
    spin_loss_pulse,
    transfer_pulse,
)
from pbits.devices import granular, presets
from pbits.devices.rate_laws import BarrierRates
from pbits.devices.spin_loss import reported_spin_loss, spin_loss_energy
from pbits.devices.telegraph import Telegraph
from pbits.devices.variability import Devices, Spread, draw_devices
from pbits.devices.write_table import exact_switching, switching_table
from pbits.devices.write_verify import write_verify

ALPHA = 1e-4
MEMORY = presets.get("pma-memory")


def test_levels_are_the_conductances_of_the_junction_at_any_voltage() -> None:
    cell = cell_from_junction(MEMORY, read_voltage=0.2)
    np.testing.assert_allclose(cell.levels, MEMORY.conductance([-1, 1], 0.2), rtol=1e-6)
    assert float(cell.tmr) == pytest.approx(float(MEMORY.magnetoresistance(0.2)), rel=1e-6)
    for volt in (0.0, 0.5, 1.0):
        found = at_voltage(cell, cell.levels, volt)
        np.testing.assert_allclose(found, MEMORY.conductance([-1, 1], volt), rtol=1e-5)
    with_transistor = cell_from_junction(MEMORY, read_voltage=0.2, series=2e3)
    np.testing.assert_allclose(1 / with_transistor.levels, 1 / cell.levels + 2e3, rtol=1e-5)


def test_spreads_are_those_of_drawn_devices() -> None:
    spread = Spread(conductance=0.05, tmr=0.08)
    cell = cell_from_junction(MEMORY, spread=spread, read_voltage=0.1)
    tmr = float(MEMORY.magnetoresistance(0.1))
    nominal = Devices(60.0, conductance=float(MEMORY.parallel_conductance), tmr=tmr)
    found = draw_devices(nominal, spread, 40_000, seed=1)
    parallel = np.asarray(found.conductance)
    for level, values in enumerate((parallel / (1 + np.asarray(found.tmr)), parallel)):
        relative = values.std() / values.mean()
        # Standard error 1 / sqrt(2 n) is 0.35 %; the datasheet is of first order.
        assert relative == pytest.approx(float(cell.device_spread[level]), rel=0.02)
    behind = cell_from_junction(MEMORY, spread=spread, read_voltage=0.1, series=2e3)
    np.testing.assert_allclose(behind.device_spread, cell.with_series(2e3).device_spread, rtol=1e-5)
    assert not values.std() / values.mean() == pytest.approx(float(cell.device_spread[0]), rel=0.02)


def test_retention_is_the_correlation_time_of_the_axial_law() -> None:
    for diameter in (8e-9, 11e-9):
        junction = MEMORY.replace(diameter=diameter)
        exact = 1 / (junction.axial().eigenvalues()[1] * junction.diffusion)
        assert retention(junction) == pytest.approx(exact, rel=0.03)


def test_one_junction_is_a_pbit_and_a_cell() -> None:
    """The p-bit's own relaxation is what an aged cell shows."""
    junction = MEMORY.replace(diameter=9e-9)
    barrier = junction.barrier().coherent
    seconds = retention(junction)
    unit = 1 / (junction.alpha * 1.760859e11 * float(junction.easy_field()))
    # Attempt time of Brown's high barrier: t_D sqrt(pi / delta) for the dwell in a well.
    bit = Telegraph(BarrierRates(delta=barrier, tau0=unit * np.sqrt(np.pi / barrier)))
    assert float(bit.correlation_time(0.0)) == pytest.approx(seconds, rel=0.15, abs=0)


def test_retention_without_an_axis_is_solved_on_the_sphere() -> None:
    junction = presets.get("in-plane-easy-axis")
    assert 5e-9 < retention(junction) < 50e-9
    with pytest.raises(ValueError, match="stores nothing"):
        retention(presets.get("easy-plane-disk"))


def test_write_pulse_has_the_devices_energy_and_error() -> None:
    pulse = transfer_pulse(MEMORY, 5e-9, 2.0, series=1e3)
    current = 2 * max(abs(x) for x in MEMORY.critical_current())
    assert float(pulse.current) == pytest.approx(current, rel=1e-6, abs=0)
    voltage = float(MEMORY.operating(current).voltage) + current * 1e3
    assert float(pulse.energy) == pytest.approx(voltage * current * 5e-9, rel=1e-6, abs=0)
    unit = (1 + MEMORY.alpha**2) / (MEMORY.alpha * 1.760859e11 * float(MEMORY.easy_field()))
    error = exact_switching(MEMORY.barrier().coherent, 2.0, 5e-9 / unit)
    assert float(pulse.failure) == pytest.approx(error, rel=1e-3, abs=0)
    longer = transfer_pulse(MEMORY, 10e-9, 2.0)
    assert float(longer.failure) < 0.01 * float(pulse.failure)
    with pytest.raises(ValueError, match="give failure"):
        transfer_pulse(presets.get("in-plane-easy-axis"), 5e-9)


def test_failures_reach_the_written_cells() -> None:
    pulse = transfer_pulse(MEMORY, 5e-9, 2.0)
    cell = cell_from_junction(MEMORY, pulse)
    found = np.asarray(draw(*random.split(random.key(0)), cell, jnp.ones((200, 200), int)))
    lost = int((found < float(cell.levels.mean())).sum())
    assert stats.binomtest(lost, found.size, float(pulse.failure)).pvalue > ALPHA
    assert stats.binomtest(lost, found.size, 1.3 * float(pulse.failure)).pvalue < ALPHA
    perfect = cell_from_junction(MEMORY, transfer_pulse(MEMORY, 30e-9, 2.0))
    written = draw(*random.split(random.key(0)), perfect, jnp.ones((200, 200), int))
    assert (written == perfect.levels[1]).all()


def test_spin_orbit_write_does_not_see_the_read_path() -> None:
    junction = presets.get("sot-three-terminal")
    pulse = orbit_pulse(junction, 1e-9, 0.05, 1.0)
    metal = junction.heavy_metal
    assert metal is not None
    expected = junction.critical_sot_current(0.05) ** 2 * metal.resistance * 1e-9
    assert float(pulse.energy) == pytest.approx(expected, rel=1e-6, abs=0)
    slow = cell_from_junction(junction.replace(resistance_area=3.3e-9), pulse)
    assert float(slow.levels[1]) < 1e-6
    assert float(slow.write.energy) == float(pulse.energy)
    assert cell_from_junction(MEMORY).retention == np.inf  # 1e45 s is beyond float32


def test_spin_loss_agrees_on_both_sides() -> None:
    losses = [0.0, 0.3, 1.0]
    found = [
        float(spin_loss_pulse(MEMORY, reported_spin_loss(loss=x), 1e-9).energy) for x in losses
    ]
    torque = MEMORY.alpha * float(MEMORY.easy_field())
    expected = [float(spin_loss_energy(reported_spin_loss(loss=x), torque, 1e-9, 2.0))
                for x in losses]  # fmt: skip
    np.testing.assert_allclose(found, expected)
    first = spin_loss_pulse(MEMORY, reported_spin_loss(loss=0.0), 1e-9)
    asymmetry = reported_asymmetry(losses)
    scaled = [float(spin_loss_write(first, float(a), float(asymmetry[0])).energy)
              for a in asymmetry]  # fmt: skip
    np.testing.assert_allclose(found, scaled, rtol=1e-6)
    assert found[0] > found[1] > found[2]
    assert found[0] / found[2] == pytest.approx(3.0)


def test_iron_platinum_holds_where_cobalt_iron_boron_does_not() -> None:
    """High barriers at small size, and less current than a cell of today needs, not less per kT."""
    sizes = np.array([3, 3.5, 4, 5, 25, 50]) * 1e-9
    hard = over_diameter(presets.get("fept-grain"), sizes)
    soft = over_diameter(MEMORY, sizes)
    assert (hard.barrier[1:] > 59).all()
    assert (soft.barrier[:4] < 5).all()
    assert (np.diff(hard.barrier) > 0).all()
    assert (np.diff(hard.critical_current) > 0).all()
    assert hard.critical_current[1] < soft.critical_current[5]
    # By I_c = (4 e / hbar) (alpha / eta) delta kT the harder magnet needs more for each kT.
    assert (hard.critical_current[1] / hard.barrier[1]) > (
        soft.critical_current[4] / soft.barrier[4]
    )
    thick = over_diameter(MEMORY.replace(thickness=1.72e-9, diameter=20e-9), [20e-9, 900e-9])
    assert thick.barrier[0] > 0
    assert (thick.barrier[1], thick.retention[1]) == (0.0, 0.0)
    with pytest.raises(ValueError, match="diameter is -1e-09"):
        over_diameter(MEMORY, [20e-9, -1e-9])


@pytest.mark.slow
def test_a_film_gives_the_levels_that_it_writes() -> None:
    film = granular.lognormal_film(40, delta=12.0, critical_current=1e-4, unit_time=1e-9)
    table = switching_table(film.delta)
    base = Cell(jnp.array([1e-5, 2e-5]))
    cell, currents = cell_from_film(base, film, table, 4, 5e-9)
    assert (np.diff(currents) > 0).all()
    np.testing.assert_allclose(cell.levels, np.linspace(1e-5, 2e-5, 4), rtol=1e-3)
    sigma = np.asarray(cell.cycle_spread) * np.asarray(cell.levels) / 1e-5
    for level in (1, 2):
        switched = granular.write_film(table, film, currents[level], 5e-9, num_writes=4000, seed=1)
        share = np.asarray(switched, float).mean(1)
        error = share.std() / np.sqrt(4000)
        assert abs(share.mean() - level / 3) < 4 * error + 1e-4
        assert share.std() == pytest.approx(sigma[level], rel=0.05)
        # Frozen disorder: less noisy than equal grains would be.
        assert sigma[level] < 0.95 * float(granular.binomial_std(level / 3, 40))
    assert sigma[0] == 0
    assert sigma[3] < 0.1 * sigma[1]
    with pytest.raises(ValueError, match="make them longer"):
        cell_from_film(base, film, table, 4, 1.1e-10)
    with pytest.raises(ValueError, match="exchange"):
        cell_from_film(base, film._replace(exchange=0.1), table, 4, 5e-9)


def test_a_junction_without_contrast_is_no_cell() -> None:
    with pytest.raises(ValueError, match="nothing can be read"):
        cell_from_junction(MEMORY.replace(tmr=0.0))
    with pytest.raises(ValueError, match="set resistance_area"):
        cell_from_junction(MEMORY.replace(resistance_area=None))


def test_verified_writes_take_the_pulses_of_the_closed_form() -> None:
    pulse = transfer_pulse(MEMORY, 4e-9, 2.0)
    cell = cell_from_junction(MEMORY, pulse)
    keys = random.split(random.key(3))
    done = write_verified(*keys, cell, jnp.ones((200, 200), int), Verify(0.3, 3))
    effort = write_verify(1 - float(pulse.failure), 3)
    pulses = np.asarray(done.pulses, float)
    error = pulses.std() / 200
    assert abs(pulses.mean() - float(effort.pulses)) < 4 * error
    assert abs(pulses.mean() - 1.05 * float(effort.pulses)) > 4 * error
    assert stats.binomtest(int(done.failed.sum()), 40_000, float(effort.error)).pvalue > ALPHA
