"""A free layer of many grains as a cell of many levels.

Grains of a continuous film switch one by one, each with its own barrier and critical current, so
the mean conductance follows an S-shaped curve of the write current: the curve of one grain
convolved with the distribution of critical currents.  Its level fluctuates from write to write
with ``std = sqrt(sum_k w_k**2 p_k (1 - p_k))``, at most ``1 / (2 sqrt(N))``: tight at both ends,
noisy in the middle.  The distribution of grains is frozen, so it makes repeated writes *less*
noisy than a binomial law of the same mean: half set, for normal curves and disorder of d times a
grain's own width, ``N std**2 = 1/4 - arcsin(d**2 / (1 + d**2)) / (2 pi)``.

Exchange between grains is a mean field: with the others' magnetisation M between -1 and 1 a grain
sees the bias ``I / I_c + exchange M``, exchange being their field over the grain's anisotropy
field.  Torque and field share an equation only on an axial magnet, which grains are taken to be.
A grain held back (negative bias) switches by the law of one exponential, see
:mod:`~pbits.devices.write_table`: too seldom in short pulses, where it hardly switches at all.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike, NDArray

from pbits import checks, random
from pbits.devices.checking import positive_array
from pbits.devices.write_table import SwitchingTable, check_ranges, log_hazard, probability


class Film(NamedTuple):
    """Grains of a free layer, [grains] each.

    Attributes:
        delta: barriers over kT.
        critical_current: A, of the whole film at which a grain becomes unstable.
        unit_time: t_D, s.
        weight: shares of the area, of sum 1.
        exchange: mean field of all grains over the anisotropy field, one number.
    """

    delta: jax.Array
    critical_current: jax.Array
    unit_time: jax.Array
    weight: jax.Array
    exchange: jax.Array | float = 0.0


def lognormal_film(
    num_grains: int,
    *,
    delta: float,
    critical_current: float,
    unit_time: float,
    delta_spread: float = 0.0,
    current_spread: float = 0.15,
    exchange: float = 0.0,
    seed: int = 0,
) -> Film:
    """Grains of equal area with lognormal barriers and critical currents of given means.

    Args:
        num_grains: N.
        delta, critical_current, unit_time: means.
        delta_spread, current_spread: standard deviations of the logarithms, independent.
        exchange: see :class:`Film`.
        seed: of the frozen disorder.

    Example:
        >>> film = lognormal_film(60, delta=40.0, critical_current=1e-4, unit_time=1e-9)
        >>> film.delta.shape, bool(abs(film.weight.sum() - 1) < 1e-6)
        ((60,), True)
    """
    count = checks.whole_number("num_grains", num_grains, 1)
    rng = np.random.default_rng([seed, 4])

    def drawn(name: str, mean: float, spread: float) -> jax.Array:
        spread = checks.non_negative(f"spread of {name}", spread)
        factor = np.exp(spread * rng.standard_normal(count) - spread**2 / 2)
        return jnp.asarray(positive_array(name, mean) * factor, jnp.float32)

    currents = drawn("critical_current", critical_current, current_spread)
    barriers = drawn("delta", delta, delta_spread)
    times = jnp.full(count, positive_array("unit_time", unit_time), jnp.float32)
    share = jnp.full(count, 1 / count, jnp.float32)
    return Film(barriers, currents, times, share, checks.finite("exchange", exchange))


def grain_probabilities(
    table: SwitchingTable, film: Film, current: ArrayLike, seconds: ArrayLike,
    magnetisation: ArrayLike = -1.0,
) -> jax.Array:  # fmt: skip
    """Probability that each grain switches in a pulse, [..., grains]; differentiable.

    Args:
        table: of all barriers of the film.
        film: of grains.
        current, seconds: of the pulse, [...].
        magnetisation: mean of the film during it, [...], which matters with exchange.

    Example:
        >>> from pbits.devices.write_table import switching_table
        >>> film = lognormal_film(60, delta=40.0, critical_current=1e-4, unit_time=1e-9)
        >>> table = switching_table(film.delta)
        >>> p = grain_probabilities(table, film, jnp.array([0.5e-4, 4e-4]), 5e-9)
        >>> p.shape, bool(p[0].mean() < 0.01), bool(p[1].mean() > 0.99)
        ((2, 60), True, True)
    """
    current, seconds = (jnp.asarray(x, jnp.float32)[..., None] for x in (current, seconds))
    field = film.exchange * jnp.asarray(magnetisation, jnp.float32)[..., None]
    bias = current / film.critical_current + field
    tau = seconds / film.unit_time
    check_ranges(table, film.delta, 0.0, tau)
    # Not `switching_probability`: neighbours may well hold a grain back.
    return probability(*log_hazard(table, film.delta, bias, tau))


def mean_field_probabilities(
    table: SwitchingTable, film: Film, current: ArrayLike, seconds: ArrayLike, rounds: int = 60
) -> jax.Array:
    """The same with the magnetisation that the switched grains themselves make, from all down.

    The lowest solution of ``M = 2 sum w p(I, M) - 1``, found from below: it jumps where exchange is
    strong.  Quasi-static: grains see the field at the end of the pulse during all of it.
    """

    def again(_: int, p: jax.Array) -> jax.Array:
        return grain_probabilities(table, film, current, seconds, 2 * p @ film.weight - 1)

    start = jnp.zeros_like(grain_probabilities(table, film, current, seconds))
    return lax.fori_loop(0, rounds, again, start)


def write_film(
    table: SwitchingTable, film: Film, current: ArrayLike, seconds: ArrayLike, *,
    num_writes: int, seed: int, rounds: int = 60,
) -> jax.Array:  # fmt: skip
    """Switched grains of repeated writes from all down, bool [writes, grains].

    With exchange, grains switched raise the bias of the others until no more follow: an
    avalanche, each grain keeping its random number.  As quasi-static as
    :func:`mean_field_probabilities`.

    Args:
        table, film, current, seconds: as there, of one pulse.
        num_writes: of fresh noise on the same grains.
        seed: of the noise.
        rounds: of an avalanche at most.

    Example:
        >>> from pbits.devices.write_table import switching_table
        >>> film = lognormal_film(60, delta=40.0, critical_current=1e-4, unit_time=1e-9)
        >>> table = switching_table(film.delta)
        >>> write_film(table, film, 2e-4, 5e-9, num_writes=3, seed=1).shape
        (3, 60)
    """
    grain = jnp.arange(film.delta.shape[0], dtype=jnp.uint32)
    lane = jnp.arange(num_writes, dtype=jnp.uint32)
    chance = random.uniforms(random.row_keys(random.seed_key(seed), grain), lane).T

    def again(_: int, switched: jax.Array) -> jax.Array:
        m = 2 * switched.astype(jnp.float32) @ film.weight - 1
        return chance < grain_probabilities(table, film, current, seconds, m)

    # Without exchange one round says it all.
    return lax.fori_loop(0, rounds if film.exchange else 1, again, jnp.zeros_like(chance, bool))


def level_mean(film: Film, probabilities: jax.Array) -> jax.Array:
    """Mean share of the area that has switched, [...] from [..., grains]."""
    return probabilities @ film.weight


def level_std(film: Film, probabilities: jax.Array) -> jax.Array:
    """Standard deviation of the level over writes of the same grains, without exchange."""
    return jnp.sqrt((probabilities * (1 - probabilities)) @ jnp.square(film.weight))


def binomial_std(level: ArrayLike, num_grains: int) -> jax.Array:
    """What the deviation would be if the grains were equal: an upper bound for equal areas."""
    level = jnp.asarray(level, jnp.float32)
    return jnp.sqrt(level * (1 - level) / num_grains)


def distinguishable_levels(num_grains: ArrayLike, sigmas: ArrayLike) -> NDArray[np.float64]:
    """How many levels fit side by side, each `sigmas` standard deviations to either side.

    ``1 + (pi / 2) sqrt(N) / k``: the length of [0, 1] in units of ``2 k sqrt(p (1 - p) / N)``, for
    equal grains; frozen disorder allows more.

    Example:
        >>> round(float(distinguishable_levels(60, 2)), 1)
        7.1
    """
    k = positive_array("sigmas", sigmas)
    return 1 + np.pi / 2 * np.sqrt(positive_array("num_grains", num_grains)) / k


def level_targets(count: int) -> NDArray[np.float64]:
    """Mean levels from 0 to 1 that are equally well apart, ``sin(pi j / (2 (L - 1)))**2``."""
    checks.whole_number("count", count, 2)
    return np.sin(np.pi / 2 * np.arange(count) / (count - 1)) ** 2
