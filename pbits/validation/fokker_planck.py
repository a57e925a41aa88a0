"""Decay rates of axial magnets: the Fokker-Planck solver and first-passage times (T6, T7)."""

from functools import partial

import numpy as np

from pbits.devices.axial import AxialMagnet
from pbits.devices.passage import escape_rate
from pbits.validation.rows import Row

_VOLUMES = "finite volumes and spherical harmonics, independently"
# lambda_1 t_D of a uniaxial magnet without bias.
DECAY = {
    0.5: 1.62703, 1: 0.653140, 2: 0.201920, 3: 0.0785671, 4: 0.0324586, 5: 0.0135406, 6: 5.60219e-3,
    8: 9.20273e-4, 10: 1.44108e-4, 15: 1.24216e-6,
}  # fmt: skip
_PASSAGE = {10: 1.44108e-4, 20: 9.858e-9, 40: 2.95451e-17, 60: 7.52430e-26}


def _decay(delta: float, full: bool) -> float:
    law = AxialMagnet(delta, num_cells=8000 if full else 4000)
    return law.eigenvalues()[1] / (2 * delta)


def _passage(delta: float, full: bool) -> float:
    return 2 * escape_rate(delta)


def _beyond_brown(full: bool) -> float:
    """Largest distance from Brown's formula with its first correction."""
    deltas = np.array([10, 12, 15, 20, 30, 40, 60])
    exact = np.array([2 * escape_rate(float(delta)) for delta in deltas])
    return float(np.max(np.abs(_brown(deltas) * (1 - 1 / deltas) / exact - 1)))


def _brown(delta: np.ndarray) -> np.ndarray:
    return 2 * np.sqrt(delta / np.pi) * np.exp(-delta)


ROWS = [
    *(
        Row(
            f"T6.{number}",
            f"decay rate lambda_1 t_D by Fokker-Planck, barrier {delta:g}",
            _VOLUMES,
            rate,
            1e-4 * rate,
            partial(_decay, delta),
        )
        for number, (delta, rate) in enumerate(DECAY.items(), 1)
    ),
    *(
        Row(
            f"T7.{number}",
            f"decay rate lambda_1 t_D by first-passage times, barrier {delta}",
            "Fokker-Planck" if delta < 20 else "first-passage quadrature, independently",
            rate,
            1e-3 * rate,
            partial(_passage, delta),
        )
        for number, (delta, rate) in enumerate(_PASSAGE.items(), 1)
    ),
    Row(
        "T7.5",
        "largest deviation of Brown's corrected rate, barriers 10 to 60",
        "Brown, Phys. Rev. 130, 1677 (1963)",
        0.0,
        0.013,
        _beyond_brown,
    ),
]
