"""Which write pulse sets which level of a cell whose free layer is made of parts.

Each of N parts (grains, or segments between pinning sites) switches in a pulse of voltage V with
the chance that switching curves of single devices have,

    p_i = 1 / (1 + exp(-(V - theta_i) / w)),   theta_i = theta(t) + s z_i,   z_i standard normal,

and a part that has switched stays so: after n equal pulses from all parts down it is up with chance
``1 - (1 - p_i)^n``.  A level is the share of parts that are up.  Thresholds go with the length t of
a pulse as theta_inf (1 + t_c / t); where one length was measured, t_c is 0 and lengths do not
matter.  `pbits.devices.pulse_sigmoid` has the law of one part; torques, heating and fields between
parts are not in it.

Two things scatter.  Thresholds of a device are drawn once: ``Var(p) / N`` between devices.  Each
write of it draws anew: ``E[p (1 - p)] / N`` from cycle to cycle.  Both together are a binomial law
of the mean chance P = E[p], variance ``P (1 - P) / N``, since parts are drawn independently.
"""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import ArrayLike

from crossbar.cells.cell import Number
from crossbar.checking import check_above_zero, check_range, check_whole, is_concrete

# Scores of thresholds and their weights.  The rule's error is exp(-2 pi^2 w / (s h)), h = 0.05.
_SCORES = np.linspace(-6.0, 6.0, 241)
_WEIGHTS = np.exp(-(_SCORES**2) / 2) / np.exp(-(_SCORES**2) / 2).sum()
_WIDEST = 30.0  # widths of a part's own curve: an error of 2e-6
_HALVINGS = 30


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class PulseMap:
    """Parts of a free layer and the curve each of them has; any number may be a tracer.

    Args:
        threshold: V, mean of the parts, at pulses of length `pulse`.
        width: V, of a part's own curve.
        spread: V, standard deviation of thresholds between parts.
        parts: N.
        largest: V, that drivers can give; this and what follows as the preset "sot-pulses" has it.
        pulse: s.
        resistance: Ohm, that a pulse sees.
        incubation: t_c, s.

    Raises:
        ValueError: on numbers out of range, or a spread of more than a quarter of the threshold or
            of more than 30 widths.

    Example:
        >>> law = PulseMap(0.895, 0.0225, 0.045, parts=100)
        >>> law.parts, law.replace(parts=20).parts
        (100, 20)
    """

    threshold: Number
    width: Number
    spread: Number = 0.0
    parts: int = field(default=1, metadata={"static": True})
    largest: Number = 1.2
    pulse: Number = 0.75e-9
    resistance: Number = 776.0
    incubation: Number = 0.0

    def __post_init__(self) -> None:
        for name, unit in (("threshold", "V"), ("width", "V"), ("pulse", "s"), ("largest", "V"),
                           ("resistance", "Ohm")):  # fmt: skip
            check_above_zero(name, getattr(self, name), unit)
            check_range(name, getattr(self, name), 0.0)
        check_range("incubation", self.incubation, 0.0, unit="s")
        check_whole("parts", self.parts, 1, 10**5)
        check_range("spread", self.spread, 0.0, unit="V")
        if all(map(is_concrete, (self.threshold, self.width, self.spread))):
            most = np.minimum(np.asarray(self.threshold) / 4, _WIDEST * np.asarray(self.width))
            check_range("spread", self.spread, 0.0, float(np.min(most)), "V")

    def replace(self, **changes: Any) -> "PulseMap":
        """With some values changed."""
        return replace(self, **changes)

    def threshold_at(self, seconds: ArrayLike | None = None) -> jax.Array:
        """V, mean threshold of pulses of another length."""
        if seconds is None:
            return jnp.asarray(self.threshold)
        # Ratios of times, which float32 holds.
        waits = jnp.asarray(self.incubation) / self.pulse
        return self.threshold * (1 + waits * (self.pulse / jnp.asarray(seconds))) / (1 + waits)


def part_chances(
    law: PulseMap, voltage: ArrayLike, scores: ArrayLike, pulses: ArrayLike = 1,
    seconds: ArrayLike | None = None,
) -> jax.Array:  # fmt: skip
    """Chance that each part is up, [..., parts].

    Args:
        law: of the cell.
        voltage: V, [...].
        scores: [..., parts], standard normal, of thresholds.
        pulses: how many, [...], from all parts down.
        seconds: length of each, [...]; that of the measurement by default.

    Example:
        >>> law = PulseMap(0.9, 0.02, 0.05)
        >>> part_chances(law, 0.95, jnp.array([0.0, 1.0])).round(3).tolist()
        [0.9240000247955322, 0.5]
    """
    excess = jnp.asarray(voltage) - law.threshold_at(seconds)
    away = (excess[..., None] - law.spread * jnp.asarray(scores)) / law.width
    # 1 - (1 - sigmoid)^n, whose small values keep their digits.
    return -jnp.expm1(-jnp.asarray(pulses)[..., None] * jax.nn.softplus(away))


def mean_level(
    law: PulseMap, voltage: ArrayLike, pulses: ArrayLike = 1, seconds: ArrayLike | None = None
) -> jax.Array:
    """Mean share of parts that are up, [...]; differentiable in everything.

    Args:
        law, voltage, pulses, seconds: as `part_chances`.

    Example:
        >>> float(mean_level(PulseMap(0.9, 0.02, 0.05), 0.9).round(6))
        0.5
    """
    chances = part_chances(law, voltage, jnp.asarray(_SCORES, jnp.float32), pulses, seconds)
    return chances @ jnp.asarray(_WEIGHTS, chances.dtype)


def voltage_for(
    law: PulseMap, share: ArrayLike, pulses: ArrayLike = 1, seconds: ArrayLike | None = None
) -> jax.Array:
    """V, of the pulse that sets a mean level: the inverse of :func:`mean_level`.

    Shares beyond what 0 V and the largest voltage set get NaN, but for 0: no pulse sets that.
    Differentiable once.

    Args:
        law, pulses, seconds: as `part_chances`.
        share: [...], from 0 to 1.

    Example:
        >>> law = PulseMap(0.9, 0.02, 0.05)
        >>> found = mean_level(law, voltage_for(law, jnp.array([0.2, 0.7])))
        >>> [round(float(x), 4) for x in found]
        [0.2, 0.7]
    """
    share = jnp.asarray(share, jnp.float32)
    reach = mean_level(law, law.largest, pulses, seconds)

    def halve(_: int, bounds: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bounds
        middle = (low + high) / 2
        below = mean_level(law, middle, pulses, seconds) < share
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    shape = jnp.broadcast_shapes(share.shape, reach.shape)
    bounds = jnp.zeros(shape), jnp.broadcast_to(jnp.asarray(law.largest, jnp.float32), shape)
    found = lax.stop_gradient(lax.fori_loop(0, _HALVINGS, halve, bounds)[1])
    # One step of Newton's, which hardly moves the voltage and carries its derivatives.
    value, slope = jax.jvp(
        lambda v: mean_level(law, v, pulses, seconds), (found,), (jnp.ones_like(found),)
    )
    slope = lax.stop_gradient(jnp.where(slope > 0, slope, jnp.inf))
    return jnp.where(
        share <= 0, 0.0, jnp.where(share <= reach, found + (share - value) / slope, jnp.nan)
    )


class Scatter(NamedTuple):
    """Standard deviations of a level, as shares of the full scale, [...].

    Attributes:
        device: between devices, of their means.
        cycle: of writes of one device, on the root mean square of devices.
        together: of both, binomial.
    """

    device: jax.Array
    cycle: jax.Array
    together: jax.Array


def level_scatter(
    law: PulseMap, voltage: ArrayLike, pulses: ArrayLike = 1, seconds: ArrayLike | None = None
) -> Scatter:
    """How far levels scatter.

    Args:
        law, voltage, pulses, seconds: as `part_chances`.

    Example:
        >>> found = level_scatter(PulseMap(0.9, 0.02, 0.05, parts=100), 0.9)
        >>> [round(float(x), 4) for x in found]
        [0.0345, 0.0362, 0.05]
    """
    chances = part_chances(law, voltage, jnp.asarray(_SCORES, jnp.float32), pulses, seconds)
    weights = jnp.asarray(_WEIGHTS, chances.dtype)
    mean = chances @ weights
    between = jnp.square(chances - mean[..., None]) @ weights
    within = (chances * (1 - chances)) @ weights
    parts = (between, within, mean * (1 - mean))
    # A root has no derivative at 0, where there is nothing to scatter.
    roots = (jnp.sqrt(jnp.where(x > 0, x, 1.0)) * (x > 0) for x in parts)
    return Scatter(*(x / np.sqrt(law.parts) for x in roots))


def parts_for_cycle(law: PulseMap, deviation: float) -> int:
    """N at which a level of one half scatters from cycle to cycle as was measured, rounded.

    One pulse sets it at the threshold, whatever the spread.

    Args:
        law: whose own parts do not count.
        deviation: standard deviation, as a share of the full scale.

    Raises:
        ValueError: on a deviation not above 0.

    Example:
        >>> parts_for_cycle(PulseMap(0.9, 0.02), 0.05)
        100
    """
    check_above_zero("deviation", deviation, "of the full scale")
    stays = 1 / (1 + np.exp(-float(law.spread) / float(law.width) * _SCORES))
    return max(round(float(_WEIGHTS @ (stays * (1 - stays))) / deviation**2), 1)
