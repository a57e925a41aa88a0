"""What tables of the switching probability are made of: one slab of solutions for each barrier.

A pulse of length tau (in units of t_D) and of bias i (spin torque or field over its critical
value) finds the magnet in thermal equilibrium in its well at m_z = -1; P is the probability of
m_z > 0 at its end.  With F its value in the long run and H the accumulated hazard,
``P = F (1 - exp(-H))``, a slab holds log(F H) and the odds of F: F H is the rate of escape times
tau below the critical current and 2 (i - 1) tau - ... above, smooth through both and at no bias.
The finite volumes' error falls as the square of the cells' width: two grids extrapolate it away.

Barriers are those of a lattice that all tables share: a few seconds a slab, kept in memory and,
where asked for, in a folder.  NumPy in float64.
"""

import os
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logsumexp

from pbits.devices.axial import AxialMagnet

BIAS_RANGE, TAU_RANGE = (0.0, 6.0), (0.1, 2000.0)
DELTA_STEP = 0.2  # of log delta
BIAS_SCALE = 0.35  # nodes are denser near the critical current
_VERSION = 2  # of the files
_NUM_BIASES, _NUM_TAUS = 40, 80
_SURE, _SETTLED = 40.0, 12.0  # hazard and time beyond which one exponential is left
_SLOWEST, _STEP, _GROWTH = 0.5, 0.1, 0.15  # rate; decay, and growth of P, per implicit step
_RATIO = 2  # of the two grids' cells


def _bent(bias: ArrayLike) -> NDArray[np.float64]:
    return np.arcsinh((np.asarray(bias, float) - 1) / BIAS_SCALE)


FIRST_BIAS, _LAST_BIAS = _bent(BIAS_RANGE)
FIRST_TAU, _LAST_TAU = np.log(TAU_RANGE)
BIAS_STEP = (_LAST_BIAS - FIRST_BIAS) / (_NUM_BIASES - 1)
TAU_STEP = (_LAST_TAU - FIRST_TAU) / (_NUM_TAUS - 1)
_BIASES = 1 + BIAS_SCALE * np.sinh(FIRST_BIAS + BIAS_STEP * np.arange(_NUM_BIASES))
_TAUS = np.exp(FIRST_TAU + TAU_STEP * np.arange(_NUM_TAUS))


@lru_cache(maxsize=64)
def slab(number: int, folder: str | None) -> NDArray[np.float64]:
    """log(F H) of one barrier of the lattice, and the odds of F: [biases, taus + 1].

    Args:
        number: log of the barrier over `DELTA_STEP`.
        folder: where it is kept between processes, if anywhere.
    """
    path = None if folder is None else Path(folder) / f"switching-{_VERSION}-{number}.npy"
    if path is not None and (stored := _load(path)) is not None:
        return stored
    delta = float(np.exp(number * DELTA_STEP))
    found = np.stack([_line(delta, float(i)) for i in _BIASES])
    if path is not None:
        _save(path, found)
    return found


def in_well(magnet: AxialMagnet) -> NDArray[np.float64]:
    """Equilibrium of the well at m_z = -1, [cells]."""
    start = np.where(magnet.centres < 0, magnet.stationary, 0)
    return start / start.sum()


def _line(delta: float, bias: float) -> NDArray[np.float64]:
    """log(F H) at all times of the lattice, then log((1 - F) / F)."""
    # The error of a cell goes with the square of its rise in energy, delta (1 + bias) / cells.
    cells = 2 * round(max(300.0, (6 + 2.5 * bias) * delta) / 2)
    coarse, fine = (_solved(delta, bias, n) for n in (cells, _RATIO * cells))
    return fine + (fine - coarse) / (_RATIO**2 - 1)


def _solved(delta: float, bias: float, cells: int) -> NDArray[np.float64]:
    """The same on one grid."""
    magnet = AxialMagnet(delta, bias, cells)
    below = magnet.centres < 0
    odds = _log_weight(magnet, below) - _log_weight(magnet, ~below)
    # Not as 1 - final, which has no digits left at high barriers.
    final, left = expit(-odds), expit(odds)
    start = in_well(AxialMagnet(delta, 0.0, cells))
    hazards = np.zeros(_NUM_TAUS)
    for k, p in enumerate(_evolved(magnet, start, hazards)):
        lost, kept = p[~below].sum() / final, (p[below].sum() - left) / final
        if k > 1 and (hazards[k - 1] > _SURE or kept < 1e-6 * left):
            # One exponential is left, or rounding.
            rate = _rate(hazards, k)
            hazards[k:] = hazards[k - 1] + rate * (_TAUS[k:] - _TAUS[k - 1])
            break
        hazards[k] = -np.log1p(-lost) if lost < 0.5 else -np.log(kept)
    return np.append(np.log(final * hazards), odds)


def _log_weight(magnet: AxialMagnet, cells: NDArray[np.bool_]) -> float:
    """Logarithm of the long-run weight of some cells."""
    return float(np.asarray(logsumexp(-magnet.energy[cells])))


def _evolved(magnet: AxialMagnet, p: NDArray, hazards: NDArray) -> Iterator[NDArray[np.float64]]:
    """Probabilities at the times of the lattice; the hazards before each say how fast to go."""
    now, rate = 0.0, 2 * max(abs(magnet.bias - 1), _SLOWEST)
    for k, tau in enumerate(_TAUS):
        if k > 1 and tau > _SETTLED:
            # Transients are gone, and what is left decays as fast as the hazard grows.
            rate = _rate(hazards, k)
        steps = max(4, int((tau - now) * rate / _STEP), 60 * (k < 3))
        if k > 1 and hazards[k - 1] < 0.1:
            # Small P grows by orders of magnitude, about as much as in the interval before.
            steps = max(steps, int(np.log(hazards[k - 1] / hazards[k - 2]) / _GROWTH))
        p = magnet.evolve(p, [(tau - now) / (2 * magnet.delta)], steps_per_interval=steps)[0]
        now = tau
        yield p


def _rate(hazards: NDArray, k: int) -> float:
    """Growth of the hazard over the interval before time k."""
    return float((hazards[k - 1] - hazards[k - 2]) / (_TAUS[k - 1] - _TAUS[k - 2]))


def _load(path: Path) -> NDArray[np.float64] | None:
    try:
        stored = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = stored.shape == (_NUM_BIASES, _NUM_TAUS + 1) and np.all(np.isfinite(stored))
    return stored if whole else None


def _save(path: Path, slab: NDArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.save(file, slab)
    os.replace(file.name, path)
