"""Reads that go through a sweep in parts, spin by spin in blocks: the same samples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.kernels.coupled import IDEAL_PBIT, coupled
from pbits.kernels.coupled_model import coupled_model, dense_layout, energy_of
from pbits.kernels.parts import in_parts
from pbits.random import seed_key


def scaled(state, beta):
    """Each read times its beta, and how many reads went through at once."""
    table, lane = state
    return table * beta + lane.shape[0], lane


@pytest.mark.parametrize("per_read", [False, True])
def test_parts_are_put_together_again(per_read):
    table, lane = jnp.arange(36.0).reshape(3, 12), jnp.arange(12)
    beta = jnp.arange(12.0) if per_read else jnp.float32(2)
    for columns, seen in ((4, 4), (12, 12), (5, 12)):
        found, kept = in_parts(scaled, columns, (table, lane), beta, 12)
        assert np.array_equal(found, table * beta + seen)
        assert np.array_equal(kept, lane)


def test_blocks_of_a_dense_coupling_give_what_p_bits_one_by_one_give():
    """Of whole numbers, whose sums know no order; two blocks.  Control: another field."""
    rng = np.random.default_rng(0)
    row, col = np.triu_indices(70, 1)
    layout = dense_layout(rng.integers(-2, 3, 70), row, col, rng.integers(-3, 4, row.size))
    lane, found = jnp.arange(64, dtype=jnp.uint32), []
    for in_turn, beta in ((layout.coupling.in_turn, 0.05), (None, 0.05), (None, 0.06)):
        coupling = layout.coupling._replace(in_turn=in_turn)
        kernel = coupled(coupling, IDEAL_PBIT, energy_of(layout), dtype=np.float32)
        model = coupled_model(layout)
        state = jax.jit(kernel.init)(seed_key(1), model, lane)
        state, _ = jax.jit(kernel.step)(seed_key(2), state, model, jnp.float32(beta))
        found.append(np.asarray(kernel.spins(state, model))[:70])
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])
