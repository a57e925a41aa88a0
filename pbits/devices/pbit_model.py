"""One protocol for every model of a p-bit, from an ideal sigmoid to a circuit.

A model is a frozen dataclass that JAX takes apart: its numbers may be arrays that broadcast to the
inputs, one per device, and everything but sampling differentiates in them.  The spin is s = +1 or
-1.  Times are in seconds; *correlation time* is the integral of the normalised autocorrelation
(``1 / (nu_up + nu_down)`` for two states), *mean dwell* the mean time between two flips: at no
bias two correlation times for two states.

Devices are split over the cores (or accelerators) that JAX has; noise is a function of seed, step
and device, so that their number changes nothing.
"""

from abc import ABC, abstractmethod
from functools import cache, partial
from typing import Any, ClassVar, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P
from numpy.typing import ArrayLike, NDArray

from pbits import checks, memory, random, runtime
from pbits.devices.checking import Number, finite_array

_START = np.uint32(0xFFFFFFFF)  # number of the step that draws initial states
_AXIS = "devices"
_LEAST = 256  # devices for a core
_MOST = 2**26  # devices whose noise differs, see `random.words`
_LOW = np.float32(2.0**-24)  # what the second word of a draw is worth


class Draw(Protocol):
    """Uniform float32 in [0, 1), one for each device."""

    def __call__(self, number: int, part: Any = 0) -> jax.Array:
        """Draw `number`, below 32, of part `part` of a step, which may be a uint32 array []."""
        ...


class Shared(NamedTuple):
    """Marks what all devices share in what :meth:`PBitModel.propagator` returns."""

    value: Any


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

    The last five methods are the parts of :meth:`sample`; a network of p-bits calls them with
    inputs of its own (:mod:`pbits.devices.clocked`).  All numbers that `begin`, `step` and `spin`
    need are in what `propagator` gave, since devices are split over cores and the model is not.
    """

    remembers: ClassVar[bool] = True  # more than the spin it shows

    def __post_init__(self) -> None:
        # Before the model's arithmetic starts JAX, with one core.
        runtime.ensure_configured()

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
        """What an exact step of `dt` seconds at constant inputs needs.

        Arrays that broadcast to the inputs, but for those marked :class:`Shared`.
        """

    @abstractmethod
    def begin(self, draw: Draw, given: Any) -> Any:
        """A state from the long-run law."""

    @abstractmethod
    def showing(self, spins: jax.Array) -> Any:
        """A state that shows given spins, at no input: where a network's p-bits start."""

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
        shape = _shape_of(inputs, count)
        given = self.propagator(jnp.asarray(inputs, jnp.float32), dt)
        size = int(np.prod(shape))
        devices = runtime.devices(limit=max(1, -(-size // _LEAST)))
        run = _program(Mesh(np.array(devices), (_AXIS,)))
        numbers = random.seed_key(seed), np.uint32(first)
        state, spins = run(self, *numbers, start, given, shape=shape, count=count)
        spins = np.asarray(spins)[:, :size].reshape(count, *shape)
        return Samples(spins, state, first + count, seed)


def _shape_of(inputs: ArrayLike, count: int) -> tuple[int, ...]:
    """Of all inputs, checked, and that the samples of as many devices fit."""
    shape = finite_array("inputs", np.asarray(inputs)).shape
    size = int(np.prod(shape))
    if size > _MOST:
        raise ValueError(f"inputs are of {size} devices; expected at most {_MOST}: run several")
    what = f"{count} samples of {size} devices; sample fewer at a time"
    memory.check_fits(2 * count * size, memory.free_bytes(), what)
    return shape


@cache
def _program(mesh: Mesh) -> Any:
    """Samples of all devices, split over a mesh."""
    cores, each = mesh.devices.size, P(_AXIS)

    def call(
        model: PBitModel, key: Any, first: Any, state: Any, given: Any, shape: Any, count: int
    ) -> Any:
        size = int(np.prod(shape))
        missing = -size % cores

        def flat(x: Any) -> Any:
            """[devices], the last one repeated to fill the cores."""
            if isinstance(x, Shared):
                return x
            return jnp.pad(jnp.broadcast_to(x, shape).reshape(-1), (0, missing), mode="edge")

        state, given = (jax.tree.map(flat, x, is_leaf=_is_shared) for x in (state, given))
        places = jax.tree.map(lambda x: P() if _is_shared(x) else each, given, is_leaf=_is_shared)
        state, spins = jax.shard_map(
            partial(_run, count),
            mesh=mesh,
            in_specs=(P(), P(), P(), each, each, places),
            out_specs=(each, P(None, _AXIS)),
            check_vma=False,
        )(model, key, first, jnp.arange(size + missing, dtype=jnp.uint32), state, given)
        return jax.tree.map(lambda x: x[:size].reshape(shape), state), spins

    options = runtime.compiler_options()
    return jax.jit(call, static_argnames=("shape", "count"), compiler_options=options)


def _is_shared(x: Any) -> bool:
    return isinstance(x, Shared)


def _run(
    count: int,
    model: PBitModel,
    key: jax.Array,
    first: jax.Array,
    lane: jax.Array,
    state: Any,
    given: Any,
) -> tuple[Any, jax.Array]:
    """Of one core's devices, numbered by `lane`."""

    def one(state: Any, k: jax.Array) -> tuple[Any, jax.Array]:
        state = model.step(_drawer(key, first + k, lane), state, given)
        return state, jnp.broadcast_to(model.spin(state, given), lane.shape)

    if state is None:
        state = model.begin(_drawer(key, _START, lane), given)
    return lax.scan(one, state, jnp.arange(count, dtype=jnp.uint32))


def _drawer(key: jax.Array, number: jax.Array | np.uint32, lane: jax.Array) -> Draw:
    """Uniforms of one step."""
    step_key = random.sweep_key(key, number)

    def draw(number: int, part: Any = 0) -> jax.Array:
        keys = random.row_keys(step_key, jnp.full(1, part, jnp.uint32))
        return fine_uniforms(keys, lane, number)[0]

    return draw


def fine_uniforms(keys: random.RowKeys, lane: jax.Array, number: int) -> jax.Array:
    """Uniform float32 [B, L] with the bits of two words: rare flips keep their probability."""
    high, low = (random.uniforms(keys, lane, 2 * number + part) for part in (0, 1))
    return jnp.minimum(high + low * _LOW, 1 - _LOW)


def normal(draw: Draw, k: int) -> jax.Array:
    """A standard Gaussian from one uniform."""
    # The middle of each interval of 2**-24, so that neither end is infinite.
    return jnp.sqrt(2.0) * lax.erf_inv(2 * draw(k) - 1 + 2.0**-24)
