"""Diodes in front of a network: what they pass on, where noise and saturation begin."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import crossbar
from pbits.datasheets import PowerCurve
from pbits.neural import chain, layers
from pbits.neural.sensing import FrontEnd, fed

# A diode that saturates at 1 nW, as real ones do; and one that does not.
POWERS = jnp.asarray(np.append(0, np.geomspace(1e-12, 1e-6, 61)), jnp.float32)
REAL = PowerCurve(POWERS, -2000.0 * POWERS / (1 + POWERS / 1e-8), -2000.0)
IDEAL = PowerCurve(POWERS, 2000.0 * POWERS, 2000.0)
RNG = np.random.default_rng(2)
WEIGHTS = RNG.normal(size=(16, 5)).astype(np.float32)
X = RNG.random((300, 16)).astype(np.float32)
NET = chain([layers.Dense(jnp.asarray(WEIGHTS)), layers.Relu()], (16,), ["first", "relu"])
CELL = crossbar.Cell([1e-6, 2e-6], read_voltage=0.1)
DESIGN = crossbar.Design(CELL, rows=16, columns=16, weight_bits=8, input_bits=8,
                         encoding="unsigned")  # fmt: skip
MEMORY = crossbar.program(jax.random.key(0), WEIGHTS, DESIGN)


def error(front, key=None):
    found = NET.run(X, linear=fed(MEMORY, front, "first", key))
    wanted = np.maximum(X @ WEIGHTS, 0)
    return float(np.sqrt(np.mean((np.asarray(found) - wanted) ** 2) / np.mean(wanted**2)))


def test_products_are_those_of_the_pixels_where_the_diode_is_linear():
    assert error(FrontEnd(IDEAL, 1e-9)) < 0.01
    assert error(FrontEnd(REAL, 1e-11)) < 0.01
    assert FrontEnd(REAL, 1e-11).used.sensitivity > 0  # leads swapped
    assert error(FrontEnd(REAL, 1e-7)) > 0.1


def test_noise_is_johnsons_and_weighs_less_the_stronger_the_power():
    front = FrontEnd(IDEAL, 1e-8, 1e-6, 1000.0)
    assert front.noise == pytest.approx(
        np.sqrt(4 * 1.380649e-23 * 300 * 1000 * 5e5), rel=1e-6, abs=0
    )
    half = jnp.full(40_000, 0.5)
    drawn = np.asarray(front.volts(half, jax.random.key(1))) - 1e-5
    assert drawn.std() == pytest.approx(front.noise, rel=0.02)
    assert abs(drawn.mean()) < 4 * front.noise / 200
    assert not np.ptp(np.asarray(front.volts(half)))
    errors = [error(front._replace(top=top), jax.random.key(1)) for top in (1e-9, 1e-8, 1e-7)]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]
    quiet = [error(front._replace(top=1e-8, seconds=s), jax.random.key(1)) for s in (1e-6, 4e-6)]
    assert quiet[1] == pytest.approx(quiet[0] / 2, rel=0.1)


def test_the_gain_of_a_bent_curve_is_that_of_the_least_error():
    """Inputs all alike: sums of weights times what the curve makes of x, over the gain."""
    front, even = FrontEnd(REAL, 1e-8), np.linspace(0, 1, 64)
    bent = even / (1 + even)  # up to a factor
    inputs = np.full((1, 16), 0.5, np.float32)
    found = NET.run(inputs, linear=fed(MEMORY, front, "first"))
    wanted = (1 / 3) / (bent @ even / (even @ even)) * np.maximum(WEIGHTS.sum(0), 0)
    np.testing.assert_allclose(found[0], wanted, rtol=0.05, atol=0.05)


def test_a_picture_takes_the_energy_of_its_waves():
    front = FrontEnd(IDEAL, 1e-9, 1e-6)
    assert front.joules(np.full((3, 2, 2), 0.25)) == pytest.approx(1e-15, rel=1e-6, abs=0)


def test_other_layers_have_their_own_hook_and_a_curve_must_reach_the_top():
    net = chain([NET["first"], layers.Dense(jnp.eye(5))], (16,), ["first", "last"])
    others = fed(MEMORY, FrontEnd(IDEAL, 1e-9), "first", others=lambda n, layer, rows: 0 * rows)
    assert not np.asarray(net.run(X, linear=others)).any()
    with pytest.raises(ValueError, match="where the curve ends"):
        fed(MEMORY, FrontEnd(IDEAL, 1e-5), "first")
