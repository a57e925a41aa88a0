"""Sums over slots: right for every number of slots, and compiled without a gather spin by spin."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from kernel_table import polynomial

from pbits import runtime
from pbits.kernels.poly_float import poly_float, poly_float_model
from pbits.kernels.slots import weighted_sum
from pbits.kernels.sparse import coupling_product, sparse, sparse_model
from problems.generators import random_regular


@pytest.mark.parametrize("is_written", [False, True])
@pytest.mark.parametrize("factors", [1, 2, 3, 20])
@pytest.mark.parametrize("width", [1, 2, 15, 16, 17, 31, 32, 33, 62, 100])
def test_sums_every_slot_once(width: int, factors: int, is_written: bool):
    rng = np.random.default_rng(width)
    values = rng.choice(np.array([-1, 1], np.int8), (50, 16))
    rows = rng.integers(0, 50, (width, factors, 8))
    weight = rng.integers(-9, 10, (width, 8)).astype(np.float32)
    found = weighted_sum(values, rows.reshape(width, -1), weight, is_written=is_written)
    expected = np.einsum("db,dbr->br", weight, values[rows].prod(1, dtype=int))
    np.testing.assert_array_equal(found, expected)


def test_real_values_are_summed_too():
    rng = np.random.default_rng(0)
    values, weight = (rng.normal(size=shape).astype(np.float32) for shape in ((50, 16), (40, 8)))
    rows = rng.integers(0, 50, (40, 8))
    expected = np.einsum("db,dbr->br", weight.astype(np.float64), values[rows])
    np.testing.assert_allclose(weighted_sum(values, rows, weight), expected, rtol=1e-4, atol=1e-4)


def gathers_merged(function, *arguments) -> bool:
    """Whether the compiled program gathers and multiplies floats in one and the same kernel."""
    program = jax.jit(function, compiler_options=runtime.compiler_options())
    text = program.lower(*arguments).compile().as_text()
    kernels = re.split(r"\n(?=%|ENTRY)", text)
    return any(" gather(" in k and re.search(r"= f32\[.*multiply\(", k) for k in kernels)


def programs(kernel, model):
    key, lane = jnp.array([1, 2], jnp.uint32), jnp.arange(128, dtype=jnp.uint32)
    state = kernel.init(key, model, lane)
    yield kernel.step, key, state, model, jnp.float32(1)
    yield kernel.energy, state, model


@pytest.mark.parametrize("degree", [3, 6, 9, 16, 36, 60])
def test_gathers_stay_kernels_of_their_own(degree: int):
    """Merged ones take ten times as long."""
    if jax.default_backend() != "cpu":
        pytest.skip("what is looked for is a habit of XLA's CPU compiler")
    graph = random_regular(300, degree, seed=1)
    coupling = np.random.default_rng(0).normal(size=graph.row.size)
    model = sparse_model(graph.h.astype(float), graph.row, graph.col, coupling)
    for program in programs(sparse("metropolis"), model):
        assert not gathers_merged(*program)
    assert not gathers_merged(coupling_product, jnp.ones((model.spin.size + 1, 128)), model)


@pytest.mark.parametrize("terms", [100, 600])
def test_gathers_of_polynomials_too(terms: int):
    if jax.default_backend() != "cpu":
        pytest.skip("what is looked for is a habit of XLA's CPU compiler")
    problem = polynomial((3,) * terms, 60)
    model = poly_float_model(60, list(problem.terms))
    for program in programs(poly_float("metropolis"), model):
        assert not gathers_merged(*program)


def test_merged_gathers_are_recognised():
    if jax.default_backend() != "cpu":
        pytest.skip("what is looked for is a habit of XLA's CPU compiler")

    def few_slots(values, rows, weight):
        return sum(weight[j][:, None] * values[rows[j]] for j in range(4))

    arrays = jnp.ones((50, 128)), jnp.zeros((4, 8), jnp.int32), jnp.ones((4, 8))
    assert gathers_merged(few_slots, *arrays)
