"""A population of replicas on devices: energies to the host, parents back, copies made.

All that is decided about a population is decided on the host from its energies; here states are
copied.  32 spins of a read travel together as one word, whatever the kernel's own layout.  A parent
may live on another device: this is the only program in which devices communicate, once for each
temperature, and it only moves bits.
"""

from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from numpy.typing import NDArray

from pbits import random, runtime
from pbits.engine import AXIS, Engine, Run, state_specs
from pbits.kernels.base import Kernel, Model, State
from pbits.models import Prepared

_WORD_SPINS = 32


class Replicas(Engine):
    """An engine whose reads can be copied over one another."""

    def __init__(self, prepared: Prepared, num_reads: int):
        super().__init__(prepared, num_reads)
        self._split = NamedSharding(self.mesh, P(AXIS))
        self._copying = _programs(self.kernel, self.mesh)

    def energies(self, run: Run) -> NDArray[np.float64]:
        """Energies [num_reads] of the present states, without the problem's offset."""
        found = self._copying.energy(run.state, self._model)
        return self.unit * np.asarray(found)[: self.num_reads].astype(np.float64)

    def resample(self, run: Run, parents: NDArray[np.int64]) -> Run:
        """Read k becomes a copy of read ``parents[k]``; best states stay where they are."""
        # Reads that only pad stay among themselves.
        whole = np.arange(self.total_reads, dtype=np.int32)
        whole[: self.num_reads] = parents
        placed = jax.device_put(whole, self._split)
        state = self._copying.resample(run.state, placed, self._lane, self._model)
        return run._replace(state=state)


@partial(jax.jit, static_argnums=2)
def _words(key: jax.Array, step: jax.Array, count: int) -> jax.Array:
    keys = random.row_keys(random.sweep_key(key, step), jnp.arange(count, dtype=jnp.uint32))
    return random.words(keys, jnp.zeros(1, jnp.uint32), 0)[:, 0]


def offsets(key: jax.Array, step: int, count: int) -> NDArray[np.float64]:
    """Uniform numbers [count] in (0, 1) of one step, with 32 random bits.

    Example:
        >>> key = random.seed_key(1)
        >>> bool((offsets(key, 0, 4) != offsets(key, 1, 4)).all())
        True
    """
    words = np.asarray(_words(key, jnp.uint32(step), count))
    return (words.astype(np.float64) + 0.5) * 2.0**-32


class _Programs(NamedTuple):
    energy: Any
    resample: Any


@cache
def _programs(kernel: Kernel, mesh: Mesh) -> _Programs:
    def energy(state: State, model: Model) -> Any:
        specs = (state_specs(state), P())
        return jax.shard_map(
            kernel.energy, mesh=mesh, in_specs=specs, out_specs=P(AXIS), check_vma=False
        )(state, model)

    def resample(state: State, *rest: Any) -> Any:
        specs = (state_specs(state), P(AXIS), P(AXIS), P())
        return jax.shard_map(
            partial(_resample, kernel),
            mesh=mesh,
            in_specs=specs,
            out_specs=state_specs(state),
            check_vma=False,
        )(state, *rest)

    options = runtime.compiler_options()
    return _Programs(*(jax.jit(x, compiler_options=options) for x in (energy, resample)))


def _resample(
    kernel: Kernel, state: State, parents: jax.Array, lane: jax.Array, model: Model
) -> State:
    spins = kernel.spins(state, model)
    everyone = jax.lax.all_gather(_pack(spins), AXIS, axis=1, tiled=True)
    mine = everyone.at[:, parents].get(mode="promise_in_bounds")
    return kernel.load(_unpack(mine, spins.shape[0]), model, lane)


def _pack(spins: jax.Array) -> jax.Array:
    """int8 [n, reads] as uint32 [n / 32, reads], bit k of word q being spin 32 q + k."""
    up = jnp.pad((spins > 0).astype(jnp.uint32), ((0, -spins.shape[0] % _WORD_SPINS), (0, 0)))
    each = up.reshape(-1, _WORD_SPINS, spins.shape[1])
    shift = np.arange(_WORD_SPINS, dtype=np.uint32)[:, None]
    return (each << shift).sum(1, dtype=jnp.uint32)


def _unpack(words: jax.Array, num_spins: int) -> jax.Array:
    """int8 [num_spins, reads], the inverse of :func:`_pack`."""
    shift = np.arange(_WORD_SPINS, dtype=np.uint32)[:, None]
    up = ((words[:, None, :] >> shift) & np.uint32(1)).astype(jnp.int8)
    return (2 * up.reshape(-1, words.shape[1])[:num_spins] - 1).astype(jnp.int8)
