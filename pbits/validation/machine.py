"""Costs of p-bits (M1), flips/s of p-computers (M2), of a solution (M3) and of writing (M4)."""

from functools import partial

import numpy as np

from crossbar.cells.presets import get
from crossbar.design import Design
from pbits.devices.pulse_sigmoid import orbit_pulses
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.diagnostics import autocorrelation_time
from pbits.machine.counts import machine_counts
from pbits.machine.field_costs import column_layouts, field_read
from pbits.machine.pbit_costs import PBitCost, at_one_and_four, cmos_cost, divider_cost
from pbits.machine.report import HardwareReport, hardware_report
from pbits.machine.write_costs import write_costs
from pbits.validation.rows import Measured, Row

_SMTJ = "3T-1M in SPICE 2 fJ (from memory), with sense amplifier 20 fJ: arXiv:1806.09124"
_SINGH = "abstract of Singh et al., Nat. Commun. 15, 2685 (2024), doi:10.1038/s41467-024-46645-6"
_AADIT = "Aadit et al., Nat. Electron. 5, 460 (2022), doi:10.1038/s41928-022-00774-2"
_CHOWDHURY = (
    "about 90: Chowdhury et al., Commun. Phys. (2023), doi:10.1038/s42005-023-01202-3 (second-hand)"
)
_REPLICATED = 4 * 6 * (2 * 6 - 6) * 10  # 4 L (2 L - 6) spins at L = 6, in ten replicas
_NIAZI = "50 to 64: Niazi et al., Nat. Electron. (2024), doi:10.1038/s41928-024-01182-4"
_SUTTON = "petaflips: Sutton et al., IEEE Access (2020), doi:10.1109/access.2020.3018682"


def _smtj(which: int, full: bool) -> float:
    """fJ, of a disk of 40 nm in a divider at 0.8 V."""
    return 1e15 * at_one_and_four(divider_cost())[which]


def _decades(full: bool) -> float:
    return float(np.log10(cmos_cost().joules / at_one_and_four(divider_cost())[0]))


def _pulse(full: bool) -> float:
    """fJ, of a write at the threshold of the measured sigmoid."""
    law = orbit_pulses()
    return 1e15 * float(law.energy(law.threshold))


def _run(spins: int, clocks: float, seconds: float, reads: int = 1) -> HardwareReport:
    """Clocked p-bits of no energy, with everything else ideal."""
    counts = machine_counts(
        num_spins=spins, num_sweeps=1000, clocks_per_sweep=clocks, num_reads=reads,
        pbit=PBitCost(seconds, 1e-5),
    )  # fmt: skip
    return hardware_report(counts)


def _flips(spins: int, clocks: float, seconds: float, full: bool) -> float:
    """Per nanosecond."""
    return 1e-9 * _run(spins, clocks, seconds).flips_per_second


def _slope(full: bool) -> float:
    """Of log flips/s over log N: crossbars of 64 x 64 hold a sparse graph, three to a column."""
    columns = np.array([1, 4, 16, 64])
    design = Design(get("sot"), rows=64, columns=64, encoding="sign-magnitude", input_bits=2)
    rates = []
    for count in columns:
        coupling = field_read(design, column_layouts(design, [3] * int(count)))
        counts = machine_counts(
            num_spins=64 * int(count), num_sweeps=1, clocks_per_sweep=4, pbit=divider_cost(),
            coupling=coupling,
        )  # fmt: skip
        rates.append(hardware_report(counts).flips_per_second)
    return float(np.polyfit(np.log(columns), np.log(rates), 1)[0])


def _petaflips(full: bool) -> float:
    """Decades of flips/s of a million disks, each read after four correlation times."""
    counts = machine_counts(num_spins=10**6, num_sweeps=1, pbit=divider_cost())
    return float(np.log10(hardware_report(counts).flips_per_second))


def _repeats(full: bool) -> float:
    report = _run(100, 1, 1e-9, reads=10)
    found = report.energy_to_solution(5).value
    assert found is not None
    return found * report.reads / report.run.energy


def _related(full: bool) -> Measured:
    """Samples of a telegraph p-bit, one each correlation time, for each that is independent."""
    shown = Telegraph(ConstantTime(1e-9)).sample(
        np.zeros(256), dt=1e-9, num_samples=8000 if full else 2000, seed=1
    )
    tau = autocorrelation_time(shown.spins.astype(float))
    found = _run(1, 1, 1e-9).joules_per_effective_sample(tau, shown.spins.size)
    each = _run(1, 1, 1e-9).run.energy / shown.spins.size
    assert found.value is not None
    assert tau.error is not None
    return Measured(found.value / each, tau.error)


def _written(over: int, under: int, full: bool) -> float:
    """Energy of writing the same problem in two ways: 0 STT, 1 SOT, 2 spin loss."""
    costs = write_costs(np.ones((2, 128, 128), int))
    return costs[over].joules / costs[under].joules


ROWS = (
    Row("M1.1", "p-bit of a 40-nm disk in a divider, read after a correlation time: fJ, 2 to 20",
        _SMTJ, 11.0, 9.0, partial(_smtj, 0)),
    Row("M1.2", "the same after four, where bits are hardly related: fJ, 2 to 20", _SMTJ, 11.0, 9.0,
        partial(_smtj, 1)),
    Row("M1.3", "digital p-bit (32-bit register, table, comparison; scaled to 7 nm) over M1.1: "
        "decades, about two", _SINGH, 2.0, 0.5, _decades),
    Row("M1.4", "stochastic spin-orbit write at its threshold, 0.75 ns through 776 Ohm: fJ",
        "JinChengZ18/smtj_pbnn_sim: 0.78 pJ", 780.0, 10.0, _pulse),
    Row("M2.1", "flips/s go as the number of p-bits of a sparse graph on crossbars: exponent",
        _AADIT, 1.0, 1e-6, _slope),
    Row("M2.2", "144 spins in ten replicas, two colours, on an FPGA of 125 MHz: flips/ns",
        _CHOWDHURY, 90.0, 1.0, partial(_flips, _REPLICATED, 2, 8e-9)),
    Row("M2.3", "4264 p-bits, each updated at 15 MHz (that clock from memory): flips/ns", _NIAZI,
        64.0, 0.5, partial(_flips, 4264, 1, 1 / 15e6)),
    Row("M2.4", "a million p-bits of M1.2 without a synapse: decades of flips/s, projected 15",
        _SUTTON, 15.0, 0.5, _petaflips),
    Row("M3.1", "energy to solution over that of an anneal, where half of the anneals succeed",
        "ln 0.01 / ln 0.5", float(np.log(0.01) / np.log(0.5)), 1e-6, _repeats),
    Row("M3.2", "samples for an independent one, telegraph p-bit read each correlation time",
        "(1 + 1/e) / (1 - 1/e)", float((1 + np.exp(-1)) / (1 - np.exp(-1))), 0.06, _related, 0.03),
    Row("M4.1", "writing a problem by STT over SOT: energy", "NVSim's 1 pJ over I^2 R t of a strip",
        1000 / 61.44, 0.05, partial(_written, 0, 1)),
    Row("M4.2", "writing a problem by SOT over spin loss: energy (calibrated)",
        "press on Choi et al., doi:10.1038/s41467-025-61073-w", 3.0, 1e-3, partial(_written, 1, 2)),
)  # fmt: skip
