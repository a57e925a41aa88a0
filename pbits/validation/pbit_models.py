"""P-bit models: the easy-plane disk (T8), the telegraph (T17), quality of random bits (T21)."""

from functools import cache, partial
from typing import Any

import numpy as np
from scipy.optimize import brentq

from pbits.devices.bit_quality import bit_quality
from pbits.devices.kubo import EasyPlane, easy_plane
from pbits.devices.macrospin import BOLTZMANN, Magnet, Vector
from pbits.devices.rate_laws import BarrierRates
from pbits.devices.simulation import simulate
from pbits.devices.telegraph import Telegraph
from pbits.validation.magnets import TEMPERATURE, turned
from pbits.validation.rows import Row

_KUBO = "dephasing argument of R. Kubo; half times from 4000 simulated spins"
# Ms in A/m, diameter and thickness in m, hard-axis field in T, damping; half time in ps.
_DISKS = (
    ((8e5, 40e-9, 1.5e-9, 0.8, 0.01), 148.0),
    ((8e5, 40e-9, 1.5e-9, 0.8, 0.1), 208.0),
    ((8e5, 100e-9, 2.0e-9, 0.9, 0.01), 433.0),
)
_POINTS = 30
_TELEGRAPH = Telegraph(BarrierRates(delta=5.0, tau0=1e-9))
_LEVEL = 0.05


def _disk(number: int) -> tuple[EasyPlane, float, float, float]:
    """The model; moment, field and damping."""
    ms, diameter, thickness, field, alpha = _DISKS[number][0]
    moment = ms * np.pi / 4 * diameter**2 * thickness
    return easy_plane(moment, field, alpha), moment, field, alpha


def _half_time(number: int, full: bool) -> float:
    model = _disk(number)[0]
    found: Any = brentq(lambda t: float(model.direction_autocorrelation(t)) - 0.5, 1e-12, 1e-9)
    return 1e12 * found


@cache
def _apart(number: int, count: int) -> float:
    """Largest difference of the model's autocorrelation from that of simulated disks."""
    model, moment, field, alpha = _disk(number)
    rng = np.random.default_rng(number)
    phase = rng.uniform(0, 2 * np.pi, count)
    out = rng.normal(size=count) * np.sqrt(BOLTZMANN * TEMPERATURE / (moment * field))
    across = np.sqrt(1 - out**2)
    dt = turned(0.2, field)
    every = max(1, round(_DISKS[number][1] * 1e-12 / 12 / dt))
    found = simulate(
        Magnet(moment, alpha, Vector(z=-field), TEMPERATURE), num_steps=_POINTS * every, dt=dt,
        record_every=every, num_devices=count, seed=10 + number,
        start=np.stack([across * np.cos(phase), across * np.sin(phase), out]),
    )  # fmt: skip
    assert found.m is not None
    turn = np.arctan2(found.m[:, 1], found.m[:, 0]) - phase
    exact = np.asarray(model.direction_autocorrelation(found.times))
    return float(np.abs(np.cos(turn).mean(axis=1) - exact).max())


def _simulated(number: int, full: bool) -> float:
    return _apart(number, 100_000 if full else 10_000)


def _occupancy(full: bool) -> float:
    devices = 1_000_000 if full else 100_000
    run = _TELEGRAPH.sample(np.full(devices, _LEVEL), dt=1e-9, num_samples=1, seed=1)
    return float(run.spins[0].mean(dtype=float))


def _kept(full: bool) -> float:
    """Autocorrelation after one correlation time, in seven steps."""
    devices = 1_000_000 if full else 100_000
    gap = float(_TELEGRAPH.correlation_time())
    run = _TELEGRAPH.sample(np.zeros(devices), dt=gap / 7, num_samples=8, seed=2)
    return float(np.mean(run.spins[0] * run.spins[7].astype(float)))


def _passing(times: float, full: bool) -> float:
    gap = times * float(_TELEGRAPH.correlation_time())
    sequences = 2000 if full else 400
    found = bit_quality(_TELEGRAPH, gap, num_bits=500, num_sequences=sequences, seed=3)
    return found.passing()[1]


ROWS = (
    *(
        Row(f"T8.{k + 1}", f"easy-plane disk {k + 1}: half time of m_x, ps", _KUBO, half,
            0.03 * half, partial(_half_time, k))
        for k, (_, half) in enumerate(_DISKS)
    ),
    *(
        Row(f"T8.{k + 4}", f"easy-plane disk {k + 1}: largest error of C(t) against LLG", _KUBO,
            0.0, 0.02, partial(_simulated, k))
        for k in range(3)
    ),
    Row("T17.1", "telegraph, barrier 5: mean spin at 0.05 of the critical input",
        "tanh(2 delta i)", float(np.tanh(0.5)), 0.012, _occupancy),
    Row("T17.2", "telegraph: autocorrelation after one correlation time, in 7 steps",
        "exp(-1)", float(np.exp(-1)), 0.012, _kept),
    Row("T21.1", "runs test at 1 %: share of good sequences of 500 bits, every 4 tau_corr",
        "NIST SP 800-22", 0.99, 0.025, partial(_passing, 4.0)),
    Row("T21.2", "the same, every half tau_corr", "NIST SP 800-22", 0.0, 0.01,
        partial(_passing, 0.5)),
)  # fmt: skip
