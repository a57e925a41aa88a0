"""One bit line with its cells: a ladder, whose answer to any drive is known in closed form.

Seen from cell i the ladder above is a conductance, the one below a resistance, and what a voltage
loses from one cell to the next is a factor of at most one.  Products of those factors, as sums of
logarithms, give Green's function.  Nothing is subtracted from a larger number, so float32 serves.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from crossbar.wires.wire import Wire

# Ohm; a wire of less counts as this, so that it has a conductance. No cell comes near.
LEAST = 1e-12


class BitLine(NamedTuple):
    """A bit line under loads.

    Attributes:
        green: V / A, [rows, rows]: voltage at i per ampere put in at k.
        collect: [rows]: share of an ampere put in at k that is sensed.
    """

    green: jax.Array
    collect: jax.Array


def bit_line(load: jax.Array, wire: Wire) -> BitLine:
    """Green's function of a bit line whose cells' word ends are grounded.

    Args:
        load: S, [rows]: conductance of each cell.
        wire: of it `bit`, `sense` and `ground` count.

    Example:
        >>> line = bit_line(jnp.full(2, 1e-3), Wire(bit=10.0))
        >>> [round(float(share), 4) for share in line.collect]
        [0.9708, 0.9805]
    """
    step = jnp.maximum(jnp.asarray(wire.bit, load.dtype), LEAST)
    end = step + wire.sense
    below = _resistance_below(load, step, end)
    above = _conductance_above(load, step, end if wire.ground == "both" else None)
    diagonal = below / (1 + below * (load + above))
    # From i to i + 1, of a voltage that is made at or above i.
    passed = 1 / (1 + step * (load[1:] + 1 / below[1:]))
    logs = jnp.concatenate([jnp.zeros(1, load.dtype), jnp.cumsum(jnp.log(passed))])
    place = jnp.arange(load.shape[0])
    higher = jnp.where(place[:, None] > place, diagonal[None, :], diagonal[:, None])
    # In one pass: it is as large as all that a column costs besides its factorisation.
    green = jnp.exp(-jnp.abs(logs[:, None] - logs[None, :])) * higher
    collect = green[-1] / end
    if wire.ground == "both":
        collect = collect + green[0] / end
    return BitLine(green, collect)


def _resistance_below(load: jax.Array, step: jax.Array, end: jax.Array) -> jax.Array:
    def up(below: jax.Array, load: jax.Array) -> tuple[jax.Array, jax.Array]:
        return step + below / (1 + load * below), below

    return lax.scan(up, jnp.asarray(end, load.dtype), load, reverse=True)[1]


def _conductance_above(load: jax.Array, step: jax.Array, end: jax.Array | None) -> jax.Array:
    def down(above: jax.Array, load: jax.Array) -> tuple[jax.Array, jax.Array]:
        total = above + load
        return total / (1 + step * total), above

    first = jnp.zeros((), load.dtype) if end is None else 1 / jnp.asarray(end, load.dtype)
    return lax.scan(down, first, load)[1]
