"""Magnets of the tests, in reduced numbers: barrier over kT, damping, anisotropy field 0.1 T."""

import numpy as np
from numpy.typing import NDArray

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import BOLTZMANN, GAMMA, Magnet, Vector

FIELD = 0.1  # T
THERMAL = BOLTZMANN * 300.0


def easy_axis(delta: float, alpha: float = 0.1, **more) -> Magnet:
    """Uniaxial along z."""
    return Magnet(2 * delta * THERMAL / FIELD, alpha, Vector(0.0, 0.0, FIELD), **more)


def turned(angle: float, field: float = FIELD) -> float:
    """Seconds in which precession in the field turns by an angle."""
    return angle / (GAMMA * field)


def unit_time(alpha: float, field: float = FIELD) -> float:
    """t_D = (1 + alpha**2) / (alpha gamma B_k), seconds."""
    return (1 + alpha**2) / (alpha * GAMMA * field)


def in_equilibrium(delta: float, count: int, seed: int, bias: float = 0.0) -> NDArray[np.float64]:
    """Directions drawn from the exact law: [3, count]."""
    rng, law = np.random.default_rng(seed), AxialMagnet(delta, bias)
    half = 1 / law.num_cells
    z = rng.choice(law.centres, count, p=law.stationary) + rng.uniform(-half, half, count)
    angle, across = rng.uniform(0, 2 * np.pi, count), np.sqrt(1 - z * z)
    return np.stack([across * np.cos(angle), across * np.sin(angle), z])


def easy_plane(kappa: float, alpha: float = 0.1, **more) -> Magnet:
    """A disk with a hard axis along z; E / kT = kappa m_z**2."""
    return Magnet(2 * kappa * THERMAL / FIELD, alpha, Vector(0.0, 0.0, -FIELD), **more)


def cumulative(law: AxialMagnet):
    """Distribution function of m_z, for Kolmogorov and Smirnov's test."""
    edges = np.linspace(-1, 1, law.num_cells + 1)
    below = np.concatenate([[0.0], np.cumsum(law.stationary)])
    return lambda z: np.interp(z, edges, below)
