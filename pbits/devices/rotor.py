"""The rotor: a phase that m_z turns, in a field of the plane; its Klein-Kramers equation.

In units of the turning rate w, with u = m_z over its standard deviation and E / kT = u**2 / 2 -
bias cos(phase) (H. A. Kramers, Physica 7, 284 (1940); the hierarchy of H. C. Brinkman, Physica 22,
29 (1956); both cited from memory):

``du = -(G u + bias sin phase) dt + sqrt(2 G) dW``, ``dphase = (u - D bias sin phase) dt +
sqrt(2 D) dW'``.

Hermite functions of u times Fourier modes of the phase make of it a sparse matrix.  NumPy and SciPy
in float64: what :mod:`pbits.devices.biased_rotor` calls, since a field leaves no closed form.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.linalg import expm_multiply, splu
from scipy.special import ive

_HERMITE, _FOURIER = 60, 24
_BEYOND = 2 * _FOURIER  # about the harmonic, in the mean, of what is left of a square wave
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rotor:
    """One disk under one field, read by the sign of ``cos(phase) + level``.

    Attributes:
        damping: G / w, from 0.025 on what 60 Hermite functions resolve to 2 %, from 0.05 to 0.3 %.
        diffusion: D / w.
        bias: energy in the field over kT.
        level: of the comparator.

    Example:
        >>> round(float(Rotor(damping=1.0, diffusion=0.0, bias=0.0).correlation_time()), 2)
        1.45
    """

    damping: float
    diffusion: float
    bias: float
    level: float = 0.0

    @cached_property
    def generator(self) -> Any:
        """Of coefficients c[n, k] of ``p = p_u(u) sum c He_n(u) / sqrt(n!) exp(i k phase)``."""
        n, k = np.arange(_HERMITE), np.arange(-_FOURIER, _FOURIER + 1)
        one_n, one_k = sparse.eye_array(n.size), sparse.eye_array(k.size)
        lower = sparse.diags_array(np.sqrt(n[1:]), offsets=1)  # of u: n to n - 1
        turn = sparse.diags_array(1j * k)
        up, down = (sparse.eye_array(k.size, k=s) for s in (-1, 1))
        sine = (up - down) / 2j
        # The force raises n; streaming does both.  Diffusion goes with its drift in the field.
        streams = -sparse.kron(lower + lower.T, turn) - self.bias * sparse.kron(lower.T, sine)
        spreads = turn @ turn + self.bias * turn @ sine
        drag = self.damping * sparse.kron(sparse.diags_array(n.astype(float)), one_k)
        return (streams - drag + self.diffusion * sparse.kron(one_n, spreads)).tocsc()

    @cached_property
    def _parts(self) -> tuple[NDArray, NDArray, float, float]:
        """Of the bit's deviation: coefficients times the law, row that takes its mean, variance,
        and the variance of harmonics beyond the last."""
        modes = np.arange(-2 * _FOURIER, 2 * _FOURIER + 1)
        law = ive(np.abs(modes), abs(self.bias)) / ive(0, abs(self.bias)) / (2 * np.pi)
        law = law * np.where(modes % 2, np.sign(self.bias or 1.0), 1.0)
        harmonics = np.arange(-3 * _FOURIER, 3 * _FOURIER + 1)
        edge = np.arccos(np.clip(-self.level, -1, 1))
        bit = 2 * edge / np.pi * np.sinc(harmonics * edge / np.pi) - (harmonics == 0)
        mean = 2 * np.pi * np.dot(bit[_FOURIER:-_FOURIER], law)
        bit = bit - mean * (harmonics == 0)
        known = slice(2 * _FOURIER, 4 * _FOURIER + 1)
        start = np.zeros((_HERMITE, 2 * _FOURIER + 1))
        row = np.zeros_like(start)
        start[0] = np.convolve(bit, law, mode="valid")
        row[0] = 2 * np.pi * bit[known]
        variance = 1 - mean**2
        return start.ravel(), row.ravel(), variance, variance - float(np.sum(row * start))

    def autocorrelation(self, times: Array) -> Array:
        """Of the bit, normalised, at [k] ascending times in units of 1 / w."""
        start, row, variance, beyond = self._parts
        found, state, now = np.empty(len(times)), start.astype(complex), 0.0
        for k, time in enumerate(times):
            if time > now:
                state, now = expm_multiply((time - now) * self.generator, state), time
            found[k] = np.dot(row, state).real + beyond * np.exp(-((_BEYOND * time) ** 2) / 2)
        return found / variance

    def correlation_time(self) -> float:
        """Its integral, in units of 1 / w."""
        start, row, variance, beyond = self._parts
        matrix, start = self.generator.tolil(), start.copy()
        # The row that keeps the probability: a deviation's integral is none.
        matrix[_FOURIER] = 0
        matrix[_FOURIER, _FOURIER] = 1
        start[_FOURIER] = 0
        passed = splu(matrix.tocsc()).solve(-start.astype(complex))
        return float(np.dot(row, passed).real + beyond * np.sqrt(np.pi / 2) / _BEYOND) / variance


def _rotors(*numbers: ArrayLike) -> tuple[list[Rotor], NDArray[np.intp]]:
    """Distinct rotors, and which one each element is."""
    parts = np.stack([np.ravel(np.asarray(x, np.float64)) for x in numbers])
    found, which = np.unique(parts, axis=1, return_inverse=True)
    return [Rotor(*(float(x) for x in column)) for column in found.T], which.ravel()


def autocorrelations(turns: ArrayLike, *numbers: ArrayLike) -> NDArray[np.float32]:
    """Of many rotors at times in units of 1 / w, all of one shape.

    Args:
        turns: times.
        numbers: damping, diffusion, bias and level of each, as :class:`Rotor` has them.

    Example:
        >>> autocorrelations([0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 1.0], [0.0, 0.5]).round(2)
        array([1., 1.], dtype=float32)
    """
    rotors, which = _rotors(*numbers)
    flat = np.ravel(np.asarray(turns, np.float64))
    found = np.empty(flat.size, np.float32)
    for k, rotor in enumerate(rotors):
        times, back = np.unique(flat[which == k], return_inverse=True)
        found[which == k] = rotor.autocorrelation(times)[back]
    return found.reshape(np.shape(turns))


def correlation_times(shape_of: ArrayLike, *numbers: ArrayLike) -> NDArray[np.float32]:
    """Of many rotors, in units of 1 / w; the first argument gives the shape of the result."""
    rotors, which = _rotors(*numbers)
    found = np.array([rotor.correlation_time() for rotor in rotors], np.float32)
    return found[which].reshape(np.shape(shape_of))
