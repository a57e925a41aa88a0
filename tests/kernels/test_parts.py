"""Reads that go through a sweep in parts, spin by spin in blocks: the same samples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.kernels.coupled import IDEAL_PBIT, Timing, coupled
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


def dense():
    """Whole numbers, whose sums know no order; two blocks of 64."""
    rng = np.random.default_rng(0)
    row, col = np.triu_indices(70, 1)
    return dense_layout(rng.integers(-2, 3, 70), row, col, rng.integers(-3, 4, row.size))


def swept(layout, coupling, timing, beta):
    """Spins [70, 64] after two sweeps, half of the p-bits at a clock where all are together."""
    kernel = coupled(coupling, IDEAL_PBIT, energy_of(layout), timing, dtype=np.float32)
    model = coupled_model(layout, num_clocks=2, fraction=0.5)
    state = jax.jit(kernel.init)(seed_key(1), model, jnp.arange(64, dtype=jnp.uint32))
    step = jax.jit(kernel.step)
    for k in range(2):
        state, _ = step(seed_key(k), state, model, jnp.float32(beta))
    return np.asarray(kernel.spins(state, model))[:70]


def test_blocks_of_a_dense_coupling_give_what_p_bits_one_by_one_give():
    """Control: another temperature."""
    layout, timing = dense(), Timing()
    plain = layout.coupling._replace(in_turn=None)
    found = swept(layout, layout.coupling, timing, 0.05)
    assert np.array_equal(found, swept(layout, plain, timing, 0.05))
    assert not np.array_equal(found, swept(layout, plain, timing, 0.06))


def test_so_do_blocks_that_are_clocked_together():
    layout, timing = dense(), Timing(in_turn=False)
    found = swept(layout.together(), layout.coupling, timing, 0.05)
    assert np.array_equal(found, swept(layout, layout.coupling, timing, 0.05))
    assert not np.array_equal(found, swept(layout, layout.coupling, timing, 0.06))
