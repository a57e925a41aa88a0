"""A p-bit as converter: one random bit a read, whose mean follows the current.

``y = step (1/n) sum_k sgn[tanh(I / step) + u_k]`` with u uniform in (-1, 1): the scheme of
stochastic partial sums (StoX-Net, arXiv 2407.12378).
"""

from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from numpy.typing import ArrayLike

from crossbar import chance
from crossbar.checking import check_whole
from crossbar.converters.adc import STATIC


def tanh_response(drive: jax.Array) -> jax.Array:
    """Probability of +1 of an ideal p-bit, (1 + tanh drive) / 2."""
    return jax.nn.sigmoid(2 * drive)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class StochasticReadout:
    """Mean of n random signs; around zero it is right on average, far from it it saturates.

    With a key the result is random, with variance ``4 p (1 - p) step^2 / n``; without one it is the
    mean over infinitely many reads, ``step (2 p - 1)``, which can be differentiated.

    Args:
        response: probability of +1, of ``current / step``; a `jax.tree_util.Partial` may carry
            parameters, such as those of a junction.
        samples: n, for all slices of a weight or for each; see `by_significance`.

    Raises:
        ValueError: on n below 1.

    Example:
        >>> readout = StochasticReadout(samples=1000)
        >>> drawn = readout.draw(random.key(0), (1,))
        >>> read = readout.convert(drawn, jnp.array([0.5]), jnp.float32(1.0), random.key(1))
        >>> bool(abs(read[0] - np.tanh(0.5)) < 0.1)
        True
    """

    response: Any = tanh_response
    samples: int | tuple[int, ...] = field(default=1, metadata=STATIC)
    part: str = field(default="adc.sense_amplifier", metadata=STATIC)

    def __post_init__(self) -> None:
        for count in np.atleast_1d(self.samples).tolist():
            check_whole("samples", count, 1, 2**20)
        if not isinstance(self.samples, int):  # static parts must be hashable
            object.__setattr__(self, "samples", tuple(np.atleast_1d(self.samples).tolist()))
        if callable(self.response) and not isinstance(self.response, jax.tree_util.Partial):
            object.__setattr__(self, "response", jax.tree_util.Partial(self.response))

    @property
    def bits(self) -> int:
        """One, at each read."""
        return 1

    def draw(self, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        """How often each column is read."""
        del key
        counts = self._counts(shape[-2] if len(shape) > 1 else 1)
        per_column = counts[:, None] if len(shape) > 1 else counts
        return jnp.broadcast_to(jnp.asarray(per_column, jnp.int32), shape)

    def _counts(self, slices: int) -> np.ndarray:
        counts = np.atleast_1d(self.samples)
        if counts.size not in (1, slices):
            raise ValueError(
                f"samples has {counts.size} numbers; a weight has {slices} slices: expected one "
                "number, or one for each, least significant first"
            )
        return np.broadcast_to(counts, slices)

    def convert(
        self, drawn: jax.Array, values: jax.Array, step: jax.Array, key: jax.Array | None = None
    ) -> jax.Array:
        """See `Adc`."""
        up = self.response(values / step)
        if key is None:
            return step * (2 * up - 1)

        def read(k: jax.Array, sum_: jax.Array) -> jax.Array:
            fires = chance.uniform(random.fold_in(key, k), up.shape, up.dtype) < up
            return sum_ + (fires & (k < drawn))

        ups = lax.fori_loop(0, jnp.max(drawn), read, jnp.zeros(up.shape, jnp.int32))
        return step * (2 * ups / drawn - 1).astype(values.dtype)

    def events(self, conversions: int, slices: int) -> dict[str, int]:
        """Reads, each counted as a sense amplifier's, which is what follows a junction."""
        return {self.part: conversions // slices * int(self._counts(slices).sum())}


def by_significance(significance: ArrayLike, total: int) -> tuple[int, ...]:
    """Reads of each slice that make the error least for about a total: n in proportion to worth.

    What slice s adds to the variance is ``significance^2 / n``; none gets less than 1.

    Raises:
        ValueError: on a significance that is 0 or not finite, or a total below one read each.

    Example:
        >>> by_significance([1, 2, 4], 14)
        (2, 4, 8)
    """
    worth = np.abs(np.atleast_1d(np.asarray(significance, np.float64)))
    if not (np.isfinite(worth) & (worth > 0)).all():
        raise ValueError(f"significance is {significance!r}; expected finite numbers other than 0")
    check_whole("total", total, worth.size, 2**24)
    return tuple(np.maximum(np.rint(total * worth / worth.sum()), 1).astype(int).tolist())
