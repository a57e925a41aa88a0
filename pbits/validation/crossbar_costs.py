"""Moving against computing (X11), converters and the noise of currents (X12)."""

from functools import partial

import numpy as np

from crossbar.cells.presets import get
from crossbar.cost_formulas import neurosim_sar
from crossbar.current_noise import thermal_noise, tunnel_noise
from crossbar.ledger import charge
from crossbar.memory_wall import BITS_PER_MAC, analog_tile, claimed_range, compare
from pbits.validation.rows import Row

_NEUROSIM = "NeuroSim, SAR at 22 nm"
_MNSIM = "MNSIM, power over rate"
_SURVEY = "Murmann's survey, Accelergy's fit"


def _moved(memory: str, bits: float, full: bool) -> float:
    """pJ of bringing the bits of one multiply-accumulate, used once."""
    return 1e12 * compare(analog_tile(), [memory], bits=[bits]).rows[0].movement


def _in_memory(full: bool) -> float:
    return 1e12 * analog_tile().energy


def _advantage(which: int, reuse: float, full: bool) -> float:
    return claimed_range(reuse).ratios[which]


def _sar(column: float, full: bool) -> float:
    return 1e15 * neurosim_sar(8, column)[0]


def _conversion(name: str, full: bool) -> float:
    """pJ, through the ledger."""
    return 1e12 * charge({name: 1000}).energy / 1000


def _thermal(full: bool) -> float:
    """nA, of a column of 128 cells of 0.59 uS over 100 MHz."""
    return 1e9 * float(thermal_noise(128 * 0.59e-6, 100e6))


def _step(full: bool) -> float:
    """nA, of the SOT preset at 0.2 V, without the fall of its TMR with the voltage."""
    return 1e9 * float(get("sot", half_voltage=np.inf).step) * 0.2


def _in_deviations(full: bool) -> float:
    return _step(full) / _thermal(full)


def _with_shot(full: bool) -> float:
    return 1e9 * float(tunnel_noise(128 * 0.59e-6, 0.2, 100e6))


ROWS = (
    Row("X11.1", "10 bits from an HBM2 device for a multiply-accumulate: pJ",
        "O'Connor et al. 2017: 3.9 pJ/bit", 39.0, 0.1,
        partial(_moved, "hbm2.device.bit", BITS_PER_MAC[0])),
    Row("X11.2", "15 bits over the whole path of a GPU: pJ", "second-hand: 21 pJ/bit", 315.0, 0.5,
        partial(_moved, "hbm2.path.bit", BITS_PER_MAC[1])),
    Row("X11.3", "multiply-accumulate in an analog tile, 8 bits: pJ, at most about 1", "derived",
        0.5, 0.5, _in_memory),
    *(
        Row(f"X11.{k}", f"{which} advantage in memory over HBM where each bit moved serves 4 "
            "(assumed): 10 to 100", "often quoted", 55.0, 45.0, partial(_advantage, index, 4.0))
        for k, which, index in ((4, "least", 0), (5, "greatest", 1))
    ),
    *(
        Row(f"X12.{k}", f"SAR converter of 8 bits on a column of {column / 1e3:g} kOhm: fJ",
            _NEUROSIM, energy, 0.5, partial(_sar, column))
        for k, column, energy in ((1, 1e3, 728.0), (2, 1e4, 143.0), (3, 1e5, 85.0))
    ),
    *(
        Row(f"X12.{k}", f"converter of {bits} bits, {rate:g} GS/s, {power:g} mW: pJ", _MNSIM,
            power / rate, 0.02 * power / rate, partial(_conversion, f"adc.mnsim.{bits}"))
        for k, (bits, rate, power) in enumerate(
            ((10, 1.5, 6.92), (8, 1.1, 4.0), (6, 1.0, 1.26), (4, 1.0, 0.7)), 4
        )
    ),
    Row("X12.8", "converter of 8 bits, 1.28 GS/s, 2 mW: pJ", "ISAAC", 2 / 1.28, 0.01,
        partial(_conversion, "adc.isaac.8")),
    *(
        Row(f"X12.{k}", f"converter of {bits} bits at 28 nm: pJ", _SURVEY, energy, 0.005,
            partial(_conversion, f"adc.survey.{bits}"))
        for k, bits, energy in ((9, 4, 0.72), (10, 8, 1.33))
    ),
    Row("X12.11", "thermal noise of 128 cells of 0.59 uS over 100 MHz: nA", "sqrt(4 k T G df)",
        11.0, 0.5, _thermal),
    Row("X12.12", "least step of a current at 0.2 V, SOT preset, TMR of no voltage: nA", "derived",
        72.0, 3.0, _step),
    Row("X12.13", "step over thermal noise", "derived", 6.5, 0.35, _in_deviations),
    Row("X12.14", "the noise of the same cells as tunnel junctions at 0.2 V, shot noise: nA",
        "sqrt(2 q I df)", 22.0, 0.1, _with_shot),
)  # fmt: skip
