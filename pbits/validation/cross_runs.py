"""The same magnets in this library and in cmtj's code (T23), both run anew.

Steps are of half a picosecond, 0.09 radians of precession, in both.  Rates ask for half of it:
where a spin diffuses by 0.009 rad^2 in a step, those of plain Heun are over a percent too high.
What is compared is a ratio or a difference, with the statistical error of both sides.
"""

import numpy as np
from numpy.typing import NDArray

from pbits import cmtj_magnet
from pbits.cmtj_magnet import Peer, Spin
from pbits.devices.macrospin import diffusion
from pbits.devices.simulation import simulate
from pbits.validation.magnets import in_equilibrium, unit_time
from pbits.validation.rows import Measured, NotRun, Row

Array = NDArray[np.float64]
_DT, _FINE = 5e-13, 2.5e-13
_EVERY = 16  # steps between records
_BATCHES = 50
_FREE = Spin(4e-8, field=1e-9)
_WELLS = Spin(3.0)
_DRIVEN = Spin(2.0, damping_like=0.5 * 0.1)  # half the critical torque
_LOW = Spin(1.0)
_OBLIQUE = Spin(
    0.5, alpha=0.3, damping_like=0.3, field_like=0.2, polariser=(0.48, -0.6, 0.64),
    start=(0.6, 0.48, -0.64), temperature=0.0,
)  # fmt: skip
_LAG = 12  # records of the finer step; one relaxation time is 22


def run(spin: Spin, *, dt: float, num_steps: int, every: int, seed: int) -> Array:
    """Directions [3, k] that cmtj gives, as `Peer.run` has them.

    Raises:
        NotRun: where cmtj is not installed.
    """
    if not cmtj_magnet.installed():
        raise NotRun(cmtj_magnet.MISSING)
    return Peer(spin, seed).run(dt=dt, num_steps=num_steps, every=every)


def _theirs(
    spin: Spin, full: bool, seed: int, dt: float = _DT, num_steps: int = 8_000_000
) -> Array:
    """m_z of a long run of cmtj, four times as long in full, without its beginning."""
    steps = num_steps * (4 if full else 1)
    return run(spin, dt=dt, num_steps=steps, every=_EVERY, seed=seed)[2, 1000:]


def _ours(
    spin: Spin, records: int, count: int, start: Array | None = None, dt: float = _DT
) -> Array:
    """m_z of many magnets after the time of so many records."""
    seen = simulate(
        spin.magnet(), num_steps=records * _EVERY, dt=dt, num_devices=count, start=start, seed=1,
        keep_directions=False,
    )  # fmt: skip
    return seen.final[2].astype(np.float64)


def _relaxed(spin: Spin, units: float, full: bool) -> Array:
    """After so many t_D from an even start on the sphere."""
    records = round(units * unit_time(spin.alpha, spin.field) / _DT / _EVERY)
    return _ours(spin, records, 400_000 if full else 100_000)


def _batched(values: Array) -> Measured:
    """Mean of a series whose neighbours are correlated."""
    parts = np.array([part.mean() for part in np.array_split(values, _BATCHES)])
    return Measured(float(values.mean()), float(parts.std(ddof=1) / np.sqrt(_BATCHES)))


def _ratio(one: Measured, other: Measured) -> Measured:
    value = one.value / other.value
    relative = np.hypot(one.standard_error / one.value, other.standard_error / other.value)
    return Measured(value, float(abs(value) * relative))


def _thermal_field(full: bool) -> Measured:
    """Mean square turn of a free magnet in a step, over 4 D dt."""
    m = run(_FREE, dt=_DT, num_steps=1_000_000 if full else 200_000, every=1, seed=1)
    turns = np.sum(np.diff(m, axis=1) ** 2, axis=0)
    found = _batched(turns)
    exact = 4 * float(diffusion(_FREE.magnet())) * _DT
    return Measured(found.value / exact, found.standard_error / exact)


def _squares(full: bool) -> Measured:
    theirs = _batched(_theirs(_WELLS, full, 2) ** 2)
    return _ratio(theirs, _batched(_relaxed(_WELLS, 10, full) ** 2))


def _pushed(full: bool) -> Measured:
    return _ratio(_batched(_theirs(_DRIVEN, full, 3)), _batched(_relaxed(_DRIVEN, 20, full)))


def _decay(early: Array, late: Array) -> Measured:
    """Logarithm of the ratio of two means, sampled together."""
    pairs = zip(np.array_split(early, _BATCHES), np.array_split(late, _BATCHES), strict=True)
    means = early.mean(), late.mean()
    parts = [a.mean() / means[0] - b.mean() / means[1] for a, b in pairs]
    error = np.std(parts, ddof=1) / np.sqrt(_BATCHES)
    return Measured(float(np.log(means[0] / means[1])), float(error))


def _relaxation(full: bool) -> Measured:
    """Decay of the autocorrelation of m_z in half a relaxation time."""
    z = _theirs(_LOW, full, 4, _FINE, 24_000_000)
    theirs = _decay(z[:-_LAG] ** 2, z[:-_LAG] * z[_LAG:])
    count = 1_600_000 if full else 400_000
    start = in_equilibrium(_LOW.delta, count, 5)
    ours = _decay(start[2] ** 2, start[2] * _ours(_LOW, _LAG, count, start, _FINE))
    return _ratio(theirs, ours)


def _quiet(full: bool) -> float:
    """Largest difference of the two directions after 40 ps without noise."""
    steps = 80
    theirs = run(_OBLIQUE, dt=_DT, num_steps=steps, every=1, seed=1)[:, -1]
    ours = simulate(_OBLIQUE.magnet(), num_steps=steps, dt=_DT, start=_OBLIQUE.start, seed=1)
    return float(np.max(np.abs(theirs - ours.final[:, 0])))


_BROWN = "Brown, Phys. Rev. 130, 1677 (1963)"
_PEER = "cmtj, Heun's method at 0.5 ps"
ROWS = [
    Row("T23.1", "variance of cmtj's thermal field over 2 alpha kT / (gamma Ms V)", _BROWN, 1.0,
        0.02, _thermal_field),
    Row("T23.2", "<m_z^2> at barrier 3: cmtj's over that of the stochastic LLG here", _PEER, 1.0,
        0.02, _squares),
    Row("T23.3", "<m_z> at barrier 2, spin torque 0.5 I_c: cmtj's over that here", _PEER, 1.0,
        0.02, _pushed),
    Row("T23.4", "decay rate of the autocorrelation of m_z at barrier 1: cmtj's over that here",
        _PEER.replace("0.5", "0.25"), 1.0, 0.02, _relaxation),
    Row("T23.5", "largest difference of m after 40 ps of two spin torques, without noise", _PEER,
        0.0, 0.005, _quiet),
]  # fmt: skip
