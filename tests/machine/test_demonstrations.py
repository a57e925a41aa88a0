"""Known demonstrations on the machine: telegraph p-bits, arrays between them, laws by enumeration.

The ideal sampler's side of the same demonstrations is in `test_invertible_logic.py`.
"""

from functools import cache

import numpy as np
import pytest
import stats

from crossbar.cells.presets import get
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.machine import Clocking, CrossbarCoupling, Machine, MachineSamples, Neurons, bipolar
from problems import clamp
from problems.generators import alarm_network
from problems.logic import (
    Circuit,
    Factoring,
    Placed,
    adder,
    factoring,
    factoring_circuit,
    gate,
    join,
)

READS = 2**12
MILLISECOND = Neurons(Telegraph(ConstantTime(1e-3)))
NAMES = ("AND", "XOR", "HALF_ADDER", "FULL_ADDER", "MAJORITY")
STEP = 0.1


def crossbars(weight_bits: int = 8, **cell: float) -> CrossbarCoupling:
    """Arrays of 32 x 32 magnetic cells, of no spread by default."""
    exact = {"resistance_spread": 0.0, "tmr_spread": 0.0, "read_noise": 0.0}
    sheet = get("sot", **{**exact, **cell})
    return CrossbarCoupling(bipolar(sheet, rows=32, columns=32, weight_bits=weight_bits))


def everything() -> Circuit:
    """Gates and an adder run backwards, no wire in common."""
    alone = (
        Circuit((Placed(gate(name), tuple(f"{name}.{port}" for port in gate(name).ports)),))
        for name in NAMES
    )
    return join([*alone, adder(2).hold(sum=3)])


@cache
def logic_samples(spread: float) -> MachineSamples:
    coupling = crossbars(resistance_spread=spread, tmr_spread=spread)
    machine = Machine(MILLISECOND, coupling)
    return machine.sample(
        everything().problem, beta=1.0, num_reads=READS, num_sweeps=50, seed=1
    )  # fmt: skip


def gate_pvalue(name: str, found: MachineSamples, beta: float = 1.0) -> float:
    labels = everything().problem.labels
    mine = [k for k, label in enumerate(labels) if str(label).startswith(f"{name}.")]
    counts = stats.count_states(found.spins.T[mine])
    return stats.pooled_chi_square(counts, stats.boltzmann(gate(name).problem, beta))


@pytest.mark.parametrize("name", NAMES)
def test_gates_on_arrays_follow_boltzmann(name: str) -> None:
    found = logic_samples(0.0)
    assert gate_pvalue(name, found) > stats.ALPHA
    assert gate_pvalue(name, found, beta=1.3) < stats.ALPHA


def test_cells_that_differ_change_the_law_but_not_the_logic() -> None:
    """The negative control of the arrays, and what logic tolerates."""
    found, whole = logic_samples(0.1), everything()
    assert min(gate_pvalue(name, found) for name in NAMES) < stats.ALPHA
    exact = ~whole.violations(logic_samples(0.0).spins)
    assert (~whole.violations(found.spins)).mean() > exact.mean() - 0.1


def test_an_adder_on_arrays_run_backwards_finds_all_sums() -> None:
    whole, spins = everything(), logic_samples(0.0).spins  # 0+3, 1+2, 2+1, 3+0
    first = next(k for k, one in enumerate(whole.gates) if "a0" in one.wires)
    right = spins[~whole.violations(spins)[:, first:].any(-1)]
    a, b = whole.numbers("a", right), whole.numbers("b", right)
    np.testing.assert_array_equal(a + b, 3)
    counts = np.bincount(a, minlength=4)
    assert stats.pooled_chi_square(counts, np.full(4, 0.25)) > stats.ALPHA
    assert stats.pooled_chi_square(counts, np.array([0.34, 0.22, 0.22, 0.22])) < stats.ALPHA


@pytest.mark.parametrize(
    ("number", "factors"),
    [(35, {5, 7}), pytest.param(945, {15, 63}, marks=pytest.mark.slow)],
)
def test_a_multiplier_on_arrays_factors(number: int, factors: set[int]) -> None:
    """Cells of a spread of 2 %, telegraph p-bits; pairs only."""
    task = factoring_circuit(number)
    coupling = crossbars(resistance_spread=0.02, tmr_spread=0.02)
    machine = Machine(MILLISECOND, coupling)
    reads, sweeps = (64, 100) if number == 35 else (256, 500)
    found = machine.anneal(task.problem, num_reads=reads, num_sweeps=sweeps, seed=1)
    seen = task.certificate(found.best_spins)
    assert {seen.x, seen.y} == factors
    assert seen.is_nontrivial
    assert seen.consistent_with_energy
    assert found.hardware.joules > 0
    # One anneal after another: 4 ms for each clock at least.
    assert found.hardware.run.latency > reads * sweeps * 2 * 4e-3


def test_arrays_refuse_terms_of_four() -> None:
    with pytest.raises(ValueError, match="terms of 4 spins"):
        Machine(MILLISECOND, crossbars()).load(factoring(945).problem)


@cache
def factored(number: int, kind: str) -> tuple[Factoring, MachineSamples]:
    """Every p-bit told by a microcontroller, as in the experiment: an ideal coupling."""
    clocking = Clocking(kind, step=STEP) if kind == "asynchronous" else Clocking(kind)
    task, beta = factoring(number), 1e-3
    machine = Machine(MILLISECOND, clocking=clocking)
    sweeps = 30 if number == 945 else 60
    found = machine.sample(task.problem, beta=beta, num_reads=READS, num_sweeps=sweeps, seed=2)
    return task, found


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (945, "coloured"),
        *[
            pytest.param(number, kind, marks=pytest.mark.slow)
            for number, kind in ((35, "coloured"), (161, "coloured"), (161, "asynchronous"))
        ],
    ],
)
def test_p_bits_visit_factors_as_often_as_the_law_says(number: int, kind: str) -> None:
    task, found = factored(number, kind)
    counts = stats.count_states(found.spins.T)
    assert stats.pooled_chi_square(counts, task.law(1e-3)[2]) > stats.ALPHA
    assert stats.pooled_chi_square(counts, task.law(1.3e-3)[2]) < stats.ALPHA


def step_matrix(task: Factoring, beta: float, moved: float) -> np.ndarray:
    """Of free p-bits in one step: all decide alone, with probability `moved` anew. [2**n, 2**n]."""
    n = task.problem.num_variables
    states = stats.enumerate_states(n)
    energy = task.problem.energies(states).astype(float)
    place = np.arange(2**n)
    found = np.ones((2**n, 2**n))
    for spin in range(n):
        gap = energy[place | 1 << spin] - energy[place & ~(1 << spin)]
        up = moved / (1 + np.exp(np.clip(beta * gap, -500, 500)))
        up = np.where(states[:, spin] > 0, up + 1 - moved, up)
        found *= np.where(states[None, :, spin] > 0, up[:, None], 1 - up[:, None])
    return found


def first_seen(task: Factoring, beta: float, tau: float, looks: int) -> np.ndarray:
    """Probability that factors are first seen at the look 0, 1, ..., or not by then: [looks + 1].

    A look each millisecond, from random spins on; tau in ms.
    """
    x, y, _ = task.law(beta)
    sweep = step_matrix(task, beta, -np.expm1(-STEP / tau))
    sweep = np.linalg.matrix_power(sweep, round(1 / STEP))
    wrong = x * y != task.number
    now, found = np.full(wrong.sum(), 1 / wrong.size), []
    left = [1.0]
    for _ in range(looks):
        left.append(now.sum())
        now = now @ sweep[np.ix_(wrong, wrong)]
    found = [*-np.diff(left), left[-1]]
    return np.array(found)


@pytest.mark.parametrize("number", [945, pytest.param(161, marks=pytest.mark.slow)])
def test_the_time_to_factor_is_that_of_the_chain(number: int) -> None:
    """Free p-bits from random spins, looked at every correlation time: an exact law of steps."""
    task, beta, looks = factoring(number), 1e-3, 12
    machine = Machine(MILLISECOND, clocking=Clocking("asynchronous", step=STEP))
    found = machine.sample(
        task.problem, beta=beta, num_reads=looks * READS, num_chains=READS, num_sweeps=0,
        thinning=1, seed=3,
    )  # fmt: skip
    right = (found.energies == 0).reshape(looks, READS)
    when = np.where(right.any(0), right.argmax(0), looks)
    counts = np.bincount(when, minlength=looks + 1)
    assert stats.pooled_chi_square(counts, first_seen(task, beta, 1.0, looks)) > stats.ALPHA
    assert stats.pooled_chi_square(counts, first_seen(task, beta, 1.5, looks)) < stats.ALPHA
    # Each chain takes (looks - 1) ms, one after the other.
    assert found.hardware.run.latency == pytest.approx(READS * (looks - 1) * 1e-3, rel=1e-5)
    counts = stats.count_states(found.spins[-READS:].T)
    if number == 945:  # after 11 correlation times where it began is forgotten
        assert stats.pooled_chi_square(counts, task.law(beta)[2]) > stats.ALPHA


def test_a_bayesian_network_on_the_machine() -> None:
    network = alarm_network().given({"john": True, "mary": True})
    found = Machine(MILLISECOND).sample(
        network.problem, beta=1.0, num_reads=READS, num_sweeps=200, seed=1
    )
    counts = stats.count_states(found.spins.T)
    assert stats.pooled_chi_square(counts, stats.boltzmann(network.problem, 1.0)) > stats.ALPHA
    other = clamp(alarm_network().joint, {"john": 1, "mary": -1})
    assert stats.pooled_chi_square(counts, stats.boltzmann(other, 1.0)) < stats.ALPHA


def test_a_bayesian_network_on_arrays() -> None:
    """With the alarm known only pairs are left; weights of 12 bits."""
    network = alarm_network().given({"alarm": True})
    machine = Machine(MILLISECOND, crossbars(weight_bits=12))
    found = machine.sample(network.problem, beta=1.0, num_reads=READS, num_sweeps=50, seed=1)
    counts = stats.count_states(found.spins.T)
    assert stats.pooled_chi_square(counts, stats.boltzmann(network.problem, 1.0)) > stats.ALPHA
    assert stats.pooled_chi_square(counts, stats.boltzmann(network.problem, 1.2)) < stats.ALPHA
