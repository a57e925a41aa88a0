"""Formulas behind entries of the cost table, for other bits, loads and voltages than it lists."""

from typing import Final

import numpy as np

ADC_SURVEY_28NM: Final = {4: 0.72e-12, 5: 0.73e-12, 6: 0.83e-12, 7: 1.0e-12, 8: 1.33e-12}
"""J per conversion by bits: fit to Murmann's survey at 28 nm (Accelergy plug-in)."""


def wire_energy(
    length: float,
    bits: float = 1.0,
    *,
    capacitance: float = 2e-10,
    voltage: float = 1.0,
    activity: float = 0.5,
) -> float:
    """Joules to send `bits` over a wire: 1/2 a C V^2.

    Args:
        length: m.
        bits: transferred.
        capacitance: F/m; 0.2 pF/mm is remembered, not sourced.
        voltage: swing, V.
        activity: transitions per bit.

    Example:
        >>> f"{wire_energy(1e-3):.1e}"
        '5.0e-14'
    """
    return 0.5 * activity * capacitance * length * voltage**2 * bits


def adc_survey(bits: int) -> float:
    """Joules per conversion of the survey's fit at 28 nm.

    Raises:
        ValueError: outside 4 to 8 bits; below 4 the fit rises again and means nothing.

    Example:
        >>> adc_survey(8)
        1.33e-12
    """
    if bits not in ADC_SURVEY_28NM:
        raise ValueError(
            f"bits is {bits!r}; the survey's fit is tabulated for 4 to 8 bits: below that "
            "use adc.flash.comparator or adc.sense_amplifier"
        )
    return ADC_SURVEY_28NM[bits]


def neurosim_sar(bits: int, column_resistance: float) -> tuple[float, float]:
    """Joules and seconds of a conversion of NeuroSim's 22-nm low-power SAR converter.

    The second term is the current of the column itself: with junctions of kiloohms it dominates.

    Args:
        bits: of the converter.
        column_resistance: of all cells of the column in parallel, ohm.

    Example:
        >>> energy, time = neurosim_sar(8, 1e3)
        >>> f"{energy:.3g} J {time:.0e} s"
        '7.28e-13 J 9e-09 s'
    """
    _check_bits(bits)
    if not column_resistance > 0:
        raise ValueError(f"column_resistance is {column_resistance!r}; expected ohms above 0")
    time = (bits + 1) * 1e-9
    current = 0.0723 * np.exp(-2.303 * np.log10(column_resistance))
    return float(((0.538 * bits + 4.375) * 1e-6 + current) * time), time


def flash(bits: int, comparator: float = 5e-14) -> float:
    """Joules per conversion of a flash converter: 2^bits - 1 comparators.

    Example:
        >>> f"{flash(2):.2g}"
        '1.5e-13'
    """
    _check_bits(bits)
    return (2**bits - 1) * comparator


def sar_walden(bits: int, per_step: float = 2e-14) -> float:
    """Joules per conversion by Walden's figure of merit, `per_step` times 2^bits.

    Example:
        >>> f"{sar_walden(8):.3g}"
        '5.12e-12'
    """
    _check_bits(bits)
    return 2.0**bits * per_step


def _check_bits(bits: int) -> None:
    if isinstance(bits, bool) or not isinstance(bits, int | np.integer) or not 1 <= bits <= 16:
        raise ValueError(f"bits is {bits!r}; expected a whole number from 1 to 16")
