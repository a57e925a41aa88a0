"""How p-bits differ from each other, and from one use to the next.

Barriers are normal, so that dwell times ``tau0 exp(barrier)`` are log-normal: their mean grows by
``exp(sigma**2 / 2)``, their median stays.  Slopes, conductances and TMR cannot change sign and are
log-normal about the nominal mean; offsets are normal.  All are drawn independently.

A device is a function of (seed, its number), a use of it one of (seed, use, number): more devices
or uses begin with the same ones, and the number of cores or accelerators does not matter.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

from pbits import checks
from pbits.random import row_keys, seed_key, sweep_key, words

Array = NDArray[np.float64]
_NUM_QUANTITIES = 5
_MOST_DEVICES = 2**26  # numbers of lanes in pbits.random


class Devices(NamedTuple):
    """P-bits ``P(up) = 1 / (1 + exp(-2 slope (x - offset)))``, each field a number or an array.

    Arrays of JAX, or of NumPy in float64; a pytree, so that `jax.grad` and `jax.vmap` take it.

    Attributes:
        barrier: over kT.
        tau0: seconds, so that a dwell at the offset lasts ``tau0 exp(barrier)`` on average.
        slope: per unit of the input x: 1/A, 1/V, or 1 where x is dimensionless.
        offset: x at which both states are equally likely.
        conductance: of the parallel state, S.
        tmr: tunnelling magnetoresistance, 1 for 100 %.
    """

    barrier: Any
    tau0: Any = 1e-9
    slope: Any = 1.0
    offset: Any = 0.0
    conductance: Any = 1e-4
    tmr: Any = 1.0

    @property
    def dwell(self) -> Any:
        """Mean time in a state at the offset, seconds: twice the correlation time."""
        exponential = jnp.exp if isinstance(self.barrier, jax.Array) else np.exp
        return self.tau0 * exponential(self.barrier)

    def up(self, x: Any) -> Any:
        """P(up) at input x."""
        logit = 2 * self.slope * (x - self.offset)
        return jax.nn.sigmoid(logit) if isinstance(logit, jax.Array) else expit(logit)


@dataclass(frozen=True)
class Spread:
    """Standard deviations.

    Args:
        barrier: in kT; :func:`barrier_spread` gives it from geometry and material.
        slope, conductance, tmr: as shares of the nominal value.
        offset: in units of the input.

    Raises:
        ValueError: on negative ones.
    """

    barrier: float = 0.0
    slope: float = 0.0
    offset: float = 0.0
    conductance: float = 0.0
    tmr: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            checks.non_negative(name, value)


def barrier_spread(
    barrier: float, volume: float = 0.0, anisotropy: float = 0.0, moment: float = 0.0
) -> float:
    """Standard deviation of the barrier in kT from relative ones of what it is a product of.

    Small independent errors add in quadrature.  A barrier that is a small difference of large terms
    varies by more: give that of the difference as `anisotropy`.

    Args:
        barrier: nominal, over kT.
        volume, anisotropy, moment: relative standard deviations of V, B_k and Ms.

    Example:
        >>> round(barrier_spread(1.0, 0.063, 0.04, 0.02), 3)
        0.077
    """
    checks.non_negative("barrier", barrier)
    parts = {"volume": volume, "anisotropy": anisotropy, "moment": moment}
    return barrier * float(np.hypot.reduce([checks.non_negative(*part) for part in parts.items()]))


def draw_devices(
    nominal: Devices, spread: Spread, count: int, *, seed: int | None = None
) -> Devices:
    """Devices that differ from a nominal one.

    Args:
        nominal: every field a number.
        spread: between devices.
        count: of devices.
        seed: drawn by default.

    Returns:
        Fields [count].  Barriers stay above 0: their normal law is cut there.

    Raises:
        ValueError: on a nominal barrier, slope, conductance or TMR not above 0.

    Example:
        >>> found = draw_devices(Devices(20.0), Spread(barrier=1.0), 100_000, seed=1)
        >>> bool(abs(found.dwell.mean() / np.median(found.dwell) / np.exp(1 / 2) - 1) < 0.02)
        True
    """
    count = checks.whole_number("count", count, 1)
    checks.finite("offset", nominal.offset)
    for name in ("barrier", "tau0", "slope", "conductance", "tmr"):
        checks.positive(name, getattr(nominal, name))
    return _varied(nominal, spread, _scores(0, 1, count, seed)[:, 0])


def draw_cycles(
    devices: Devices, spread: Spread, cycles: int, *, memory: float = 0.0, seed: int | None = None
) -> Devices:
    """The same devices in one use after another, varied about what each of them is.

    Args:
        devices: fields [count], of :func:`draw_devices`.
        spread: between uses of one device.  Barriers are cut at 0 again.
        cycles: number of uses.
        memory: correlation between one use and the next, below 1; 0 for none.
        seed: drawn by default.

    Returns:
        Fields [cycles, count].

    Raises:
        ValueError: on a memory not in [0, 1).

    Example:
        >>> one = draw_devices(Devices(20.0), Spread(), 3, seed=1)
        >>> draw_cycles(one, Spread(offset=0.1), 1000, seed=2).offset.shape
        (1000, 3)
    """
    cycles, shape = checks.whole_number("cycles", cycles, 1), np.shape(devices.offset)
    if len(shape) != 1:
        raise ValueError(f"fields of devices have shape {shape}; expected [count], of draw_devices")
    if not 0 <= memory < 1:
        raise ValueError(f"memory is {memory!r}; expected a correlation of at least 0 and below 1")
    scores = _scores(1, cycles, shape[0], seed)
    for k in range(1, cycles if memory else 1):
        scores[:, k] = memory * scores[:, k - 1] + np.sqrt(1 - memory**2) * scores[:, k]
    return _varied(devices, spread, scores)


def _scores(stream: int, cycles: int, count: int, seed: int | None) -> Array:
    """Standard normal [5, cycles, count] of a seed; streams 0 and 1 are independent."""
    if count >= _MOST_DEVICES:
        raise ValueError(f"count is {count}; expected fewer than {_MOST_DEVICES} devices")
    key = seed_key(checks.seed_or_random(seed))
    drawn = np.asarray(_words(key, stream, np.arange(cycles, dtype=np.uint32), count))
    return ndtri((drawn.astype(np.float64) + 0.5) / 2.0**32)


@partial(jax.jit, static_argnums=3)
def _words(key: jax.Array, stream: jax.Array, cycles: jax.Array, count: int) -> jax.Array:
    lane = jnp.arange(count, dtype=jnp.uint32)
    row = _NUM_QUANTITIES * jnp.uint32(stream) + jnp.arange(_NUM_QUANTITIES, dtype=jnp.uint32)
    return jax.vmap(lambda k: words(row_keys(sweep_key(key, k), row), lane, 0), out_axes=1)(cycles)


def _varied(mean: Devices, spread: Spread, scores: Array) -> Devices:
    """Devices from standard normal scores [5, ...]."""
    barrier, slope, offset, conductance, tmr = scores
    return Devices(
        _above_zero(np.asarray(mean.barrier, float), spread.barrier, barrier),
        np.broadcast_to(mean.tau0, barrier.shape),
        mean.slope * _log_normal(spread.slope, slope),
        mean.offset + spread.offset * offset,
        mean.conductance * _log_normal(spread.conductance, conductance),
        mean.tmr * _log_normal(spread.tmr, tmr),
    )


def _above_zero(mean: Array, spread: float, score: Array) -> Array:
    """Normal, cut at 0, one score for one number."""
    if not spread:
        return np.broadcast_to(mean, score.shape).copy()
    missing = ndtr(-mean / spread)
    # From the upper tail, which keeps its digits: a cut far away changes nothing.
    return mean - spread * ndtri((1 - missing) * ndtr(-score))


def _log_normal(relative: float, score: Array) -> Array:
    """Of mean 1 and standard deviation `relative`."""
    variance = np.log1p(relative**2)
    return np.exp(np.sqrt(variance) * score - variance / 2)
