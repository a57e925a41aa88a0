"""One protocol for every model of a p-bit, from an ideal sigmoid to a circuit.

A model is a frozen dataclass that JAX takes apart: its numbers may be arrays that broadcast to the
inputs, one per device, and everything but sampling differentiates in them.  The spin is s = +1 or
-1.  Times are in seconds; *correlation time* is the integral of the normalised autocorrelation
(``1 / (nu_up + nu_down)`` for two states), *mean dwell* the mean time between two flips: at no
bias two correlation times for two states.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from pbits import checks, memory, random
from pbits.devices.checking import Number, finite_array

Draw = Callable[[int], jax.Array]  # number of a draw, below 32, to uniform float32 in [0, 1)
_START = np.uint32(0xFFFFFFFF)  # number of the step that draws initial states


class Samples(NamedTuple):
    """What a p-bit showed.

    Attributes:
        spins: int8 [num_samples, *inputs], after 1, 2, ... intervals.
        state: at the end; with `num_samples` it carries a run on.
        num_samples: since the run began.
        seed: of the noise.
    """

    spins: NDArray[np.int8]
    state: Any
    num_samples: int
    seed: int


class PBitModel(ABC):
    """What every model gives.

    The last four methods are the parts of :meth:`sample`; a network of p-bits calls them with
    inputs of its own.
    """

    @abstractmethod
    def transfer(self, inputs: Number) -> jax.Array:
        """Mean spin in the long run, of the inputs' shape."""

    @abstractmethod
    def autocorrelation(self, times: Number, inputs: Number = 0.0) -> jax.Array:
        """Normalised covariance of s(0) and s(t); times and inputs broadcast."""

    @abstractmethod
    def correlation_time(self, inputs: Number = 0.0) -> jax.Array:
        """Integral of the autocorrelation, seconds."""

    @abstractmethod
    def mean_dwell(self, inputs: Number = 0.0) -> jax.Array:
        """Mean time between two flips, seconds."""

    @abstractmethod
    def propagator(self, inputs: Number, dt: Number) -> Any:
        """What an exact step of `dt` seconds at constant inputs needs: arrays."""

    @abstractmethod
    def begin(self, draw: Draw, given: Any) -> Any:
        """A state from the long-run law."""

    @abstractmethod
    def step(self, draw: Draw, state: Any, given: Any) -> Any:
        """The state one interval later, exact in law whatever the interval."""

    @abstractmethod
    def spin(self, state: Any, given: Any) -> jax.Array:
        """int8 -1 or +1."""

    def sample(
        self,
        inputs: Number = 0.0,
        *,
        dt: float,
        num_samples: int,
        seed: int | None = None,
        start: Any = None,
        first_sample: int = 0,
    ) -> Samples:
        """Spins at even intervals, from the long-run law on unless a state is given.

        Args:
            inputs: one for each device; constant over the run.  A drive that changes is a run per
                piece, each with the last one's `state` as `start` and `num_samples` as
                `first_sample`.
            dt: seconds between samples; any, the step is exact.
            num_samples: of each device.
            seed: equal seeds give equal samples; drawn by default.
            start: a state to go on from.
            first_sample: number of the first sample, so that noise does not repeat.

        Raises:
            ValueError: on arguments out of range.
            MemoryError: before anything runs, where the samples cannot fit.
        """
        seed, dt = checks.seed_or_random(seed), checks.positive("dt", dt)
        count = checks.whole_number("num_samples", num_samples, 1)
        first = checks.whole_number("first_sample", first_sample, 0)
        shape = finite_array("inputs", np.asarray(inputs)).shape
        what = f"{count} samples of {int(np.prod(shape))} devices; sample fewer at a time"
        memory.check_fits(2 * count * int(np.prod(shape)), memory.free_bytes(), what)
        given, key = self.propagator(jnp.asarray(inputs, jnp.float32), dt), random.seed_key(seed)
        if start is None:
            start = _begin(self, shape, key, given)
        state, spins = _run(self, shape, count, key, start, given, np.uint32(first))
        return Samples(np.asarray(spins), state, first + count, seed)


@partial(jax.jit, static_argnums=1)
def _begin(model: PBitModel, shape: tuple[int, ...], key: jax.Array, given: Any) -> Any:
    return model.begin(_drawer(key, _START, shape), given)


@partial(jax.jit, static_argnums=(1, 2))
def _run(
    model: PBitModel,
    shape: tuple[int, ...],
    count: int,
    key: jax.Array,
    state: Any,
    given: Any,
    first: jax.Array,
) -> tuple[Any, jax.Array]:
    def one(state: Any, k: jax.Array) -> tuple[Any, jax.Array]:
        state = model.step(_drawer(key, first + k, shape), state, given)
        return state, jnp.broadcast_to(model.spin(state, given), shape)

    return lax.scan(one, state, jnp.arange(count, dtype=jnp.uint32))


def _drawer(key: jax.Array, number: jax.Array | np.uint32, shape: tuple[int, ...]) -> Draw:
    """Uniforms of one step, with the bits of two words: rare flips keep their probability."""
    keys = random.row_keys(random.sweep_key(key, number), jnp.zeros(1, jnp.uint32))
    lane = jnp.arange(int(np.prod(shape)), dtype=jnp.uint32)

    def draw(k: int) -> jax.Array:
        high, low = (random.uniforms(keys, lane, 2 * k + part)[0] for part in (0, 1))
        return jnp.minimum(high + low * 2.0**-24, 1 - 2.0**-24).reshape(shape)

    return draw


def normal(draw: Draw, k: int) -> jax.Array:
    """A standard Gaussian from one uniform."""
    # The middle of each interval of 2**-24, so that neither end is infinite.
    return jnp.sqrt(2.0) * lax.erf_inv(2 * draw(k) - 1 + 2.0**-24)
