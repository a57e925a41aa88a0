"""What a machine's imperfections cost on networks of five p-bits (M5), all of them enumerated.

Where the source is one instance, the value here is the mean over instances of which the source's
other number holds: how much a response curve costs depends on the instance more than on the curve.
"""

from functools import cache, partial
from typing import Any

import numpy as np

from crossbar.cells.cell import Cell
from crossbar.converters.adc import IdealAdc
from pbits.devices.calibration import offset_cost, residual_cost
from pbits.devices.networks import Network, clocked_law, divergence
from pbits.devices.rate_laws import ConstantTime
from pbits.devices.shaped import SHAPES
from pbits.devices.telegraph import Telegraph
from pbits.machine import Clocking, CrossbarCoupling, LoadedMachine, Machine, Neurons, bipolar
from pbits.machine.enumerable import network_of, problem_of
from pbits.machine.exact_laws import machine_cost
from pbits.machine.imperfections import imperfect
from pbits.machine.predictions import common_coupling, predicted_cost, shape_cost
from pbits.validation.networks import ensemble
from pbits.validation.rows import Measured, Row
from problems import ising

_ONE = "independent simulation of one instance"
_SECOND = "second-order expansion, by enumeration"
_ALGEBRAIC, _NEAR = 0.112, 0.012  # nats, of the source's instance
_HALF, _CLOSE = 0.022, 0.003  # the same where half of the p-bits are clocked
_LAGS = {0.1: 0.0018, 0.3: 0.010, 1.0: 0.058, 3.0: 0.12}
_CHAINS = 4096
_RATIO = 0.05


def _networks(count: int) -> list[Network]:
    stack = ensemble(count, 0.3)
    return [Network(*pair) for pair in zip(stack.couplings, stack.biases, strict=True)]


def _on_arrays() -> Machine:
    """Small arrays that lose nothing, of cells of 16 levels."""
    cell = Cell(list(np.linspace(1e-6, 1e-4, 16)))
    design = bipolar(cell, rows=8, columns=8, weight_bits=12, adc=IdealAdc(None))
    return Machine(coupling=CrossbarCoupling(design))


def _loaded(name: str, size: Any, count: int) -> list[LoadedMachine]:
    """Machines with an imperfection, each another chip with another network."""
    arrays = _on_arrays() if name in ("weight bits", "device spread", "wire resistance",
                                      "read noise", "adc bits") else None  # fmt: skip
    return [
        imperfect(name, size, arrays, seed).load(problem_of(network))
        for seed, network in enumerate(_networks(count))
    ]


def _mean(name: str, size: Any, count: int = 8) -> float:
    return float(np.mean([machine_cost(one, 1.0) for one in _loaded(name, size, count)]))


def _offsets(full: bool) -> float:
    found = _loaded("offset spread", 0.1, 60 if full else 12)
    predicted = [
        offset_cost(network_of(one.problem), one.machine.neurons.devices(5)[1]) for one in found
    ]
    return sum(machine_cost(one, 1.0) for one in found) / float(np.sum(predicted))


def _slopes(full: bool) -> float:
    """Of free p-bits in continuous time: where slopes differ, clocked ones are of another law."""
    neurons = Neurons(Telegraph(ConstantTime(1e-9)))
    free = Machine(neurons, clocking=Clocking("asynchronous"))
    exact = predicted = 0.0
    for seed, network in enumerate(_networks(60 if full else 12)):
        one = imperfect("slope spread", 0.1, free, seed).load(problem_of(network))
        exact += machine_cost(one, 1.0, freely=True)
        predicted += float(residual_cost(network, one.machine.neurons.devices(5)[0], 0.0))
    return exact / predicted


def _lagging(lag: float, full: bool) -> float:
    """Networks side by side on one machine, simulated in steps."""
    network, draws = ensemble(40), 8 if full else 3
    machine = imperfect("synapse lag", lag)
    clocking = machine.clocking
    finer = Clocking(clocking.kind, lag=clocking.lag, step=0.05)
    drawn = Machine(machine.neurons, clocking=finer).sample(
        problem_of(network), beta=1.0, num_reads=draws * _CHAINS, num_chains=_CHAINS,
        num_sweeps=int(10 + 6 * lag), thinning=int(5 + 2 * lag), seed=4,
    )  # fmt: skip
    up = drawn.spins.reshape(draws * _CHAINS, -1, 5) > 0
    states = up @ (1 << np.arange(5))
    counts = np.stack([np.bincount(column, minlength=32) for column in states.T])
    # What so few samples cost by themselves.
    return float(divergence(counts, network.boltzmann()).mean() - 31 / (2 * draws * _CHAINS))


def _fraction(fraction: float, full: bool) -> float:
    network = ensemble(1000 if full else 300, 0.3)
    law = network.boltzmann()
    cost = divergence(clocked_law(network, fraction), law)
    if fraction == 1:
        return float(cost.mean())
    like = np.abs(divergence(clocked_law(network, 0.5), law) - _HALF) < _CLOSE
    # The machine's own law of such a network is the same.
    one = Network(network.couplings[like][0], network.biases[like][0])
    machine = Machine(clocking=Clocking("parallel", fraction=fraction))
    own = machine_cost(machine.load(problem_of(one)), 1.0)
    assert abs(own - cost[like][0]) < 1e-5
    return float(cost[like].mean())


@cache
def _like_the_source(count: int) -> Network:
    """Networks, couplings of deviation 0.6, on which the algebraic curve costs as in the source."""
    rng = np.random.default_rng(1)
    upper = np.triu(rng.normal(0, 0.6, (count, 5, 5)), 1)
    network = Network(upper + np.swapaxes(upper, 1, 2), np.zeros((count, 5)))
    near = np.abs(shape_cost(network, SHAPES["algebraic"]) - _ALGEBRAIC) < _NEAR
    return Network(network.couplings[near], network.biases[near])


def _shape(shape: str, full: bool) -> Measured:
    stack = _like_the_source(3000 if full else 600)
    costs = [
        machine_cost(imperfect("shape", shape).load(problem_of(Network(*pair))), 1.0)
        for pair in zip(stack.couplings, stack.biases, strict=True)
    ]
    return Measured(float(np.mean(costs)), float(np.std(costs) / np.sqrt(len(costs))))


def _common(full: bool) -> Measured:
    """Effective coupling of p-bits that are not coupled, over that of the formula."""
    noise, chains = 0.5, 2**17 if full else 2**15
    drawn = Machine(common_noise=noise).sample(
        ising(np.zeros(8), [], [], []), beta=1.0, num_reads=chains, num_chains=chains,
        num_sweeps=2, thinning=1, seed=1,
    ).spins.astype(float)  # fmt: skip
    total = drawn.sum(1) ** 2
    mean, error = total.mean(), total.std() / np.sqrt(chains)
    correlation = (mean - 8) / 56
    expected = common_coupling(noise)
    return Measured(float(np.arctanh(correlation) / expected), float(error / 56 / expected))


def _rounded(full: bool) -> float:
    """Cost of rounded couplings over half dJ^T Cov(s_i s_j) dJ."""
    exact = predicted = 0.0
    rows, columns = np.triu_indices(5, 1)
    for one in _loaded("weight bits", 6, 24 if full else 8):
        assert one.arrays is not None
        wanted = network_of(one.problem)
        matrix = one.arrays.matrix() - wanted.couplings
        errors = np.concatenate([matrix[rows, columns], one.arrays.biases() - wanted.biases])
        pairs = wanted.states[:, rows] * wanted.states[:, columns]
        seen, law = np.concatenate([pairs, wanted.states], 1), wanted.boltzmann()
        rest = seen - law @ seen
        exact += machine_cost(one, 1.0)
        predicted += float(errors @ (rest.T * law) @ rest @ errors) / 2
    return exact / predicted


def _ratio(name: str, size: float, full: bool) -> float:
    found = _loaded(name, size, 24 if full else 8)
    return sum(machine_cost(one, 1.0) for one in found) / sum(
        predicted_cost(one, 1.0) for one in found
    )


def _per_bit(full: bool) -> float:
    """Binary logarithm of the cost, for each bit of the inputs' converters."""
    low, high = (np.log2(_mean("input bits", bits, 40 if full else 12)) for bits in (5, 8))
    return float(high - low) / 3


def _exponent(name: str, sizes: tuple[float, float], full: bool) -> float:
    """Of the cost in the size of an imperfection."""
    low, high = (_mean(name, size, 24 if full else 8) for size in sizes)
    return float(np.log(high / low) / np.log(sizes[1] / sizes[0]))


ROWS = (
    Row("M5.1", "offset spread 0.1: divergence over 1/2 db^T Cov(s) db", _SECOND, 1.0, _RATIO,
        _offsets),
    Row("M5.2", "slope spread 0.1, free p-bits: divergence over half the Fisher information",
        _SECOND, 1.0, _RATIO, _slopes),
    *(
        Row(f"M5.{number}", f"divergence where inputs lag by {lag:g} tau, in steps", _ONE, cost,
            max(0.2 * cost, 6e-4), partial(_lagging, lag))
        for number, (lag, cost) in enumerate(_LAGS.items(), 3)
    ),
    Row("M5.7", "divergence where a tenth of p-bits is clocked and half would cost 0.022", _ONE,
        4e-4, 2e-4, partial(_fraction, 0.1)),
    Row("M5.8", "the same for three tenths", _ONE, 0.006, 6e-4, partial(_fraction, 0.3)),
    Row("M5.9", "divergence where all p-bits are clocked together, mean of instances", _ONE, 0.41,
        0.05, partial(_fraction, 1.0)),
    Row("M5.10", "clipped response where the algebraic one costs 0.112", _ONE, 0.174, 0.06,
        partial(_shape, "clipped")),
    Row("M5.11", "Langevin response where the algebraic one costs 0.112", _ONE, 0.312, 0.03,
        partial(_shape, "langevin")),
    Row("M5.12", "arctangent response where the algebraic one costs 0.112", _ONE, 0.395, 0.04,
        partial(_shape, "atan")),
    Row("M5.13", "noise in common 0.5: coupling of uncoupled p-bits over artanh(E tanh^2)",
        "Gauss-Hermite quadrature", 1.0, 0.05, _common, 0.025),
    Row("M5.14", "couplings of 6 bits: divergence over 1/2 dJ^T Cov(s_i s_j) dJ", _SECOND, 1.0,
        _RATIO, _rounded),
    Row("M5.15", "inputs of p-bits of 5 to 8 bits: binary logarithm of the divergence, by bit",
        "rounding errors halve", -2.0, 0.2, _per_bit),
    Row("M5.16", "conductances that spread by 10 %: divergence over half the Fisher information",
        _SECOND, 1.0, _RATIO, partial(_ratio, "device spread", 0.1)),
    Row("M5.17", "wires of 3 to 10 Ohm a segment: exponent of the divergence in their resistance",
        "losses go as the resistance", 2.0, 0.1,
        partial(_exponent, "wire resistance", (3.0, 10.0))),
    Row("M5.18", "noise of reading of 15 to 30 %: exponent of the divergence",
        "slopes fall as its square", 4.0, 0.1, partial(_exponent, "read noise", (0.15, 0.3))),
    Row("M5.19", "fields of 5 bits: divergence over half the Fisher information", _SECOND, 1.0,
        _RATIO, partial(_ratio, "adc bits", 5)),
)  # fmt: skip
