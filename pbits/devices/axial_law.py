"""The axial magnet's long-run law and slow times in JAX: float32, batched, differentiable.

The equation is that of :mod:`pbits.devices.axial`.  Everything is a sum of positive numbers on a
grid, so that nothing cancels: times are integrals of populations over ``(1 - z**2) p``, and the
slowest decay comes from inverse iteration with the inverse of the generator in that same form.
Times are in units of 1 / D.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from pbits.devices.checking import Number

_CELLS = 400  # an even number: m_z = 0 is an edge
_RANGE = 80.0
_ROUNDS = 14  # of inverse iteration; each leaves at most half of the faster modes' share


class Law(NamedTuple):
    """On a grid of cells that are narrower towards either pole.

    Attributes:
        centres: [cells] m_z.
        share: [..., cells] of probability.
        edges: [cells - 1] m_z, between cells.
        below: [..., cells - 1] probability below each edge.
        above: [..., cells - 1] and above it, precise where it is small.
        friction: [..., cells - 1] from centre to centre, the integral of ``1 / ((1 - z**2) p)``.
    """

    centres: jax.Array
    share: jax.Array
    edges: jax.Array
    below: jax.Array
    above: jax.Array
    friction: jax.Array


def axial_law(delta: Number, bias: Number) -> Law:
    """The law of m_z at a barrier over kT and a reduced bias; both broadcast.

    Example:
        >>> law = axial_law(3.0, 0.0)
        >>> round(float(jnp.sum(law.share * law.centres**2)), 4)
        0.6262
    """
    # z = sin x: dz = cos x dx, and 1 - z**2 = cos(x)**2.
    marks = jnp.pi * (jnp.arange(2 * _CELLS - 1) + 1) / (2 * _CELLS) - jnp.pi / 2
    x, between = marks[::2], marks[1::2]
    spacing = jnp.pi / _CELLS
    delta, bias = (jnp.asarray(v)[..., None] for v in (delta, bias))

    def log_weight(angle: jax.Array) -> jax.Array:
        z = jnp.sin(angle)
        return delta * z * (z + 2 * bias)

    inside, at_edges = log_weight(x), log_weight(between)
    total = jax.nn.logsumexp(inside + jnp.log(jnp.cos(x) * spacing), axis=-1, keepdims=True)
    share = jnp.exp(inside - total) * jnp.cos(x) * spacing
    # Where p is below exp(-_RANGE) nothing passes; its inverse would leave float32.
    friction = jnp.exp(jnp.minimum(total - at_edges, _RANGE)) / jnp.cos(between) * spacing
    below, above = _from_below(share)[..., :-1], _from_above(share)[..., 1:]
    return Law(jnp.sin(x), share, jnp.sin(between), below, above, friction)


def mean_spin(law: Law, level: Number = 0.0) -> jax.Array:
    """Long-run mean of the sign of m_z + level."""
    low, high = _split(law, jnp.asarray(level))
    return high - low


def correlation_time(law: Law, level: Number = 0.0) -> jax.Array:
    """Integral of the normalised autocorrelation of the sign of m_z + level.

    ``Int H**2 / ((1 - z**2) p) dz / variance`` with H the integral of p times the deviation.

    Example:
        >>> round(float(correlation_time(axial_law(1e-3, 0.0))), 3)  # a free magnet: ln 4 - 1
        0.386
    """
    level = jnp.asarray(level)
    low, high = (part[..., None] for part in _split(law, level))
    # Twice the smaller of both products: they are equal at the level.
    passed = jnp.where(law.edges < -level[..., None], high * law.below, low * law.above)
    time = jnp.sum(passed * (passed * law.friction), -1)
    variance = (low * high)[..., 0]
    return jnp.where(variance > 0, time / jnp.where(variance > 0, variance, 1.0), 0.0)


def slowest_rate(law: Law) -> jax.Array:
    """lambda_1, the smallest decay rate above zero, of a magnet with a barrier.

    Within 5e-4 where ``|bias| < 1`` and ``delta (1 + |bias|)**2 <= 75``.  Without a barrier the
    slowest mode may be one of the empty tail, which no observable shows.

    Example:
        >>> round(float(slowest_rate(axial_law(3.0, 0.0))) / 6, 5)  # in units of 1 / t_D
        0.07857
    """

    def scaled(slope: jax.Array) -> jax.Array:
        return slope / jnp.max(slope, -1, keepdims=True)

    def inverse(slope: jax.Array, _: None) -> tuple[jax.Array, None]:
        return scaled(_passed(law, _mode(law, slope)) * law.friction), None

    slope, _ = lax.scan(inverse, scaled(_first(law)), length=_ROUNDS)
    mode = _mode(law, slope)
    passed = _passed(law, mode)
    return jnp.sum(law.share * mode**2, -1) / jnp.sum(passed * (passed * law.friction), -1)


def passage_time(law: Law, low: float, high: float) -> jax.Array:
    """Mean time from m_z = low up to high, a cell or more apart."""
    start, end = law.centres[:-1], law.centres[1:]
    covered = (jnp.minimum(end, high) - jnp.maximum(start, low)) / (end - start)
    return jnp.sum(jnp.clip(covered, 0, 1) * law.below * law.friction, -1)


def _first(law: Law) -> jax.Array:
    """Slope of the mean time to a crossing, about that of the slowest mode."""
    return jnp.minimum(law.below, law.above) * law.friction


def _split(law: Law, level: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Probabilities of m_z below and above -level, each precise where it is small."""
    marks = jnp.concatenate([jnp.array([-1.0]), law.edges, jnp.array([1.0])])
    start, end = marks[:-1], marks[1:]
    part = jnp.clip((-level[..., None] - start) / (end - start), 0, 1)
    return jnp.sum(law.share * part, -1), jnp.sum(law.share * (1 - part), -1)


def _mode(law: Law, slope: jax.Array) -> jax.Array:
    """What rises by `slope` from cell to cell and has no mean, [..., cells]."""
    nothing = jnp.zeros((*slope.shape[:-1], 1), slope.dtype)
    risen = jnp.concatenate([nothing, _from_below(law.below * slope)], -1)
    to_rise = jnp.concatenate([_from_above(law.above * slope), nothing], -1)
    return risen - to_rise


def _passed(law: Law, mode: jax.Array) -> jax.Array:
    """Minus the integral of p times a mode up to each edge, from the side where it has one sign."""
    weight = law.share * mode
    low, high = _from_below(weight)[..., :-1], _from_above(weight)[..., 1:]
    return jnp.where(mode[..., :-1] < 0, -low, high)


def _from_below(values: jax.Array) -> jax.Array:
    return jnp.cumsum(values, axis=-1)


def _from_above(values: jax.Array) -> jax.Array:
    return jnp.flip(jnp.cumsum(jnp.flip(values, -1), axis=-1), -1)
