"""Simulated bifurcation: classical oscillators that a rising pump drives to one side or the other.

H. Goto et al., Science Advances 7, eabe7953 (2021), doi 10.1126/sciadv.abe7953, equations for the
ballistic and the discrete variant.  With our sign of J a time step of size dt is

    y_i <- y_i - dt ((1 - pump) x_i + strength sum_j J_ij f(x_j))
    x_i <- x_i + dt y_i;  where |x_i| > 1: x_i <- sign(x_i), y_i <- 0

with f(x) = x (ballistic) or sign(x) (discrete).  Spins are the signs of the positions.

Biases are couplings to one more oscillator, whose sign multiplies all others when spins are read.
A force of constant size would act long before the positions are large enough to answer it: on
random problems of 16 spins with biases a third of the couplings in size, 67 % of the discrete runs
and 75 % of the ballistic ones then found the optimum, against 93 % and 90 % with the oscillator.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.kernels import dense_float, sparse
from pbits.kernels.base import INIT_SWEEP, HostArray, Info, Kernel

VARIANTS = ("ballistic", "discrete")
_SPREAD = 0.1  # first positions and momenta are uniform within +- this
_EXTRA_SPIN = 0xFFFFFFFF  # number of the extra oscillator's random stream


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class BifurcationModel:
    """Couplings, and what the equations of motion need besides."""

    spins: sparse.SparseModel | dense_float.DenseFloatModel
    spin: jax.Array  # [rows] uint32 spin number of each row, for the random streams
    bias: jax.Array  # [rows] float32, h in units
    strength: jax.Array  # [] float32, c0 times the unit
    time_step: jax.Array  # [] float32


class BifurcationState(NamedTuple):
    """Oscillators, the extra one last."""

    position: jax.Array  # [rows + 1, reads] float32
    momentum: jax.Array  # [rows + 1, reads] float32
    lane: jax.Array  # [reads] uint32


class Layout(NamedTuple):
    """What the float kernels offer here."""

    kernel: Kernel
    state: Callable
    product: Callable  # (values [rows + 1, reads], model) -> [rows, reads], sum_j J_ij v_j


def _dense_product(values: jax.Array, model: dense_float.DenseFloatModel) -> jax.Array:
    return dense_float.product(model.coupling, values[:-1])


LAYOUTS = {
    "sparse": Layout(sparse.sparse("gibbs"), sparse.SparseState, sparse.coupling_product),
    "dense_float": Layout(
        dense_float.dense_float("gibbs"), dense_float.DenseFloatState, _dense_product
    ),
}


@cache
def bifurcation(layout: str, variant: str) -> Kernel:
    """Kernel over :class:`BifurcationModel`; a step is one time step, its setting the pump.

    Nothing but the first positions and momenta is random.

    Args:
        layout: "sparse" or "dense_float".
        variant: "ballistic" or "discrete".
    """
    below = LAYOUTS[layout]
    return Kernel(
        init=_init,
        step=partial(_step, below, variant),
        energy=partial(_energy, below),
        load=partial(_load, below),
        spins=lambda state, model: below.kernel.spins(_signs(below, state), model.spins),
        choose=_choose,
        reads_per_lane=1,
        lane_multiple=below.kernel.lane_multiple,
        energy_dtype=np.float32,
        name=f"bifurcation-{layout}-{variant}",
    )


def bifurcation_model(
    spins: sparse.SparseModel | dense_float.DenseFloatModel,
    h: NDArray,
    strength: float,
    time_step: float,
) -> BifurcationModel:
    """Model around one of a float kernel.

    Args:
        spins: biases and couplings in units.
        h: [n] biases in units.
        strength: c0 times the unit.
        time_step: dt.
    """
    if isinstance(spins, sparse.SparseModel):
        place = np.asarray(spins.row_of_spin)[: h.size]
        spin: HostArray = np.asarray(spins.spin)
    else:
        place = np.arange(h.size)
        spin = np.arange(spins.bias.shape[0], dtype=np.uint32)
    bias: HostArray = np.zeros(spin.size, np.float32)
    bias[place] = h
    scalars: list[HostArray] = [np.float32(strength), np.float32(time_step)]
    return jax.device_put(BifurcationModel(spins, spin, bias, *scalars))


def _init(key: jax.Array, model: BifurcationModel, lane: jax.Array) -> BifurcationState:
    spin = jnp.append(model.spin, jnp.uint32(_EXTRA_SPIN))
    keys = random.row_keys(random.sweep_key(key, jnp.uint32(INIT_SWEEP)), spin)
    first, second = (
        np.float32(_SPREAD) * (2 * random.uniforms(keys, lane, index) - 1) for index in (0, 1)
    )
    return BifurcationState(first, second, lane)


def _load(
    below: Layout, spins: jax.Array, model: BifurcationModel, lane: jax.Array
) -> BifurcationState:
    """At rest, at the walls."""
    rows = below.kernel.load(spins, model.spins, lane).spins.astype(jnp.float32)
    position = jnp.concatenate([rows[: model.bias.shape[0]], jnp.ones((1, lane.size))])
    return BifurcationState(position, jnp.zeros_like(position), lane)


def _choose(mask: jax.Array, state: BifurcationState, other: BifurcationState) -> BifurcationState:
    position, momentum = (jnp.where(mask, a, b) for a, b in zip(state[:2], other[:2], strict=True))
    return BifurcationState(position, momentum, state.lane)


def _sign(values: jax.Array) -> jax.Array:
    return jnp.where(values < 0, np.float32(-1), np.float32(1))


def _signs(below: Layout, state: BifurcationState) -> NamedTuple:
    """As a state of the kernel below: seen from the extra oscillator, which is then up."""
    signs = _sign(state.position)
    if below.state is sparse.SparseState:  # whose last row is one that nobody reads
        return below.state((signs * signs[-1:]).astype(jnp.int8), state.lane)
    return below.state(signs[:-1] * signs[-1:], state.lane)


def _energy(below: Layout, state: BifurcationState, model: BifurcationModel) -> jax.Array:
    return below.kernel.energy(_signs(below, state), model.spins)


def _step(
    below: Layout,
    variant: str,
    key: jax.Array,
    state: BifurcationState,
    model: BifurcationModel,
    pump: jax.Array,
) -> tuple[BifurcationState, Info]:
    del key
    position, momentum, lane = state
    values = position if variant == "ballistic" else _sign(position)
    bias = model.bias[:, None]
    inner = below.product(values, model.spins) + bias * values[-1:]
    extra = (bias * values[:-1]).sum(0, keepdims=True)
    field = jnp.concatenate([inner, extra])
    force = (pump - 1) * position - model.strength * field
    momentum = momentum + model.time_step * force
    position = position + model.time_step * momentum
    outside = jnp.abs(position) > 1
    position = jnp.clip(position, -1, 1)
    momentum = jnp.where(outside, np.float32(0), momentum)
    return BifurcationState(position, momentum, lane), Info({})
