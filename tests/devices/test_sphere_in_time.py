"""Decay in time on the sphere: implicit steps against another exponential, and symmetry."""

import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import expm
from scipy.sparse.linalg import expm_multiply

from pbits.devices import exponential
from pbits.devices.exponential import observed
from pbits.devices.sphere import SphericalMagnet, _basis

CASES = {
    "axial": SphericalMagnet((0.0, 0.0, -3.0), 0.1, degree=16),
    "in plane": SphericalMagnet((-2.0, 0.0, 8.0), 0.05, degree=20),
    "driven": SphericalMagnet((-2.0, 0.0, 8.0), 0.1, (0.5, 0.0, 0.0), (3.0, 0.0, 0.0), degree=20),
    "no symmetry": SphericalMagnet(
        (-2.0, 0.5, 3.0), 0.1, (0.3, -0.4, 0.5), (1.0, 2.0, -1.0), degree=14
    ),
}


def plain(magnet, axis, times):
    """By Taylor's series over all harmonics."""
    m = _basis(magnet.degree).m[axis]
    path = expm_multiply(
        magnet.generator, m @ magnet.stationary, start=0, stop=times[-1], num=len(times),
        endpoint=True,
    )  # fmt: skip
    return np.sqrt(4 * np.pi) * (m @ path.T)[0].real


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_autocorrelation_by_two_methods(name, axis):
    magnet = CASES[name]
    times = np.linspace(0, 0.6, 7)
    assert magnet.autocorrelation(axis, times) == pytest.approx(
        plain(magnet, axis, times), abs=1e-6
    )


def test_it_begins_at_the_mean_square_and_ends_at_the_square_of_the_mean():
    magnet = CASES["no symmetry"]
    for axis in range(3):
        found = magnet.autocorrelation(axis, np.linspace(0, 40, 3))
        assert found[0] == pytest.approx(magnet.mean(axis, 2), rel=1e-9, abs=0)
        assert found[-1] == pytest.approx(magnet.mean(axis) ** 2, abs=1e-7)


def test_symmetry_leaves_half():
    magnet = CASES["in plane"]
    m = _basis(20).m[0]
    part = magnet._reached(m @ magnet.stationary)
    assert part.size < 0.55 * 21**2
    every = CASES["no symmetry"]
    assert every._reached(_basis(14).m[0] @ every.stationary).size == 15**2


@pytest.mark.parametrize("name", CASES)
def test_the_long_run_is_at_rest(name):
    magnet = CASES[name]
    moved = magnet.generator @ magnet.stationary
    assert np.abs(moved).max() < 1e-9
    assert magnet.mean(2, 0) == pytest.approx(1)


def test_the_slowest_decay_that_an_axis_shows():
    """Across the plane an in-plane magnet forgets far sooner than along its easy axis."""
    magnet = CASES["in plane"]
    whole, along = magnet.eigenvalue(), magnet.eigenvalue(0)
    assert along == pytest.approx(whole, rel=1e-6, abs=0)
    assert np.real(magnet.eigenvalue(2)) > 3 * np.real(whole)
    driven = CASES["driven"]
    assert driven.eigenvalue(0) == pytest.approx(driven.eigenvalue(), rel=1e-5, abs=0)
    assert CASES["axial"].eigenvalue(2) == pytest.approx(
        CASES["axial"].eigenvalue(), rel=1e-6, abs=0
    )


@pytest.mark.parametrize("times", [[0.0], [0.1, 0.2], [0.0, 1.0, 3.0]])
def test_times_must_be_even(times):
    with pytest.raises(ValueError, match="not evenly spaced from 0"):
        CASES["axial"].autocorrelation(2, np.array(times))


def follow(matrix, start, interval, count, **more):
    return observed(
        sparse.csc_array(matrix), start, interval, count, lambda v: float(v[0].real),
        lambda v: v.real, **more,
    )  # fmt: skip


def test_a_dense_exponential():
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(12, 12)) - 6 * np.eye(12)
    start = rng.normal(size=12)
    exact = [float((expm(k * 0.3 * matrix) @ start)[0]) for k in range(5)]
    assert follow(matrix, start, 0.3, 5) == pytest.approx(exact, abs=1e-9)


def test_what_is_too_fast_is_damped():
    """Rates of 1 and 1e9 together: one step would have to be 1e-9 for an explicit scheme."""
    matrix = np.array([[-1.0, 1.0], [0.0, -1e9]])
    found = follow(matrix, np.array([1.0, 1.0]), 0.5, 4)
    assert found == pytest.approx(np.exp(-0.5 * np.arange(4)), abs=1e-7)


def test_a_step_is_of_order_eleven():
    spin = np.array([[0.0, 1.0], [-1.0, 0.0]])
    errors = []
    for substeps in (1, 2):
        found = exponential._stepped(
            sparse.csc_array(spin), np.array([1.0, 0.0]), 4.0, 2, substeps,
            lambda v: float(v[0].real), lambda v: v.real,
        )  # fmt: skip
        errors.append(abs(found[1] - np.cos(4.0)))
    assert errors[0] / errors[1] > 2**10
    assert errors[0] < 1e-3


def test_no_end_of_steps(monkeypatch):
    monkeypatch.setattr(exponential, "_MOST", 4)
    with pytest.raises(ValueError, match="too few; expected a shorter interval"):
        follow(np.array([[0.0, 100.0], [-100.0, 0.0]]), np.array([1.0, 0.0]), 1.0, 3)
