"""What ends an anneal early: targets, time, callables and Ctrl-C.  Nothing found is lost."""

import json
import subprocess
import sys

import numpy as np
import pytest
from stats import enumerate_states

from pbits import anneal
from pbits.stopping import Stop
from problems import ising
from problems.generators import random_gnp

PACKED = random_gnp(12, 0.5, seed=3)
SPARSE = random_gnp(12, 0.5, seed=3, couplings="gaussian")
SHORT = {"num_reads": 8, "seed": 5}
# Real time in which any of these runs has ended; a limit that is ignored would take for ever.
HOPELESS = 60


def ground_energy(problem):
    return problem.energies(enumerate_states(12)).min().item()


def constraints(seed):
    """As from a QUBO of constraints: a large constant that the ground state cancels."""
    problem = random_gnp(12, 0.5, seed=seed, couplings="gaussian")
    parts = problem.row, problem.col, problem.coupling * 1e5
    return ising(problem.h, *parts, -ground_energy(ising(problem.h, *parts)))


@pytest.mark.parametrize(
    "problem",
    [PACKED, SPARSE, *(constraints(seed) for seed in range(3, 6))],
    ids=["packed", "real", *(f"cancelling-offset-{k}" for k in range(3))],
)
def test_stops_at_the_target(problem):
    lowest = ground_energy(problem)
    result = anneal(problem, num_sweeps=2000, num_restarts=3, target_energy=lowest, **SHORT)
    assert result.best_energy == pytest.approx(lowest, abs=1e-9)
    assert result.stopped_by == "target"
    assert result.num_sweeps < 6000


def test_whole_energies_reach_a_target_exactly():
    """However large the terms that cancel; sums of real ones are rounded."""
    stop = Stop(None, 0.0, None)
    assert not stop.is_reached(0.0, 1e15, lambda: np.array([4, 7]))
    assert stop.is_reached(0.0, 1e15, lambda: np.array([7, 0]))
    assert stop.is_reached(0.0, 1e15, lambda: np.array([4.0, 7.0]))
    assert not Stop(None, 5.9, None).is_reached(6.0, 1e15, lambda: np.array([6]))


@pytest.mark.parametrize("problem", [PACKED, SPARSE], ids=["packed", "real"])
def test_a_target_out_of_reach_does_not_stop(problem):
    missed = ground_energy(problem) - 0.01
    result = anneal(problem, num_sweeps=100, target_energy=missed, **SHORT)
    assert (result.stopped_by, result.num_sweeps) == ("schedule", 100)
    assert result.best_energy > missed


def test_a_target_met_by_the_initial_states_stops_restarts_without_sweeps():
    start = np.ones((8, 12), np.int8)
    result = anneal(
        PACKED, num_sweeps=0, num_restarts=3, initial_spins=start, target_energy=1000, **SHORT
    )
    assert result.stopped_by == "target"


def test_a_time_limit_stops_restarts():
    result = anneal(PACKED, num_sweeps=100, num_restarts=None, time_limit=0.05, **SHORT)
    assert result.stopped_by == "time_limit"
    assert result.num_restarts >= 1
    assert 0.05 <= result.timing.sampling < HOPELESS
    assert result.best_energy == ground_energy(PACKED)


def test_a_time_limit_stops_within_an_anneal():
    result = anneal(PACKED, num_sweeps=100_000, time_limit=0, trace=True, **SHORT)
    assert result.stopped_by == "time_limit"
    assert 0 < result.num_sweeps < 100_000
    assert result.trace.sweep[-1] == result.num_sweeps
    assert result.num_restarts == 0  # none was finished


def test_a_callable_stops():
    answers = iter([False, False, True])
    result = anneal(PACKED, num_sweeps=100_000, interrupt=lambda: next(answers), **SHORT)
    assert result.stopped_by == "interrupt"
    assert next(answers, None) is None  # asked three times, the last time to stop
    assert 0 < result.num_sweeps < 100_000
    np.testing.assert_array_equal(result.energies, PACKED.energies(result.spins))
    patient = anneal(PACKED, num_sweeps=100, interrupt=lambda: False, **SHORT)
    assert patient.stopped_by == "schedule"


def test_restarts_without_end_need_a_reason_to_stop():
    with pytest.raises(ValueError, match="num_restarts is None; give a time_limit"):
        anneal(PACKED, num_restarts=None)


CONTROL_C = f"""
import json, os, signal, threading
from pbits import anneal, sample
from problems.generators import random_gnp

signal.signal(signal.SIGINT, signal.default_int_handler)  # shells may have it ignored
problem = random_gnp(12, 0.5, seed=3)
timers = []

def press(progress):
    if not timers:
        timers.append(threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)))
        timers[0].start()

found = anneal(problem, num_reads=8, num_restarts=None, time_limit={HOPELESS}, progress=press)
timers.clear()
drawn = sample(problem, beta=1.0, num_reads=10**6, num_chains=4, thinning=100, progress=press)
print(json.dumps({{
    "stopped_by": found.stopped_by,
    "best": found.best_energy,
    "exact": bool((problem.energies(found.spins) == found.energies).all()),
    "drawn": len(drawn.spins),
    "restored": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
}}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
def test_control_c_returns_what_was_found():
    done = subprocess.run(
        [sys.executable, "-c", CONTROL_C], capture_output=True, text=True, timeout=2 * HOPELESS
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 4 <= found.pop("drawn") < 10**6
    best = ground_energy(PACKED)
    assert found == {"stopped_by": "interrupt", "best": best, "exact": True, "restored": True}
