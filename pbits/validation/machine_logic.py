"""Known demonstrations (M6): logic, factoring and a Bayesian network on telegraph p-bits.

Correlation times are 1 ms, the order of the dwell times of the eight-p-bit experiment (second-hand:
its own are not in open text); no row but the times in their unit depends on it.
"""

from functools import cache, partial

import numpy as np
from scipy.linalg import expm

from crossbar.cells.presets import get
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.telegraph import Telegraph
from pbits.machine import Clocking, CrossbarCoupling, Machine, MachineSamples, Neurons, bipolar
from pbits.validation.rows import Measured, Row
from problems.generators import alarm_network
from problems.logic import Factoring, adder, factoring
from problems.logic.gates import all_bits
from problems.polynomial import Problem

_TAU = 1e-3  # s
_BETA = 1e-3  # at which 945 is found in most of all samples and 161 still mixes
_LOOKS = 16
_BORDERS = "W. A. Borders et al., Nature 573, 390 (2019), doi:10.1038/s41586-019-1557-9"
_LAW = "Boltzmann's law of (X Y - F)^2, by enumeration"
_AIMA = "S. Russell & P. Norvig, Artificial Intelligence, the burglar's alarm (from memory)"
_PRESS = f"Tohoku University's press release on {_BORDERS}"


def _p_bits() -> Neurons:
    return Neurons(Telegraph(ConstantTime(_TAU)))


def _arrays() -> CrossbarCoupling:
    """Arrays whose cells are all alike."""
    cell = get("sot", resistance_spread=0.0, tmr_spread=0.0, read_noise=0.0)
    return CrossbarCoupling(bipolar(cell, rows=32, columns=32, weight_bits=12))


def _share(ups: np.ndarray) -> Measured:
    """Of independent samples."""
    share = float(np.mean(ups))
    return Measured(share, float(np.sqrt(share * (1 - share) / np.size(ups))))


@cache
def _factoring(number: int) -> Factoring:
    return factoring(number)


def _reads(full: bool) -> int:
    return 2**15 if full else 2**12


def _factored(number: int, clocking: Clocking, full: bool) -> Measured:
    """Share of samples that are factors."""
    task = _factoring(number)
    found = Machine(_p_bits(), clocking=clocking).sample(
        task.problem, beta=_BETA, num_reads=_reads(full), num_sweeps=40, seed=1
    )
    return _share(found.energies == 0)


def _law(number: int) -> float:
    task = _factoring(number)
    x, y, chance = task.law(_BETA)
    return float(chance[x * y == number].sum())


def _generator(task: Factoring) -> np.ndarray:
    """Of free p-bits, in units of their rate: each decides anew once a correlation time."""
    n = task.problem.num_variables
    states = 2 * all_bits(n) - 1
    energy, place = task.problem.energies(states).astype(float), np.arange(2**n)
    found = np.zeros((2**n, 2**n))
    for spin in range(n):
        rise = energy[place ^ 1 << spin] - energy
        rate = 1 / (1 + np.exp(np.clip(_BETA * rise, -500, 500)))
        found[place, place ^ 1 << spin] += rate
        found[place, place] -= rate
    return found


def _exact_wait(number: int) -> float:
    """Mean number of looks, one a correlation time, before factors are first seen; at most all."""
    task = _factoring(number)
    x, y, _ = task.law(_BETA)
    wrong = x * y != number
    step = expm(_generator(task))[np.ix_(wrong, wrong)]
    now, total = np.full(wrong.sum(), 1 / wrong.size), 0.0
    for _ in range(_LOOKS):
        total += now.sum()
        now = now @ step
    return float(total)


def _wait(number: int, full: bool) -> Measured:
    """The same, of the machine from random spins."""
    chains = _reads(full)
    machine = Machine(_p_bits(), clocking=Clocking("asynchronous", step=0.02 if full else 0.05))
    found = machine.sample(
        _factoring(number).problem, beta=_BETA, num_reads=_LOOKS * chains, num_chains=chains,
        num_sweeps=0, thinning=1, seed=1,
    )  # fmt: skip
    right = (found.energies == 0).reshape(_LOOKS, chains)
    first = np.where(right.any(0), right.argmax(0), _LOOKS)
    return Measured(float(first.mean()), float(first.std() / np.sqrt(chains)))


def _either(full: bool) -> Measured:
    """Share of 5 * 7 among samples that factor 35."""
    task = _factoring(35)
    found = Machine(_p_bits()).sample(
        task.problem, beta=_BETA, num_reads=_reads(full), num_sweeps=40, seed=1
    )
    x, y = task.factors(found.spins)
    return _share(x[x * y == 35] == 5)


def _size(full: bool) -> float:
    return float(_factoring(945).problem.num_variables)


def _samples(problem: Problem, machine: Machine, full: bool) -> MachineSamples:
    return machine.sample(problem, beta=1.0, num_reads=_reads(full), num_sweeps=100, seed=1)


def _burglary(evidence: dict[str, bool], arrays: bool, full: bool) -> Measured:
    """P(burglary | evidence), read off the p-bit of that node."""
    network = alarm_network().given(evidence)
    machine = Machine(_p_bits(), _arrays()) if arrays else Machine(_p_bits())
    found = _samples(network.problem, machine, full)
    return _share(found.spins[:, network.problem.labels.index("burglary")] > 0)


def _sum(full: bool) -> Measured:
    """Share of 0 + 3 among right answers of an adder of two bits whose sum is held at 3."""
    circuit = adder(2).hold(sum=3)
    found = _samples(circuit.problem, Machine(_p_bits(), _arrays()), full)
    right = found.spins[found.energies == 0]
    return _share(circuit.numbers("a", right) == 0)


_CALLS = {"john": True, "mary": True}
_CLOCKED, _FREE = Clocking(), Clocking("asynchronous")

ROWS = (
    Row("M6.1", "p-bits that factor 945 by a squared error", _PRESS, 8.0, 1e-9, _size),
    Row("M6.2", "945 on eight telegraph p-bits, clocked, beta 1e-3: share of samples 15 * 63",
        _LAW, _law(945), 0.03, partial(_factored, 945, _CLOCKED), 0.01),
    Row("M6.3", "the same, p-bits running freely, in steps of a twentieth of their time",
        _LAW, _law(945), 0.03, partial(_factored, 945, _FREE), 0.01),
    Row("M6.4", "161 on six telegraph p-bits, clocked, beta 1e-3: share of samples 7 * 23",
        _LAW, _law(161), 0.025, partial(_factored, 161, _CLOCKED), 0.01),
    Row("M6.5", "35 on four: share of 5 * 7 among 5 * 7 and 7 * 5", "by symmetry", 0.5, 0.05,
        _either, 0.02),
    Row("M6.6", "free p-bits from random spins, seen each correlation time: looks before 15 * 63",
        "first passage of the master equation, exponential of its matrix", _exact_wait(945), 0.15,
        partial(_wait, 945), 0.06),
    Row("M6.7", "the same for 161, at most 16 looks", "as M6.6", _exact_wait(161), 0.4,
        partial(_wait, 161), 0.15),
    Row("M6.8", "P(burglary | both call) on telegraph p-bits, terms of three", _AIMA, 0.284, 0.03,
        partial(_burglary, _CALLS, False), 0.01),
    Row("M6.9", "P(burglary | alarm) on telegraph p-bits and crossbars of 12-bit weights",
        "enumeration of the tables of M6.8", alarm_network().given({"alarm": True}).marginals()[
            "burglary"], 0.03, partial(_burglary, {"alarm": True}, True), 0.01),
    Row("M6.10", "a + b held at 3 on telegraph p-bits and crossbars: share of 0 + 3 among all four",
        "by enumeration: all right answers have energy 0", 0.25, 0.035, _sum, 0.013),
)  # fmt: skip
