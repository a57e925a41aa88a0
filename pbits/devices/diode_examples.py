"""Spin-torque diodes to start from, every number with where it is from and how it is known."""

import numpy as np
from scipy.constants import e, hbar

from pbits.devices.diode import Diode
from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.presets import Number, Preset

# What is published, in mV / mW; none of it is computed here.
PUBLISHED = {
    "Schottky diode": Number(
        3_800, "mV/mW", "measured", "as quoted in B. Fang et al., ncomms11259 (2016)"
    ),
    "junction, field of 0.1 T": Number(12_000, "mV/mW", "measured", "as quoted there"),
    "unbiased junction, optimum": Number(
        10_000, "mV/mW", "simulated", "C. Wang et al., arXiv:0905.1912"
    ),
    "biased junction, no field": Number(
        75_400, "mV/mW", "measured", "B. Fang et al., ncomms11259 (2016)"
    ),
}

UNBIASED = Preset(
    "field-free perpendicular layer near compensation, reference in plane, no direct current",
    {
        "saturation": Number(9.5e5, "A/m", "memory", "CoFeB"),
        "diameter": Number(70e-9, "m", "assumed", "chosen"),
        "thickness": Number(1.6e-9, "m", "assumed", "chosen"),
        "alpha": Number(0.01, "", "memory", "CoFeB on MgO, damping"),
        "effective_field": Number(0.03, "T", "assumed", "anisotropy less demagnetisation"),
        "efficiency": Number(0.6, "", "memory", "spin polarisation"),
        "resistance_area": Number(3e-12, "Ohm m^2", "assumed", "parallel"),
        "tmr": Number(1.0, "", "memory", "100 %"),
    },
)


def unbiased(**changes: float) -> Diode:
    """The diode of `UNBIASED`, some of its values changed.

    Its torque per ampere is ``hbar eta / (2 e Ms V)``.

    Raises:
        ValueError: on another name, with those there are.

    Example:
        >>> from pbits.devices.diode import rectifier, sensitivity
        >>> found = rectifier(unbiased(), 0.84e9)
        >>> 1e3 < abs(sensitivity(found).item()) < 1e5  # mV / mW
        True
    """
    values = {name: number.value for name, number in UNBIASED.numbers.items()}
    if unknown := set(changes) - set(values):
        raise ValueError(f"got {sorted(unknown)}; expected some of {', '.join(values)}")
    values |= changes
    area = np.pi / 4 * values["diameter"] ** 2
    moment = values["saturation"] * area * values["thickness"]
    parallel = values["resistance_area"] / area
    layer = Magnet(moment, values["alpha"], Vector(z=values["effective_field"]), 0.0)
    torque = hbar * values["efficiency"] / (2 * e * moment)
    return Diode(layer, parallel, parallel * (1 + values["tmr"]), Vector(x=torque))
