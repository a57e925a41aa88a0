"""Rates in JAX against their NumPy forms, and gradients of all laws against differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pbits.devices.brown_law import BrownRates, cregg_time
from pbits.devices.passage import escape_rate
from pbits.devices.rate_laws import BarrierRates, PolynomialRates, entropic_time
from pbits.devices.rates import brown, cregg


@pytest.mark.parametrize("bias", [0.0, 0.1, -0.3])
def test_brown_in_jax(bias):
    up, down = BrownRates(20.0, 2e-9, critical=2.0, offset=0.5).log_rates(2 * bias + 0.5)
    plain = [float(brown(20.0, h, corrected=False)) * 0.95 / 2e-9 for h in (bias, -bias)]
    assert np.exp([float(up), float(down)]) == pytest.approx(plain, rel=1e-4)
    if not bias:
        assert float(jnp.exp(up)) * 2e-9 == pytest.approx(escape_rate(20.0), rel=0.003, abs=0)


def test_cregg_in_jax():
    delta = np.array([0.5, 2.0, 8.0, 20.0])
    assert np.asarray(cregg_time(delta, 1e-9)) == pytest.approx(
        cregg(delta) * 1e-9, rel=1e-4, abs=0
    )


def differences(law, at, step):
    return (float(law(at + step)) - float(law(at - step))) / (2 * step)


@pytest.mark.parametrize(("law", "at", "step"), [
    (lambda d: BrownRates(d, 1e-9).log_rates(0.2)[0], 8.0, 0.05),
    (lambda h: BrownRates(8.0, 1e-9).log_rates(h)[1], 0.2, 0.01),
    (lambda d: jnp.log(cregg_time(d, 1e-9)), 5.0, 0.05),
    (lambda e: jnp.log(entropic_time(e, 1e-9, 1.5)), 10.0, 0.1),
    (lambda c: jnp.log(entropic_time(10.0, 1e-9, c)), 1.5, 0.01),
    (lambda v: PolynomialRates(jnp.array([-15.0, 8.0, 3.0, -2.0]),
                               jnp.array([-14.0, -7.0, 1.0, 1.0])).log_rates(v)[0], 0.3, 0.01),
    (lambda a: PolynomialRates(jnp.array([-15.0, a, 3.0]), jnp.array([-14.0])).log_rates(0.3)[0],
     8.0, 0.1),
    (lambda d: BarrierRates(d, 1e-9, exponent=1.5).log_rates(0.2)[0], 8.0, 0.05),
])  # fmt: skip
def test_laws_have_gradients(law, at, step):
    slope = float(jax.grad(law)(at))
    assert abs(slope) > 1e-3
    assert slope == pytest.approx(differences(law, at, step), rel=5e-3)


def test_polynomial_by_hand():
    law = PolynomialRates(jnp.array([-15.0, 8.0, 3.0, -2.0]), jnp.array([-14.0, -7.0]))
    up, down = law.log_rates(0.5)
    assert float(up) == pytest.approx(15 - 4 - 0.75 + 0.25)
    assert float(down) == pytest.approx(14 + 3.5)


def test_meyer_neldel_by_hand():
    assert float(entropic_time(10.0, 1e-9, 2.0)) == pytest.approx(
        1e-9 * np.exp(-5), rel=1e-4, abs=0
    )


def test_bad_laws_are_refused():
    for wrong in [dict(delta=1.0), dict(unit_time=0.0), dict(critical=-1.0)]:
        with pytest.raises(ValueError, match="expected"):
            BrownRates(**dict(delta=5.0, unit_time=1e-9) | wrong)
