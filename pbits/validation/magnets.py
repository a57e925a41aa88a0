"""Magnets of the rows in reduced numbers: anisotropy field 0.1 T, 300 K."""

import numpy as np
from numpy.typing import NDArray

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import BOLTZMANN, GAMMA, Magnet, Vector

FIELD = 0.1  # T
TEMPERATURE = 300.0
_THERMAL = BOLTZMANN * TEMPERATURE


def easy_axis(
    delta: float, alpha: float = 0.1, *, bias: float = 0.0, torque: float = 0.0
) -> Magnet:
    """Uniaxial along z; field and damping-like torque over their critical values."""
    return Magnet(
        2 * delta * _THERMAL / FIELD,
        alpha,
        Vector(0.0, 0.0, FIELD),
        TEMPERATURE,
        Vector(0.0, 0.0, bias * FIELD),
        Vector(0.0, 0.0, torque * alpha * FIELD),
    )


def turned(angle: float, field: float = FIELD) -> float:
    """Seconds in which precession in the field turns by an angle."""
    return angle / (GAMMA * field)


def unit_time(alpha: float = 0.1, field: float = FIELD) -> float:
    """t_D = (1 + alpha**2) / (alpha gamma B_k), seconds.

    Example:
        >>> round(unit_time(0.01) * 1e9, 2)
        5.68
    """
    return (1 + alpha**2) / (alpha * GAMMA * field)


def in_equilibrium(delta: float, count: int, seed: int, *, well: int = 0) -> NDArray[np.float64]:
    """Directions drawn from Boltzmann's law, of one well where `well` is -1 or +1: [3, count].

    Example:
        >>> in_equilibrium(5.0, 4, 1, well=-1).shape
        (3, 4)
    """
    rng, law = np.random.default_rng(seed), AxialMagnet(delta)
    allowed = np.where(well * law.centres >= 0, law.stationary, 0)
    half = 1 / law.num_cells
    z = rng.choice(law.centres, count, p=allowed / allowed.sum()) + rng.uniform(-half, half, count)
    angle, across = rng.uniform(0, 2 * np.pi, count), np.sqrt(1 - z * z)
    return np.stack([across * np.cos(angle), across * np.sin(angle), z])
