"""Equations solved by networks: solutions, derivatives, training, bits of the macro."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from crossbar.digital import DigitalMacro
from pbits.neural import mlp
from pbits.neural.macro import on_macros
from pbits.neural.physics import Burgers, Heat, derivatives, points, relative_error, solve

EQUATIONS = [Heat(0.1), Burgers(0.1)]
PROGRAM = {"hidden": (24, 24), "steps": 1000, "inside": 64}  # compiled once


@pytest.mark.parametrize("equation", EQUATIONS)
def test_exact_solutions_solve_the_equation(equation):
    t, x = np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(-0.9, 0.9, 7))
    h, u = 1e-3, equation.exact
    u_t = (u(t + h, x) - u(t - h, x)) / (2 * h)
    u_x = (u(t, x + h) - u(t, x - h)) / (2 * h)
    u_xx = (u(t, x + h) - 2 * u(t, x) + u(t, x - h)) / h**2
    left = equation.residual(u(t, x), u_t, u_x, u_xx)
    assert np.abs(left).max() < 2e-4
    assert np.abs(equation.residual(u(t, x), u_t, u_x, 1.05 * u_xx)).max() > 0.01
    np.testing.assert_allclose(u(0.0, x), -np.sin(np.pi * x), atol=1e-12)
    np.testing.assert_allclose(u(t, np.ones_like(x)), 0, atol=1e-12)


def test_derivatives_are_those_of_time_and_place():
    """u = tanh(z) with z = 0.3 (2 t - 1) - 0.7 x."""
    net = mlp([[[0.3], [-0.7]], [[1.0]]], activation="tanh")
    t, x = np.array([0.1, 0.8]), np.array([-0.4, 0.5])
    u, u_t, u_x, u_xx = derivatives(net, jnp.asarray(points(t, x)))
    value = np.tanh(0.3 * (2 * t - 1) - 0.7 * x)
    slope = 1 - value**2
    np.testing.assert_allclose(u, value, rtol=1e-5)
    np.testing.assert_allclose(u_t, 0.6 * slope, rtol=1e-5)
    np.testing.assert_allclose(u_x, -0.7 * slope, rtol=1e-5)
    np.testing.assert_allclose(u_xx, 0.49 * -2 * value * slope, rtol=1e-4)


def test_a_network_solves_burgers_and_sixteen_bits_are_as_good_while_eight_are_not():
    pytest.importorskip("optax")
    solved = solve(Burgers(), **PROGRAM)
    assert solved.error < 0.12
    assert relative_error(Heat(), solved.network) > 2 * solved.error
    t, x = np.meshgrid(np.linspace(0, 1, 9), np.linspace(-1, 1, 9))
    stored = {
        bits: on_macros(solved.network, points(t, x), DigitalMacro(bits, bits))
        for bits in (4, 8, 16)
    }
    runs = {4: stored[4].twin, 8: stored[8].twin, 16: stored[16]}
    found = {bits: relative_error(Burgers(), run, 15) for bits, run in runs.items()}
    right = relative_error(Burgers(), solved.network, 15)
    assert found[16] == pytest.approx(right, rel=0.05)
    assert found[4] > 2 * found[8] > 2 * right


def test_equal_seeds_give_equal_networks_and_arguments_are_checked():
    pytest.importorskip("optax")
    first, again, other = (solve(Burgers(), **PROGRAM, seed=seed).network for seed in (1, 1, 2))
    same = jax.tree.map(lambda a, b: bool((a == b).all()), first, again)
    assert jax.tree.all(same)
    assert (first["dense1"].weight != other["dense1"].weight).any()
    with pytest.raises(ValueError, match="inside is 3"):
        solve(Heat(), inside=3)
