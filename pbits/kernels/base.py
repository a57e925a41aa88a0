"""The kernel contract: what every sampler of the project is, whatever its layout or physics.

A kernel is a handful of pure functions over pytrees.  The model and beta are arguments, so another
instance of the same shapes, or another temperature, runs the same compiled program.  Reads are the
last, contiguous axis of every array in a state; nothing else about a state is fixed, so a kernel
may pack reads into bits, carry junctions that remember, or ask a simulated crossbar for its fields.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pbits.random import sweep_key

# Initial spins draw from a sweep number that no run reaches.
INIT_SWEEP = 0xFFFFFFFF
Model = Any
# Builders fill models with NumPy arrays and move them to a device in one go.
HostArray = Any
State = Any


# (spins, drives, uniform numbers) -> next spins, int8; as `exponential.accept`.
Decide = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]


class Outside(NamedTuple):
    """What pulls at spins from outside their own column: the same spins in other copies."""

    pull: jax.Array  # [rows, columns] sums of those spins, of the dtype of a state's spins
    drive: jax.Array  # [1, 1] or [1, columns] float32, ``2 beta J`` of one of them


class Info(NamedTuple):
    """What one sweep did: event counts for the cost model, never anything the next sweep needs."""

    events: dict[str, jax.Array]


class Kernel(NamedTuple):
    """Markov-chain kernel for ``exp(-beta E(s))``; `reads` independent chains side by side.

    Attributes:
        init: ``(key, model, lane) -> State``; random spins.  `key` is uint32 [2]; `lane` is
            uint32 [L], the global numbers of the lanes held here.
        step: ``(key, state, model, beta) -> (State, Info)``; one sweep, each spin updated once.
            `key` is this sweep's key (`random.sweep_key`); beta is float32, [], [lanes] or [reads].
            A kernel with more to set than beta takes it along a first axis.
        energy: ``(state, model) -> [reads]``; E / unit without the offset, int32 or float32.
        load: ``(spins, model, lane) -> State`` from int8 [n, reads]; kernels with a table of rows
            take n as long as the table.
        spins: ``(state, model) -> int8 [n, reads]``.
        choose: ``(mask, state, other) -> State``; per read, `state` where bool [reads] is set.
        reads_per_lane: how many reads share one lane.
        lane_multiple: numbers of lanes on a device are rounded up to this, to fill vectors, or
            because the kernel's arithmetic is done in blocks of so many.
        energy_dtype: of what `energy` returns, int32 or float32.
        name: for reports.
    """

    init: Callable[[jax.Array, Model, jax.Array], State]
    step: Callable[[jax.Array, State, Model, jax.Array], tuple[State, Info]]
    energy: Callable[[State, Model], jax.Array]
    load: Callable[[jax.Array, Model, jax.Array], State]
    spins: Callable[[State, Model], jax.Array]
    choose: Callable[[jax.Array, State, State], State]
    reads_per_lane: int
    lane_multiple: int
    energy_dtype: type[np.generic]
    name: str


def run(kernel: Kernel, key: jax.Array, state: State, model: Model, betas: jax.Array) -> State:
    """One sweep per entry of `betas`, float32 [num_sweeps] or [num_sweeps, reads].

    Sweep i draws from ``sweep_key(key, i)``, so a longer run begins with the shorter one.
    """

    def body(carry: State, xs: tuple[jax.Array, jax.Array]) -> tuple[State, None]:
        sweep, beta = xs
        carry, _ = kernel.step(sweep_key(key, sweep), carry, model, beta)
        return carry, None

    sweeps = jnp.arange(betas.shape[0], dtype=jnp.uint32)
    return jax.lax.scan(body, state, (sweeps, betas))[0]
