"""Reads that noise limits (X16): the less contrast, the longer."""

import jax.numpy as jnp
import numpy as np
from scipy.constants import e, k

from crossbar.cells.cell import Cell
from crossbar.converters.flash import FlashAdc
from crossbar.counting import Layout, converter_name, count_parts
from crossbar.current_noise import thermal_noise
from crossbar.design import Design
from crossbar.sensing import sense
from pbits.validation.rows import Measured, Row

_ROWS, _HIGH, _VOLT, _ERROR = 128, 0.59e-6, 0.2, 0.02


def _cell(tmr: float) -> Cell:
    return Cell(jnp.array([_HIGH / (1 + tmr), _HIGH]), read_voltage=_VOLT)


def _comparators(full: bool) -> float:
    """Of one flash converter for the four levels of a cell."""
    design = Design(_cell(1.5), adc=FlashAdc(2), rows=1, columns=2, columns_per_adc=2)
    return count_parts(design, Layout(1, 2, 2, 1, 1, 1))[converter_name(design)]


def _thermal(full: bool) -> float:
    """nA, of the column over 100 MHz."""
    return 1e9 * float(thermal_noise(_ROWS * _HIGH, 1e8))


def _apart(full: bool) -> float:
    """nA, between adjacent sums at a TMR of 150 %."""
    return 1e9 * float(sense(_cell(1.5), _ROWS, 1e-6).apart)


def _slower(full: bool) -> float:
    """Time at a TMR of 100 % over that at 200 %, junctions of one parallel resistance."""
    slow, fast = (sense(_cell(tmr), _ROWS, 1e-6).time for tmr in (1.0, 2.0))
    return float(slow / fast)


def _mistaken(full: bool) -> Measured:
    """Share of sums beyond the threshold, of electrons that cross both ways, over the asked one."""
    trials, draw = 2_000_000 if full else 400_000, np.random.default_rng(3)
    found = sense(_cell(1.5), _ROWS, _ERROR, amplifier=0.0)
    seconds, back = float(found.time), np.exp(-e * _VOLT / (k * 300.0))
    ahead = float(found.current) / e / (1 - back) * seconds
    electrons = draw.poisson(ahead, trials) - draw.poisson(ahead * back, trials).astype(float)
    away = float(found.current - found.apart / 2) * seconds / e
    share = float(np.mean(electrons < away))
    return Measured(share / _ERROR, (share / trials) ** 0.5 / _ERROR)


ROWS = (
    Row("X16.1", "comparators of a flash converter for four levels", "2^B - 1", 3.0, 1e-9,
        _comparators),
    Row("X16.2", "128 cells of 0.59 uS: thermal noise over 100 MHz, nA", "4 k T G, printed to two "
        "digits", 11.0, 0.5, _thermal),
    Row("X16.3", "the same at 0.2 V and a TMR of 150 %: distance of adjacent sums, nA",
        "own estimate", 72.0, 1.5, _apart),
    Row("X16.4", "time of a read at a TMR of 100 % over that at 200 %", "((1 + TMR) / TMR)^2",
        16 / 9, 1e-4, _slower),
    Row("X16.5", "electrons counted for the time of an error of 2 %: share of wrong sums over it",
        "rates of G V / e, back by exp(-e V / k T)", 1.0, 0.03, _mistaken),
)  # fmt: skip
