"""The p-bit computer as a kernel: any coupling (spins -> field) with any p-bit (field -> spin).

This is where a simulated crossbar stands in for the coupling matrix, and a junction with a memory
of its own for the ideal p-bit.  Nothing is packed or fused: it is the general case of the kernel
contract, and the place where hardware is counted.  Spins of one colour are clocked together; each
clock reads all fields, as a crossbar does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.kernels.base import INIT_SWEEP, Info, Kernel
from pbits.kernels.colouring import colour
from pbits.kernels.exponential import accept

Events = dict[str, jax.Array]


class Coupling(NamedTuple):
    """Spins to fields.

    Attributes:
        field: ``(key, parameters, spins int8 [n, reads]) -> (float32 [n, reads], events)``;
            ``h_i + sum_j J_ij s_j`` in units, and counts of what it took.
        name: for reports.
    """

    field: Callable[[jax.Array, Any, jax.Array], tuple[jax.Array, Events]]
    name: str


class PBit(NamedTuple):
    """Fields to spins, with a state of its own.

    Attributes:
        init: ``(key, parameters, spins int8 [n, reads]) -> state``, reads last.
        tick: ``(keys, parameters, state, spins, drive, lane) -> (spins, state, events)``; one clock
            tick of all p-bits.  ``drive = 2 beta I`` float32 [n, reads].  The kernel keeps the
            spins of the p-bits that are clocked and the state of all: junctions do not stand still.
        name: for reports.
    """

    init: Callable[[jax.Array, Any, jax.Array], Any]
    tick: Callable[..., tuple[jax.Array, Any, Events]]
    name: str


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class CoupledModel:
    """Parameters of the coupling and of the p-bits, and who is clocked when."""

    coupling: Any
    pbit: Any
    clocked: jax.Array  # [C, n] bool, one row per colour
    plain: jax.Array  # [n, n] float32, exact couplings for energies
    bias: jax.Array  # [n] float32
    unit: jax.Array  # [] float32


class CoupledState(NamedTuple):
    spins: jax.Array  # [n, reads] int8
    pbit: Any
    lane: jax.Array  # [reads] uint32


@cache
def coupled(coupling: Coupling, pbit: PBit) -> Kernel:
    """Kernel that couples p-bits through a coupling."""
    return Kernel(
        init=partial(_init, pbit),
        step=partial(_step, coupling, pbit),
        energy=_energy,
        load=partial(_load, pbit),
        spins=lambda state, model: state.spins,
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=16,
        energy_dtype=np.float32,
        name=f"{pbit.name} x {coupling.name}",
    )


def coupled_model(
    h: NDArray,
    row: NDArray,
    col: NDArray,
    coupling: NDArray,
    unit: float = 1.0,
    *,
    make_coupling: Callable[[NDArray, NDArray], Any] | None = None,
    pbit: Any = None,
) -> CoupledModel:
    """Model of ``E / unit = sum h_i s_i + sum J_ij s_i s_j``.

    Args:
        h, row, col, coupling, unit: as `sparse_model`.
        make_coupling: ``(J [n, n], h [n]) -> parameters`` of the coupling; default: those of
            `IDEAL_COUPLING`.
        pbit: parameters of the p-bits.
    """
    n = h.size
    matrix = np.zeros((n, n), np.float32)
    matrix[row, col] = matrix[col, row] = coupling
    bias = h.astype(np.float32)
    colours = colour(n, row, col)
    clocked = colours[None, :] == np.arange(colours.max(initial=0) + 1)[:, None]
    plain, plain_bias = jnp.asarray(matrix), jnp.asarray(bias)
    parameters = (plain, plain_bias) if make_coupling is None else make_coupling(matrix, bias)
    return CoupledModel(
        parameters, pbit, jnp.asarray(clocked), plain, plain_bias, jnp.float32(unit)
    )


def _exact_field(key: jax.Array, parameters: Any, spins: jax.Array) -> tuple[jax.Array, Events]:
    del key
    matrix, bias = parameters
    product = jnp.matmul(matrix, spins.astype(jnp.float32), precision=jax.lax.Precision.HIGHEST)
    return product + bias[:, None], {}


def _heat_bath(
    keys: random.RowKeys,
    parameters: Any,
    state: Any,
    spins: jax.Array,
    drive: jax.Array,
    lane: jax.Array,
) -> tuple[jax.Array, Any, Events]:
    del parameters
    return accept("gibbs", spins, drive, random.uniforms(keys, lane)), state, {}


IDEAL_COUPLING = Coupling(_exact_field, "ideal coupling")
IDEAL_PBIT = PBit(lambda key, parameters, spins: (), _heat_bath, "ideal p-bit")


def _init(pbit: PBit, key: jax.Array, model: CoupledModel, lane: jax.Array) -> CoupledState:
    first = random.sweep_key(key, jnp.uint32(INIT_SWEEP))
    keys = random.row_keys(first, jnp.arange(model.bias.shape[0], dtype=jnp.uint32))
    return _load(pbit, random.random_spins(keys, lane), model, lane)


def _load(pbit: PBit, spins: jax.Array, model: CoupledModel, lane: jax.Array) -> CoupledState:
    key = jnp.zeros(2, jnp.uint32)
    return CoupledState(spins.astype(jnp.int8), pbit.init(key, model.pbit, spins), lane)


def _choose(mask: jax.Array, state: CoupledState, other: CoupledState) -> CoupledState:
    """Per read, along the last axis of every array."""
    return jax.tree.map(lambda a, b: jnp.where(mask, a, b), state, other)


def _step(
    coupling: Coupling,
    pbit: PBit,
    key: jax.Array,
    state: CoupledState,
    model: CoupledModel,
    beta: jax.Array,
) -> tuple[CoupledState, Info]:
    drive_per_field = np.float32(2) * beta * model.unit
    spin = jnp.arange(model.bias.shape[0], dtype=jnp.uint32)

    def clock(
        carry: tuple[jax.Array, Any], xs: tuple[jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, Any], Events]:
        spins, memory = carry
        colour_number, mask = xs
        tick_key = random.sweep_key(key, colour_number)
        field, read = coupling.field(tick_key, model.coupling, spins)
        keys = random.row_keys(tick_key, spin)
        new, remembered, ticked = pbit.tick(
            keys, model.pbit, memory, spins, drive_per_field * field, state.lane
        )
        return (jnp.where(mask[:, None], new, spins), remembered), read | ticked

    colours = jnp.arange(model.clocked.shape[0], dtype=jnp.uint32)
    (spins, memory), events = jax.lax.scan(
        clock, (state.spins, state.pbit), (colours, model.clocked)
    )
    return CoupledState(spins, memory, state.lane), Info({k: v.sum(0) for k, v in events.items()})


def _energy(state: CoupledState, model: CoupledModel) -> jax.Array:
    spins = state.spins.astype(jnp.float32)
    product = jnp.matmul(model.plain, spins, precision=jax.lax.Precision.HIGHEST)
    return (spins * (product / 2 + model.bias[:, None])).sum(0)
