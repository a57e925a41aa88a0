"""Fokker-Planck equation of a magnet without symmetry, in spherical harmonics.

With U = E / kT = sum_k quadratic_k m_k**2 - field . m and time in units of 1 / D, the
Landau-Lifshitz equation with thermal noise (W. F. Brown Jr., Phys. Rev. 130, 1677 (1963)) is

``dW/dt = Lap W + div(W grad V) + (1 / alpha) G . (m x grad) W``,

V = U minus the damping-like torque's pseudo-energy, G the gradient of U without it.  In the basis
of spherical harmonics multiplication by m_k and the rotations m x grad are sparse matrices, so the
equation is a sum of products of them, exact but for the highest degrees.  The smaller alpha, the
thinner the layers in which W varies: degree 56 is 20 % off for alpha = 0.005 behind a barrier of 8.
NumPy and SciPy in float64: the reference that faster models are tested against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigs, splu
from scipy.special import eval_legendre

from pbits import checks
from pbits.devices.exponential import observed

Vector = tuple[float, float, float]
Matrix = Any  # a sparse one
_NONE: Vector = (0.0, 0.0, 0.0)
_ROUNDING = 1e-12


@dataclass(frozen=True)
class SphericalMagnet:
    """Distribution of the direction of a magnet with any quadratic energy.

    Args:
        quadratic: coefficients of m_x**2, m_y**2 and m_z**2 in E / kT; an in-plane easy axis of
            barrier delta in a plane of hardness kappa is ``(-delta, 0, kappa)``.
        alpha: Gilbert damping, above 0.
        field: moment times field over kT: ``Ms V B / kT``.
        torque: damping-like torque in the same unit, ``Ms V a_DL / (alpha kT)``, along the
            polarisation.
        degree: of the highest harmonics.

    Raises:
        ValueError: on damping not above zero or a degree below 2.

    Example:
        >>> easy_axis = SphericalMagnet((0.0, 0.0, -3.0), alpha=0.1, degree=30)
        >>> round(float(easy_axis.eigenvalue() / (2 * 3.0)), 5)  # in units of 1 / t_D
        0.07857
    """

    quadratic: Vector
    alpha: float
    field: Vector = _NONE
    torque: Vector = _NONE
    degree: int = 50

    def __post_init__(self) -> None:
        checks.positive("alpha", self.alpha)
        checks.whole_number("degree", self.degree, 2)

    @cached_property
    def generator(self) -> Matrix:
        """The operator on coefficients of W, complex [(degree + 1)**2, same]."""
        basis = _basis(self.degree)
        fields, torques = np.asarray(self.field, float), np.asarray(self.torque, float)
        energy = _potential(basis, self.quadratic, -(fields + torques))
        curved = -2 * _potential(basis, _NONE, -(fields + torques))
        for c, m in zip(self.quadratic, basis.m, strict=True):
            curved = curved + c * (2 * basis.one - 6 * m @ m)
        drift = 0.5 * (basis.laplacian @ energy + curved - energy @ basis.laplacian)
        # Gilbert's form makes of a damping-like torque a small field-like one.
        seen = fields - self.alpha**2 * torques
        turning = [
            (2 * c * m - b * basis.one) @ turn
            for c, b, m, turn in zip(self.quadratic, seen, basis.m, basis.turn, strict=True)
        ]
        return (basis.laplacian + drift + sum(turning) / self.alpha).tocsr()

    def eigenvalue(self, axis: int | None = None) -> complex:
        """The slowest decay: the eigenvalue nearest zero but zero itself, its sign turned.

        In units of D; real where the magnet does not circle as it decays.

        Args:
            axis: 0, 1 or 2 for the slowest that shows in the autocorrelation of m_axis.
        """
        part = np.arange(_size(self.degree))
        if axis is not None:
            part = self._reached(_basis(self.degree).m[axis] @ self.stationary)
        matrix = self.generator[part][:, part].tocsc()
        # Never the last of the matrix, and zero only where the mean of W is among the harmonics.
        count = min(4, part.size - 2)
        found: Any = eigs(matrix, k=count, sigma=1e-9, return_eigenvectors=False)
        decays = sorted(-found, key=abs)[1 if part[0] == 0 else 0]
        return decays.real if abs(decays.imag) < 1e-6 * abs(decays) else decays

    @cached_property
    def stationary(self) -> NDArray[np.complex128]:
        """Coefficients of the long-run distribution, its integral 1."""
        right = np.zeros(_size(self.degree), complex)
        right[0] = 1 / np.sqrt(4 * np.pi)
        return self._solved(right)

    def _solved(self, right: NDArray) -> NDArray[np.complex128]:
        """What the generator turns into a right-hand side, its first coefficient as given there."""
        part = self._reached(right)
        matrix = self.generator[part][:, part].tolil()
        if part[0] == 0:
            # The first row of the generator is zero: probability is kept.
            matrix[0, 0] = 1
        found = np.zeros(right.size, complex)
        found[part] = splu(matrix.tocsc()).solve(right[part])
        return found

    def mean(self, axis: int, power: int = 1) -> float:
        """Long-run mean of a power of m_x (axis 0), m_y (1) or m_z (2)."""
        moment = self.stationary
        for _ in range(power):
            moment = _basis(self.degree).m[axis] @ moment
        return float((np.sqrt(4 * np.pi) * moment[0]).real)

    def mean_sign(self) -> float:
        """Long-run mean of the sign of m_z: P(m_z > 0) - P(m_z < 0)."""
        odd = np.arange(1, self.degree + 1, 2)
        halves = (eval_legendre(odd - 1, 0.0) - eval_legendre(odd + 1, 0.0)) / (2 * odd + 1)
        weight = self.stationary[odd * (odd + 1)].real * np.sqrt((2 * odd + 1) / (4 * np.pi))
        return float(4 * np.pi * np.dot(weight, halves))

    def mean_over(self, function: Callable[[NDArray], NDArray]) -> float:
        """Long-run mean of a smooth function of m_z."""
        l = np.arange(self.degree + 1)  # noqa: E741
        z, weights = np.polynomial.legendre.leggauss(2 * self.degree)
        series = self.stationary[l * (l + 1)].real * np.sqrt(np.pi * (2 * l + 1))
        density = np.polynomial.legendre.legval(z, series)
        return float(np.dot(weights, density * function(z)))

    def correlation_time(self, axis: int) -> float:
        """Integral of the autocorrelation of m_axis over its value at 0, in units of 1 / D.

        For a single exponential its time constant.
        """
        m, law = _basis(self.degree).m[axis], self.stationary
        start = m @ law - self.mean(axis) * law
        start[0] = 0  # so is that of the integral
        passed = self._solved(-start)
        return float(((m @ passed)[0] / (m @ start)[0]).real)

    def autocorrelation(self, axis: int, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Long-run mean of m_axis(0) m_axis(t), [k] evenly spaced times in units of 1 / D.

        Args:
            axis: 0, 1 or 2.
            times: [k], ascending and evenly spaced from 0.

        Raises:
            ValueError: on other times.

        Example:
            >>> free = SphericalMagnet((0.0, 0.0, 0.0), alpha=0.1, degree=4)
            >>> free.autocorrelation(2, np.array([0.0, 0.5])).round(4).tolist()  # exp(-2 t) / 3
            [0.3333, 0.1226]
        """
        if len(times) < 2 or not np.allclose(times, np.linspace(0, times[-1], len(times))):
            raise ValueError("times are not evenly spaced from 0; expected at least two that are")
        m, law, mean = _basis(self.degree).m[axis], self.stationary, self.mean(axis)
        start = m @ law - mean * law
        part = self._reached(start)
        row = np.sqrt(4 * np.pi) * m.tocsr()[[0]][:, part]
        conjugate, sign = _mirror(self.degree)
        # The mirror image of each of the part, counted within it.
        image, sign = np.searchsorted(part, conjugate[part]), sign[part]
        found = observed(
            self.generator[part][:, part],
            start[part],
            float(times[-1]) / (len(times) - 1),
            len(times),
            lambda vector: float((row @ vector)[0].real),
            lambda vector: (vector + sign * vector[image].conj()) / 2,
        )
        return found + mean**2

    @cached_property
    def _groups(self) -> NDArray[np.int64]:
        """Number of the group of each harmonic; none turns into one of another group."""
        links = abs(self.generator)
        return connected_components(links > _ROUNDING * links.max(), directed=False)[1]

    def _reached(self, start: NDArray) -> NDArray[np.int64]:
        """Harmonics that a start ever excites, ascending: by symmetry often half of all."""
        size = np.abs(start)
        reached = np.isin(self._groups, self._groups[size > _ROUNDING * size.max()])
        return np.flatnonzero(reached | reached[_mirror(self.degree)[0]])


def _size(degree: int) -> int:
    return (degree + 1) ** 2


@dataclass(frozen=True)
class _Basis:
    """Matrices on coefficients of spherical harmonics, in order of l, then m."""

    one: Matrix
    laplacian: Matrix
    m: tuple[Matrix, ...]  # multiplication by m_x, m_y, m_z
    turn: tuple[Matrix, ...]  # components of m x grad


@cache
def _basis(degree: int) -> _Basis:
    l = np.concatenate([np.full(2 * k + 1, k) for k in range(degree + 1)])  # noqa: E741
    m = np.concatenate([np.arange(-k, k + 1) for k in range(degree + 1)])
    size = l.size

    def matrix(rises: int, turns: int, values: NDArray) -> Matrix:
        """From each (l, m) to (l + rises, m + turns)."""
        to_l, to_m = l + rises, m + turns
        fits = (to_l >= abs(to_m)) & (to_l <= degree) & (to_l >= 0)
        ends = ((to_l * (to_l + 1) + to_m)[fits], np.arange(size)[fits])
        return sparse.csr_array((values[fits].astype(complex), ends), shape=(size, size))

    def root(x: NDArray) -> NDArray:
        return np.sqrt(np.maximum(x, 0))

    z = matrix(1, 0, root(((l + 1) ** 2 - m**2) / ((2 * l + 1) * (2 * l + 3))))
    z = z + matrix(-1, 0, root((l**2 - m**2) / ((2 * l + 1) * np.maximum(2 * l - 1, 1))))
    up = matrix(1, 1, -root((l + m + 1) * (l + m + 2) / ((2 * l + 1) * (2 * l + 3))))
    up = up + matrix(-1, 1, root((l - m) * (l - m - 1) / ((2 * l + 1) * np.maximum(2 * l - 1, 1))))
    down = up.conj().T.tocsr()
    raised = matrix(0, 1, root(l * (l + 1) - m * (m + 1)))
    lowered = raised.conj().T.tocsr()
    momenta = ((raised + lowered) / 2, (raised - lowered) / 2j, matrix(0, 0, m))
    return _Basis(
        matrix(0, 0, np.ones(size)),
        matrix(0, 0, -l * (l + 1)),
        ((up + down) / 2, (up - down) / 2j, z),
        tuple((1j * part).tocsr() for part in momenta),
    )


@cache
def _mirror(degree: int) -> tuple[NDArray, NDArray]:
    """Place of (l, -m) for each (l, m), and (-1)**m: the conjugate of a harmonic."""
    order = np.concatenate([np.arange(-k, k + 1) for k in range(degree + 1)])
    return np.arange(order.size) - 2 * order, 1.0 - 2 * (order % 2)


def _potential(basis: _Basis, quadratic: Vector, linear: NDArray) -> Matrix:
    """Multiplication by sum_k quadratic_k m_k**2 + linear_k m_k."""
    total = 0 * basis.one
    for c, b, m in zip(quadratic, linear, basis.m, strict=True):
        total = total + c * (m @ m) + b * m
    return total.tocsr()
