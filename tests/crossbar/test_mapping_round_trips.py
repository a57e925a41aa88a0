"""Weights to levels to arrays and back, for every mapping, number of bits and levels."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import random

from crossbar.cells.cell import Cell
from crossbar.design import Design
from crossbar.mapping import MAPPINGS, Planes, decode, encode
from crossbar.programmed import ProgrammedMatrix
from crossbar.programming import program, to_arrays
from crossbar.read_back import from_arrays, nearest_levels, stored_codes, stored_matrix


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, str, int, int]:
    mapping = draw(st.sampled_from(sorted(MAPPINGS)))
    bits = draw(st.integers(2, 6 if mapping == "unary" else 16))
    limit = 1 if mapping == "ternary" else 2 ** (bits - 1) - 1
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    values = st.one_of(st.integers(-limit, limit), st.sampled_from([-limit, 0, limit]))
    codes = draw(st.lists(values, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    return np.array(codes, np.int32).reshape(shape), mapping, bits, draw(st.integers(2, 17))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(cases())
def test_levels_hold_the_weights(case: tuple[np.ndarray, str, int, int]) -> None:
    codes, mapping, bits, num_levels = case
    planes = encode(codes, mapping, bits, num_levels)
    assert (decode(planes) == codes).all()
    for part in (planes.plus, planes.minus):
        assert part.min() >= 0
        assert part.max() < num_levels


@settings(max_examples=150, deadline=None, derandomize=True)
@given(cases(), st.integers(1, 6), st.integers(2, 6))
def test_arrays_hold_the_planes(
    case: tuple[np.ndarray, str, int, int], rows: int, columns: int
) -> None:
    codes, mapping, bits, num_levels = case
    cell = Cell(jnp.linspace(1e-6, 2e-6, num_levels))
    design = Design(cell, rows=rows, columns=columns, mapping=mapping, weight_bits=bits)
    planes = encode(codes, mapping, bits, num_levels)
    arrays = to_arrays(planes, design)
    assert arrays.shape[-2:] == (rows, columns)
    back = from_arrays(arrays, _blank(design, planes, codes.shape))
    assert (back.plus == planes.plus).all()
    assert (back.minus == planes.minus).all()
    assert (decode(back) == codes).all()


def _blank(design: Design, planes: Planes, shape: tuple[int, ...]) -> ProgrammedMatrix:
    none = jnp.zeros(())
    return ProgrammedMatrix(
        design=design, conductance=none, transfer=np.zeros((1, 1, 1, shape[1])), drive=none,  # type: ignore[arg-type]
        noise=None, significance=planes.significance, step=none, converters=(), weight_scale=none,  # type: ignore[arg-type]
        gain=none, offset=none, inputs=shape[0],
    )  # fmt: skip


def test_a_changed_level_changes_the_weight() -> None:
    codes = np.array([[3, -2], [0, 1]], np.int32)
    for mapping in ("differential", "two-sided", "offset", "unary"):
        planes = encode(codes, mapping, 3, 3)
        plus = planes.plus.copy()
        plus[0, 0, 0] += 1 if plus[0, 0, 0] < 2 else -1
        assert decode(planes._replace(plus=plus))[0, 0] != 3


@pytest.mark.parametrize("mapping", ["differential", "offset", "ternary"])
def test_a_programmed_matrix_gives_its_weights_back(mapping: str) -> None:
    codes = np.random.default_rng(0).integers(-3, 4, (5, 7))
    if mapping == "ternary":
        codes = np.sign(codes)
    codes[0, 0] = np.abs(codes).max()
    cell = Cell(jnp.array([1e-6, 1.5e-6, 2e-6]), device_spread=0.01)
    design = Design(cell, rows=4, columns=4, mapping=mapping, weight_bits=3)
    found = program(random.key(0), codes * 0.25, design)
    assert (stored_codes(found) == codes).all()
    np.testing.assert_allclose(stored_matrix(found), codes * 0.25, rtol=1e-6)
    np.testing.assert_allclose(found.matrix(), codes * 0.25, atol=0.2)
    shaken = found.replace(conductance=jax.random.permutation(random.key(1), found.conductance, 4))
    assert (stored_codes(shaken) != codes).any()


def test_nearest_levels() -> None:
    cell = Cell(jnp.array([1.0, 2.0, 4.0]))
    found = nearest_levels(cell, jnp.array([[-1.0, 1.4], [1.6, 9.0]]))
    assert found.tolist() == [[0, 0], [1, 2]]
