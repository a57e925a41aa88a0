"""The stochastic LLG equation against the exact laws of `pbits.devices.axial`."""

import magnets
import numpy as np
import pytest

from pbits.devices.axial import AxialMagnet
from pbits.devices.simulation import simulate


@pytest.mark.parametrize(("delta", "alpha"), [(1.0, 0.1), (3.0, 0.1), (5.0, 0.01)])
def test_equilibrium_stays_in_equilibrium(delta, alpha):
    """T1, at a step of 0.25 rad, over a relaxation time within a well."""
    count, dt = 40_000, magnets.turned(0.25)
    steps = 10 * round(0.1 * magnets.unit_time(alpha) / dt)
    found = simulate(
        magnets.easy_axis(delta, alpha), num_steps=steps, dt=dt, num_devices=count, seed=2,
        record_every=steps // 10, start=magnets.in_equilibrium(delta, count, 1),
        keep_directions=False,
    )  # fmt: skip
    law = AxialMagnet(delta)
    exact = law.mean(law.centres**2)
    error = np.sqrt((law.mean(law.centres**4) - exact**2) / count)
    assert found.square[-1, 2] == pytest.approx(exact, abs=max(4 * error, 0.005 * exact))


def test_runs_replay_and_go_on():
    magnet = magnets.easy_axis(3.0)
    whole = simulate(magnet, num_steps=40, record_every=10, num_devices=300, seed=1)
    first = simulate(magnet, num_steps=20, record_every=10, num_devices=300, seed=1)
    second = simulate(
        magnet, num_steps=20, record_every=10, num_devices=300, seed=1, start=first.final,
        first_step=first.num_steps,
    )  # fmt: skip
    assert np.array_equal(whole.final, second.final)
    assert np.array_equal(whole.m, np.concatenate([first.m, second.m]))
    assert whole.times == pytest.approx(np.concatenate([first.times, second.times]))
    other = simulate(magnet, num_steps=40, record_every=10, num_devices=300, seed=2)
    assert not np.array_equal(whole.final, other.final)
