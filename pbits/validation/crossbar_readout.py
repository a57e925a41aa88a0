"""Sums of resistances read as delays, the published 64 x 64 array (X13)."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from crossbar.converters.resistance_sum import ResistanceSum, sum_errors
from pbits.validation.rows import Measured, Row

_JUNG = "Jung et al., Nature 601, 211 (2022), second-hand"
_ARRAY = ResistanceSum()


def _delay(sign: int, full: bool) -> float:
    """ns, mean of the columns whose weights all agree with the inputs, or all differ."""
    weights = np.random.default_rng(1).choice([-1.0, 1.0], (_ARRAY.rows, 1))
    columns = _ARRAY.program(jax.random.key(1), np.repeat(weights, 64, axis=1))
    return 1e9 * float(columns.delays(jnp.asarray(sign * weights[:, 0])).mean())


def _clock(full: bool) -> float:
    """MHz, where half a cycle is the longest delay."""
    return 1e-6 / (2 * float(_ARRAY.delays[1]))


def _used(full: bool) -> float:
    """Share of the published cycle that two of the longest delays take."""
    return float(_ARRAY.rate) * 2 * float(_ARRAY.delays[1])


def _spread(full: bool) -> Measured:
    """Deviation of products before they are rounded, over what is expected of them."""
    count, rng = 16384 if full else 4096, np.random.default_rng(2)
    weights = rng.choice([-1.0, 1.0], (_ARRAY.rows, count))
    inputs = rng.choice([-1.0, 1.0], _ARRAY.rows)
    columns = _ARRAY.program(jax.random.key(2), weights)
    delays = np.asarray(columns.delays(jnp.asarray(inputs)), float)
    first, last = (float(value) for value in _ARRAY.delays)
    products = inputs @ weights
    found = _ARRAY.rows * (1 - 2 * (delays - first) / (last - first))
    apart = (found - products) / sum_errors(_ARRAY, products).spread
    return Measured(float(apart.std()), (2 * count) ** -0.5)


ROWS = (
    *(
        Row(f"X13.{k}", f"64 x 64 cells in series: {which} delay of a column, ns (capacitance "
            "fitted to it)", _JUNG, value, 1.1, partial(_delay, sign))
        for k, which, value, sign in ((1, "shortest", 13.0, 1), (2, "longest", 29.0, -1))
    ),
    Row("X13.3", "the same: clock whose half cycle is the longest delay (assumed), MHz", _JUNG,
        17.2, 0.05 * 17.2, _clock),
    Row("X13.4", "the same: share of a cycle of 11.1 MHz that two such delays take", _JUNG,
        11.1 / 17.2, 0.05 * 11.1 / 17.2, _used),
    Row("X13.5", "the same: spread of products by 1.6 and 2.0 kOhm of 13 and 26, over its law",
        "sums of independent resistances", 1.0, 0.05, _spread),
)  # fmt: skip
