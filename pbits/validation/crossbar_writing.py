"""Writing: energies of pulses (X9), wear, and what needs no refresh (X10)."""

from functools import partial

import jax
import numpy as np

from crossbar.cells.cell import Write
from crossbar.cells.presets import get
from crossbar.cells.tunnel import parallel_resistance
from crossbar.design import Design
from crossbar.programming import program
from crossbar.writing.break_even import break_even, memory
from crossbar.writing.lifetime import lifetime, training_updates, wear
from crossbar.writing.programming import programming_cost
from crossbar.writing.pulses import reported_asymmetry, spin_loss_write, track_write
from pbits.devices.spin_loss import reported_spin_loss, spin_loss_energy, spin_loss_torque
from pbits.validation.rows import Row

_STRIP = "I^2 R t of a strip 80 x 4 nm, 120 nm long, 160 uOhm cm"
_CHOI = "press on Choi et al., Nat. Commun. (2025), doi:10.1038/s41467-025-61073-w"
_ENVM = "NVMExplorer, 1 MB at 22 nm: 28.2 and 2.1 mW, 16.9 and 68.3 pJ"
_YEAR = 365.25 * 86400


def _track(density: float, seconds: float, full: bool) -> float:
    strip = {"width": 80e-9, "thickness": 4e-9, "length": 120e-9, "resistivity": 1.6e-6}
    return 1e15 * float(track_write(density, seconds, **strip).energy)


def _programmed(name: str, full: bool) -> float:
    """fJ per written cell of a matrix, one pulse each."""
    design = Design(get(name).replace(name="cell"), rows=8, columns=8, weight_bits=2)
    took = programming_cost(program(jax.random.key(0), np.eye(4), design))
    return 1e15 * took.energy / took.cells


def _spin_loss_energies(count: int) -> np.ndarray:
    return np.array([
        float(spin_loss_energy(reported_spin_loss(loss=loss), 5e-3, 1e-9))
        for loss in np.linspace(0, 1, count)
    ])  # fmt: skip


def _threefold(full: bool) -> float:
    energies = _spin_loss_energies(2)
    return energies[0] / energies[1]


def _rises(full: bool) -> float:
    """Steps of a loss from 0 to 1 at which the energy does not fall."""
    return float(np.count_nonzero(np.diff(_spin_loss_energies(51)) >= 0))


def _half_asymmetry(full: bool) -> float:
    strip = reported_spin_loss()
    one, half = (
        spin_loss_energy(strip._replace(bottom=share, top=0.0), 5e-3, 1e-9) for share in (1.0, 0.5)
    )
    return float(half / one)


def _equal_faces(full: bool) -> float:
    strip = reported_spin_loss()
    return float(spin_loss_torque(strip._replace(top=strip.bottom), 1e-4))


def _datasheet_current(full: bool) -> float:
    """Of the crossbar's pulse without loss over that with full loss."""
    pulse = Write(energy=1e-13, current=1e-4)
    plain, lossy = (spin_loss_write(pulse, float(a), 1.0) for a in reported_asymmetry([0.0, 1.0]))
    return float(plain.current / lossy.current)


def _resistance(product: float, full: bool) -> float:
    """kOhm, of a junction of 50 nm and RA in Ohm um^2."""
    return parallel_resistance(product * 1e-12, 50e-9) / 1e3


def _years(full: bool) -> float:
    return lifetime(get("stt"), 1e3) / _YEAR


def _trained(name: str, endurance: float | None, full: bool) -> float:
    """Share of its endurance that a training takes, a write after every sample."""
    cell = get(name)
    if endurance is not None:
        cell = cell.replace(write=Write(endurance=endurance))
    return wear(cell, training_updates(50_000, 300, 1)).used


def _break_even(full: bool) -> float:
    return break_even(memory("stt"), memory("sram"))


ROWS = (
    *(
        Row(f"X9.{k}", f"spin-orbit write, {density / 1e12:g} TA/m^2 for {seconds * 1e9:g} ns: fJ",
            _STRIP, energy, 0.5, partial(_track, density, seconds))
        for k, (density, seconds, energy) in enumerate((
            (1e12, 1e-9, 61.0), (0.5e12, 1e-9, 15.0), (1.5e12, 0.4e-9, 55.0), (1e12, 10e-9, 614.0),
        ), 1)
    ),
    Row("X9.5", "SOT preset, a cell programmed: fJ, 40 to 100",
        "imec 2023: below 100 fJ; IEDM 2022: 60 fJ", 70.0, 30.0, partial(_programmed, "sot")),
    Row("X9.6", "STT preset, a cell programmed: fJ", "NVSim, default cell: 1 pJ", 1000.0, 1.0,
        partial(_programmed, "stt")),
    Row("X9.7", "STT preset of higher resistance, a cell programmed: fJ",
        "NVSim, aggressive cell: 0.252 pJ", 252.0, 1.0, partial(_programmed, "stt-aggressive")),
    Row("X9.8", "writing by spin loss: energy without over energy with full loss (calibrated)",
        _CHOI, 3.0, 1e-3, _threefold),
    Row("X9.9", "the same: losses of 50 from 0 to 1 at which the energy does not fall",
        "more loss, more torque", 0.0, 0.5, _rises),
    Row("X9.10", "the same: energy at half of the asymmetry over that at all",
        "asymmetry^-2", 4.0, 1e-3, _half_asymmetry),
    Row("X9.11", "the same: torque of faces that absorb alike, T", "symmetry", 0.0, 1e-12,
        _equal_faces),
    Row("X9.12", "the same, datasheet of a cell: current without over current with full loss",
        "sqrt(3)", float(np.sqrt(3)), 1e-3, _datasheet_current),
    *(
        Row(f"X9.{k}", f"junction of 50 nm, RA of {product:g} Ohm um^2: kOhm", "RA over area",
            value, tolerance, partial(_resistance, product))
        for k, (product, value, tolerance) in enumerate(
            ((5, 2.5, 0.05), (10, 5.0, 0.1), (3300, 1700.0, 30.0)), 13
        )
    ),
    Row("X10.1", "STT preset, a weight written 1000 times a second: years", "1e12 cycles", 31.7,
        0.05, _years),
    *(
        Row(f"X10.{k}", f"share of {name} that a training of 1.5e7 writes takes: {cycles:g} cycles",
            source, 1.5e7 / cycles, 0.01 * 1.5e7 / cycles, partial(_trained, preset, given))
        for k, (name, preset, given, cycles, source) in enumerate((
            ("PCM", "pcm", 1e6, 1e6, "least quoted, dies"),
            ("PCM", "pcm", None, 1e7, "preset, dies"),
            ("ReRAM", "reram", None, 1e7, "preset, dies"),
            ("STT", "stt", None, 1e12, "preset, lives"),
            ("SOT", "sot", None, 7e12, "preset, lives"),
        ), 2)
    ),
    Row("X10.7", "words a second written up to which 1 MB of STT takes less power than SRAM",
        _ENVM, 5.08e8, 1e6, _break_even),
)  # fmt: skip
