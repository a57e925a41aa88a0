"""The references themselves, against published and closed-form numbers and each other."""

import numpy as np
import pytest

from pbits.devices.axial import AxialMagnet
from pbits.devices.passage import escape_rate, first_passage_time
from pbits.devices.sphere import SphericalMagnet

# Smallest eigenvalue times t_D by two independent methods (T6, T7).
DECAY = {
    0.5: 1.62703, 1: 0.653140, 2: 0.201920, 3: 0.0785671, 4: 0.0324586, 5: 0.0135406, 6: 5.60219e-3,
    8: 9.20273e-4, 10: 1.44108e-4, 15: 1.24216e-6,
}  # fmt: skip


@pytest.mark.parametrize("delta", DECAY)
def test_axial_eigenvalues(delta):
    found = AxialMagnet(delta, num_cells=4000).eigenvalues()
    assert found[0] == pytest.approx(0, abs=1e-6)
    assert found[1] / (2 * delta) == pytest.approx(DECAY[delta], rel=2e-5, abs=0)


def test_a_free_magnet_decays_with_twice_its_diffusion():
    assert AxialMagnet(0.0).eigenvalues(3)[1:] == pytest.approx([2, 6], rel=1e-5, abs=0)
    free = SphericalMagnet((0.0, 0.0, 0.0), 0.1, degree=6)
    assert free.eigenvalue() == pytest.approx(2)


@pytest.mark.parametrize(("delta", "exact"), [(10, 1.44108e-4), (20, 9.858e-9)])
def test_passage_times_of_high_barriers(delta, exact):
    assert 2 * escape_rate(delta) == pytest.approx(exact, rel=5e-4, abs=0)


@pytest.mark.parametrize(("delta", "exact"), [(40, 2.95451e-17), (60, 7.52430e-26)])
def test_passage_times_where_eigenvalues_are_lost(delta, exact):
    assert 2 * escape_rate(delta) == pytest.approx(exact, rel=1e-5, abs=0)


def test_brown_is_the_limit_of_high_barriers():
    """Brown's formula with its first correction, 1.3 % at 10 and 0.02 % at 60."""
    for delta, tolerance in [(10, 0.013), (20, 3e-3), (40, 1e-3), (60, 3e-4)]:
        brown = 2 * np.sqrt(delta / np.pi) * np.exp(-delta) * (1 - 1 / delta)
        assert 2 * escape_rate(delta) == pytest.approx(brown, rel=tolerance, abs=0)


@pytest.mark.parametrize(("delta", "bias"), [(8.0, 0.1), (10.0, 0.2), (12.0, 0.3)])
def test_a_bias_helps_one_way(delta, bias):
    up, down = escape_rate(delta, bias), escape_rate(delta, -bias)
    law = AxialMagnet(delta, bias, 4000)
    # The barrier's top divides the wells.
    over = law.stationary[law.centres > -bias].sum()
    assert up / down == pytest.approx(over / (1 - over), rel=5e-3, abs=0)
    assert up + down == pytest.approx(law.eigenvalues()[1] / (2 * delta), rel=0.02, abs=0)


@pytest.mark.parametrize(
    ("delta", "square"),
    [(0, 1 / 3), (0.5, 0.3797), (1, 0.4293), (2, 0.5313), (3, 0.6263), (5, 0.7643)],
)
def test_axial_stationary_state(delta, square):
    magnet = AxialMagnet(delta)
    assert magnet.mean(magnet.centres**2) == pytest.approx(square, rel=3e-4, abs=0)


@pytest.mark.parametrize(("delta", "bias", "mean"), [(2, 0.2, 0.38968), (4, 0.3, 0.84830)])
def test_spin_torque_on_an_axial_magnet_is_a_field(delta, bias, mean):
    """T13, and the same in harmonics with the torque as a torque."""
    law = AxialMagnet(delta, bias)
    assert law.mean(law.centres) == pytest.approx(mean, abs=1e-5)
    torque = (0.0, 0.0, 2 * delta * bias)
    assert SphericalMagnet((0.0, 0.0, -delta), 0.1, torque=torque).mean(2) == pytest.approx(
        mean, abs=1e-5
    )


@pytest.mark.parametrize("delta", [0.3, 2, 6])
def test_thresholded_mean_is_a_hyperbolic_tangent(delta):
    """<sgn m_z> = tanh(2 delta <|m_z|>_0 i), to better than 0.0052."""
    rest = AxialMagnet(delta)
    slope = 2 * delta * rest.mean(np.abs(rest.centres))
    for bias in (0.1, 0.4):
        law = AxialMagnet(delta, bias)
        assert law.mean(np.sign(law.centres)) == pytest.approx(np.tanh(slope * bias), abs=0.0053)


@pytest.mark.parametrize("cells", [2000, 4000])
def test_write_errors(cells):
    """T15: barrier 60, twice the critical current."""
    free, pulse = AxialMagnet(60.0, 0.0, cells), AxialMagnet(60.0, 2.0, cells)
    start = np.where(free.centres < 0, free.stationary, 0)
    times = np.array([2, 3, 4, 5, 6, 8]) / (2 * 60.0)
    late = pulse.evolve(start / start.sum(), times)
    errors = late[:, free.centres < 0].sum(axis=1)
    published = [0.5948, 0.1098, 0.01526, 2.044e-3, 2.725e-4, 4.834e-6]
    assert errors == pytest.approx(published, rel=2e-3, abs=0)
    assert late.sum(axis=1) == pytest.approx(np.ones(6), abs=1e-11)


def test_evolution_decays_at_the_eigenvalue():
    law = AxialMagnet(3.0)
    rate = law.eigenvalues()[1]
    start = np.where(law.centres > 0, law.stationary, 0) * 2
    times = np.array([1.0, 2.0]) / rate
    means = law.evolve(start, times) @ law.centres
    assert means[1] / means[0] == pytest.approx(np.exp(-1), rel=1e-5, abs=0)
    far = law.evolve(start, [30 / rate])[0]
    assert far == pytest.approx(law.stationary, abs=1e-9)


@pytest.mark.parametrize(
    ("kappa", "delta", "alpha", "rate"),
    [
        (10, 4, 0.02, 1.3115), (40, 4, 0.02, 3.8727), (40, 6, 0.1, 0.37165), (10, 2, 1.0, 0.64481),
    ],
)  # fmt: skip
def test_in_plane_eigenvalues(kappa, delta, alpha, rate):
    """T9."""
    magnet = SphericalMagnet((-delta, 0.0, kappa), alpha, degree=56)
    assert magnet.eigenvalue() == pytest.approx(rate, rel=1e-3, abs=0)


def test_low_damping_needs_high_degrees():
    """Thin layers along the separatrix: degree 56 is 20 % off, and far less at higher damping."""
    decays = [SphericalMagnet((-8.0, 0.0, 40.0), 0.005, degree=d).eigenvalue() for d in (56, 112)]
    assert decays[0] == pytest.approx(0.22445, rel=5e-3, abs=0)
    assert decays[1] < 0.9 * decays[0]
    more = [SphericalMagnet((-8.0, 0.0, 40.0), 0.05, degree=d).eigenvalue() for d in (56, 112)]
    assert more[0] == pytest.approx(more[1], rel=1e-3, abs=0)


@pytest.mark.parametrize(("kappa", "current"), [(10, 24.9), (40, 58.5)])
def test_currents_that_hold_an_in_plane_magnet(kappa, current):
    """T14: an in-plane torque that gives a mean of one half."""
    held = SphericalMagnet((0.0, 0.0, kappa), 0.1, torque=(current, 0.0, 0.0), degree=56)
    assert held.mean(0) == pytest.approx(0.5, abs=0.025)


def test_both_references_agree_on_an_axial_magnet():
    axial, sphere = AxialMagnet(3.0), SphericalMagnet((0.0, 0.0, -3.0), 0.1, degree=30)
    rate = axial.eigenvalues()[1]
    assert sphere.eigenvalue() == pytest.approx(rate, rel=1e-5, abs=0)
    assert sphere.mean(2, 2) == pytest.approx(axial.mean(axial.centres**2), rel=1e-5, abs=0)
    times = np.linspace(0, 1 / rate, 3)
    start = axial.stationary * axial.centres
    path = axial.evolve(start, times, steps_per_interval=2000) @ axial.centres
    assert sphere.autocorrelation(2, times) == pytest.approx(path, rel=1e-4, abs=0)


def test_precession_shows_in_the_autocorrelation():
    """A free magnet in a field: m_x turns at the field's rate, over alpha in units of D."""
    magnet = SphericalMagnet((0.0, 0.0, 0.0), 0.05, field=(0.0, 0.0, 40.0), degree=20)
    period = 2 * np.pi / (40.0 / 0.05)
    times = np.linspace(0, period, 5)
    seen = magnet.autocorrelation(0, times)
    assert seen[1] == pytest.approx(0, abs=0.1 * seen[0])
    assert seen[2] < -0.5 * seen[0]
    assert seen[4] > 0.5 * seen[0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: AxialMagnet(-1.0), lambda: AxialMagnet(1.0, np.nan), lambda: AxialMagnet(1.0, 0, 1),
        lambda: AxialMagnet(1.0).evolve(np.ones(3), [1.0]),
        lambda: AxialMagnet(1.0).evolve(np.ones(2000), [2.0, 1.0]),
        lambda: first_passage_time(0.0), lambda: first_passage_time(5.0, 1.0),
        lambda: SphericalMagnet((0.0, 0.0, 1.0), 0.0),
    ],
)  # fmt: skip
def test_bad_magnets_are_named(call):
    with pytest.raises(ValueError, match="expected"):
        call()
