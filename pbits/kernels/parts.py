"""Reads in parts whose spins stay in the cache for a whole sweep."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp


def in_parts(
    sweep: Callable[[Any, jax.Array], Any], columns: int, state: Any, beta: jax.Array, reads: int
) -> Any:
    """``sweep(state, beta)``, of `columns` reads at a time; of all at once where they leave a rest.

    Args:
        sweep: from a state to a state of the same shape; reads must not know of each other.
        columns: of a part.
        state: a pytree; reads are the last axis of every array.
        beta: for all reads, or one for each.
        reads: how many there are.
    """
    count = reads // columns if reads % columns == 0 else 1
    if count == 1:
        return sweep(state, beta)

    def cut(values: jax.Array) -> jax.Array:
        return jnp.moveaxis(values.reshape(*values.shape[:-1], count, columns), -2, 0)

    def joined(values: jax.Array) -> jax.Array:
        return jnp.moveaxis(values, 0, -2).reshape(*values.shape[1:-1], reads)

    beta = jnp.asarray(beta)
    betas = cut(beta) if beta.shape == (reads,) else jnp.broadcast_to(beta, (count, *beta.shape))
    parts = jax.lax.map(lambda part: sweep(*part), (jax.tree.map(cut, state), betas))
    return jax.tree.map(joined, parts)
