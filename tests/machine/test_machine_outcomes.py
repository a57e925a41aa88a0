"""What reads are worth, and the exact sampler measured beside the machine."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from pbits import anneal
from pbits.diagnostics import autocorrelation_time
from pbits.machine import Machine, cpu, presets
from pbits.machine.cpu import exact_anneal, exact_samples
from problems.generators import ferromagnet

PROBLEM = ferromagnet((4, 4))
QUICK = {"num_reads": 8, "num_sweeps": 20, "seed": 3}


@pytest.fixture(scope="module")
def annealed():
    """By digital p-bits on one array, hot and short, so that some reads fail."""
    machine = presets.get("cmos", rows=16, columns=16, wire=0.0, converter="ideal")
    return machine.anneal(PROBLEM, beta_range=(0.05, 0.6), **QUICK)


@pytest.fixture(scope="module")
def sampled():
    return Machine().sample(
        PROBLEM, beta=0.2, num_chains=8, thinning=5, **(QUICK | {"num_reads": 160})
    )


def test_successes_are_counted_from_energies(annealed):
    best = annealed.best_energy
    assert annealed.successes() == np.count_nonzero(annealed.energies == best)
    assert annealed.successes(best - 1) == 0
    assert annealed.successes(0) == np.count_nonzero(annealed.energies <= 0)
    assert 0 < annealed.successes(best) < 8


def test_time_and_energy_follow_from_them(annealed):
    hardware, won = annealed.hardware, annealed.successes()
    each = hardware.run.latency / 8
    repeats = max(log(0.01) / log(1 - won / 8), 1)
    assert annealed.time_to_solution().value == pytest.approx(each * repeats, rel=1e-9, abs=0)
    found = annealed.energy_to_solution(annealed.best_energy)
    assert found.value == pytest.approx(hardware.run.energy / 8 * repeats, rel=1e-9, abs=0)
    never = annealed.energy_to_solution(annealed.best_energy - 1)
    assert never.value is None
    assert never.lower_bound > 0


def test_an_effective_sample_takes_tau_draws(sampled):
    tau = autocorrelation_time(sampled).tau
    assert sampled.joules_per_effective_sample().value == 0  # an ideal machine's
    spins = sampled.spins.reshape(20, 8, 16).mean(2)
    real = presets.get("cmos").load(PROBLEM).report(120, 8)
    own = type(sampled)(**(vars(sampled) | {"hardware": real}))
    found = own.joules_per_effective_sample()
    assert found.value == pytest.approx(tau * real.run.energy / 160, rel=1e-9, abs=0)
    other = own.joules_per_effective_sample(spins).value
    tau = autocorrelation_time(spins).tau
    assert other == pytest.approx(tau * real.run.energy / 160, rel=1e-9, abs=0)
    with pytest.raises(ValueError, match="all values of the samples are equal"):
        own.joules_per_effective_sample(np.ones((20, 8)))


def test_the_exact_annealer_is_measured_to_the_same_energy(annealed, monkeypatch):
    found = exact_anneal(PROBLEM, annealed, -32)
    assert found.best_energy == -32
    assert 0 < found.seconds <= found.limit
    assert (found.reads, found.num_sweeps) == (8, 20)
    each = found.round_seconds / 8
    assert found.time_to_solution.low >= each * 0.999
    monkeypatch.setattr(cpu, "_LEAST", 0.05)
    never = exact_anneal(PROBLEM, annealed, -33)
    assert (never.seconds, never.successes) == (None, 0)
    assert never.time_to_solution.value is None
    assert never.facts()["time_to_solution"]["lower_bound"] > 0


def test_anneals_again_and_again_are_measured_by_as_many(annealed, monkeypatch):
    thrice, calls = replace(annealed, num_restarts=3, num_sweeps=58), []

    def noting(problem, **options):
        calls.append(options)
        return anneal(problem, **options)

    monkeypatch.setattr(cpu, "anneal", noting)
    monkeypatch.setattr(cpu, "_LEAST", 0.05)
    assert exact_anneal(PROBLEM, thrice, -33).num_sweeps == 20  # the last was cut short
    whole, first = calls
    assert (whole["num_restarts"], first["num_restarts"]) == (3, None)
    assert whole["beta_range"] == first["beta_range"] == annealed.beta_range
    assert (whole["update"], first["target_energy"]) == ("gibbs", -33)


def test_the_lowest_of_both_measurements_is_told(annealed, monkeypatch):
    whole = anneal(PROBLEM, num_reads=8, num_sweeps=20, seed=3, update="gibbs")
    for energies in ((0, -20), (-20, 0)):
        runs = [replace(whole, energies=np.full(8, energy)) for energy in energies]
        monkeypatch.setattr(cpu, "anneal", lambda problem, *, runs=runs, **options: runs.pop(0))
        assert exact_anneal(PROBLEM, annealed).best_energy == -20


def test_a_measurement_can_be_interrupted(annealed):
    found = exact_anneal(PROBLEM, annealed, -33, 10**6, interrupt=lambda: True)
    assert found.seconds is None
    assert found.round_seconds < 10


def test_exact_samples_are_those_of_the_ideal_machine(sampled):
    found = exact_samples(PROBLEM, sampled, 20, 5)
    assert found.mean_energy == pytest.approx(float(sampled.energies.mean()), rel=1e-12)
    assert found.seconds > 0
