"""Steps of simulated p-bit networks in JAX: many chains of many networks at once.

A chain's state is its number in the order of `Network.states`: p-bit i is up where bit i is set.
Arrays are [networks, chains], chains last.  Random numbers are a function of (seed, event, chain),
see `pbits.random`.  What networks differ in is an argument; shapes alone decide on a program.

A method is a pair of functions: ``begin(model, state)`` makes what a chain carries, the state
first, and ``move(draw, model, carried)`` is one event, ``draw(k)`` being its k-th random words.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P

from pbits import runtime
from pbits.random import row_keys, sweep_key, to_uniform, words

Draw = Callable[[int], jax.Array]
_AXIS = "chains"


class Method(NamedTuple):
    """How chains begin, and what an event does to them."""

    begin: Callable[..., Any]
    move: Callable[..., Any]


class Thresholds(NamedTuple):
    """Candidates are accepted where a random word is below these.

    Attributes:
        table: uint32 [networks, 2**n, n, 2]: of the state that inputs see, the p-bit, its own bit.
    """

    table: Any


class Delayed(NamedTuple):
    """Thresholds, and inputs that see the state of a while ago; times in ticks.

    Attributes:
        table: as in :class:`Thresholds`.
        gap: float32, mean time between candidates.
        delay: uint32.
        blank: uint32 [slots], times of the events before the first one.
    """

    table: Any
    gap: Any
    delay: Any
    blank: Any


class Lagging(NamedTuple):
    """Inputs that follow spins with a time constant.

    Attributes:
        pull: float32 [networks, n, n], input of p-bit i for p-bit j being up.
        push: float32 [networks, n].
        share: float32, mean time between candidates over the time constant.
        fastest: float32, the rate of candidates of one p-bit.
    """

    pull: Any
    push: Any
    share: Any
    fastest: Any


class Clocked(NamedTuple):
    """P-bit i is up after a clock where its random word is below uint32 [networks, 2**n, n]."""

    table: Any


def _begin(model: Any, state: jax.Array) -> Any:
    return (state,)


def _instant(draw: Draw, model: Thresholds, carried: Any) -> Any:
    (state,) = carried
    spin = _candidate(draw, model.table.shape[2])
    return (_flipped(draw, model.table, state, state, spin),)


def _clocked(draw: Draw, model: Clocked, carried: Any) -> Any:
    (state,), n = carried, model.table.shape[2]
    ahead = jnp.zeros_like(state)
    for i in range(n):
        up = draw(i) < _looked_up(model.table, state, n, i)
        ahead = ahead | (up.astype(jnp.int32) << i)
    return (ahead,)


def _begin_delayed(model: Delayed, state: jax.Array) -> Any:
    shape = (model.blank.size, *state.shape)
    times = jnp.broadcast_to(model.blank[:, None, None], shape)
    return state, jnp.zeros_like(state, jnp.uint32), jnp.int32(0), times, jnp.full(shape, state)


def _delayed(draw: Draw, model: Delayed, carried: Any) -> Any:
    """A ring holds when each of the last events was, and the state that it left behind."""
    state, now, slot, times, states = carried
    passed = -jnp.log1p(-to_uniform(draw(2))) * model.gap
    now = now + passed.astype(jnp.uint32)  # wraps, and so do differences
    newer = jnp.sum((now - times < model.delay).astype(jnp.int32), axis=0)
    slots = model.blank.size
    # Slots are a power of two; the last event is in the one before `slot`.
    at = (slot - 1 - newer) & (slots - 1)
    seen = jnp.take_along_axis(states, at[None], axis=0, mode="promise_in_bounds")[0]
    ahead = _flipped(draw, model.table, seen, state, _candidate(draw, model.table.shape[2]))
    times = lax.dynamic_update_index_in_dim(times, now, slot, 0)
    states = lax.dynamic_update_index_in_dim(states, ahead, slot, 0)
    return ahead, now, (slot + 1) & (slots - 1), times, states


def _begin_lagging(model: Lagging, state: jax.Array) -> Any:
    return state, tuple(_signs(state, model.push.shape[1]))


def _lagging(rate: Callable[..., Any], draw: Draw, model: Lagging, carried: Any) -> Any:
    state, felt = carried
    n = len(felt)
    share = -jnp.expm1(jnp.log1p(-to_uniform(draw(2))) * model.share)
    felt = tuple(x + share * (s - x) for x, s in zip(felt, _signs(state, n), strict=True))
    spin = _candidate(draw, n)
    pull, push = model.pull[..., None], model.push[..., None]
    aligned = jnp.zeros_like(share)
    for i in range(n):
        field = sum((pull[:, i, j] * felt[j] for j in range(n) if j != i), push[:, i])
        aligned = jnp.where(spin == i, field, aligned)
    aligned = jnp.where(state >> spin & 1 == 1, aligned, -aligned)
    accepted = to_uniform(draw(1)) * model.fastest < rate(aligned)
    return state ^ (accepted.astype(jnp.int32) << spin), felt


def _signs(state: jax.Array, n: int) -> list[jax.Array]:
    return [(2 * (state >> i & 1) - 1).astype(jnp.float32) for i in range(n)]


def _candidate(draw: Draw, n: int) -> jax.Array:
    return (to_uniform(draw(0)) * np.float32(n)).astype(jnp.int32)


def _flipped(draw: Draw, table: Any, seen: Any, state: jax.Array, spin: jax.Array) -> jax.Array:
    bit = state >> spin & 1
    accepted = draw(1) < _looked_up(table, seen, 2 * table.shape[2], 2 * spin + bit)
    return state ^ (accepted.astype(jnp.int32) << spin)


def _looked_up(table: Any, seen: jax.Array, width: int, column: Any) -> jax.Array:
    row = jnp.arange(table.shape[0], dtype=jnp.int32)[:, None] * table.shape[1] + seen
    return table.ravel().at[row * width + column].get(mode="promise_in_bounds")


INSTANT = Method(_begin, _instant)
DELAYED = Method(_begin_delayed, _delayed)
CLOCKED = Method(_begin, _clocked)


@cache
def lagging(rate: Callable[..., Any]) -> Method:
    """The method for a law of rates, which JAX must be able to trace."""
    return Method(_begin_lagging, partial(_lagging, rate))


@partial(jax.jit, static_argnums=(0, 3))
def begin(method: Method, key: Any, model: Any, num_networks: int, chains: Any, size: Any) -> Any:
    """What chains carry at first, from fair states.

    Args:
        method, model: with parameters that fit.
        key: uint32 [2], of the run.
        num_networks: how many there are.
        chains: uint32 [blocks, width], numbers of the chains of each network.
        size: uint32, chains of a network.
    """
    keys = row_keys(key, jnp.ones(1, jnp.uint32))
    n = model.push.shape[1] if isinstance(model, Lagging) else model.table.shape[2]

    def block(chain: jax.Array) -> Any:
        word = words(keys, _lanes(num_networks, chain, size), 0)
        return method.begin(model, (word >> np.uint32(32 - n)).astype(jnp.int32))

    return jax.vmap(block)(chains)


@cache
def program(method: Method, mesh: Mesh) -> Any:
    """Compiled events: (key, model, chains, size, carried, counts, first, last, counted) to
    (carried, counts [cores, networks, 2**n], flips [blocks, networks, width]), chains being split
    over the mesh; events first..last - 1 happen, and are counted from event `counted` on."""
    split: Any = P(_AXIS)
    run = jax.shard_map(
        partial(_blocks, method),
        mesh=mesh,
        in_specs=(P(), P(), split, P(), split, split, P(), P(), P()),
        out_specs=split,
        check_vma=False,
    )
    return jax.jit(run, compiler_options=runtime.compiler_options())


def _blocks(
    method: Method, key: Any, model: Any, chains: Any, size: Any, carried: Any, counts: Any,
    first: Any, last: Any, counted: Any,
) -> Any:  # fmt: skip
    shape = counts.shape[1:]

    def block(counts: jax.Array, given: tuple[jax.Array, Any]) -> Any:
        chain, carried = given
        lane = _lanes(shape[0], chain, size)
        row = jnp.arange(shape[0], dtype=jnp.int32)[:, None] * shape[1]

        def event(k: jax.Array, now: Any) -> Any:
            carried, counts, flips = now
            keys = row_keys(sweep_key(key, k), jnp.zeros(1, jnp.uint32))
            weight = ((k >= counted) & (chain < size)).astype(jnp.uint32)
            # Poisson candidates see time averages of the state before them.
            seen = jnp.broadcast_to(weight, lane.shape)
            counts = counts.at[row + carried[0]].add(seen, mode="promise_in_bounds")
            ahead = method.move(lambda i: words(keys, lane, i), model, carried)
            turned = lax.population_count(ahead[0] ^ carried[0]).astype(jnp.uint32)
            return ahead, counts, flips + turned * weight

        start = carried, counts, jnp.zeros(lane.shape, jnp.uint32)
        carried, counts, flips = lax.fori_loop(first, last, event, start)
        return counts, (carried, flips)

    counts, (carried, flips) = lax.scan(block, counts.ravel(), (chains, carried))
    return carried, counts.reshape(1, *shape), flips


def _lanes(networks: int, chain: jax.Array, size: Any) -> jax.Array:
    return jnp.arange(networks, dtype=jnp.uint32)[:, None] * size + chain
