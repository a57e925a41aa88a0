"""What a step may be: errors against its length, and integrators that the same tests reject."""

import jax
import jax.numpy as jnp
import magnets
import numpy as np
import pytest
import schemes
from scipy.spatial.transform import Rotation

from pbits.devices import macrospin, simulation
from pbits.devices.axial import AxialMagnet
from pbits.devices.blocks import Layout
from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.pair import Pair
from pbits.devices.simulation import safe_step, simulate
from pbits.random import seed_key


def excess(m, delta):
    """Relative error of <1 - m_z^2> and its standard error."""
    law = AxialMagnet(delta)
    exact = law.mean(1 - law.centres**2)
    seen = 1 - np.asarray(m, np.float64)[2] ** 2
    return np.mean(seen) / exact - 1, np.std(seen) / np.sqrt(seen.size) / exact


def ours(delta, alpha, angle, units, count=40_000, seed=1):
    steps = round(units * magnets.unit_time(alpha) / magnets.turned(angle))
    run = simulate(
        magnets.easy_axis(delta, alpha), num_steps=steps, dt=magnets.turned(angle),
        num_devices=count, seed=seed, start=magnets.in_equilibrium(delta, count, seed),
        keep_directions=False,
    )  # fmt: skip
    return run.final


def theirs(scheme, delta, alpha, angle, units, count=10_000, seed=1):
    steps = round(units * (1 + alpha**2) / alpha / angle)
    start = magnets.in_equilibrium(delta, count, seed)
    return schemes.run(scheme, start, steps, angle, alpha, delta, seed)


@pytest.mark.parametrize(
    ("alpha", "angle", "tolerance"),
    [(0.01, 0.1, 0.0), (0.01, 0.25, 0.01), (0.01, 0.5, 0.03), (0.1, 0.25, 0.01), (0.1, 0.5, 0.03)],
)
def test_stationary_error_against_the_step(alpha, angle, tolerance):
    """T16: at delta = 5; the usual step is 0.25 rad, the longest 0.5."""
    error, uncertain = excess(ours(5.0, alpha, angle, 2.0), 5.0)
    assert abs(error) < tolerance + 4 * uncertain


@pytest.mark.parametrize(
    ("scheme", "delta", "alpha", "angle", "units"),
    [
        (schemes.element_wise, 3.0, 0.1, 0.02, 4), (schemes.euler_heun, 3.0, 0.1, 0.25, 4),
        pytest.param(schemes.spherical_euler, 3.0, 0.1, 0.02, 4, marks=pytest.mark.slow),
        (schemes.too_hot, 3.0, 0.5, 0.05, 4),
        (schemes.heun, 5.0, 0.01, 0.4, 2),
    ],
)  # fmt: skip
def test_wrong_integrators_are_rejected(scheme, delta, alpha, angle, units):
    """The criterion that ours passes at the same damping and step."""
    error, uncertain = excess(theirs(scheme, delta, alpha, angle, units), delta)
    assert abs(error) > 0.03 + 4 * uncertain
    error, uncertain = excess(ours(delta, alpha, angle, units), delta)
    assert abs(error) < 0.03 + 4 * uncertain


def test_the_criterion_accepts_a_right_integrator():
    """Heun's method at short steps, so that not all of `schemes` is wrong for another reason."""
    error, uncertain = excess(theirs(schemes.heun, 3.0, 0.1, 0.05, 4), 3.0)
    assert abs(error) < 0.005 + 4 * uncertain


@pytest.mark.parametrize(
    "scheme", [schemes.element_wise, pytest.param(schemes.spherical_euler, marks=pytest.mark.slow)]
)
def test_isotropy_and_cone_reject_them(scheme):
    """T2 and T3."""
    if scheme is schemes.element_wise:
        start = np.tile(np.ones((3, 1)) / np.sqrt(3), 50_000)
        ended = schemes.run(scheme, start, 1, 1e-3, 0.1, 1e-1, 1)
        spread = 2 * 1e-3 * 0.1 / (2 * 1e-1 * 1.01)
        assert np.trace(np.cov(np.asarray(ended))) / spread == pytest.approx(2 / 3, rel=0.03, abs=0)
    else:
        z = np.asarray(theirs(scheme, 20.0, 0.1, 0.02, 4))[2]
        assert np.mean(1 - z**2) == pytest.approx(0.0257, rel=0.05, abs=0)


@pytest.mark.parametrize("size", [0.05, 0.3, 0.6])
def test_a_rotation_turns_by_its_own_angle(size):
    """To 1/120 of the fifth power, where Cayley's bare form is off by 1/12 of the third."""
    axis, m = np.array([0.48, -0.6, 0.64]), np.array([0.6, 0.48, -0.64])
    by = [jnp.float32(part) for part in size * axis]
    found = np.array(macrospin.rotated(tuple(jnp.float32(part) for part in m), tuple(by)))
    exact = Rotation.from_rotvec(size * axis).apply(m)
    assert found == pytest.approx(exact, abs=1e-6 + size**5 / 100)
    back = Rotation.from_rotvec(-size * axis).apply(m)
    bare = Rotation.from_rotvec(2 * np.arctan(size / 2) * axis).apply(m)
    assert np.max(np.abs(found - back)) > 0.05
    assert np.max(np.abs(found - bare)) > 0.03 * size**3


@pytest.mark.parametrize("spread", [0.02, 0.1])
def test_diffusion_is_as_fast_at_long_steps(spread):
    """Without the rotation's own angle it is too slow by two thirds of the spread."""
    magnet, steps = Magnet(1e-18, 0.1, Vector()), round(1 / spread)
    dt = spread / (2 * float(macrospin.diffusion(magnet)))
    run = simulate(
        magnet, num_steps=steps, dt=dt, num_devices=400_000, start=[0, 0, 1], seed=1,
        keep_directions=False,
    )  # fmt: skip
    rate = -np.log(run.mean[-1, 2])
    error = np.std(run.final[2]) / run.mean[-1, 2] / np.sqrt(400_000)
    assert error < 0.003
    assert rate == pytest.approx(1 + spread / 10, abs=4 * error)
    if spread > 0.05:
        assert abs(rate - (1 - 2 * spread / 3)) > 10 * error


def test_length_is_kept():
    """T16: a million steps in float32."""
    magnet = magnets.easy_axis(2.0)
    run = simulate(magnet, num_steps=1_000_000, num_devices=16, seed=1, keep_directions=False)
    length = np.sqrt(np.sum(run.final.astype(np.float64) ** 2, axis=0))
    assert length == pytest.approx(np.ones(16), abs=1e-6)


def test_a_long_step_is_refused_with_one_that_is_safe():
    magnet = magnets.easy_axis(3.0)
    with pytest.raises(ValueError, match="is safe"):
        simulate(magnet, num_steps=1, dt=5 * safe_step(magnet))
    skewed = magnets.easy_axis(3.0, damping_like=Vector(z=0.05), asymmetry=3.0)
    assert safe_step(skewed) < 0.3 * safe_step(magnet)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"start": np.ones((2, 3))}, "expected"), ({"start": [0, 0, 0]}, "no length"),
        ({"record_every": 3}, "multiple"), ({"drive": [1.0, 2.0]}, "drive"),
        ({"dt": -1e-12}, "dt"), ({"record_every": 0}, "record_every"),
        ({"drive": [np.nan]}, "drive"), ({"first_step": 2**32 - 5}, "another seed"),
    ],
)  # fmt: skip
def test_bad_runs_are_refused(more, message):
    with pytest.raises(ValueError, match=message):
        simulate(magnets.easy_axis(3.0), num_steps=10, **more)
    with pytest.raises(ValueError, match="nothing moves"):
        safe_step(Magnet(1e-18, 0.1, Vector(), 0.0))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("moment", -1e-18), ("moment", 0.0), ("moment", np.array([1e-18, np.nan])),
        ("alpha", -0.1), ("temperature", -1.0), ("temperature", np.inf), ("asymmetry", 0.0),
        ("field", Vector(z=np.nan)), ("damping_like", Vector(x=np.inf)),
    ],
)  # fmt: skip
def test_magnets_that_cannot_be_are_refused(field, value):
    wrong = magnets.easy_axis(3.0)._replace(**{field: value})
    more = {"num_steps": 1, "num_devices": 2, "seed": 1}
    for magnet in (wrong, Pair(wrong, magnets.easy_axis(3.0))):
        with pytest.raises(ValueError, match="expected"):
            simulate(magnet, **more)
        with pytest.raises(ValueError, match="expected"):
            simulate(magnet, dt=1e-13, **more)


@pytest.mark.parametrize("pair", [False, True])
def test_the_step_follows_the_drive(pair):
    """A factor of the torques above 1 counts in the length of a safe step."""
    layer, push = magnets.easy_axis(3.0), 0.2 * magnets.FIELD
    alone = layer._replace(damping_like=Vector(z=push), field_like=Vector(x=push))
    magnet = Pair(layer, layer, torque_first=push, torque_second=-push) if pair else alone
    dt = safe_step(magnet)
    assert simulate(magnet, num_steps=1, drive=[0.5], seed=1).dt == dt
    assert simulate(magnet, num_steps=1, drive=[-20.0], seed=1).dt < 0.4 * dt
    with pytest.raises(ValueError, match="is safe"):
        simulate(magnet, num_steps=1, drive=[-20.0], dt=dt, seed=1)


def test_means_leave_out_spare_places():
    """Blocks of equal width have some; the last device stands in them."""
    count = 8193
    run = simulate(magnets.easy_axis(3.0), num_steps=3, num_devices=count, seed=1)
    assert Layout(count, 1).total > count
    final = run.final.astype(np.float64)
    assert run.mean[-1] == pytest.approx(final.mean(axis=1), abs=1e-6)
    assert run.square[-1] == pytest.approx(np.square(final).mean(axis=1), abs=1e-6)


def test_many_devices_in_bounded_memory():
    """A hundred thousand at once: what a run holds does not grow with its steps."""
    magnet, held = magnets.easy_axis(3.0), []
    for steps in (10, 200):
        run = simulate(
            magnet, num_steps=steps, num_devices=100_000, seed=1, keep_directions=False,
            record_every=steps // 10,
        )  # fmt: skip
        assert run.m is None
        assert run.final.shape == (3, 100_000)
        held.append(sum(array.nbytes for array in jax.live_arrays()))
    assert held[1] - held[0] < 1e6
    program = simulation._program(simulation._mesh(100_000), False, 1)
    layout = Layout(100_000, program.num_cores)
    numbers = [np.float32(1e-12), np.ones(10, np.float32)]
    lowered = program.run.lower(
        seed_key(1), layout.spread(run.final), layout.numbers, *layout.split(magnet), *numbers,
        np.uint32(0), np.uint32(100_000), np.uint32(10),
    )  # fmt: skip
    needed = lowered.compile().memory_analysis()
    # Two copies of the state, and no more than a few blocks' worth on the way.
    assert needed.temp_size_in_bytes < 2 * run.final.nbytes + 64 * 4 * layout.width
