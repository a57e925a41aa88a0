"""Write errors of an axial magnet at barrier 60 and twice the critical torque (T15)."""

from functools import cache, partial

import numpy as np

from pbits.devices.axial import AxialMagnet
from pbits.devices.simulation import simulate
from pbits.validation.magnets import easy_axis, in_equilibrium, turned, unit_time
from pbits.validation.rows import Measured, Row

_BARRIER, _TORQUE = 60.0, 2.0
# Pulse over t_D: share of magnets that have not switched.
_ERRORS = {2: 0.5948, 3: 0.1098, 4: 0.01526, 5: 2.044e-3, 6: 2.725e-4, 8: 4.834e-6, 6.5: 9.949e-5}
_SOURCES = dict.fromkeys(_ERRORS, "Fokker-Planck, independently")
_SOURCES[6.5] = "Fokker-Planck in Legendre polynomials, independently"
_BLOCK = 100_000
_ANGLE = 0.05  # radians of precession per step; at 0.2 errors are 4 % too frequent
# Pulse: (magnets, in full); three standard deviations are the tolerance.
_SAMPLED = {
    3: (100_000, 1_000_000), 4: (100_000, 1_000_000), 6: (200_000, 2_000_000),
    6.5: (400_000, 4_000_000),
}  # fmt: skip
# Numbers that rows have: pulses of T15 first.
_SOLVED_AS, _SAMPLED_AS = (1, 2, 3, 4, 5, 6, 10), (7, 8, 9, 11)


@cache
def _law(full: bool) -> dict[float, float]:
    cells = 4000 if full else 2000
    rest, pulse = AxialMagnet(_BARRIER, 0.0, cells), AxialMagnet(_BARRIER, _TORQUE, cells)
    start = np.where(rest.centres < 0, rest.stationary, 0)
    pulses = sorted(_ERRORS)
    late = pulse.evolve(start / start.sum(), np.array(pulses) / (2 * _BARRIER))
    return dict(zip(pulses, late[:, rest.centres < 0].sum(axis=1).tolist(), strict=True))


def _error(pulse: float, full: bool) -> float:
    return _law(full)[pulse]


def _sampled(pulse: float, full: bool) -> Measured:
    """Block by block, so that memory does not grow with the number of magnets."""
    magnet, dt = easy_axis(_BARRIER, torque=_TORQUE), turned(_ANGLE)
    steps = round(pulse * unit_time() / dt)
    blocks = _SAMPLED[pulse][full] // _BLOCK
    failed = 0
    for seed in range(blocks):
        end = simulate(
            magnet, num_steps=steps, dt=pulse * unit_time() / steps, num_devices=_BLOCK,
            start=in_equilibrium(_BARRIER, _BLOCK, seed, well=-1), seed=seed,
            keep_directions=False,
        )  # fmt: skip
        failed += int(np.sum(end.final[2] < 0))
    share, count = failed / (blocks * _BLOCK), blocks * _BLOCK
    return Measured(share, float(np.sqrt(share * (1 - share) / count)))


def _three_deviations(share: float, count: int) -> float:
    return 3 * float(np.sqrt(share * (1 - share) / count))


def _claim(pulse: float, how: str) -> str:
    return f"write error after {pulse:g} t_D, barrier 60, torque 2 I_c, {how}"


ROWS = [
    *(
        Row(
            f"T15.{number}",
            _claim(pulse, "Fokker-Planck"),
            _SOURCES[pulse],
            share,
            0.02 * share,
            partial(_error, pulse),
        )
        for number, (pulse, share) in zip(_SOLVED_AS, _ERRORS.items(), strict=True)
    ),
    *(
        Row(
            f"T15.{number}",
            _claim(pulse, "stochastic LLG"),
            "Fokker-Planck",
            _ERRORS[pulse],
            _three_deviations(_ERRORS[pulse], few),
            partial(_sampled, pulse),
            _three_deviations(_ERRORS[pulse], many),
        )
        for number, (pulse, (few, many)) in zip(_SAMPLED_AS, _SAMPLED.items(), strict=True)
    ),
]
