"""Write errors of an axial magnet at barrier 60 and twice the critical torque (T15)."""

from functools import cache, partial

import numpy as np

from pbits.devices.axial import AxialMagnet
from pbits.devices.simulation import simulate
from pbits.validation.magnets import easy_axis, in_equilibrium, turned, unit_time
from pbits.validation.rows import Row

_BARRIER, _TORQUE = 60.0, 2.0
# Pulse over t_D: share of magnets that have not switched.
_ERRORS = {2: 0.5948, 3: 0.1098, 4: 0.01526, 5: 2.044e-3, 6: 2.725e-4, 8: 4.834e-6}
_BLOCK = 100_000
_ANGLE = 0.05  # radians of precession per step; at 0.2 errors are 4 % too frequent
# Pulse: (magnets, in full); three standard deviations of the fewer are the tolerance.
_SAMPLED = {3: (100_000, 1_000_000), 4: (100_000, 1_000_000), 6: (200_000, 2_000_000)}


@cache
def _law(full: bool) -> dict[int, float]:
    cells = 4000 if full else 2000
    rest, pulse = AxialMagnet(_BARRIER, 0.0, cells), AxialMagnet(_BARRIER, _TORQUE, cells)
    start = np.where(rest.centres < 0, rest.stationary, 0)
    times = np.array(list(_ERRORS)) / (2 * _BARRIER)
    late = pulse.evolve(start / start.sum(), times)
    return dict(zip(_ERRORS, late[:, rest.centres < 0].sum(axis=1).tolist(), strict=True))


def _error(pulse: int, full: bool) -> float:
    return _law(full)[pulse]


def _sampled(pulse: int, full: bool) -> float:
    magnet, dt = easy_axis(_BARRIER, torque=_TORQUE), turned(_ANGLE)
    steps = round(pulse * unit_time() / dt)
    blocks = _SAMPLED[pulse][full] // _BLOCK
    failed = 0
    for seed in range(blocks):
        end = simulate(
            magnet, num_steps=steps, dt=pulse * unit_time() / steps, num_devices=_BLOCK,
            start=in_equilibrium(_BARRIER, _BLOCK, seed, well=-1), seed=seed,
        )  # fmt: skip
        failed += int(np.sum(end.final[2] < 0))
    return failed / (blocks * _BLOCK)


def _three_deviations(share: float, count: int) -> float:
    return 3 * float(np.sqrt(share * (1 - share) / count))


ROWS = [
    *(
        Row(
            f"T15.{number}",
            f"write error after {pulse} t_D, barrier 60, torque 2 I_c, Fokker-Planck",
            "Fokker-Planck, independently",
            share,
            0.02 * share,
            partial(_error, pulse),
        )
        for number, (pulse, share) in enumerate(_ERRORS.items(), 1)
    ),
    *(
        Row(
            f"T15.{number}",
            f"write error after {pulse} t_D, barrier 60, torque 2 I_c, stochastic LLG",
            "Fokker-Planck",
            _ERRORS[pulse],
            _three_deviations(_ERRORS[pulse], few),
            partial(_sampled, pulse),
        )
        for number, (pulse, (few, _)) in enumerate(_SAMPLED.items(), 7)
    ),
]
