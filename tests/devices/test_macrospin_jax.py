"""The integrator as JAX programs: compiled, mapped over devices, differentiated."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest

from pbits.devices.macrospin import Magnet, Vector, advance, angles, step
from pbits.devices.simulation import simulate
from pbits.random import seed_key

COUNT, STEPS = 32, 40
DT = magnets.turned(0.1)
KEY = seed_key(5)
DEVICES = jnp.arange(COUNT, dtype=jnp.uint32)
START = (jnp.zeros(COUNT), jnp.full(COUNT, 0.6), jnp.full(COUNT, 0.8))
BASE = magnets.easy_axis(20.0, field=Vector(0.02, 0.01, -0.03),
    damping_like=Vector(0.004, 0.002, 0.01), field_like=Vector(0.002, -0.003, 0.004),
    asymmetry=1.4,
)  # fmt: skip
# Every field of a magnet, in units in which it is of order one.
SCALES = jax.tree.map(lambda leaf: abs(float(leaf)) or 1.0, BASE)


def scaled(shares):
    """A magnet whose fields are those of BASE times `shares`, a magnet of factors."""
    return jax.tree.map(lambda leaf, share: leaf * share, BASE, shares)


def ended(shares, key=KEY, device=DEVICES, start=START):
    return advance(key, start, angles(scaled(shares), DT), device, 0, STEPS)


def ones(shape=()):
    return jax.tree.map(lambda _: jnp.ones(shape), BASE)


def weight(m):
    return 0.3 * m[0] - 0.5 * m[1] + m[2]


def each_leaf():
    leaves, structure = jax.tree.flatten(BASE)
    return [k for k, leaf in enumerate(leaves) if leaf], structure


@pytest.mark.parametrize("reverse", [True, False])
def test_gradients_of_every_field_and_device(reverse):
    """jit, vmap and grad at once, against differences with the same noise."""

    def one(shares, device):
        m = ended(shares, device=device[None], start=tuple(part[:1] for part in START))
        return weight(m)[0]

    grad = jax.grad(one) if reverse else jax.jacfwd(one)
    found = jax.jit(jax.vmap(grad))(ones((COUNT,)), DEVICES)
    kept, structure = each_leaf()
    run = jax.jit(lambda shares: weight(ended(shares)))
    for k in kept:

        def moved(size, k=k):
            factors = [jnp.ones(())] * structure.num_leaves
            factors[k] = factors[k] + size
            return np.asarray(run(structure.unflatten(factors)), np.float64)

        difference = (moved(0.01) - moved(-0.01)) / 0.02
        slope = np.asarray(jax.tree.leaves(found)[k])
        assert slope.shape == (COUNT,)
        top = np.max(np.abs(difference))
        assert top > 1e-4, k
        assert slope == pytest.approx(difference, rel=0.02, abs=0.02 * top + 1e-4), k


def test_mapped_devices_are_those_of_one_call():
    """A device's noise follows its number, not its place in an array."""
    together = ended(ones((COUNT,)))

    def one(device):
        m = ended(ones((1,)), device=device[None], start=tuple(part[:1] for part in START))
        return jnp.concatenate(m)

    apart = jax.jit(jax.vmap(one))(DEVICES)
    assert np.asarray(apart).T == pytest.approx(np.stack(together), abs=2e-6)


def test_compiled_steps_are_those_of_a_loop():
    m, given = START, angles(scaled(ones((COUNT,))), DT)
    fixed = jax.jit(lambda: advance(KEY, START, given, DEVICES, 3, STEPS))()
    counted = jax.jit(advance)(KEY, START, given, DEVICES, np.uint32(3), np.uint32(STEPS))
    one = jax.jit(step)
    from pbits.random import sweep_key

    for number in range(3, 3 + STEPS):
        m = one(sweep_key(KEY, jnp.uint32(number)), m, given, DEVICES)
    assert np.stack(fixed) == pytest.approx(np.stack(m), abs=2e-6)
    assert np.stack(counted) == pytest.approx(np.stack(m), abs=2e-6)


def test_without_noise_gradients_are_finite():
    """Where the noise's root has no derivative."""

    def ringing(alpha):
        magnet = Magnet(1e-18, alpha, Vector(z=0.1), 0.0)
        return advance(KEY, START, angles(magnet, DT), DEVICES, 0, STEPS)[2][0]

    slope = float(jax.grad(ringing)(0.1))
    difference = float(ringing(0.105) - ringing(0.095)) / 0.01
    assert slope == pytest.approx(difference, rel=0.01, abs=0)
    assert abs(slope) > 0.1


@pytest.mark.slow
def test_a_fit_of_the_damping():
    """Gauss and Newton's method through the integrator finds the damping of a record."""

    def record(alpha):
        magnet = Magnet(1e-18, alpha, Vector(z=0.1), 0.0)
        return advance(KEY, START, angles(magnet, DT), DEVICES, 0, 60)[1][0]

    wanted, alpha = record(0.08), 0.05
    for _ in range(5):
        value, slope = jax.value_and_grad(record)(alpha)
        alpha = alpha - float((value - wanted) / slope)
    assert alpha == pytest.approx(0.08, rel=1e-3, abs=0)


def test_simulate_says_what_to_differentiate():
    def mean(alpha):
        return simulate(magnets.easy_axis(3.0, alpha), num_steps=10, seed=1).mean[-1, 2]

    with pytest.raises(TypeError, match=r"mean_gradient"):
        jax.grad(mean)(0.1)
