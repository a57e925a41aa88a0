"""Powers of a barrier: usual exponents take another way, with the same values and derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.devices.rate_laws import _power

BASE = np.array([-0.5, 0.0, 0.3, 1.0, 1.7], np.float32)
both = jax.jit(lambda base, power: (_power(base, power), _slopes(base, power)))


def _slopes(base, power):
    total = lambda base, power: _power(base, power).sum()  # noqa: E731
    return jax.grad(total, (0, 1))(base, power)


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0, 1.3, [[1.0], [2.0]], [[2.0], [2.4]]])
def test_values_and_derivatives(exponent):
    power = np.broadcast_to(np.asarray(exponent, np.float32), np.shape(exponent) or ())
    base = np.broadcast_to(BASE, np.broadcast_shapes(BASE.shape, power.shape))
    found, (by_base, by_power) = both(jnp.asarray(base), jnp.asarray(power))
    left = base > 0
    safe = np.where(left, base, 1).astype(np.float64)
    assert np.asarray(found) == pytest.approx(np.where(left, safe**power, 0), rel=1e-5)
    slope = np.where(left, power * safe ** (power - 1), 0)
    assert np.asarray(by_base) == pytest.approx(slope, rel=1e-5)
    each = np.where(left, safe**power * np.log(safe), 0)
    expected = each.sum(tuple(range(each.ndim)) if power.ndim == 0 else -1, keepdims=power.ndim > 0)
    assert np.asarray(by_power) == pytest.approx(expected, rel=1e-4)
