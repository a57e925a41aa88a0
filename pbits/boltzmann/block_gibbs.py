"""Gibbs sampling class by class in JAX, every coupling between two classes a matrix.

Two classes suffice for restricted and deep machines.  Spins are float32 [units of a class, chains];
units may be held in some chains and free in others.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pbits import random
from pbits.boltzmann.graph import Graph
from pbits.boltzmann.model import BoltzmannMachine

MOST_CLASSES = 8

Spins = tuple[jax.Array, ...]


class Parameters(NamedTuple):
    """Biases [n_c] of each class; couplings [n_a, n_b] of each pair of classes, a < b in order."""

    h: tuple[Any, ...]
    coupling: tuple[Any, ...]


class Layout(NamedTuple):
    """Units of each class uint32 [n_c], and which of their pairs are coupled (1) or not (0)."""

    units: tuple[Any, ...]
    mask: tuple[Any, ...]

    @classmethod
    def of(cls, graph: Graph) -> "Layout":
        """Of a graph.

        Raises:
            ValueError: on more than 8 classes.
        """
        if len(graph.classes) > MOST_CLASSES:
            raise ValueError(
                f"the graph takes {len(graph.classes)} classes of uncoupled units and matrices "
                f"serve {MOST_CLASSES}; use sampler=Kernels(), and likelihood.population for log Z"
            )
        units = tuple(units.astype(np.uint32) for units in graph.classes)
        mask = np.zeros((graph.num_units,) * 2, np.float32)
        mask[graph.row, graph.col] = mask[graph.col, graph.row] = 1
        return cls(units, _pieces(mask, units))


def _pieces(full: NDArray, units: tuple[NDArray, ...]) -> tuple[NDArray, ...]:
    return tuple(full[np.ix_(units[a], units[b])] for a, b in class_pairs(len(units)))


def class_pairs(count: int) -> list[tuple[int, int]]:
    """In the order of `Parameters.coupling`."""
    return [(a, b) for a in range(count) for b in range(a + 1, count)]


def parameters_of(machine: BoltzmannMachine) -> Parameters:
    """Laid out by classes, float32."""
    units = machine.graph.classes
    h, matrix = machine.h.astype(np.float32), machine.matrix.astype(np.float32)
    return Parameters(tuple(h[own] for own in units), _pieces(matrix, units))


def machine_of(graph: Graph, parameters: Parameters) -> BoltzmannMachine:
    """The inverse of `parameters_of`."""
    units = graph.classes
    h, full = np.zeros(graph.num_units), np.zeros((graph.num_units,) * 2)
    for own, values in zip(units, parameters.h, strict=True):
        h[own] = values
    for (a, b), values in zip(class_pairs(len(units)), parameters.coupling, strict=True):
        full[np.ix_(units[a], units[b])] = values
    full = full + full.T
    return BoltzmannMachine(graph, h, full[graph.row, graph.col])


def by_class(states: Any, layout: Layout) -> Spins:
    """States [n, chains] of units in order, as floats in classes."""
    return tuple(states[own].astype(jnp.float32) for own in layout.units)


def in_order(spins: Spins, layout: Layout) -> jax.Array:
    """The inverse of `by_class`, int8."""
    order = jnp.concatenate(layout.units)
    return jnp.zeros((order.size, spins[0].shape[1]), jnp.int8).at[order].set(
        jnp.concatenate(spins).astype(jnp.int8)
    )  # fmt: skip


def product(left: jax.Array, right: jax.Array) -> jax.Array:
    """A matrix product in full float32, which accelerators else round to fewer digits."""
    return jnp.matmul(left, right, precision=jax.lax.Precision.HIGHEST)


def field(parameters: Parameters, spins: Spins, c: int) -> jax.Array:
    """Of the units of class c, float32 [n_c, chains]."""
    total = parameters.h[c][:, None]
    for (a, b), matrix in zip(class_pairs(len(spins)), parameters.coupling, strict=True):
        if a == c:
            total = total + product(matrix, spins[b])
        elif b == c:
            total = total + product(matrix.T, spins[a])
    return jnp.broadcast_to(total, spins[c].shape)


def sweep(
    parameters: Parameters,
    layout: Layout,
    spins: Spins,
    held: Spins,
    key: jax.Array,
    order: tuple[int, ...] | None = None,
) -> Spins:
    """Update every unit once, class by class.

    Args:
        parameters, layout: of the machine.
        spins: [n_c, chains] of each class.
        held: bool [n_c, chains or 1], units that keep their spins.
        key: of this sweep and no other.
        order: of classes.
    """
    found = list(spins)
    lane = jnp.arange(spins[0].shape[1], dtype=jnp.uint32)
    for c in range(len(found)) if order is None else order:
        drawn = random.uniforms(random.row_keys(key, layout.units[c]), lane)
        up = drawn < jax.nn.sigmoid(-2 * field(parameters, tuple(found), c))
        found[c] = jnp.where(held[c], found[c], jnp.where(up, 1.0, -1.0))
    return tuple(found)


def sweeps(
    parameters: Parameters,
    layout: Layout,
    spins: Spins,
    held: Spins,
    key: jax.Array,
    first: jax.Array,
    count: Any,
) -> Spins:
    """So many sweeps, the first of number `first`."""

    def one(k: jax.Array, spins: Spins) -> Spins:
        own = random.sweep_key(key, first + k.astype(jnp.uint32))
        return sweep(parameters, layout, spins, held, own)

    return jax.lax.fori_loop(0, count, one, spins)


def moments(parameters: Parameters, spins: Spins, held: Spins) -> Parameters:
    """Means over chains, shaped as parameters; the last class by its means given the others."""
    last = len(spins) - 1
    mean = -jnp.tanh(field(parameters, spins, last))
    known = (*spins[:-1], jnp.where(held[last], spins[last], mean))
    chains = spins[0].shape[1]
    pairs = (product(known[a], known[b].T) / chains for a, b in class_pairs(len(spins)))
    return Parameters(tuple(part.mean(1) for part in known), tuple(pairs))


def held_by_class(held: NDArray[np.bool_], graph: Graph) -> tuple[NDArray[np.bool_], ...]:
    """Whether each unit [n] keeps its spin, [n_c, 1] of each class."""
    return tuple(held[own][:, None] for own in graph.classes)


@jax.jit
def run(
    parameters: Parameters,
    layout: Layout,
    states: jax.Array,
    held: Spins,
    key: jax.Array,
    count: jax.Array,
) -> jax.Array:
    """States [n, chains] after some sweeps."""
    spins = by_class(states, layout)
    spins = sweeps(parameters, layout, spins, held, key, jnp.uint32(0), count)
    return in_order(spins, layout)
