"""Trajectories of many magnets: blocks that fit a cache, split over cores, and replay."""

from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P
from numpy.typing import ArrayLike, NDArray

from pbits import checks, memory, runtime
from pbits.devices.blocks import Layout
from pbits.devices.macrospin import Magnet, advance, angles, step
from pbits.devices.pair import Pair, pair_angles, pair_step
from pbits.devices.step_sizes import check_magnet as check_magnet
from pbits.devices.step_sizes import checked_step
from pbits.devices.step_sizes import safe_step as safe_step
from pbits.random import seed_key

_AXIS = "devices"
_MOST_STEPS = 2**32  # numbers that steps have
_ROUNDING = 1e-6  # of the length of a float32 vector


class Trajectory(NamedTuple):
    """What was recorded, and where it ended.

    Of pairs of layers, `m` is [k, 2, 3, devices], `mean` and `square` [k, 2, 3], `final`
    [2, 3, devices].

    Attributes:
        times: [k] seconds since step 0, at the end of each interval.
        m: [k, 3, devices] directions, or None.
        mean: [k, 3], over devices.
        square: [k, 3], mean squares over devices.
        final: [3, devices]; with `num_steps` it carries a run on.
        dt: seconds per step.
        num_steps: since step 0.
        seed: of the noise.
    """

    times: NDArray[np.float64]
    m: NDArray[np.float32] | None
    mean: NDArray[np.float64]
    square: NDArray[np.float64]
    final: NDArray[np.float32]
    dt: float
    num_steps: int
    seed: int


def simulate(
    magnet: Magnet | Pair,
    *,
    num_steps: int,
    dt: float | None = None,
    record_every: int | None = None,
    num_devices: int = 1,
    start: ArrayLike | None = None,
    first_step: int = 0,
    drive: ArrayLike | None = None,
    keep_directions: bool = True,
    seed: int | None = None,
) -> Trajectory:
    """Integrate the stochastic LLG equation of many independent magnets.

    Args:
        magnet: or a pair of them; fields are numbers, equal for all, or arrays [num_devices].
        num_steps: a multiple of `record_every`.
        dt: seconds; default :func:`safe_step`.
        record_every: steps between two records; default: all at once, one record.
        num_devices: magnets with noise of their own.
        start: [3] or [3, num_devices], of pairs [2, 3] or [2, 3, num_devices]; default evenly
            distributed on the sphere.
        first_step: number of the first step: with the `final` of an earlier run as `start` and
            its `num_steps` here, the two runs are one.
        drive: [num_steps // record_every] factors of the spin torques between two records.
        keep_directions: whether to return `m`, which takes 12 bytes a record and device.
        seed: equal seeds give equal noise, whatever the number of cores; drawn by default.

    Raises:
        ValueError: on arguments out of range; above all on a step that is too long, with one
            that is not.
        TypeError: on a magnet traced by JAX: see :func:`check_magnet`.
        MemoryError: before anything runs, where the record cannot fit.

    Example:
        >>> from pbits.devices.macrospin import Vector
        >>> magnet = Magnet(1e-18, 0.1, Vector(z=0.1))
        >>> found = simulate(magnet, num_steps=200, num_devices=4, seed=1)
        >>> found.final.shape, bool(abs((found.final**2).sum(0) - 1).max() < 1e-5)
        ((3, 4), True)
    """
    seed = checks.seed_or_random(seed)
    count = checks.whole_number("num_devices", num_devices, 1)
    first, every, records = _steps(first_step, num_steps, record_every)
    factors = _drive(drive, records)
    dt = checked_step(magnet, dt, float(np.max(np.abs(factors), initial=1.0)))
    layers = 2 if isinstance(magnet, Pair) else 1
    program = _program(_mesh(count), keep_directions, layers)
    layout = Layout(count, program.num_cores)
    _check_fits(layout, layers, records, keep_directions)
    m = layout.spread(unit_vectors(start, layers, count, seed))
    scalars = np.float32(dt), factors, np.uint32(first), np.uint32(count), np.uint32(every)
    final, seen = program.run(seed_key(seed), m, layout.numbers, *layout.split(magnet), *scalars)
    ends = first + every * np.arange(records + 1)
    m, mean, square, final = _gathered(layout, layers, seen, final)
    return Trajectory(np.float64(dt) * ends[1:], m, mean, square, final, dt, int(ends[-1]), seed)


def _steps(first_step: int, num_steps: int, record_every: int | None) -> tuple[int, int, int]:
    """First step, steps between records, records."""
    first = checks.whole_number("first_step", first_step, 0)
    steps = checks.whole_number("num_steps", num_steps, 0)
    given = max(steps, 1) if record_every is None else record_every
    every = checks.whole_number("record_every", given, 1)
    if steps % every:
        raise ValueError(f"num_steps is {steps}; expected a multiple of record_every, {every}")
    if max(first + steps, every) >= _MOST_STEPS:
        raise ValueError(
            f"first_step + num_steps is {first + steps}; expected less than 2**32, after which "
            "noise would repeat: go on with another seed"
        )
    return first, every, steps // every


def _check_fits(layout: Layout, layers: int, records: int, keep: bool) -> None:
    """The state, its copies, and what is recorded."""
    kept = 3 * layers * 4 * layout.total * (records * keep + 4)
    what = f"{records} records of {layout.count} magnets"
    advice = "record less often, or keep_directions=False"
    memory.check_fits(kept, memory.free_bytes(runtime.devices()[0]), f"{what}; {advice}")


def _gathered(layout: Layout, layers: int, records: Any, final: Any) -> Any:
    """Directions, means, mean squares and last directions, from what each block recorded."""

    def shaped(array: NDArray, devices: int) -> NDArray:
        """Rows apart as layers and axes, if there are several layers."""
        at = array.ndim - devices - 1
        parts = (layers, 3) if layers > 1 else (3,)
        return array.reshape(*array.shape[:at], *parts, *array.shape[at + 1 :])

    m, *sums = records
    mean, square = (np.asarray(part, np.float64).sum(0) / layout.count for part in sums)
    directions = None if m is None else shaped(layout.joined(m), 1)
    return directions, shaped(mean, 0), shaped(square, 0), shaped(layout.joined(final), 1)


def _drive(drive: ArrayLike | None, count: int) -> NDArray[np.float32]:
    if drive is None:
        return np.ones(count, np.float32)
    factors = np.asarray(drive, np.float32)
    if factors.shape != (count,) or not np.all(np.isfinite(factors)):
        raise ValueError(
            f"drive has shape {factors.shape}; expected ({count},) finite numbers, one for each "
            "interval between records"
        )
    return factors


def unit_vectors(
    start: ArrayLike | None, layers: int, count: int, seed: int
) -> NDArray[np.float32]:
    """Where runs start: [3 * layers, count]; evenly on the sphere where nothing is given."""
    one = (3,) if layers == 1 else (layers, 3)
    if start is None:
        given = np.random.default_rng([seed, 1]).normal(size=(*one, count))
    else:
        given = np.asarray(start, np.float64)
        given = given[..., None] if given.shape == one else given
        if given.shape not in ((*one, 1), (*one, count)):
            raise ValueError(f"start has shape {given.shape}; expected {one} or {(*one, count)}")
    length = np.sqrt(np.sum(given**2, axis=-2, keepdims=True))
    if not np.all(np.isfinite(length) & (length > 0)):
        raise ValueError("start has a vector of no length; expected directions")
    # What a run ended with goes on to the last bit.
    whole = np.abs(length - 1) < _ROUNDING
    unit = np.where(whole, given, given / length).astype(np.float32)
    return np.broadcast_to(unit, (*one, count)).reshape(3 * layers, count)


class _Program(NamedTuple):
    run: Any
    num_cores: int


def _mesh(count: int) -> Mesh:
    return Mesh(np.array(runtime.devices(limit=-(-count // 256))), (_AXIS,))


@cache
def _program(mesh: Mesh, keep: bool, layers: int) -> _Program:
    split: Any = P(_AXIS)

    def call(key: Any, m: Any, numbers: Any, single: Any, many: Any, *rest: Any) -> Any:
        return jax.shard_map(
            partial(_blocks, keep, layers),
            mesh=mesh,
            in_specs=(P(), split, split, P(), split, P(), P(), P(), P(), P()),
            out_specs=split,
            check_vma=False,
        )(key, m, numbers, single, many, *rest)

    run = jax.jit(call, compiler_options=runtime.compiler_options())
    return _Program(run, mesh.devices.size)


def _blocks(
    keep: bool,
    layers: int,
    key: jax.Array,
    m: jax.Array,
    numbers: jax.Array,
    single: Any,
    many: Any,
    dt: jax.Array,
    factors: jax.Array,
    first: jax.Array,
    count: jax.Array,
    every: jax.Array,
) -> Any:
    prepare, move = (angles, step) if layers == 1 else (pair_angles, pair_step)

    def block(given: tuple[jax.Array, jax.Array, Any]) -> Any:
        m, device, own = given
        magnet = jax.tree.map(
            lambda one, each: each if one is None else one, single, own, is_leaf=lambda x: x is None
        )

        def interval(state: tuple[Any, jax.Array], factor: jax.Array) -> Any:
            m, done = state
            m = advance(key, m, prepare(magnet, dt, factor), device, done, every, move)
            seen = jnp.stack(m)
            counted = jnp.where(device < count, seen, 0)
            sums = counted.sum(axis=1), jnp.square(counted).sum(axis=1)
            return (m, done + every), (seen if keep else None, *sums)

        (m, _), records = lax.scan(interval, (tuple(m), first), factors)
        return jnp.stack(m), records

    return lax.map(block, (m, numbers, many))
