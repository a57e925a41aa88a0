"""Magnets in time by the stochastic LLG equation: decay, precession, signs (T4 to T6, T10, T12)."""

from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from pbits.devices.axial import AxialMagnet
from pbits.devices.macrospin import BOLTZMANN, GAMMA, Magnet, Vector, diffusion
from pbits.devices.simulation import safe_step, simulate
from pbits.validation.fokker_planck import DECAY
from pbits.validation.magnets import FIELD, easy_axis, in_equilibrium, turned, unit_time
from pbits.validation.rows import Row

_UP, _DOWN = np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, -1.0])
# Ms 1.1e6 A/m, 30 x 30 x 2 nm^3, no anisotropy: (ns, -<m_z>) of OPUSLab's SPICE run.
_FREE = Magnet(1.1e6 * 30e-9 * 30e-9 * 2e-9, 0.01, Vector())
_SPICE = (
    (0.26, 0.9987), (8.59, 0.9341), (18.23, 0.8812), (28.91, 0.8127), (39.06, 0.7579),
    (49.48, 0.7031), (62.24, 0.6365), (68.23, 0.6111), (76.04, 0.5719), (82.55, 0.5426),
    (91.67, 0.5113), (97.66, 0.4936), (108.07, 0.4545), (113.80, 0.4349), (118.75, 0.4134),
    (124.74, 0.3958), (133.59, 0.3625), (143.75, 0.3390), (150.52, 0.3292), (159.37, 0.3096),
    (169.01, 0.2900), (177.08, 0.2685), (183.33, 0.2568), (198.18, 0.2196), (213.28, 0.1922),
    (221.61, 0.1824),
)  # fmt: skip
_OPUSLAB = "OPUSLab, Spin-Circuit-Designs, SPICE"
# Cells of (10 nm)^3 without exchange: Ms 1e6 A/m, Ku 2500 J/m^3, alpha 0.1, 100 K.
_CELL = Magnet(1e6 * 1e-24, 0.1, Vector(z=2 * 2500 / 1e6), 100.0)
_MUMAX_TIME = 5e-9
# Over the barrier: magnets, and radians of precession per step.
_MAGNETS = {1: (400_000, 0.05), 3: (300_000, 0.1), 5: (200_000, 0.15)}


@cache
def _free_decay(full: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nanoseconds and -<m_z>."""
    dt = 0.005 / (2 * float(diffusion(_FREE)))
    seen = simulate(
        _FREE, num_steps=400, record_every=4, dt=dt, num_devices=400_000 if full else 100_000,
        start=_DOWN, seed=1, keep_directions=False,
    )  # fmt: skip
    return seen.times * 1e9, -seen.mean[:, 2]


def _free_time(full: bool) -> float:
    times, means = _free_decay(full)
    (found,), _ = curve_fit(lambda t, tau: np.exp(-t / tau), times, means, p0=[100.0])
    return float(found)


def _distance_from_spice(full: bool) -> float:
    """Root of the mean square distance."""
    times, means = _free_decay(full)
    moments, theirs = np.array(_SPICE).T
    ours = np.interp(moments, np.concatenate([[0], times]), np.concatenate([[1], means]))
    return float(np.sqrt(np.mean((ours - theirs) ** 2)))


def _mumax(full: bool) -> float:
    steps = round(_MUMAX_TIME / min(safe_step(_CELL), 2e-11))
    seen = simulate(
        _CELL, num_steps=steps, dt=_MUMAX_TIME / steps, start=_UP, seed=2,
        num_devices=2_000_000 if full else 400_000, keep_directions=False,
    )  # fmt: skip
    return float(seen.mean[-1, 2])


def _mumax_law(full: bool) -> float:
    delta = 2500 * 1e-24 / (BOLTZMANN * 100.0)
    law = AxialMagnet(delta)
    start = np.zeros(law.num_cells)
    start[-1] = 1
    late = law.evolve(start, [_MUMAX_TIME * float(diffusion(_CELL))], steps_per_interval=2000)
    return law.mean(law.centres, late[0])


def _relaxation(delta: int, full: bool) -> float:
    """lambda_1 t_D from the decay of one well's population, by a quarter to three quarters of tau.

    Earlier, the well's bounds show; later, more magnets are needed for the same error.
    """
    count, angle = _MAGNETS[delta]
    count, dt = count * (4 if full else 1), turned(angle)
    every = round(unit_time() / DECAY[delta] / 4 / dt)
    seen = simulate(
        easy_axis(delta), num_steps=3 * every, record_every=every, dt=dt, num_devices=count,
        start=in_equilibrium(delta, count, 3, well=1), seed=3, keep_directions=False,
    )  # fmt: skip
    early, late = seen.mean[0, 2], seen.mean[2, 2]
    return float(np.log(early / late) / (2 * every * dt) * unit_time())


@cache
def _ringing(full: bool) -> tuple[float, float]:
    """Frequency (Hz) and amplitude's decay (1/s) of an in-plane magnet left 1 degree off axis."""
    magnet = Magnet(1e-18, 0.01, Vector(FIELD, 0.0, -0.5), 0.0)
    lean = np.radians(1.0)
    dt = turned(0.02, 0.5)
    seen = simulate(
        magnet, num_steps=8000, record_every=2, dt=dt, start=[np.cos(lean), np.sin(lean), 0.0],
        seed=0,
    )  # fmt: skip
    assert seen.m is not None

    def wave(t: NDArray, size: float, decay: float, turn: float, phase: float) -> NDArray:
        return size * np.exp(-decay * t) * np.cos(turn * t + phase)

    t, y = seen.times * 1e9, seen.m[:, 1, 0].astype(np.float64) / lean
    guess = [1.0, 0.01 * GAMMA * 0.35e-9, GAMMA * np.sqrt(FIELD * 0.6) * 1e-9, 0.0]
    (_, decay, turn, _), _ = curve_fit(wave, t, y, p0=guess)
    return turn * 1e9 / (2 * np.pi), decay * 1e9


def _frequency(full: bool) -> float:
    return _ringing(full)[0] * 1e-9


def _ring_down(full: bool) -> float:
    return _ringing(full)[1] * 1e-9


def _end(full: bool, **torques: Any) -> NDArray[np.float64]:
    magnet = Magnet(1e-18, 0.1, Vector(z=FIELD), 300.0, **torques)
    steps = 4000 if full else 1000
    found = simulate(
        magnet, num_steps=steps, dt=turned(0.1), num_devices=100, start=[1.0, 0.0, -1.0], seed=4
    )
    return found.final.astype(np.float64)


def _towards(full: bool) -> float:
    """Mean of m.p under twice the critical torque, from the other side."""
    return float(np.mean(_end(full, damping_like=Vector(z=2 * 0.1 * FIELD))[2]))


def _like_a_field(full: bool) -> float:
    """Largest difference of directions under a field-like torque and the same field."""
    vector = Vector(0.02, 0.01, 0.03)
    return float(np.max(np.abs(_end(full, field_like=vector) - _end(full, field=vector))))


ROWS = [
    Row(
        "T4.1", "relaxation time of a free magnet in ns, stochastic LLG", "1 / (2 D)",
        135.75, 0.02 * 135.75, _free_time,
    ),
    Row(
        "T4.2", "r.m.s. distance of <m_z>(t) from 26 published points, stochastic LLG", _OPUSLAB,
        0.0, 0.015, _distance_from_spice,
    ),
    Row(
        "T5.1", "<m_z> after 5 ns of free cells at 100 K, Fokker-Planck",
        "mumax3, test rk4temperature", 0.8366, 0.002, _mumax_law,
    ),
    Row(
        "T5.2", "<m_z> after 5 ns of free cells at 100 K, stochastic LLG",
        "mumax3, test rk4temperature", 0.8366, 0.002, _mumax,
    ),
    *(
        Row(
            f"T6.{number}", f"decay rate lambda_1 t_D, barrier {delta}, stochastic LLG",
            "Fokker-Planck", DECAY[delta], 0.03 * DECAY[delta], partial(_relaxation, delta),
        )
        for number, delta in enumerate(_MAGNETS, 11)
    ),
    Row(
        "T10.1", "resonance of an in-plane magnet in GHz, B_k 0.1 T, B_d 0.5 T",
        "Kittel", GAMMA * np.sqrt(0.06) / (2 * np.pi) * 1e-9, 0.005 * 6.865, _frequency,
    ),
    Row(
        "T10.2", "its ring-down in 1/ns, alpha 0.01", "alpha gamma (B_k + B_d / 2)",
        0.01 * GAMMA * 0.35e-9, 0.005 * 0.616, _ring_down,
    ),
    Row(
        "T12.1", "mean of m.p under a positive damping-like torque of 2 I_c, from -p",
        "sign convention", 1.0, 0.1, _towards,
    ),
    Row(
        "T12.2", "largest difference of a field-like torque from the same field",
        "equal in the equation", 0.0, 1e-5, _like_a_field,
    ),
]  # fmt: skip
