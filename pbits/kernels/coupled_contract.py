"""What a p-bit computer's kernel is made of: a coupling, p-bits, a clock, and their numbers.

This is where a simulated crossbar stands in for the coupling matrix, and a junction with a memory
of its own for the ideal p-bit.  `coupled` makes a kernel of them, `coupled_clocks` the sweeps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax

# Word of a spin's random numbers in one clock (of 64) from which on they are a coupling's.
FIELD_WORD = 48


class Coupling(NamedTuple):
    """Spins to fields, tile by tile.

    Attributes:
        field: ``(parameters, tile, values, keys, lane, in_place=) -> float32 [B, reads]``, in
            units: ``h_i + sum_j J_ij s_j`` of the B spins of tile number `tile`; `values` are the
            rows of the table [rows + 2, reads], which is written after if `in_place`; `keys` are
            those of the spins, whose words from `FIELD_WORD` to 61 are for noise.  Parameters have
            a first axis of tiles.
        name: for reports.
        by_beta: whether `field` is told the sweep's beta too, as `beta=`.
        columns: reads that go through a sweep before others do, so that their spins stay in the
            cache.
        in_turn: ``(parameters, values, prepare, decide) -> values``, where all p-bits are faster
            updated in turn than tile by tile: ``prepare(start, B)`` gives arrays [B, ...] of them,
            ``decide(prepared, spin, field)`` the new spin of one of them, all [1, ...].
    """

    field: Callable[..., jax.Array]
    name: str
    columns: int = 128
    in_turn: Callable[..., jax.Array] | None = None
    by_beta: bool = False


class PBit(NamedTuple):
    """Fields to spins, with a state of its own.

    Attributes:
        init: ``(parameters, spins int8 [rows, reads]) -> state``, arrays [rows, reads].
        tick: ``(keys, parameters, state, spins, drive, lane, beta) -> (spins, state)``, one clock
            of B p-bits; ``drive = 2 beta I`` float32 [B, reads].  Where the state is not empty it
            goes on in p-bits that are not clocked too: junctions do not stand still.
        name: for reports.
    """

    init: Callable[[Any, jax.Array], Any]
    tick: Callable[..., tuple[jax.Array, Any]]
    name: str


class Timing(NamedTuple):
    """What is fixed about the clock; numbers are in the model.

    Attributes:
        in_turn: else together.
        lags: whether inputs lag behind their fields.
        delay: clocks that fields come late.
        common: whether all p-bits have some noise in common.
    """

    in_turn: bool = True
    lags: bool = False
    delay: int = 0
    common: bool = False


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Bucket:
    """T tiles of B p-bits that do not feel each other."""

    coupling: Any  # parameters, first axis T
    spin: jax.Array  # [T, B] uint32 spin numbers, for the random streams
    first_tile: jax.Array  # [C + 1] int32, of each colour
    first_row: jax.Array  # [] int32


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CoupledModel:
    """Parameters of the coupling and of the p-bits, and who is clocked when.

    Attributes:
        buckets: tiles, colour by colour.
        pbit: parameters of the p-bits; arrays [rows, 1] are one number for each.
        colour: [rows] int32, -1 where a row holds no spin.
        row_of_spin: [n] int32.
        num_colours, num_clocks: [] int32; the second counts clocks of a sweep that are together.
        fraction: [] float32, of p-bits that a clock takes, all colours; 0 clocks by colours.
        follow: [] float32, share of the way to its field that an input goes in a clock.
        common: [] float32, deviation of the noise in common, of drives.
        exact: :class:`~pbits.kernels.sparse.SparseModel` or
            :class:`~pbits.kernels.dense_float.DenseFloatModel` of the problem, for energies.
        unit: [] float32.
    """

    buckets: tuple[Bucket, ...]
    pbit: Any
    colour: jax.Array
    row_of_spin: jax.Array
    num_colours: jax.Array
    num_clocks: jax.Array
    fraction: jax.Array
    follow: jax.Array
    common: jax.Array
    exact: Any
    unit: jax.Array


class CoupledState(NamedTuple):
    table: jax.Array  # [rows + 2, reads], int8 or float32
    pbit: Any
    field: jax.Array | None  # float32 [rows, reads], that inputs have reached; where they lag
    late: jax.Array | None  # float32 [delay * rows, reads], fields to come, the next first
    lane: jax.Array  # [reads] uint32
