"""Long-run laws of the stochastic LLG equation (T1 to T3, T13, T16)."""

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import Magnet, Vector, diffusion
from pbits.devices.simulation import simulate
from pbits.validation.magnets import easy_axis, in_equilibrium, turned, unit_time
from pbits.validation.rows import Row

Array = NDArray[np.float64]
_BOLTZMANN = "Boltzmann's law"
_SQUARES = {0.5: 0.3797, 1: 0.4293, 2: 0.5313, 3: 0.6263, 5: 0.7643}
_TORQUES = {(2.0, 0.2): 0.38968, (4.0, 0.3): 0.84830}
_BIAS = 0.2
_ANGLE = 0.15  # radians of precession per step


def _run(
    magnet: Magnet, alpha: float, count: int, start: Array | None, *, angle: float = _ANGLE,
    relaxed: float = 10.0, records: int = 20, seed: int = 1,
) -> Array:  # fmt: skip
    """m_z of all devices, [records * count], t_D apart, after `relaxed` t_D."""
    dt = turned(angle)
    apart = round(unit_time(alpha) / dt)
    first = round(relaxed) * apart
    how = {"dt": dt, "num_devices": count, "seed": seed}
    begun = simulate(magnet, num_steps=first, start=start, keep_directions=False, **how)
    seen = simulate(
        magnet, num_steps=records * apart, record_every=apart, start=begun.final,
        first_step=first, **how,
    )  # fmt: skip
    assert seen.m is not None
    return seen.m[:, 2].ravel().astype(np.float64)


def _free(full: bool) -> float:
    """Largest mean square component of a free magnet that starts at (1, 1, 1)."""
    magnet = Magnet(1e-18, 0.1, Vector())
    dt = 0.02 / (2 * float(diffusion(magnet)))
    seen = simulate(
        magnet, num_steps=12_000, record_every=100, dt=dt, num_devices=20_000 if full else 4000,
        seed=1, start=np.ones(3), keep_directions=False,
    )  # fmt: skip
    return float(seen.square[20:].mean(axis=0).max())


def _square(delta: float, full: bool) -> float:
    return float(np.mean(_run(easy_axis(delta), 0.1, 60_000 if full else 20_000, None) ** 2))


def _biased(full: bool) -> float:
    """At a low barrier, which is crossed often."""
    magnet = easy_axis(2.0, bias=_BIAS)
    return float(np.mean(_run(magnet, 0.1, 150_000 if full else 25_000, None, relaxed=40)))


def _kick(full: bool) -> float:
    """Largest error of one step's covariance over 2 D dt from (1, 1, 1)."""
    magnet, start = Magnet(1e-18, 0.1, Vector()), np.ones(3) / np.sqrt(3)
    dt = 2e-3 / (2 * float(diffusion(magnet)))
    end = simulate(
        magnet, num_steps=1, dt=dt, num_devices=2_000_000 if full else 400_000, seed=2, start=start
    ).final.astype(np.float64)
    exact = np.eye(3) - np.outer(start, start)
    return float(np.max(np.abs(np.cov(end) / 2e-3 - exact)))


def _cone(full: bool) -> float:
    delta, count = 20.0, 40_000 if full else 10_000
    z = _run(easy_axis(delta), 0.1, count, np.array([0.0, 0.0, 1.0]))
    return float(np.mean(1 - z**2))


def _torque_law(delta: float, torque: float, full: bool) -> float:
    law = AxialMagnet(delta, torque)
    return law.mean(law.centres)


def _torque(delta: float, torque: float, full: bool) -> float:
    """From both wells in the shares that are exact without a torque: it has to move them."""
    magnet = easy_axis(delta, torque=torque)
    count, wait = 100_000 if full else 20_000, 60 if delta < 3 else 100
    z = _run(magnet, 0.1, count, in_equilibrium(delta, count, 3), relaxed=wait)
    return float(np.mean(z))


def _threshold(full: bool) -> float:
    """Largest distance of <sgn m_z> from tanh(2 delta <|m_z|> i)."""
    worst = 0.0
    for delta in np.linspace(0.25, 8, 32 if full else 12):
        rest = AxialMagnet(float(delta))
        slope = 2 * delta * rest.mean(np.abs(rest.centres))
        for torque in np.linspace(0.1, 2, 20) / delta:
            law = AxialMagnet(float(delta), float(torque))
            found = law.mean(np.sign(law.centres))
            worst = max(worst, abs(found - np.tanh(slope * torque)))
    return worst


@cache
def _step_error(angle: float, full: bool) -> float:
    """Relative error of 1 - <m_z^2> at barrier 5 and alpha 0.01."""
    delta, alpha, count = 5.0, 0.01, 100_000 if full else 20_000
    start = in_equilibrium(delta, count, 4)
    z = _run(easy_axis(delta, alpha), alpha, count, start, angle=angle, relaxed=3, records=10)
    law = AxialMagnet(delta)
    return float(np.mean(1 - z**2) / law.mean(1 - law.centres**2) - 1)


def _length(full: bool) -> float:
    """Largest error of the length after a million steps, in full, or a hundred thousand."""
    steps = 1_000_000 if full else 100_000
    end = simulate(
        easy_axis(3.0), num_steps=steps, dt=turned(_ANGLE), num_devices=64, seed=5
    ).final.astype(np.float64)
    return float(np.max(np.abs(np.sqrt((end**2).sum(axis=0)) - 1)))


def _llg(
    number: str, claim: str, source: str, value: float, near: float, f: Callable[[bool], float]
) -> Row:
    return Row(number, f"{claim}, stochastic LLG", source, value, near, f)


ROWS = [
    _llg("T1.1", "largest <m_i^2> of a free magnet", _BOLTZMANN, 1 / 3, 0.005 / 3, _free),
    *(
        _llg(
            f"T1.{number}", f"<m_z^2>, barrier {delta:g}", _BOLTZMANN, square, 0.005 * square,
            partial(_square, delta),
        )
        for number, (delta, square) in enumerate(_SQUARES.items(), 2)
    ),
    _llg("T1.7", "<m_z>, barrier 2, field 0.2 B_k", _BOLTZMANN, 0.38968, 0.005, _biased),
    _llg(
        "T2.1", "largest error of one step's covariance over 2 D dt, from m = (1, 1, 1)",
        "isotropic diffusion, I - m m^T", 0.0, 0.02, _kick,
    ),
    _llg("T3.1", "<sin^2> in a well, barrier 20", _BOLTZMANN, 0.0514, 0.02 * 0.0514, _cone),
    *(
        Row(
            f"T13.{number}", f"<m_z>, barrier {delta:g}, spin torque {torque} I_c, Fokker-Planck",
            "closed form", mean, 1e-4, partial(_torque_law, delta, torque),
        )
        for number, ((delta, torque), mean) in enumerate(_TORQUES.items(), 1)
    ),
    *(
        _llg(
            f"T13.{number}", f"<m_z>, barrier {delta:g}, spin torque {torque} I_c",
            "closed form", mean, 0.005, partial(_torque, delta, torque),
        )
        for number, ((delta, torque), mean) in enumerate(_TORQUES.items(), 3)
    ),
    Row(
        "T13.5", "largest |<sgn m_z> - tanh(2 delta <|m_z|>_0 i)|, barriers to 8",
        "Fokker-Planck, independently", 0.0, 0.0052, _threshold,
    ),
    *(
        _llg(
            f"T16.{number}", f"relative error of 1 - <m_z^2> at {angle} rad a step, alpha 0.01",
            _BOLTZMANN, 0.0, near, partial(_step_error, angle),
        )
        for number, (angle, near) in enumerate(((0.25, 0.01), (0.4, 0.01)), 1)
    ),
    _llg(
        "T16.3", "error of the length of m after 1e5 steps (1e6 in full), float32",
        "rotation", 0.0, 1e-6, _length,
    ),
]  # fmt: skip
