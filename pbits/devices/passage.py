"""Mean first-passage times over the barrier of an axial magnet, by quadrature.

``T = 2 delta Int_{-1}^{top} dz exp(U(z)) / (1 - z**2) Int_{-1}^{z} exp(-U(y)) dy`` in units of
``t_D = (1 + alpha**2) / (alpha gamma B_k)``, with ``U = -delta (z + bias)**2`` and the barrier's
top at ``-bias`` (W. F. Brown Jr., Phys. Rev. 130, 1677 (1963); Kramers' method of the flux).  The
inner integral is Dawson's, so that nothing cancels at any barrier.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import dawsn

from pbits import checks


def first_passage_time(delta: float, bias: float = 0.0) -> float:
    """Mean time from the well at m_z = -1 to the top of the barrier, in units of t_D.

    Args:
        delta: barrier over kT at no bias, above 0.
        bias: field or torque towards +1 over its critical value, between -1 and 1.

    Returns:
        The time; inf where it is beyond float64.

    Raises:
        ValueError: on values out of range: at a bias of 1 and more there is no barrier.

    Example:
        >>> rate = 1 / (2 * first_passage_time(10.0))
        >>> round(2 * rate / 1.44108e-4, 3)  # both wells, over the exact eigenvalue
        1.0
    """
    checks.positive("delta", delta)
    if not -1 < bias < 1:
        raise ValueError(
            f"bias is {bias!r}; expected between -1 and 1: beyond there is no barrier, use "
            "pbits.devices.axial.AxialMagnet.evolve"
        )
    z, weight = _nodes(-1.0, -bias)
    with np.errstate(over="ignore"):
        return float(2 * delta * np.dot(weight, _below(z, delta, bias) / (1 - z * z)))


def escape_rate(delta: float, bias: float = 0.0) -> float:
    """Rate of leaving the well at -1 for the other one, in units of 1 / t_D.

    ``1 / (T + T' P / P')``, P being the populations of the wells and T' the time from the other
    well to the top: at no bias 1 / (2 T), as half of those at the top return; detailed balance
    holds exactly.  At no bias within 0.04 % of the exact rate at `delta` of 10 and more, 2.4 % low
    at 5.

    Raises:
        ValueError: as :func:`first_passage_time`.

    Example:
        >>> from pbits.devices.axial import AxialMagnet
        >>> exact = AxialMagnet(12.0).eigenvalues()[1] / (2 * 12.0)
        >>> bool(abs(2 * escape_rate(12.0) / exact - 1) < 1e-3)
        True
    """
    here, there = first_passage_time(delta, bias), first_passage_time(delta, -bias)
    root = np.sqrt(delta)
    shape = dawsn(root * (1 - bias)) / dawsn(root * (1 + bias))
    with np.errstate(over="ignore"):
        populations = shape * np.exp(-4 * delta * bias)
    return float(1 / (here + there * populations))


def hysteresis_dwell(delta: float, bias: float = 0.0, threshold: float = 0.5) -> float:
    """Mean time from m_z = -threshold to +threshold, in units of t_D: what a comparator with
    hysteresis shows as a dwell in -1.

    Unlike a rate it holds at any barrier and bias, for it counts what is seen.

    Raises:
        ValueError: on a barrier or a threshold not above 0, or one of 1 and more.

    Example:
        >>> round(hysteresis_dwell(20.0) * escape_rate(20.0), 2)  # a high barrier: the dwell 1 / nu
        1.0
    """
    checks.positive("delta", delta)
    checks.share("threshold", threshold)
    checks.finite("bias", bias)
    z, weight = _nodes(-threshold, threshold)
    with np.errstate(over="ignore"):
        return float(2 * delta * np.dot(weight, _below(z, delta, bias) / (1 - z * z)))


def _nodes(low: float, high: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, weight = np.polynomial.legendre.leggauss(40)
    # Panels that halve towards either end: the wells' bottom and the barrier's top.
    halves = 2.0 ** -np.arange(1, 21)
    marks = np.concatenate([[0], halves[::-1], 1 - halves[1:], [1]])
    edges = low + (high - low) * marks
    half, middle = np.diff(edges)[:, None] / 2, (edges[1:] + edges[:-1])[:, None] / 2
    return (middle + half * x).ravel(), (half * weight).ravel()


def _below(z: NDArray, delta: float, bias: float) -> NDArray[np.float64]:
    """exp(U(z)) Int_{-1}^{z} exp(-U), with exp(-U) = exp(delta (y + bias)**2), z below -bias."""
    root = np.sqrt(delta)
    # Int exp(x**2) = exp(x**2) dawsn(x); x = root (y + bias) is negative here.
    x, first = root * (z + bias), root * (bias - 1)
    return (dawsn(x) - np.exp(first * first - x * x) * dawsn(first)) / root
