"""Run a kernel over all devices: reads are split, nothing else is, and no device waits for another.

The programs here are compiled once for a kernel and its array shapes.  Numbers of sweeps, betas,
seeds and models are arguments.
"""

from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from numpy.typing import NDArray

from pbits import memory, runtime
from pbits.kernels.base import Kernel, Model, State
from pbits.models import Prepared
from pbits.random import sweep_key

CHUNK = 512  # sweeps of one program call at most
_SECONDS_PER_CALL = 0.1
AXIS = "reads"
_LAST_AXIS = P(None, AXIS)


class Run(NamedTuple):
    """What a run carries from call to call; every array's last axis is reads or lanes.

    A fresh run has seen nothing: its first call of `advance`, be it of no sweeps, looks.
    """

    state: State
    best: State
    best_energy: jax.Array  # [reads], in units


class Trace(NamedTuple):
    """Energies at the checks of one call, in units: [checks, devices]."""

    mean: jax.Array
    best: jax.Array


class Engine:
    """A prepared problem laid out on devices, `max_devices` at most, for `num_reads` reads."""

    def __init__(self, prepared: Prepared, num_reads: int, max_devices: int | None = None):
        self.kernel, model, self.unit = prepared
        per_lane = self.kernel.reads_per_lane
        lanes = -(-num_reads // per_lane)
        devices = runtime.devices(limit=min(lanes, max_devices or lanes))
        per_device = _round_lanes(-(-lanes // len(devices)), self.kernel)
        self.mesh = Mesh(np.array(devices), (AXIS,))
        self.num_reads = num_reads
        self.total_reads = per_device * per_lane * len(devices)
        self._check_memory(model, devices[0], per_device * len(devices))
        lane = np.arange(per_device * len(devices), dtype=np.uint32)
        split, whole = NamedSharding(self.mesh, P(AXIS)), NamedSharding(self.mesh, P())
        self._lane = jax.device_put(lane, split)
        self._valid = jax.device_put(np.arange(self.total_reads) < num_reads, split)
        self._model = jax.device_put(model, whole)
        self._programs = _programs(self.kernel, self.mesh)

    def _check_memory(self, model: Model, device: Any, lanes: int) -> None:
        """States, best states, what a program needs meanwhile, and spins as they are returned."""
        key, lane = (jax.ShapeDtypeStruct((k,), np.uint32) for k in (2, lanes))
        state = jax.eval_shape(self.kernel.init, key, model, lane)
        spins = jax.eval_shape(self.kernel.spins, state, model)
        needed = 4 * _num_bytes(state) + 2 * _num_bytes(model) + 2 * _num_bytes(spins)
        what = f"{self.total_reads} reads side by side (the least for {self.num_reads}, in whole "
        what += f"vectors) of {spins.shape[0]} spins; ask for fewer reads or temperatures"
        memory.check_fits(needed, memory.free_bytes(device), what)

    @property
    def num_devices(self) -> int:
        return self.mesh.devices.size

    def start(self, key: jax.Array) -> Run:
        """Random spins, a function of the key and the read."""
        return self._programs.start(key, self._lane, self._model)

    def start_from(self, spins: NDArray[np.int8]) -> Run:
        """Given spins, int8 [num_reads, n]."""
        full = np.ones((spins.shape[1], self.total_reads), np.int8)
        full[:, : self.num_reads] = spins.T
        placed = jax.device_put(full, NamedSharding(self.mesh, _LAST_AXIS))
        return self._programs.load(_pad_spins(placed, self._model), self._lane, self._model)

    def advance(
        self,
        run: Run,
        key: jax.Array,
        settings: NDArray[np.float32],
        first: int,
        check_every: int,
    ) -> tuple[Run, NDArray, NDArray]:
        """Sweep once per setting (at most CHUNK), looking for better states every few sweeps.

        Args:
            run: what to carry on.
            key: of the run.
            settings: [k, ...] what the kernel's step takes in each sweep: betas, for most.
            first: number of the first sweep.
            check_every: sweeps between two looks.

        Returns:
            The run, and the mean and the best energy in units at each check, float64; empty where
            there are no settings, though the state is looked at.
        """
        padded = np.zeros((CHUNK, *settings.shape[1:]), np.float32)
        padded[: len(settings)] = settings
        counts = np.array([first, len(settings), check_every], np.uint32)
        run, trace = self._programs.advance(run, key, self._model, padded, counts, self._valid)
        checks = -(-len(settings) // check_every)
        # Devices return sums over the requested reads, since the last one may hold padding.
        mean = np.asarray(trace.mean, np.float64)[:, :checks].sum(0) / self.num_reads
        return run, mean, np.asarray(trace.best, np.float64)[:, :checks].min(0)

    def spins(self, state: State, num_variables: int) -> NDArray[np.int8]:
        """Spins of the requested reads on the host: int8 [num_reads, n]."""
        found = np.asarray(self._programs.spins(state, self._model))
        return np.ascontiguousarray(found[:num_variables, : self.num_reads].T)


class _Programs(NamedTuple):
    start: Any
    load: Any
    advance: Any
    spins: Any


@cache
def _programs(kernel: Kernel, mesh: Mesh) -> _Programs:
    """Jitted, sharded programs of a kernel."""
    wrap = partial(_sharded, mesh)
    return _Programs(
        start=wrap(partial(_start, kernel), (P(), P(AXIS), P())),
        load=wrap(partial(_load, kernel), (_LAST_AXIS, P(AXIS), P())),
        advance=_advance_program(kernel, mesh),
        spins=wrap(partial(_final_spins, kernel), None),
    )


def _sharded(mesh: Mesh, function: Any, in_specs: Any) -> Any:
    """Split every array of a state along its last axis, whatever its rank."""
    options = runtime.compiler_options()

    def call(*args: Any) -> Any:
        specs = in_specs or (state_specs(args[0]), P())
        shapes = jax.eval_shape(function, *_local(args, specs, mesh.devices.size))
        return jax.shard_map(
            function, mesh=mesh, in_specs=specs, out_specs=state_specs(shapes), check_vma=False
        )(*args)

    return jax.jit(call, compiler_options=options)


def _advance_program(kernel: Kernel, mesh: Mesh) -> Any:
    def call(run: Run, *rest: Any) -> Any:
        specs = (state_specs(run), P(), P(), P(), P(), P(AXIS))
        return jax.shard_map(
            partial(_advance, kernel),
            mesh=mesh,
            in_specs=specs,
            out_specs=(state_specs(run), P(AXIS)),
            check_vma=False,
        )(run, *rest)

    return jax.jit(call, compiler_options=runtime.compiler_options())


def state_specs(tree: Any) -> Any:
    """Every array split along its last axis."""
    return jax.tree.map(lambda x: P(*[None] * (x.ndim - 1), AXIS), tree)


def _local(args: tuple, specs: tuple, count: int) -> list[Any]:
    """Shapes of one device's share of the arguments."""

    def shrink(spec: P, tree: Any) -> Any:
        if not any(spec):
            return tree
        return jax.tree.map(
            lambda x: jax.ShapeDtypeStruct((*x.shape[:-1], x.shape[-1] // count), x.dtype), tree
        )

    shares = []
    for arg, spec in zip(args, specs, strict=True):
        is_tree = not isinstance(spec, P)
        shares.append(shrink(P(AXIS), arg) if is_tree else shrink(spec, arg))
    return shares


def _start(kernel: Kernel, key: jax.Array, lane: jax.Array, model: Model) -> Run:
    return _fresh(kernel, kernel.init(key, model, lane), lane)


def _load(kernel: Kernel, spins: jax.Array, lane: jax.Array, model: Model) -> Run:
    return _fresh(kernel, kernel.load(spins, model, lane), lane)


def _fresh(kernel: Kernel, state: State, lane: jax.Array) -> Run:
    highest = np.inf if kernel.energy_dtype is np.float32 else np.iinfo(np.int32).max
    reads = lane.size * kernel.reads_per_lane
    return Run(state, state, jnp.full(reads, highest, kernel.energy_dtype))


def _final_spins(kernel: Kernel, state: State, model: Model) -> jax.Array:
    return kernel.spins(state, model)


def _pad_spins(spins: jax.Array, model: Model) -> jax.Array:
    """Kernels with a table of rows expect as many spins as it has entries."""
    size = model.row_of_spin.shape[0] if hasattr(model, "row_of_spin") else spins.shape[0]
    return jnp.pad(spins, ((0, size - spins.shape[0]), (0, 0)), constant_values=1)


def _advance(
    kernel: Kernel,
    run: Run,
    key: jax.Array,
    model: Model,
    settings: jax.Array,
    counts: jax.Array,
    valid: jax.Array,
) -> tuple[Run, Trace]:
    first, count, check_every = counts[0], counts[1], counts[2]

    def sweep(i: jax.Array, state: State) -> State:
        return kernel.step(sweep_key(key, first + i), state, model, settings[i])[0]

    def check(carry: tuple) -> tuple:
        i, slot, run, trace = carry
        stop = jnp.minimum(i + check_every, count)
        state = jax.lax.fori_loop(i, stop, sweep, run.state)
        energy = kernel.energy(state, model)
        run = keep_best(kernel, state, energy, run)
        seen = energy.astype(jnp.float32)
        trace = Trace(
            trace.mean.at[slot].set(jnp.where(valid, seen, 0).sum()),
            trace.best.at[slot].set(
                jnp.where(valid, run.best_energy.astype(jnp.float32), jnp.inf).min()
            ),
        )
        return stop, slot + 1, run, trace

    def unfinished(carry: tuple) -> jax.Array:
        i, slot, _, _ = carry
        return (i < count) | (slot == 0)  # a call of no sweeps looks once

    empty = Trace(jnp.zeros(CHUNK, jnp.float32), jnp.full(CHUNK, jnp.inf, jnp.float32))
    start = (jnp.uint32(0), jnp.int32(0), run, empty)
    _, _, run, trace = jax.lax.while_loop(unfinished, check, start)
    return run, Trace(trace.mean[None], trace.best[None])


def keep_best(kernel: Kernel, state: State, energy: jax.Array, run: Run) -> Run:
    """`state` is the present one; reads that never were lower are remembered."""
    better = energy < run.best_energy
    best = jax.lax.cond(
        better.any(),
        lambda: kernel.choose(better, state, run.best),
        lambda: run.best,
    )
    return Run(state, best, jnp.where(better, energy, run.best_energy))


def next_size(size: int, seconds: float) -> int:
    """Sweeps for the next call after one of `size` took `seconds`: about a tenth of a second."""
    return min(max(int(size * _SECONDS_PER_CALL / max(seconds, 1e-6)), 1), CHUNK)


def _num_bytes(tree: Any) -> int:
    return sum(x.size * np.dtype(x.dtype).itemsize for x in jax.tree.leaves(tree))


def _round_lanes(lanes: int, kernel: Kernel) -> int:
    """Fill vectors, but leave one word of reads alone and a few words together."""
    if kernel.reads_per_lane > 1 and lanes <= 4:
        return 1 if lanes == 1 else 4
    return -(-lanes // kernel.lane_multiple) * kernel.lane_multiple
