"""Magnets without axial symmetry: Fokker-Planck in spherical harmonics (T9, T14)."""

from functools import partial

from scipy.optimize import brentq

from pbits.devices.sphere import SphericalMagnet
from pbits.validation.rows import Row

_HARMONICS = "spherical harmonics to degree 56, independently"
# (kappa, delta, alpha): lambda_1 / D, converged to 4e-4 at degree 56.
_GOLDEN = {(10, 4, 0.02): 1.3115, (40, 6, 0.1): 0.37165, (10, 2, 1.0): 0.64481}
# Not converged there: the value, how near to come at equal degree, the converged one.
_UNCONVERGED = {
    (40, 4, 0.02): (3.8727, 1e-3, "3.84"),
    # Even degrees lie above the limit and odd ones below, 0.225 and 0.158 about 56.
    (40, 8, 0.005): (0.22445, 5e-3, "0.19"),
}
_HOLDING = {10: 24.9, 40: 58.5}


def _decay(kappa: float, delta: float, alpha: float, degree: int = 56) -> float:
    magnet = SphericalMagnet((-delta, 0.0, kappa), alpha, degree=degree)
    return float(magnet.eigenvalue().real)


def _golden(case: tuple[float, float, float], full: bool) -> float:
    return _decay(*case, 112 if full else 84)


def _unconverged(case: tuple[float, float, float], full: bool) -> float:
    return _decay(*case)


def _change(full: bool) -> float:
    """Largest relative change of the converged values by half as many harmonics again."""
    fewer, more = (84, 126) if full else (64, 96)
    return max(abs(_decay(*case, more) / _decay(*case, fewer) - 1) for case in _GOLDEN)


def _holding(kappa: float, full: bool) -> float:
    """Torque along an in-plane axis for a mean of one half, in kT."""
    degree = 56 if full else 40

    def excess(torque: float) -> float:
        magnet = SphericalMagnet((0.0, 0.0, kappa), 0.1, torque=(torque, 0.0, 0.0), degree=degree)
        return magnet.mean(0) - 0.5

    return float(brentq(excess, 10.0, 100.0, xtol=0.1))  # type: ignore[arg-type]


def _named(case: tuple[float, float, float]) -> str:
    kappa, delta, alpha = case
    return f"in-plane decay rate lambda_1 / D, kappa {kappa}, barrier {delta}, alpha {alpha:g}"


ROWS = [
    *(
        Row(f"T9.{number}", _named(case), _HARMONICS, rate, 1e-3 * rate, partial(_golden, case))
        for number, (case, rate) in enumerate(_GOLDEN.items(), 1)
    ),
    Row(
        "T9.4",
        "largest change of these three with half as many harmonics again",
        "converged series",
        0.0,
        1e-3,
        _change,
    ),
    *(
        Row(
            f"T9.{number}",
            f"{_named(case)}: at degree 56, where it has not converged (to {limit})",
            _HARMONICS,
            rate,
            near * rate,
            partial(_unconverged, case),
        )
        for number, (case, (rate, near, limit)) in enumerate(_UNCONVERGED.items(), 5)
    ),
    *(
        Row(
            f"T14.{number}",
            f"torque holding a mean of 1/2 in an easy plane, kappa {kappa}, alpha 0.1",
            "spherical harmonics, independently",
            torque,
            0.05 * torque,
            partial(_holding, kappa),
        )
        for number, (kappa, torque) in enumerate(_HOLDING.items(), 1)
    ),
]
