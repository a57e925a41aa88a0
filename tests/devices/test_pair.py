"""Two coupled free layers against direct integration of Boltzmann's law and published claims."""

import magnets
import numpy as np
import pytest

from pbits.devices.macrospin import Magnet, Vector
from pbits.devices.pair import Pair, alignment, coupled_disks, dipolar_tensor
from pbits.devices.simulation import safe_step, simulate

COUNT = 40_000


@pytest.mark.parametrize("distance", [1e-9, 3e-9, 50e-9, 1e-6])
def test_dipolar_tensor(distance):
    """T20; far apart two dipoles, (3 z z - 1) V / (4 pi r^3)."""
    tensor = dipolar_tensor(1e-9, 20e-9, distance)
    assert np.array_equal(tensor, tensor.T)
    assert abs(np.trace(tensor)) < 1e-15
    assert tensor[2, 2] > 0 > tensor[0, 0]
    if distance == 1e-6:
        volume = np.pi / 4 * 20e-9**2 * 1e-9
        assert tensor[2, 2] == pytest.approx(
            2 * volume / (4 * np.pi * distance**3), rel=1e-2, abs=0
        )


def test_the_field_in_a_layer_is_that_of_the_other():
    """Layers of unequal moment: each field is the source's, and both have one energy."""
    volume = np.pi / 4 * 20e-9**2 * 1e-9
    weak, strong = (Magnet(ms * volume, 0.1, Vector()) for ms in (4e5, 1.2e6))
    pair = coupled_disks(weak, strong, thickness=1e-9, diameter=20e-9, distance=3e-9)
    tensor = np.diag(dipolar_tensor(1e-9, 20e-9, 3e-9))
    exact = 4e-7 * np.pi * 1.2e6 * tensor
    assert np.array(pair.field_first) == pytest.approx(exact, rel=1e-6, abs=0)
    energies = weak.moment * np.array(pair.field_first), strong.moment * np.array(pair.field_second)
    assert energies[0] == pytest.approx(energies[1], rel=1e-6, abs=0)


def boltzmann(delta, coupling):
    """<m_1z m_2z>, <m_1x m_2x>, <m_1z^2>: E / kT = -delta (z1^2 + z2^2) - sum_k c_k m_1k m_2k."""
    z, weight = np.polynomial.legendre.leggauss(40)
    turn = 2 * np.pi * np.arange(48) / 48
    # Only the difference of the angles matters for equal couplings in the plane.
    across = np.sqrt(1 - z**2)
    one, other, _ = np.meshgrid(z, z, turn, indexing="ij")
    flat = np.multiply.outer(np.multiply.outer(across, across), np.cos(turn))
    density = np.exp(
        delta * (one**2 + other**2) + coupling[0] * flat + coupling[2] * one * other
    ) * np.multiply.outer(np.multiply.outer(weight, weight), np.ones(48))
    density /= density.sum()
    return [(density * what).sum() for what in (one * other, flat / 2, one**2)]


@pytest.mark.parametrize(
    ("delta", "coupling"), [(0.5, (-0.6, -0.6, 1.2)), (1.0, (1.0, 1.0, 1.0)), (1.5, (0, 0, -0.8))]
)
def test_coupled_layers_follow_boltzmanns_law(delta, coupling):
    """T20: at a low barrier."""
    layer = magnets.easy_axis(delta)
    field = Vector(*(magnets.THERMAL * c / layer.moment for c in coupling))
    pair = Pair(layer, layer, field, field)
    run = simulate(
        pair, num_steps=2000, dt=magnets.turned(0.1), num_devices=COUNT, seed=1,
        keep_directions=False,
    )  # fmt: skip
    assert run.final.shape == (2, 3, COUNT)
    one, other = run.final.astype(np.float64)
    seen = [np.mean(one[2] * other[2]), np.mean(one[0] * other[0]), run.square[-1, 0, 2]]
    exact = boltzmann(delta, coupling)
    assert seen == pytest.approx(exact, abs=4 * 0.45 / np.sqrt(COUNT))
    alone = boltzmann(delta, (0, 0, 0))
    assert abs(seen[0] - alone[0]) > 0.1


def test_layers_have_noise_of_their_own():
    layer = magnets.easy_axis(0.0001)
    run = simulate(
        Pair(layer, layer), num_steps=200, num_devices=COUNT, seed=2, dt=1e-15,
        start=[[0, 0, 1], [0, 0, 1]], keep_directions=False,
    )  # fmt: skip
    shared = np.corrcoef(run.final[:, 0])[0, 1]
    assert abs(shared) < 4 / np.sqrt(COUNT)


def disks(torque, alpha=0.01, distance=4e-9):
    """Two in-plane disks, no barrier but the stray field; a_DL in T."""
    thickness, diameter, ms = 1e-9, 20e-9, 8e5
    moment = ms * np.pi / 4 * diameter**2 * thickness
    layer = Magnet(moment, alpha, Vector(z=-1.0))
    return coupled_disks(
        layer, layer, thickness=thickness, diameter=diameter, distance=distance, torque=torque
    )


def mean_alignment(pair, count=8000):
    dt = safe_step(pair)
    steps = round(2e-9 / dt / 8) * 8
    run = simulate(
        pair, num_steps=2 * steps, record_every=steps // 8, dt=dt, num_devices=count, seed=3
    )
    late = alignment(run.m[8:])
    return late.mean(), late.mean(axis=0).std() / np.sqrt(count)


def test_alignment_does_not_depend_on_the_voltage():
    """T20: equal and opposite torques leave <m_1.m_2> alone; equal ones do not."""
    rest, error = mean_alignment(disks(0.0))
    assert rest < -0.1
    assert error < 0.01
    # The critical torque of one disk alone is alpha B_d / 2, 5 mT.
    for torque in (-0.01, -0.005, 0.005, 0.01):
        pair = disks(torque)
        found, _ = mean_alignment(pair)
        assert found == pytest.approx(rest, abs=0.05)
        moved, _ = mean_alignment(pair._replace(torque_second=pair.torque_first))
        assert (moved - rest) * np.sign(torque) > 0.05


def test_a_positive_torque_drives_parallel():
    layer = magnets.easy_axis(40.0)
    held = Magnet(layer.moment, 1.0, Vector(z=10 * magnets.FIELD), 0.0)
    size = 0.3 * magnets.FIELD
    pair = Pair(layer, held, torque_first=size, torque_second=-size)
    start = [[0.1, 0, -1.0], [0, 0, 1.0]]
    run = simulate(pair, num_steps=3000, num_devices=32, seed=1, start=start)
    assert np.all(run.final[0, 2] > 0.8)
    away = simulate(
        pair, num_steps=3000, num_devices=32, seed=1, start=[[0.1, 0, 1.0], [0, 0, 1.0]],
        drive=[-1.0],
    )  # fmt: skip
    assert np.all(away.final[0, 2] < -0.8)


def test_a_pair_without_coupling_is_two_magnets():
    """The first layer has the noise of a single magnet, bit for bit nearly."""
    layer = magnets.easy_axis(2.0, damping_like=Vector(0.0, 0.003, 0.001), asymmetry=1.0)
    dt, start = magnets.turned(0.1), [0.6, 0.0, 0.8]
    one = simulate(layer, num_steps=300, dt=dt, num_devices=50, seed=4, start=start)
    two = simulate(
        Pair(layer, magnets.easy_axis(1.0)), num_steps=300, dt=dt, num_devices=50, seed=4,
        start=[start, start],
    )  # fmt: skip
    assert two.final[0] == pytest.approx(one.final, abs=2e-4)
    again = simulate(
        Pair(layer, magnets.easy_axis(1.0)), num_steps=100, dt=dt, num_devices=50, seed=4,
        start=two.final, first_step=300, record_every=50,
    )  # fmt: skip
    assert again.m.shape == (2, 2, 3, 50)
    assert again.mean.shape == again.square.shape == (2, 2, 3)


def test_bad_starts_of_pairs():
    layer = magnets.easy_axis(2.0)
    with pytest.raises(ValueError, match="start"):
        simulate(Pair(layer, layer), num_steps=1, start=[0, 0, 1.0])


def test_one_efficiency_for_one_polariser():
    layer = magnets.easy_axis(2.0, damping_like=Vector(z=0.01), asymmetry=2.0)
    with pytest.raises(ValueError, match="expected one of them"):
        simulate(Pair(layer, layer), num_steps=1, seed=1)


@pytest.mark.parametrize("drive", [1.0, -1.0])
def test_the_other_layer_as_polariser_is_one_that_stands_still(drive):
    """With an asymmetry, against a single magnet with a fixed polariser."""
    size, alpha = 0.02, 0.1
    free = magnets.easy_axis(3.0, alpha, asymmetry=1.5)
    fixed = Magnet(1.0, 1e-9, Vector(), 0.0)
    start, dt = [0.6, 0.0, 0.8], magnets.turned(0.1)
    run = simulate(
        Pair(free, fixed, torque_first=size), num_steps=100, dt=dt, num_devices=20, seed=4,
        start=[start, [0.0, 1.0, 0.0]], drive=[drive],
    )  # fmt: skip
    alone = simulate(
        free._replace(damping_like=Vector(y=size)), num_steps=100, dt=dt, num_devices=20, seed=4,
        start=start, drive=[drive],
    )  # fmt: skip
    assert run.final[0] == pytest.approx(alone.final, abs=2e-4)
