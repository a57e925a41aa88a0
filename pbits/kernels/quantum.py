"""Path integrals of spins in a transverse field: rings of classical copies of a problem.

Suzuki and Trotter turn ``H = E(sigma_z) - field * sum_i sigma_x`` at inverse temperature beta into
P classical copies, *slices*, with weights

    exp(-(beta / P) sum_k E(s_k) + bond * sum_k sum_i s_ik s_i,k+1),
    bond = -ln(tanh(beta field / P)) / 2,

k on a ring (R. Martonak, G. E. Santoro & E. Tosatti, Phys. Rev. B 66, 094203 (2002),
doi 10.1103/PhysRevB.66.094203).  What is sampled here is exactly that distribution; that it
differs from the quantum one by terms of order (beta / P)**2 is the caller's to mind.

A slice is a column of spins to the kernel it is built on, so float kernels need to know nothing of
it but one more drive.  Slices of even number are updated together, then the odd ones, then, where P
is odd, the last, which has a neighbour of either kind.
"""

from collections.abc import Callable
from functools import cache, partial
from math import gcd
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits import random
from pbits.kernels import dense_float, sparse
from pbits.kernels.base import Decide, Info, Kernel, Model, Outside
from pbits.kernels.exponential import accept

# Flips of whole paths draw from a stream of their own.
_PATH_STREAM = 1
_VECTOR = 16  # columns that are updated together come in multiples of this


class Layout(NamedTuple):
    """A float kernel that slices can be columns of."""

    kernel: Kernel  # of which only what does not depend on an update rule is used
    state: Callable
    sweep: Callable


LAYOUTS = {
    "sparse": Layout(sparse.sparse("gibbs"), sparse.SparseState, sparse.sweep),
    "dense_float": Layout(
        dense_float.dense_float("gibbs"), dense_float.DenseFloatState, dense_float.sweep
    ),
}


class QuantumState(NamedTuple):
    """Slices of even number, of odd number, and the last of an odd P > 1."""

    slices: tuple[jax.Array, ...]  # [rows, K, reads] each, as the kernel below has spins
    lane: jax.Array  # [reads] uint32


@cache
def quantum(layout: str, update: str, num_slices: int, whole_paths: bool) -> Kernel:
    """Kernel over the models of a float kernel; its settings are [2] or [2, reads]: beta and bond.

    What it calls a read's spins and energy are those of the read's lowest slice.

    Args:
        layout: "sparse" or "dense_float".
        update: "metropolis" or "gibbs" (heat bath).
        num_slices: P; one slice feels no bond and is the classical problem at beta.
        whole_paths: after each sweep offer every spin a flip in all its slices at once.
    """
    below = LAYOUTS[layout]
    return Kernel(
        init=partial(_init, below, num_slices),
        step=partial(_step, below, update, whole_paths),
        energy=lambda state, model: _energies(below, state, model).min(0),
        load=partial(_load, below, num_slices),
        spins=partial(_spins, below),
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=_VECTOR // gcd(_VECTOR, *_sizes(num_slices)),
        energy_dtype=np.float32,
        name=f"quantum-{layout}-{update}",
    )


def _sizes(num_slices: int) -> list[int]:
    """Numbers of slices that are updated together."""
    if num_slices == 1:
        return [1]
    return [num_slices // 2] * 2 + [1] * (num_slices % 2)


def _columns(lane: jax.Array, first: int, last: int, num_slices: int) -> jax.Array:
    """Numbers of the random streams of some slices, [(last - first) * reads]."""
    place = jnp.arange(first, last, dtype=jnp.uint32)[:, None]
    return (lane * np.uint32(num_slices) + place).reshape(-1)


def _cut(spins: jax.Array, num_slices: int) -> tuple[jax.Array, ...]:
    """[rows, P * reads] into the parts of a state."""
    cuts = np.cumsum(_sizes(num_slices))[:-1]
    return tuple(jnp.split(spins.reshape(spins.shape[0], num_slices, -1), cuts, axis=1))


def _flat(part: jax.Array) -> jax.Array:
    return part.reshape(part.shape[0], -1)


def _joined(state: QuantumState) -> jax.Array:
    """All slices: [rows, P * reads]."""
    return _flat(jnp.concatenate(state.slices, axis=1))


def _num_slices(state: QuantumState) -> int:
    return sum(part.shape[1] for part in state.slices)


def _init(
    below: Layout, num_slices: int, key: jax.Array, model: Model, lane: jax.Array
) -> QuantumState:
    columns = _columns(lane, 0, num_slices, num_slices)
    spins = below.kernel.init(key, model, columns).spins
    return QuantumState(_cut(spins, num_slices), lane)


def _load(
    below: Layout, num_slices: int, spins: jax.Array, model: Model, lane: jax.Array
) -> QuantumState:
    rows = below.kernel.load(spins, model, lane).spins
    return QuantumState(_cut(jnp.tile(rows, (1, num_slices)), num_slices), lane)


def _energies(below: Layout, state: QuantumState, model: Model) -> jax.Array:
    """[P, reads]."""
    joined = _joined(state)
    energy = below.kernel.energy(below.state(joined, state.lane), model)
    return energy.reshape(_num_slices(state), -1)


def _spins(below: Layout, state: QuantumState, model: Model) -> jax.Array:
    lowest = _energies(below, state, model).argmin(0)[None, None, :]
    spins = jnp.take_along_axis(jnp.concatenate(state.slices, axis=1), lowest, axis=1)
    return below.kernel.spins(below.state(spins[:, 0], state.lane), model)


def _choose(mask: jax.Array, state: QuantumState, other: QuantumState) -> QuantumState:
    parts = zip(state.slices, other.slices, strict=True)
    return QuantumState(tuple(jnp.where(mask, a, b) for a, b in parts), state.lane)


def _step(
    below: Layout,
    update: str,
    whole_paths: bool,
    key: jax.Array,
    state: QuantumState,
    model: Model,
    setting: jax.Array,
) -> tuple[QuantumState, Info]:
    count, lane = _num_slices(state), state.lane
    per_field = np.float32(2 / count) * setting[0] * model.unit
    decide, slices, first = partial(accept, update), list(state.slices), 0
    for k, part in enumerate(slices):
        size = part.shape[1]
        columns = _columns(lane, first, first + size, count)
        outside = None
        if count > 1:
            outside = Outside(_flat(_pull(slices, k)), _spread(-2 * setting[1], size))
        drive = _spread(per_field, size)
        new = below.sweep(decide, key, _flat(part), columns, model, drive, outside)
        slices[k] = new.reshape(part.shape)
        first += size
    state = QuantumState(tuple(slices), lane)
    if whole_paths and count > 1:
        together = partial(_together, update, count)
        state = _sweep_paths(below, together, key, state, model, _spread(per_field, count))
    return state, Info({})


def _spread(value: jax.Array, count: int) -> jax.Array:
    """[] or [reads] as [1, 1] or [1, count * reads]."""
    row = jnp.reshape(value.astype(jnp.float32), (1, -1))
    return row if row.shape[1] == 1 else jnp.tile(row, (1, count))


def _pull(slices: list[jax.Array], k: int) -> jax.Array:
    """Sums of the two neighbours on the ring of every spin of part k."""
    even, odd = slices[:2]
    if k == 2:
        return odd[:, -1:] + even[:, :1]
    if k == 1:
        after = slices[2] if len(slices) == 3 else even[:, :1]
        return even + jnp.concatenate([even[:, 1:], after], axis=1)
    before = slices[2] if len(slices) == 3 else odd[:, -1:]
    return odd + jnp.concatenate([before, odd[:, :-1]], axis=1)


def _sweep_paths(
    below: Layout,
    decide: Decide,
    key: jax.Array,
    state: QuantumState,
    model: Model,
    drive: jax.Array,
) -> QuantumState:
    """Bonds do not notice when a spin flips in all slices."""
    stream = random.sweep_key(key, jnp.uint32(_PATH_STREAM))
    spins = below.sweep(decide, stream, _joined(state), state.lane, model, drive)
    return QuantumState(_cut(spins, _num_slices(state)), state.lane)


def _together(
    update: str, count: int, spin: jax.Array, drive: jax.Array, uniform: jax.Array
) -> jax.Array:
    """Flip the spins of a path or none: [..., count * reads] on [..., reads] numbers."""
    gain = spin.astype(jnp.float32) * drive
    gain = gain.reshape(*gain.shape[:-1], count, -1).sum(-2)
    sign = accept(update, jnp.ones(gain.shape, jnp.int8), gain, uniform)
    flips = jnp.broadcast_to(sign[..., None, :], (*sign.shape[:-1], count, sign.shape[-1]))
    return spin * flips.reshape(spin.shape)
