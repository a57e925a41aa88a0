"""Replica exchange on devices: neighbouring rungs of a ladder swap states.

A ladder is one read per temperature.  Swaps are proposed between rungs 0-1, 2-3, ... and 1-2, 3-4,
... in turn (deterministic even-odd, non-reversible: Syed et al., arXiv:1905.02939) and taken with
probability ``min(1, exp((beta' - beta) (E' - E)))``.  All ladders of a device swap in one vector
operation.

*Position* p of a device holds rung ``p // stride % T`` of some ladder, `stride` being the reads of
a lane: where reads are packed 32 to a word, a word holds one rung of 32 ladders, and so has one
temperature.  States move and temperatures stay, because a bit is as quickly moved as a number, and
kernels are faster with one beta per word.  Ladders never cross devices.
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
from pbits.engine import AXIS, Engine, Run, keep_best, state_specs
from pbits.kernels.base import HostArray, Kernel, Model, State
from pbits.kernels.clusters import Pairs, exchange_clusters
from pbits.models import Prepared

# Swaps draw from a key of their own, folded from a sweep number that no run reaches.
_SWAP_SWEEP = 0xE0000000
_LOOK_ROUND = 0xC0000000
_CLUSTER_SWEEP = 0xB0000000
_HOT, _COLD = np.int8(1), np.int8(2)


class Places(NamedTuple):
    """What a position is, [reads] each."""

    beta: jax.Array  # float32
    rung: jax.Array  # int32, 0 is the hottest
    number: jax.Array  # uint32, for the random streams
    has_next: jax.Array  # bool: whether `stride` positions on is the next rung
    is_first: jax.Array  # bool: the hottest rung of a ladder
    is_last: jax.Array  # bool: the coldest
    pairs: Pairs | None = None  # who exchanges clusters; without, programs know nothing of them


class Climb(NamedTuple):
    """Where the state at a position has been, [reads] each."""

    end: jax.Array  # int8: the end of the ladder that it was at last; 0 for none
    trips: jax.Array  # int32: how often it went from the hot end to the cold one and back


class Tally(NamedTuple):
    """Sums over the rounds of one call, by position: float32 [reads] each."""

    rejection: jax.Array  # probability that a swap with the next rung is refused
    energy: jax.Array  # in units
    cluster: jax.Array | None = None  # sites exchanged
    gain: jax.Array | None = None  # sites exchanged, or not exchanged if those were fewer


class Means(NamedTuple):
    """Means over the rounds of one call and all ladders, by rung."""

    rejection: NDArray[np.float64]  # [T], of a swap with the next rung; 0 at the coldest
    energy: NDArray[np.float64]  # [T], in units
    cluster: NDArray[np.float64] | None
    gain: NDArray[np.float64] | None


class Exchange(Engine):
    """`num_ladders` ladders of `num_rungs` reads laid out on devices.

    Reads of a device fill whole ladders; what rounding adds beyond them is swept at the hottest
    temperature and left out of every result.  With `in_pairs`, two ladders that may exchange
    clusters are on one device: reads of a word are anyway.
    """

    def __init__(
        self, prepared: Prepared, num_ladders: int, num_rungs: int, *, in_pairs: bool = False
    ):
        kernel = prepared.kernel
        self.stride = kernel.reads_per_lane
        group = 2 if in_pairs and self.stride == 1 else 1
        blocks = -(-num_ladders // (self.stride * group))
        devices = runtime.devices(limit=blocks)
        per_device = -(-blocks // len(devices)) * group * num_rungs
        super().__init__(prepared, len(devices) * per_device * self.stride, len(devices))
        self.num_reads = self.total_reads
        self.num_ladders, self.num_rungs = num_ladders, num_rungs
        width = self.total_reads // self.num_devices
        inside = np.tile(np.arange(width) < per_device * self.stride, self.num_devices)
        local = np.tile(np.arange(width), self.num_devices)
        lane = np.repeat(np.arange(self.num_devices), width) * per_device + local // self.stride
        spare = self.num_devices * per_device + np.arange(lane.size) // self.stride
        lane = np.where(inside, lane, spare)
        self._rung = np.where(inside, local // self.stride % num_rungs, 0).astype(np.int32)
        self.ladder = lane // num_rungs * self.stride + local % self.stride
        self.inside = inside & (self.ladder < num_ladders)
        self._is_whole = inside
        pair = (local // num_rungs ^ 1) * num_rungs + local % num_rungs
        self._partner = np.where(inside & (group == 2), pair, local).astype(np.int32)
        self._number = (lane * self.stride + local % self.stride).astype(np.uint32)
        self._split = NamedSharding(self.mesh, P(AXIS))
        self._lane = jax.device_put(lane[:: self.stride].astype(np.uint32), self._split)
        self._temper = _program(kernel, self.mesh, self.stride)

    def places(
        self,
        betas: NDArray[np.float64],
        active: NDArray[np.bool_] | None = None,
        symmetric: bool = False,
    ) -> Places:
        """The ladders at given inverse temperatures [T], hottest first.

        Args:
            betas: [T].
            active: on which rungs [T] clusters are exchanged; None: the program has no such moves.
            symmetric: whether energies stay when all spins flip.
        """
        rung, last = self._rung, self.num_rungs - 1
        # Spare ladders swap as well: clusters come from them.
        inside = self._is_whole
        fields: list[HostArray] = [
            betas.astype(np.float32)[rung], rung, self._number,
            inside & (rung < last), inside & (rung == 0), inside & (rung == last),
        ]  # fmt: skip
        if active is not None:
            mirrored = np.full(rung.size, symmetric)
            pairs: list[HostArray] = [inside & active[rung], mirrored, self._partner]
            fields.append(Pairs(*pairs))
        return jax.device_put(Places(*fields), self._split)

    def climb(self) -> Climb:
        """Nobody has been anywhere."""
        zeros: list[HostArray] = [np.zeros(self.total_reads, t) for t in (np.int8, np.int32)]
        return jax.device_put(Climb(*zeros), self._split)

    def temper(
        self,
        run: Run,
        climb: Climb,
        places: Places,
        key: jax.Array,
        first: int,
        rounds: int,
        sweeps: int,
        clusters_every: int = 1,
    ) -> tuple[Run, Climb, Means]:
        """`rounds` times: some sweeps, a look at the energies, one attempt to swap.

        Every so many rounds, if `places` has pairs, clusters are exchanged before the look.
        """
        counts = np.array([first, rounds, sweeps, clusters_every], np.uint32)
        unit = np.float32(self.unit)
        run, climb, tally = self._temper(run, climb, places, key, self._model, unit, counts)
        moves = (first + rounds - 1) // clusters_every - (first - 1) // clusters_every
        means = [
            None if x is None else self._by_rung(x) / max(count, 1)
            for x, count in zip(tally, (rounds, rounds, moves, moves), strict=True)
        ]
        return run, climb, Means(*means)

    def look(self, run: Run, climb: Climb, places: Places, key: jax.Array) -> tuple[Run, Climb]:
        """A round of no sweeps: energies of a fresh run are seen, and a swap is tried."""
        if places.pairs is not None:
            still = places.pairs._replace(active=jnp.zeros_like(places.pairs.active))
            places = places._replace(pairs=still)
        return self.temper(run, climb, places, key, _LOOK_ROUND, 1, 0)[:2]

    def _by_rung(self, values: jax.Array) -> NDArray[np.float64]:
        own = np.asarray(values, np.float64)[self.inside]
        rung = self._rung[self.inside]
        return np.bincount(rung, own, self.num_rungs) / np.bincount(rung, minlength=self.num_rungs)

    def best_of_ladders(self, run: Run, num_variables: int) -> NDArray[np.int8]:
        """The best state seen on any rung of each ladder: [ladders, n]."""
        energy = np.asarray(run.best_energy, np.float64)
        order = np.lexsort((energy, self.ladder))
        order = order[self.inside[order]]
        first = np.unique(self.ladder[order], return_index=True)[1]
        return self._columns(run.best, num_variables, order[first])

    def states_by_rung(self, run: Run, num_variables: int) -> NDArray[np.int8]:
        """Present states by ladder and temperature: [ladders, T, n]."""
        order = np.lexsort((self._rung, self.ladder))
        found = self._columns(run.state, num_variables, order[self.inside[order]])
        return found.reshape(self.num_ladders, self.num_rungs, num_variables)

    def round_trips(self, climb: Climb) -> int:
        """Round trips in all ladders."""
        return int(np.asarray(climb.trips)[self.inside].sum())

    def _columns(self, state: State, num_variables: int, reads: NDArray) -> NDArray[np.int8]:
        found = np.asarray(self._programs.spins(state, self._model))[:num_variables]
        return np.ascontiguousarray(found[:, reads].T)


@cache
def _program(kernel: Kernel, mesh: Mesh, stride: int) -> Any:
    def call(run: Run, climb: Climb, places: Places, *rest: Any) -> Any:
        any_spec: Any = P(AXIS)
        split = (state_specs(run), state_specs(climb), state_specs(places))
        return jax.shard_map(
            partial(_temper, kernel, stride),
            mesh=mesh,
            in_specs=(*split, P(), P(), P(), P()),
            out_specs=(*split[:2], Tally(*[any_spec] * (2 if places.pairs is None else 4))),
            check_vma=False,
        )(run, climb, places, *rest)

    return jax.jit(call, compiler_options=runtime.compiler_options())


def _temper(
    kernel: Kernel,
    stride: int,
    run: Run,
    climb: Climb,
    places: Places,
    key: jax.Array,
    model: Model,
    unit: jax.Array,
    counts: jax.Array,
) -> tuple[Run, Climb, Tally]:
    first, rounds, sweeps, clusters_every = (counts[k] for k in range(4))
    clusters_key = random.sweep_key(key, jnp.uint32(_CLUSTER_SWEEP))
    swaps_key = random.sweep_key(key, jnp.uint32(_SWAP_SWEEP))

    def sweep(i: jax.Array, state: State) -> State:
        return kernel.step(random.sweep_key(key, i), state, model, beta)[0]

    beta = places.beta.reshape(-1, stride)[:, 0]

    def one_round(r: jax.Array, carry: tuple[Run, Climb, Tally]) -> tuple[Run, Climb, Tally]:
        run, climb, tally = carry
        start = (first + r) * sweeps
        state = jax.lax.fori_loop(start, start + sweeps, sweep, run.state)
        if places.pairs is not None:
            due = ((first + r) % clusters_every == 0) & places.pairs.active.any()
            cluster_key = random.sweep_key(clusters_key, first + r)
            state, tally = jax.lax.cond(
                due,
                partial(_with_clusters, cluster_key, model, places.pairs),
                lambda *same: same,
                state, tally,
            )  # fmt: skip
        energy = kernel.energy(state, model)
        run = keep_best(kernel, state, energy, run)
        swap_key = random.sweep_key(swaps_key, first + r)
        up, refused = propose(swap_key, places, energy, unit, first + r, stride)
        run = run._replace(state=_exchanged(kernel, run.state, up, stride))
        climb = _arrive(jax.tree.map(partial(_swapped, up, stride), climb), places)
        seen = energy.astype(jnp.float32)
        tally = tally._replace(rejection=tally.rejection + refused, energy=tally.energy + seen)
        return run, climb, tally

    zero = jnp.zeros_like(places.beta)
    tally = Tally(*[zero] * (2 if places.pairs is None else 4))
    return jax.lax.fori_loop(jnp.uint32(0), rounds, one_round, (run, climb, tally))


def _with_clusters(
    key: jax.Array, model: Model, pairs: Pairs, state: State, tally: Tally
) -> tuple[State, Tally]:
    state, sizes = exchange_clusters(key, state, model, pairs)
    cluster = sizes.cluster.astype(jnp.float32)
    rest = (sizes.domain - sizes.cluster).astype(jnp.float32)
    gain = tally.gain + jnp.minimum(cluster, rest)
    return state, tally._replace(cluster=tally.cluster + cluster, gain=gain)


def propose(
    key: jax.Array,
    places: Places,
    energy: jax.Array,
    unit: jax.Array,
    parity: jax.Array,
    stride: int,
) -> tuple[jax.Array, jax.Array]:
    """One attempt at every pair of neighbouring rungs whose lower one has the given parity.

    Returns:
        Positions that swap with the next rung, bool [reads], and the probability of refusal at
        every pair, due or not: float32 [reads].
    """
    gain = (jnp.roll(energy, -stride) - energy).astype(jnp.float32)
    gap = (jnp.roll(places.beta, -stride) - places.beta) * unit  # reduced first: neither overflows
    chance = jnp.exp(jnp.minimum(gap * gain, 0))
    uniform = random.uniforms(random.row_keys(key, places.number), jnp.zeros(1, jnp.uint32))[:, 0]
    due = (places.rung.astype(jnp.uint32) + parity) % 2 == 0
    up = places.has_next & due & (uniform < chance)
    return up, jnp.where(places.has_next, 1 - chance, 0)


def _swapped(up: jax.Array, stride: int, values: jax.Array) -> jax.Array:
    """`values` [reads] with those of pairs exchanged."""
    down = jnp.roll(up, stride)
    lower = jnp.where(down, jnp.roll(values, stride), values)
    return jnp.where(up, jnp.roll(values, -stride), lower)


def _exchanged(kernel: Kernel, state: State, up: jax.Array, stride: int) -> State:
    """States exchanged; the kernel's `choose` keeps what belongs to a place, its lane."""
    after, before = (jax.tree.map(lambda x, s=s: jnp.roll(x, s, -1), state) for s in (-1, 1))
    moved = kernel.choose(~up, state, after)
    return kernel.choose(~jnp.roll(up, stride), moved, before)


def _arrive(climb: Climb, places: Places) -> Climb:
    """Count a trip for a state that reaches the hot end and was at the cold one last."""
    back = places.is_first & (climb.end == _COLD)
    gone = places.is_last & (climb.end == _HOT)
    end = jnp.where(places.is_first, _HOT, jnp.where(gone, _COLD, climb.end))
    return Climb(end, climb.trips + back)
