"""Invertible logic and Bayesian networks on the ideal sampler, against exact laws."""

from functools import cache

import numpy as np
import pytest
import stats

import pbits
from pbits.results import SampleResult
from problems import clamp
from problems.generators import alarm_network
from problems.logic import (
    GATES,
    Circuit,
    Placed,
    adder,
    factoring,
    factoring_circuit,
    gate,
    join,
    multiplier,
)

READS = 2**14
BETA = 1.0


@cache
def everything() -> Circuit:
    """One of each gate and an adder, no wire in common: one program samples all of them."""
    alone = (
        Circuit((Placed(gate(name), tuple(f"{name}.{port}" for port in gate(name).ports)),))
        for name in GATES
    )
    return join([*alone, adder(2).hold(sum=3)])


@cache
def samples() -> SampleResult:
    return pbits.sample(everything().problem, beta=BETA, num_reads=READS, num_sweeps=200, seed=1)


def pvalue(name: str, beta: float) -> float:
    """Of the samples of one gate, against Boltzmann's law of that gate alone."""
    labels = everything().problem.labels
    mine = [k for k, label in enumerate(labels) if str(label).startswith(f"{name}.")]
    counts = stats.count_states(samples().spins.T[mine])
    return stats.pooled_chi_square(counts, stats.boltzmann(gate(name).problem, beta))


@pytest.mark.parametrize("name", GATES)
def test_gates_are_sampled_as_boltzmann_says(name: str) -> None:
    assert pvalue(name, BETA) > stats.ALPHA
    assert pvalue(name, 1.2 * BETA) < stats.ALPHA  # the test has teeth


@pytest.mark.slow
def test_a_multiplier_multiplies_divides_and_factors() -> None:
    """One circuit, three ends held: the ground states that anneals find are all right answers."""
    times = multiplier(3, 3)
    asked = {"a=5 b=6": times.hold(a=5, b=6), "a=7 p=42": times.hold(a=7, p=42)}
    answers = {"a=5 b=6": ("p", 30), "a=7 p=42": ("b", 6)}
    for name, one in asked.items():
        found = pbits.anneal(one.problem, num_reads=64, num_sweeps=200, seed=1)
        seen = one.certificate(found.best_spins)
        assert seen.satisfied, name
        assert seen.relation_holds, name
        register, value = answers[name]
        assert seen.values[register] == value
    wrong = times.hold(a=5, b=6, p=31)
    found = pbits.anneal(wrong.problem, num_reads=64, num_sweeps=200, seed=1)
    assert not wrong.certificate(found.best_spins).satisfied


def test_an_adder_run_backwards_finds_all_sums_equally_often() -> None:
    whole = everything()  # 0+3, 1+2, 2+1, 3+0
    first = next(k for k, one in enumerate(whole.gates) if "a0" in one.wires)
    right = samples().spins[~whole.violations(samples().spins)[:, first:].any(-1)]
    assert right.shape[0] > 0.3 * READS
    a, b = whole.numbers("a", right), whole.numbers("b", right)
    np.testing.assert_array_equal(a + b, 3)
    counts = np.bincount(a, minlength=4)
    assert stats.pooled_chi_square(counts, np.full(4, 0.25)) > stats.ALPHA
    assert stats.pooled_chi_square(counts, np.array([0.28, 0.24, 0.24, 0.24])) < stats.ALPHA


def test_945_is_factored_by_eight_p_bits() -> None:
    task = factoring(945)
    found = pbits.anneal(task.problem, num_reads=64, num_sweeps=200, seed=1)
    seen = task.certificate(found.best_spins)
    assert {seen.x, seen.y} == {15, 63}
    assert seen.is_nontrivial
    assert seen.consistent_with_energy
    assert np.mean(found.energies == 0) > 0.5


def test_eight_p_bits_visit_the_factors_as_often_as_the_law_says() -> None:
    task, beta = factoring(945), 1e-3
    found = pbits.sample(task.problem, beta=beta, num_reads=READS, num_sweeps=200, seed=1)
    counts = stats.count_states(found.spins.T)
    x, y, chance = task.law(np.float32(beta).item())
    assert stats.pooled_chi_square(counts, chance) > stats.ALPHA
    assert stats.pooled_chi_square(counts, task.law(1.1 * beta)[2]) < stats.ALPHA
    best = np.argmax(counts)
    assert (x[best], y[best]) == (15, 63)


def test_945_is_factored_by_a_multiplier() -> None:
    task = factoring_circuit(945)
    found = pbits.anneal(task.problem, num_reads=64, num_sweeps=500, seed=1, target_energy=0)
    seen = task.certificate(found.best_spins)
    assert (seen.x, seen.y, seen.energy) == (15, 63, 0)
    assert seen.is_nontrivial
    assert seen.consistent_with_energy


def test_a_bayesian_network_is_sampled_at_beta_one() -> None:
    network = alarm_network().given({"john": True, "mary": True})
    found = pbits.sample(network.problem, beta=1.0, num_reads=READS, num_sweeps=300, seed=1)
    counts = stats.count_states(found.spins.T)
    states = stats.enumerate_states(3)
    chance = np.exp(network.log_probability(states)) / network.evidence_probability()
    assert stats.pooled_chi_square(counts, chance) > stats.ALPHA
    for node, spins in zip(network.problem.labels, found.spins.T, strict=True):
        up = int((spins > 0).sum())
        exact = network.marginals()[node]
        assert stats.pooled_chi_square(
            np.array([READS - up, up]), np.array([1 - exact, exact])
        ) > stats.ALPHA  # fmt: skip
    # The same evidence but for one call is another law.
    other = clamp(alarm_network().joint, {"john": 1, "mary": -1})
    assert stats.pooled_chi_square(counts, stats.boltzmann(other, 1.0)) < stats.ALPHA
