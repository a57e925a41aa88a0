"""Flips at reads against Fokker-Planck, other laws of the library, and their ends."""

import numpy as np
import pytest

from crossbar.writing.lifetime import reads_until
from pbits.datasheets import cell_from_junction, retention
from pbits.devices import presets, writing
from pbits.devices.axial import AxialMagnet
from pbits.devices.disturb import flip_probability, flip_rate

SMALL = presets.get("pma-memory").replace(diameter=10e-9)  # 11 kT, coherent


@pytest.mark.parametrize("voltage", [0.0, 0.06, -0.06])
def test_flips_are_those_of_fokker_planck(voltage: float) -> None:
    """With the voltage's own change of the anisotropy."""
    driven = SMALL.axial(voltage=voltage)
    magnet = AxialMagnet(driven.delta, abs(driven.bias), 2000)
    start = np.where(magnet.centres < 0, AxialMagnet(driven.delta, 0.0, 2000).stationary, 0)
    field = float(SMALL.magnet(voltage=voltage).anisotropy.z)
    clock = (1 + SMALL.alpha**2) / (SMALL.alpha * 1.76085963e11 * field)
    tau = np.array([100.0, 200.0])
    end = magnet.evolve(start / start.sum(), tau / (2 * driven.delta), steps_per_interval=500)
    first, second = end[:, magnet.centres > 0].sum(axis=1)
    exact = (second - first) / (100 * clock)
    assert flip_rate(SMALL, voltage) == pytest.approx(exact, rel=0.03)
    assert not flip_rate(SMALL, voltage + 0.02) == pytest.approx(exact, rel=0.03)


def test_a_read_is_a_weak_write_of_the_current_at_parallel() -> None:
    plain = SMALL.replace(vcma=0.0)
    current = float(plain.parallel_conductance) * 0.1
    wanted = writing.read_disturb(writing.junction_writer(plain), current, 1e-10)
    assert flip_probability(plain, 0.1, 1e-10) == pytest.approx(float(wanted), rel=1e-3, abs=0)


def test_no_voltage_is_retention() -> None:
    for junction in (SMALL, presets.get("pma-memory")):
        assert flip_rate(junction, 0.0) == pytest.approx(1 / (2 * retention(junction)), rel=1e-3)


@pytest.mark.parametrize("name", ["pma-memory", "in-plane-easy-axis", "sot-three-terminal"])
def test_flips_grow_with_voltage_to_certainty(name: str) -> None:
    junction = presets.get(name)
    limit = junction.critical_voltage().to_parallel
    rates = [flip_rate(junction, share * limit) for share in (0.0, 0.2, 0.5, 0.8, 1.0)]
    assert (np.diff(rates[:-1]) > 0).all()
    assert rates[-1] == np.inf
    assert flip_probability(junction, 1.2 * limit, 1e-9) == 1.0
    assert flip_probability(junction, limit, 0.0) == 0.0


def test_a_cell_counts_its_reads() -> None:
    cell = cell_from_junction(SMALL, read_voltage=0.1, read_time=1e-12)
    flip = flip_probability(SMALL, 0.1, 1e-12)
    assert float(cell.disturb) == flip > 0
    many = cell_from_junction(SMALL, read_voltage=0.1, read_time=2e-12)
    assert float(many.disturb) == pytest.approx(2 * flip, rel=1e-4, abs=0)
    until = reads_until(cell, 0.01, 64)
    assert (1 - flip) ** (64 * until) == pytest.approx(0.99, rel=1e-9)
    assert reads_until(cell.replace(disturb=0.0), 0.01) == np.inf
    assert reads_until(cell.replace(disturb=1.0), 0.01) == 0
    # Far below the smallest number that can be taken from 1.
    assert reads_until(cell.replace(disturb=1e-30), 0.01) == pytest.approx(1.005e28, rel=1e-3)


def test_impossible_values_are_named() -> None:
    with pytest.raises(ValueError, match="it stores nothing"):
        flip_rate(presets.get("easy-plane-disk"), 0.1)
    with pytest.raises(ValueError, match="no resistance"):
        flip_rate(presets.get("fept-grain"), 0.1)
    with pytest.raises(ValueError, match="seconds"):
        flip_probability(SMALL, 0.1, -1.0)
    cell = cell_from_junction(SMALL)
    for limit in (0.0, 1.0):
        with pytest.raises(ValueError, match="limit"):
            reads_until(cell, limit)
    with pytest.raises(ValueError, match="disturb is 2"):
        cell.replace(disturb=2.0)
