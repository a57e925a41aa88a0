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
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from numpy.typing import NDArray

from pbits import random, runtime
from pbits.engine import AXIS, Engine, Run, keep_best, state_specs
from pbits.kernels.base import HostArray, Kernel, Model, State
from pbits.models import Prepared
from pbits.pairing import Coldest, exchange_coldest
from pbits.swaps import Climb, Places, arrive, exchanged, propose, swapped
from pbits.tally import Sums, Tally, counted, steps

# Swaps draw from a key of their own, folded from a sweep number that no run reaches.
_SWAP_SWEEP = 0xE0000000
_LOOK_ROUND = 0xC0000000
_CLUSTER_SWEEP = 0xB0000000
# A move costs about as much as ten sweeps.
CLUSTER_ROUNDS = 4
CAPS = 64  # rounds of an anneal in one call at most
RECORDED = 64  # rounds of one call at most, where replicas are followed


class Exchange(Engine):
    """`num_ladders` ladders of `num_rungs` reads laid out on devices.

    Reads of a device fill whole ladders; what rounding adds beyond them is swept at the hottest
    temperature and left out of every result.  On the coldest `cluster_rungs` rungs pairs of ladders
    can exchange clusters; without, the program knows nothing of them.  `symmetric`: whether
    energies stay when all spins flip.
    """

    def __init__(
        self,
        prepared: Prepared,
        num_ladders: int,
        num_rungs: int,
        cluster_rungs: int = 0,
        *,
        symmetric: bool = False,
    ):
        kernel = prepared.kernel
        self.stride = kernel.reads_per_lane
        coldest = Coldest(num_rungs, cluster_rungs) if cluster_rungs else None
        # Pairs stay on one device: those of a word do anyway.
        group = 2 if coldest and self.stride == 1 else 1
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
        self._number = (lane * self.stride + local % self.stride).astype(np.uint32)
        self._split = NamedSharding(self.mesh, P(AXIS))
        self._lane = jax.device_put(lane[:: self.stride].astype(np.uint32), self._split)
        self.has_clusters, self._symmetric = coldest is not None, symmetric
        self.energy_steps = self.unit * steps(kernel.energy_dtype)
        self._temper = _program(kernel, self.mesh, self.stride, coldest)

    def places(self, betas: NDArray[np.float64], active: NDArray[np.bool_] | None = None) -> Places:
        """The ladders at given inverse temperatures [T], hottest first.

        Args:
            betas: [T].
            active: [T], on which rungs clusters are exchanged; None: nowhere.
        """
        rung, last = self._rung, self.num_rungs - 1
        # Spare ladders swap as well: clusters come from them.
        inside = self._is_whole
        fields: list[HostArray] = [
            betas.astype(np.float32)[rung], rung, self._number,
            inside & (rung < last), inside & (rung == 0), inside & (rung == last),
        ]  # fmt: skip
        if self.has_clusters:
            fields.append(inside & (False if active is None else active[rung]))
        return jax.device_put(Places(*fields), self._split)

    def climb(self, *, follow: bool = False) -> Climb:
        """Nobody has been anywhere; `follow`: replicas keep their names from now on."""
        zeros: list[HostArray] = [np.zeros(self.total_reads, t) for t in (np.int8, np.int32)]
        climb = jax.device_put(Climb(*zeros), self._split)
        return self.named(climb) if follow else climb

    def named(self, climb: Climb) -> Climb:
        """Every replica is called by the rung where it is now."""
        return climb._replace(replica=jax.device_put(self._rung.astype(np.int16), self._split))

    def temper(
        self,
        run: Run,
        climb: Climb,
        places: Places,
        key: jax.Array,
        first: int,
        rounds: int,
        sweeps: int,
        caps: NDArray[np.float64] | None = None,
    ) -> tuple[Run, Climb, Sums]:
        """`rounds` times: some sweeps, a look at the energies, one attempt to swap.

        In every fourth round, where `places` says so, clusters are exchanged before the look.

        Args:
            run, climb: from the call before.
            places: of all positions.
            key: uint32 [2].
            first: number of the first round.
            rounds: how many; at most MAX_ROUNDS, CAPS with `caps`, RECORDED where `climb` follows
                replicas.
            sweeps: of each round.
            caps: [rounds], no position is colder than this in a round: an anneal down to `places`.
        """
        counts = np.array([first, rounds, sweeps, self._symmetric], np.uint32)
        unit = np.float32(self.unit)
        limits = np.full(CAPS, np.inf, np.float32)
        if caps is not None:
            limits[: caps.size] = caps
        run, climb, tally = self._temper(run, climb, places, key, self._model, unit, counts, limits)
        moves = -(-(first + rounds) // CLUSTER_ROUNDS) - -(-first // CLUSTER_ROUNDS)
        refused, swaps = self._by_rung(tally.refused), rounds * self.num_ladders
        energy = np.array([self._by_rung(x) for x in tally.energy]).astype(np.int64)
        none = (np.zeros(self.num_rungs),) * 2
        cluster, gain = [self._by_rung(x) for x in tally.moved] or none
        rungs = self._rungs(tally.path[0], rounds) if tally.path else None
        moves *= self.num_ladders
        return run, climb, Sums(refused, swaps, energy, cluster, gain, moves, rungs)

    def look(self, run: Run, climb: Climb, places: Places, key: jax.Array) -> tuple[Run, Climb]:
        """A round of no sweeps: energies of a fresh run are seen, and a swap is tried."""
        if places.exchanges is not None:
            places = places._replace(exchanges=jnp.zeros_like(places.exchanges))
        return self.temper(run, climb, places, key, _LOOK_ROUND, 1, 0)[:2]

    def mean_energy(self, sums: Sums) -> NDArray[np.float64]:
        """[T], without the problem's offset."""
        return self.energy_steps @ sums.energy / max(sums.num_swaps, 1)

    def _by_rung(self, values: jax.Array) -> NDArray[np.float64]:
        """Sums over ladders."""
        own = np.asarray(values, np.float64)[self.inside]
        return np.asarray(np.bincount(self._rung[self.inside], own, self.num_rungs), np.float64)

    def _rungs(self, path: jax.Array, rounds: int) -> NDArray[np.int16]:
        """[rounds, ladders, T] where each replica was, from who was on each position."""
        replicas = np.asarray(path)[:rounds, self._by_ladder()]
        replicas = replicas.reshape(rounds, self.num_ladders, self.num_rungs)
        return np.argsort(replicas, -1).astype(np.int16)

    def best_of_ladders(self, run: Run, num_variables: int) -> NDArray[np.int8]:
        """The best state seen on any rung of each ladder: [ladders, n]."""
        energy = np.asarray(run.best_energy, np.float64)
        order = np.lexsort((energy, self.ladder))
        order = order[self.inside[order]]
        first = np.unique(self.ladder[order], return_index=True)[1]
        return self._columns(run.best, num_variables, order[first])

    def states_by_rung(self, run: Run, num_variables: int) -> NDArray[np.int8]:
        """Present states by ladder and temperature: [ladders, T, n]."""
        found = self._columns(run.state, num_variables, self._by_ladder())
        return found.reshape(self.num_ladders, self.num_rungs, num_variables)

    def _by_ladder(self) -> NDArray[np.intp]:
        """Positions [ladders * T], each ladder's together, hottest first."""
        order = np.lexsort((self._rung, self.ladder))
        return order[self.inside[order]]

    def round_trips(self, climb: Climb) -> int:
        """Round trips in all ladders."""
        return int(np.asarray(climb.trips)[self.inside].sum())

    def _columns(self, state: State, num_variables: int, reads: NDArray) -> NDArray[np.int8]:
        found = np.asarray(self._programs.spins(state, self._model))[:num_variables]
        return np.ascontiguousarray(found[:, reads].T)


def has_programs() -> bool:
    """Whether this process has made a program for any ladder."""
    return _program.cache_info().currsize > 0


@cache
def _program(kernel: Kernel, mesh: Mesh, stride: int, coldest: Coldest | None) -> Any:
    def call(run: Run, climb: Climb, places: Places, *rest: Any) -> Any:
        any_spec: Any = P(AXIS)
        split = (state_specs(run), state_specs(climb), state_specs(places))
        moved = (any_spec,) * (2 if coldest else 0)
        path: Any = () if climb.replica is None else (P(None, AXIS),)
        return jax.shard_map(
            partial(_temper, kernel, stride, coldest),
            mesh=mesh,
            in_specs=(*split, P(), P(), P(), P(), P()),
            out_specs=(*split[:2], Tally(any_spec, (any_spec,) * 2, moved, path)),
            check_vma=False,
        )(run, climb, places, *rest)

    return jax.jit(call, compiler_options=runtime.compiler_options())


def _temper(
    kernel: Kernel,
    stride: int,
    coldest: Coldest | None,
    run: Run,
    climb: Climb,
    places: Places,
    key: jax.Array,
    model: Model,
    unit: jax.Array,
    counts: jax.Array,
    caps: jax.Array,
) -> tuple[Run, Climb, Tally]:
    first, rounds, sweeps, symmetric = counts[0], counts[1], counts[2], counts[3] > 0
    clusters_key = random.sweep_key(key, jnp.uint32(_CLUSTER_SWEEP))
    swaps_key = random.sweep_key(key, jnp.uint32(_SWAP_SWEEP))

    def clusters(r: jax.Array, state: State, moved: tuple) -> tuple[State, tuple]:
        active = places.exchanges
        if coldest is None or active is None:
            return state, moved
        move = partial(exchange_coldest, coldest=coldest, per_lane=stride)

        def exchange(state: State, moved: tuple) -> tuple[State, tuple]:
            key = random.sweep_key(clusters_key, r)
            state, *sites = move(key, state, model, active, symmetric)
            return state, jax.tree.map(jnp.add, moved, tuple(sites))

        due = (r % CLUSTER_ROUNDS == 0) & active.any()
        return jax.lax.cond(due, exchange, lambda *same: same, state, moved)

    def one_round(r: jax.Array, carry: tuple[Run, Climb, Tally]) -> tuple[Run, Climb, Tally]:
        run, climb, tally = carry
        here = places._replace(beta=jnp.minimum(places.beta, caps[jnp.minimum(r, CAPS - 1)]))
        beta = here.beta.reshape(-1, stride)[:, 0]

        def sweep(i: jax.Array, state: State) -> State:
            return kernel.step(random.sweep_key(key, i), state, model, beta)[0]

        start = (first + r) * sweeps
        state = jax.lax.fori_loop(start, start + sweeps, sweep, run.state)
        state, moved = clusters(first + r, state, tally.moved)
        energy = kernel.energy(state, model)
        run = keep_best(kernel, state, energy, run)
        swap_key = random.sweep_key(swaps_key, first + r)
        up, refused = propose(swap_key, here, energy, unit, first + r, stride)
        run = run._replace(state=exchanged(kernel, run.state, up, stride))
        climb = arrive(jax.tree.map(partial(swapped, up, stride), climb), places)
        seen = jax.tree.map(jnp.add, tally.energy, counted(energy))
        path = tuple(rows.at[r].set(climb.replica) for rows in tally.path)
        return run, climb, Tally(tally.refused + refused, seen, moved, path)

    zero = jnp.zeros_like(places.rung)
    path = () if climb.replica is None else (jnp.zeros((RECORDED, zero.size), jnp.int16),)
    moved = (zero,) * (2 if coldest else 0)
    tally = Tally(jnp.zeros_like(places.number), (zero, zero), moved, path)
    return jax.lax.fori_loop(jnp.uint32(0), rounds, one_round, (run, climb, tally))
