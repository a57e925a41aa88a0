"""How many parts of a cell a pulse has switched: exact distributions, draws, and wrong levels."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import xlogy
from numpy.typing import ArrayLike

from crossbar import chance
from crossbar.cells.pulse_map import PulseMap, mean_level, part_chances
from crossbar.checking import check_range

_TIE = 1e-5  # shares that are the same to float32


def count_chances(
    law: PulseMap, voltage: ArrayLike, pulses: ArrayLike = 1, seconds: ArrayLike | None = None
) -> jax.Array:
    """Chance of each number of parts that are up, over devices and writes, [..., parts + 1].

    The binomial law of the mean level; of writes of one device see :func:`device_counts`.

    Args:
        law, voltage, pulses, seconds: as `pulse_map.part_chances`.

    Example:
        >>> found = count_chances(PulseMap(0.9, 0.02, 0.05, parts=2), 0.9)
        >>> found.round(4).tolist()
        [0.25, 0.5, 0.25]
    """
    return binomial(mean_level(law, voltage, pulses, seconds), law.parts)


def binomial(share: ArrayLike, parts: int) -> jax.Array:
    """Binomial chances of 0 to `parts`, [..., parts + 1]; differentiable.

    Shares within a float32's rounding of 0 and 1 are taken as the next that are not.

    Example:
        >>> binomial(0.5, 2).round(6).tolist()
        [0.25, 0.5, 0.25]
    """
    tiny = np.finfo(np.float32)
    p = jnp.clip(jnp.asarray(share, jnp.float32), tiny.tiny, 1 - tiny.epsneg)[..., None]
    # Chances at p = k / parts in float64, less what p is away from there: large logarithms, which
    # float32 would round, cancel on the host.
    up = np.arange(parts + 1)
    down = up[::-1]
    factorials = np.cumsum(np.log(np.maximum(up, 1)))
    top = factorials[-1] - _peak(up, factorials) - _peak(down, factorials) - parts * np.log(parts)
    away = sum(
        xlogy(jnp.asarray(count, jnp.float32), jnp.asarray(np.maximum(count, 1) / parts) / chance_)
        for count, chance_ in ((up, p), (down, 1 - p))
    )
    chances = jnp.exp(jnp.asarray(top, jnp.float32) - away)
    return chances / chances.sum(-1, keepdims=True)


def _peak(count: np.ndarray, factorials: np.ndarray) -> np.ndarray:
    """``log(k!) - k log k``."""
    return factorials[count] - count * np.log(np.maximum(count, 1))


def device_counts(chances: ArrayLike) -> jax.Array:
    """Chance of each number of parts that are up in writes of one device, [..., parts + 1].

    Parts that differ are added one by one.

    Args:
        chances: [..., parts], of `pulse_map.part_chances`.

    Example:
        >>> device_counts([0.5, 1.0]).tolist()
        [0.0, 0.5, 0.5]
    """
    each = jnp.moveaxis(jnp.asarray(chances, jnp.float32), -1, 0)
    none = jnp.zeros((*each.shape[1:], each.shape[0] + 1)).at[..., 0].set(1.0)

    def add(held: jax.Array, p: jax.Array) -> tuple[jax.Array, None]:
        p = p[..., None]
        more = jnp.concatenate([jnp.zeros_like(held[..., :1]), held[..., :-1]], -1)
        return held * (1 - p) + more * p, None

    return lax.scan(add, none, each)[0]


def draw_scores(key: jax.Array, law: PulseMap, shape: tuple[int, ...] = ()) -> jax.Array:
    """Scores of the thresholds of devices, [*shape, parts]: what a chip keeps.

    Example:
        >>> draw_scores(jax.random.key(0), PulseMap(0.9, 0.02, parts=5), (3,)).shape
        (3, 5)
    """
    return chance.normal(key, (*shape, law.parts), jnp.float32)


def write_parts(
    key: jax.Array, law: PulseMap, scores: jax.Array, voltage: ArrayLike, pulses: ArrayLike = 1,
    seconds: ArrayLike | None = None,
) -> jax.Array:  # fmt: skip
    """Parts that are up after one write from all down, int32 [...].

    Args:
        key: of this write.
        law, voltage, pulses, seconds: as `pulse_map.part_chances`.
        scores: [..., parts], of :func:`draw_scores`.

    Example:
        >>> law = PulseMap(0.9, 0.02, 0.05, parts=5)
        >>> one, two = jax.random.split(jax.random.key(0))
        >>> int(write_parts(one, law, draw_scores(two, law), 1.5))
        5
    """
    chances = part_chances(law, voltage, scores, pulses, seconds)
    return jnp.sum(chance.uniform(key, chances.shape) < chances, -1)


def level_confusion(law: PulseMap, shares: ArrayLike, means: ArrayLike) -> jax.Array:
    """Chance that a level, once written, is nearest to each level, [levels, levels].

    Row k is what is found where k was written, over devices and writes: what is not on the diagonal
    is the error of programming each level without verification.  A number of parts half way between
    two levels counts half for each.

    Args:
        law: whose number of parts counts.
        shares: [levels], where levels are, rising.
        means: [levels], what pulses set on average: `shares` if they are exact.

    Raises:
        ValueError: on shares beyond 0 and 1, or fewer than two.

    Example:
        >>> law = PulseMap(0.9, 0.02, 0.05, parts=100)
        >>> shares = jnp.linspace(0, 1, 3)
        >>> found = level_confusion(law, shares, shares)
        >>> found.shape, bool(found[1, 0] + found[1, 2] < 1e-6)
        ((3, 3), True)
    """
    shares = jnp.asarray(shares, jnp.float32)
    if shares.ndim != 1 or shares.size < 2:
        raise ValueError(f"shares have shape {shares.shape}; expected at least two numbers")
    check_range("shares", shares, 0.0, 1.0)
    borders = (shares[1:] + shares[:-1]) / 2
    away = jnp.arange(law.parts + 1)[:, None] / law.parts - borders
    above = jnp.where(jnp.abs(away) < _TIE, 0.5, (away > 0).astype(jnp.float32))
    ends = jnp.ones((law.parts + 1, 1))
    member = jnp.concatenate([ends, above], 1) - jnp.concatenate([above, 0 * ends], 1)
    return binomial(means, law.parts) @ member
